"""Taking words out of the search's index for good: an index that is quick to write leaves what was deleted lying about."""

from __future__ import annotations

from functools import partial

from django.db import connection, transaction

TABLE = "wagtailsearch_indexentry_fts"
PATIENCE, AS_EVER = 500, 20_000  # milliseconds that SQLite waits for others; the second is the settings' own


def forget() -> None:
    """After an entry was deleted or changed, in the same transaction.

    SQLite's FTS5 only notes that words are gone, and drops them when their parts of the index are merged (FTS5, 6.8:
    “optimize”; “secure-delete” needs 3.42). Its log holds them until it is emptied. On PostgreSQL what is deleted cannot
    be read by any query, and goes with the next vacuum.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s AND sql LIKE 'CREATE VIRTUAL%%'", [TABLE])
        if cursor.fetchone():  # not where tests make tables without migrations
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608 - a name of ours
    transaction.on_commit(partial(_empty_log, connection.alias), robust=True)


def _empty_log(alias: str) -> None:
    """Write what stands in the log into the file, and cut it off. Where somebody still reads in it, the next one does it."""
    log = transaction.get_connection(alias)
    if log.in_atomic_block:  # a test's
        return
    with log.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {AS_EVER}")
