"""django-tasks on django-q2: one queue for Wagtail's work and ours, and one place that knows it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.models import Task as Run
from django_q.tasks import async_task
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_random_id, normalize_json


def run(path: str, args: list, kwargs: dict[str, Any]) -> Any:
    """What the worker calls: the task named by its path, with arguments that went through JSON."""
    return import_string(path).call(*args, **kwargs)


class Q2Backend(BaseTaskBackend):
    """The ORM broker is part of the transaction that enqueues, so it needs no wait; every other waits for commit."""

    supports_get_result = True

    def validate_task(self, task: Task) -> None:
        super().validate_task(task)
        if task.takes_context:
            raise InvalidTaskError("The queue passes no context.")

    def enqueue(self, task: Task, args, kwargs) -> TaskResult:
        self.validate_task(task)
        result = self._result(task, get_random_id(), list(args), kwargs, enqueued_at=timezone.now())
        push = partial(async_task, "config.tasks.run", task.module_path, result.args, result.kwargs, task_name=result.id)
        if "orm" in settings.Q_CLUSTER:
            push()
        else:
            transaction.on_commit(push)
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult:
        """How a task went. With a broker other than the ORM's, nothing is known before its first run."""
        if found := Run.objects.filter(name=result_id).first():
            return self._ran(found)
        for package in (row.task for row in OrmQ.objects.all()):
            if package.get("name") == result_id:
                path, args, kwargs = package["args"]
                return self._result(import_string(path), result_id, args, kwargs, enqueued_at=package["started"])
        raise TaskResultDoesNotExist(result_id)

    def _ran(self, found: Run) -> TaskResult:
        path, args, kwargs = found.args
        is_over = found.success or found.attempt_count >= settings.Q_CLUSTER["max_attempts"]
        result = self._result(
            import_string(path),
            found.name,
            args,
            kwargs,
            status=_status(found.success, is_over),
            enqueued_at=found.started,
            started_at=found.started,
            last_attempted_at=found.stopped,
            finished_at=found.stopped if is_over else None,
            errors=[] if found.success else [TaskError(exception_class_path="builtins.Exception", traceback=str(found.result))],
            worker_ids=["worker"] * found.attempt_count,
        )
        if found.success:
            object.__setattr__(result, "_return_value", normalize_json(found.result))
        return result

    def _result(self, task: Task, key: str, args: list, kwargs: dict, **fields) -> TaskResult:
        empty = dict.fromkeys(["enqueued_at", "started_at", "finished_at", "last_attempted_at"])
        lists: dict[str, list] = {"errors": [], "worker_ids": []}
        known = {"status": TaskResultStatus.READY, **empty, **lists, **fields}
        return TaskResult(task=task, id=key, args=list(args), kwargs=kwargs, backend=self.alias, **known)


def _status(success: bool, is_over: bool) -> TaskResultStatus:
    if success:
        return TaskResultStatus.SUCCESSFUL
    return TaskResultStatus.FAILED if is_over else TaskResultStatus.READY
