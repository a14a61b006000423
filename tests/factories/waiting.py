"""On PostgreSQL every open transaction of the cluster holds readers with a cursor back, another test worker's too."""

from __future__ import annotations

import time

from django.db import connection, models


def until_settled(model: type[models.Model], seconds: int = 60) -> None:
    """Wait until the transactions that were open when the newest row was written are over. On SQLite there are none."""
    newest = model.objects.aggregate(newest=models.Max("xid"))["newest"] or 0
    deadline = time.monotonic() + seconds
    while newest and _oldest_open() <= newest and time.monotonic() < deadline:
        time.sleep(0.05)


def _oldest_open() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]
