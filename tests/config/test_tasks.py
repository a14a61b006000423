"""One queue serves django-tasks: through a real cluster, on a database in a file."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django_q.models import OrmQ
from django_tasks import task
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from config.tasks import Q2Backend

PROGRAM = """
import os, signal, sys, threading, time
sys.path[:0] = [{root!r}, {root!r} + "/site", {here!r}]
os.environ["DJANGO_SETTINGS_MODULE"] = "queue_settings"
import django
django.setup()
from django.core.management import call_command
call_command("migrate", "django_q", verbosity=0)
call_command("createcachetable", verbosity=0)
import queue_work
good, bad = queue_work.add.enqueue(2, 3), queue_work.fail.enqueue(key="four")
from django_q.models import Task
from django_q.cluster import Cluster
cluster = Cluster()
cluster.start()
deadline = time.monotonic() + 40
while time.monotonic() < deadline:
    good.refresh(); bad.refresh()
    if good.is_finished and bad.is_finished:
        break
    time.sleep(0.3)
time.sleep(2.5)  # a third try would come now
cluster.stop()
bad.refresh()
print(good.status, good.return_value, bad.status, bad.attempts, "broken on purpose: four" in bad.errors[0].traceback)
"""
SETTINGS = """
from config.settings_test import *
Q_CLUSTER = {**Q_CLUSTER, "timeout": 1, "retry": 4, "max_attempts": 2, "poll": 0.2}
TASKS = {"default": {"BACKEND": "config.tasks.Q2Backend", "QUEUES": []}}
"""
WORK = """
from django_tasks import task

@task
def add(one, other):
    return one + other

@task
def fail(key):
    raise RuntimeError(f"broken on purpose: {key}")
"""


@task
def ask(number: int) -> int:
    return number


@pytest.fixture
def backend():
    return Q2Backend("default", {"QUEUES": []})


def test_a_task_runs_and_a_failing_one_ends_after_its_attempts(tmp_path):
    for name, text in {"queue_settings.py": SETTINGS, "queue_work.py": WORK}.items():
        (tmp_path / name).write_text(text)
    program = PROGRAM.format(root=str(settings.BASE_DIR), here=str(tmp_path))
    (tmp_path / "program.py").write_text(program)
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    done = subprocess.run([sys.executable, tmp_path / "program.py"], env=environment, capture_output=True, text=True, timeout=90)
    assert done.stdout.strip().splitlines()[-1:] == ["SUCCESSFUL 5 FAILED 2 True"], done.stderr[-3000:]


def test_a_task_of_a_transaction_that_fails_is_not_queued(backend, db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        backend.enqueue(ask, [1], {})
        raise ZeroDivisionError
    assert not OrmQ.objects.exists()


def test_a_queued_task_is_ready_and_one_that_nobody_queued_is_unknown(backend, db):
    result = backend.enqueue(ask, [1], {})
    found = backend.get_result(result.id)
    assert (found.status, found.args, found.task) == ("READY", [1], ask)
    with pytest.raises(TaskResultDoesNotExist):
        backend.get_result("nobody")


def test_with_another_broker_a_task_waits_for_commit(backend, db, django_capture_on_commit_callbacks):
    broker = {name: value for name, value in settings.Q_CLUSTER.items() if name != "orm"}
    with override_settings(Q_CLUSTER=broker), django_capture_on_commit_callbacks() as waiting:
        backend.enqueue(ask, [1], {})
        assert not OrmQ.objects.exists()
    assert len(waiting) == 1


def test_arguments_must_survive_json(backend, db):
    with pytest.raises(TypeError):
        backend.enqueue(ask, [object()], {})
    assert not OrmQ.objects.exists()


def test_the_queue_passes_no_context(backend):
    with pytest.raises(InvalidTaskError):
        backend.validate_task(task(takes_context=True)(_asks_for_context))


def _asks_for_context(context, number):
    return number
