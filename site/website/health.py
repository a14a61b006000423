"""Is this installation able to work? Asked by whatever runs it, every few seconds."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_q.models import Failure, OrmQ

OLDEST_TASK = 600  # seconds a task may wait before the queue counts as stuck


def report() -> dict[str, Any]:
    """What is asked of this installation, and whether each holds. Nothing else is asked when the database is gone."""
    try:
        connection.ensure_connection()
        checks = {"database": True, "migrations": not pending_migrations(), **queue()}
    except DatabaseError:
        checks = {"database": False}
    ready = all(value for value in checks.values() if isinstance(value, bool))
    return {"ready": ready, **checks}


def pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def queue() -> dict[str, Any]:
    """Age of the oldest task that waits and is due, and how many failed in the last day."""
    now = timezone.now()
    failed = Failure.objects.filter(stopped__gte=now - datetime.timedelta(days=1)).count()
    if not settings.Q_CLUSTER.get("orm"):
        return {"queue": True, "failed_tasks": failed}
    # `lock` is the time from which a task may be taken: when it was queued, or when its last try runs out.
    oldest = OrmQ.objects.filter(lock__lte=now).order_by("lock").values_list("lock", flat=True).first()
    age = int((now - oldest).total_seconds()) if oldest else 0
    return {"queue": age <= OLDEST_TASK, "oldest_task_seconds": age, "failed_tasks": failed}
