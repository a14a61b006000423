"""The audit trail: who did what to what, under random keys, append-only.

Triggers refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL). They are installed after every migrate and not in a
migration, because Django remakes a table on SQLite for a later AlterField and the triggers go with it, silently.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from core import request_id
from core.models import AuditEvent


class Audited(Protocol):
    """Whoever or whatever the trail can speak of: it has a random key that is not its name."""

    @property
    def audit_key(self) -> uuid.UUID: ...


TABLE = AuditEvent._meta.db_table
REFUSAL = "The audit trail is append-only: rows are never changed or deleted (core/audit.py)."


def record(act: str, subject: models.Model, *, by: Audited | None = None, before: str = "", after: str = "") -> AuditEvent:
    """Write one act down. `by` is None when the system acts by itself, or somebody who was promised to stay unknown.

    Then it keeps no id of the request either: proxies write that into their logs, beside an address.
    """
    event = _event(act, subject, by, before, after)
    event.save(force_insert=True)
    return event


def record_all(act: str, moved: Iterable[tuple[models.Model, str, str]], *, by: Audited | None = None) -> None:
    """Write down the same act on many subjects, each with its state before and after, in few statements."""
    AuditEvent.objects.bulk_create([_event(act, subject, by, before, after) for subject, before, after in moved], batch_size=500)


def latest(subject: models.Model, *, besides: Iterable[str] = ()) -> int:
    """The number of the last act on it, 0 before the first. Whoever decides on what they saw can say which state that was.

    `besides`: acts that changed nothing, such as looking.
    """
    events = AuditEvent.objects.filter(subject=subject.audit_key).exclude(act__in=besides)  # type: ignore[attr-defined]
    return events.order_by("-pk").values_list("pk", flat=True).first() or 0


def _event(act: str, subject: models.Model, by: Audited | None, before: str, after: str) -> AuditEvent:
    return AuditEvent(
        act=act,
        actor=by.audit_key if by else None,
        subject_kind=subject._meta.label_lower,
        subject=subject.audit_key,  # type: ignore[attr-defined]
        before=before,
        after=after,
        request_id=request_id.current() if by else "",
    )


# Triggers ----------------------------------------------------------------------------------------

SQLITE = {
    f"{TABLE}_no_{act}": f"CREATE TRIGGER {TABLE}_no_{act} BEFORE {act} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for act in ["update", "delete"]
} | {
    # INSERT OR REPLACE deletes the row that is in its way, and SQLite asks no trigger of deletion about it.
    f"{TABLE}_no_replace": f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "  # noqa: S608 - a constant
    f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
}
REFUSE_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
)
POSTGRESQL = {
    f"{TABLE}_append_only": f"CREATE OR REPLACE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Put the triggers that are missing in place. Does nothing where the table does not exist yet."""
    connection = connections[using]
    if not table_exists(connection):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE_FUNCTION)
        for name in missing(using):
            cursor.execute(_triggers(connection)[name])


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The names of the triggers that should be there, switched on, and are not."""
    connection = connections[using]
    query = (
        # tgenabled D: switched off by ALTER TABLE … DISABLE TRIGGER
        "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [TABLE])
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in _triggers(connection) if name not in present]


@contextmanager
def triggers_lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Only for the tests, which empty the database between themselves."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _triggers(connection):
            on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
    try:
        yield
    finally:
        install(using)


def table_exists(connection: BaseDatabaseWrapper) -> bool:
    """Before the first migrate there is nothing to guard."""
    return TABLE in connection.introspection.table_names()


def _triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE
