"""PostgreSQL gives times and ids before commit, so a reader with a cursor could pass a row that commits later.

Each row keeps the id of its transaction, taken before the clock is read. A reader whose place is that id stops before the
oldest transaction that is still open (`settled`); one whose place is a time, at its beginning (`consistent_through`, asked
first): who began to write later may have read the clock earlier. SQLite has one writer at a time: nothing is held back.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import BigIntegerField, Func, Q
from django.utils import timezone


class _Current(Func):
    template = "pg_current_xact_id()::text::bigint"
    output_field = BigIntegerField()


class _Oldest(Func):
    template = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


class _Next(Func):
    template = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


def current_id() -> int:
    """The id of this transaction on PostgreSQL (one cheap query); 0 elsewhere."""
    return _value("SELECT pg_current_xact_id()::text::bigint") if _is_postgresql() else 0


def current_id_expression() -> _Current | int:
    """The same inside the INSERT of one row, at no query of its own."""
    return _Current() if _is_postgresql() else 0


def settled() -> Q:
    """The rows before which nothing can appear any more.

    A visible row with an id that was not given out yet comes from another cluster, by a restored dump: it is settled.
    """
    return Q(xid__lt=_Oldest()) | Q(xid__gte=_Next()) if _is_postgresql() else Q()


def consistent_through() -> datetime:
    """Every statement stored before this moment can be read: now, or the start of another's oldest transaction that writes.

    Now is when the question began, not when it is answered: who begins meanwhile may not be seen.
    SQLite cannot be asked: there a statement that is being stored at this very moment may bear a slightly earlier time.
    """
    if not _is_postgresql():
        return timezone.now()
    return _value(
        "SELECT coalesce(min(xact_start), statement_timestamp()) FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL "
        "AND pid <> pg_backend_pid()"
    )


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _value(query: str):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
