"""PostgreSQL gives times and ids before commit, so a reader with a cursor could pass a row that commits later.

A reader whose place is the id of a row's transaction stops before the oldest that is still open (`settled`); one whose
place is a time, at its beginning (`consistent_through`, asked first): who began to write later may have read the clock
earlier. SQLite has one writer at a time: nothing is held back.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import BigIntegerField, Func, Q
from django.utils import timezone

from core import prepared

TIDIED_EVERY = 300  # rows: some 1,000 pages of SQLite's log


class _Current(Func):
    template = "pg_current_xact_id()::text::bigint"
    output_field = BigIntegerField()


class _Oldest(Func):
    template = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


class _Next(Func):
    template = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    output_field = BigIntegerField()


def moment(asking: str = "true") -> tuple[datetime, bool]:
    """When this transaction writes, and whether the SQL expression `asking` holds, in one query.

    By the one clock that there is, the database's: machines of the web may differ. On PostgreSQL the transaction takes its id
    first, so that `consistent_through` knows it.
    """
    if not _is_postgresql():
        return timezone.now(), bool(_row(f"SELECT {asking}")[0])
    return _row(f"SELECT pg_current_xact_id(), clock_timestamp(), {asking}")[1:]


@contextmanager
def in_turn() -> Iterator[None]:
    """Around a transaction of SQLite's that writes much, or beside such: wait for those who came earlier, and for nobody's disk.

    SQLite lets its one writer in by asking again, ever less often: of eight, most sleep while nobody writes. And every so
    often it moves what was written to its place inside a commit; here that is done when the next has begun.
    Inside a transaction one has had one's turn.
    """
    if _is_postgresql() or connection.in_atomic_block or connection.is_in_memory_db():  # type: ignore[attr-defined]
        yield
        return
    connection.ensure_connection()
    before = connection.connection.total_changes
    with Path(f"{connection.settings_dict['NAME']}-turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield  # the turn goes with the file
    after = connection.connection.total_changes
    if before // TIDIED_EVERY < after // TIDIED_EVERY:
        prepared.rows("PRAGMA wal_checkpoint(PASSIVE)")


def current_id_expression() -> _Current | int:
    """The id of this transaction on PostgreSQL, inside the INSERT of a row; 0 elsewhere."""
    return _Current() if _is_postgresql() else 0


def settled() -> Q:
    """The rows before which nothing can appear any more.

    A visible row with an id that was not given out yet comes from another cluster, by a restored dump: it is settled.
    """
    return Q(xid__lt=_Oldest()) | Q(xid__gte=_Next()) if _is_postgresql() else Q()


def consistent_through() -> datetime:
    """Every statement stored before this moment can be read: now, or the start of another's oldest transaction that writes.

    Now is when the question began, not when it is answered: who begins meanwhile may not be seen.
    To be asked outside a transaction: within one, PostgreSQL keeps to what it said first of others.
    SQLite cannot be asked: there a statement that is being stored at this very moment may bear a slightly earlier time.
    """
    if not _is_postgresql():
        return timezone.now()
    return _row(
        "SELECT coalesce(min(xact_start), statement_timestamp()) FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend' AND backend_xid IS NOT NULL "
        "AND pid <> pg_backend_pid()"
    )[0]


def wait_for_writers() -> None:
    """Until all have ended who are writing now: they may not have seen what was committed last. Outside a transaction.

    On SQLite, whoever has committed was the only one.
    """
    if _is_postgresql():
        (asked,) = _row("SELECT statement_timestamp()")
        while consistent_through() < asked:
            time.sleep(0.05)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _row(query: str) -> tuple:
    return prepared.rows(query)[0]
