"""The one door through which a state changes.

A model says in `MOVES` which states may follow which: `{Status.DRAFT: {Status.SENT}, Status.SENT: set()}`.
Lock, judge, move, in that order and in one transaction:

    with transaction.atomic():
        claim = workflow.lock(claim)
        …judge…
        workflow.move(claim, Claim.Status.APPROVED, by=pat, act="approve", approved_at=now)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.apps import apps
from django.db import models, transaction
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext as _

from core import audit
from core.errors import WrongState

Row = TypeVar("Row", bound=models.Model)


def lock(row: Row) -> Row:
    """The row as it stands now, held until the transaction ends. Outside a transaction a lock would be a lie."""
    using = row._state.db
    if not transaction.get_connection(using).in_atomic_block:
        raise TransactionManagementError("workflow.lock() holds a row until the end of a transaction: open one.")
    # `of`: PostgreSQL refuses to lock the far side of an outer join.
    return type(row)._base_manager.using(using).select_for_update(of=("self",)).get(pk=row.pk)


def judge(row: models.Model, to: str) -> None:
    """Refuse a state that does not follow from the present one."""
    if to not in moves_of(type(row)).get(row.status, ()):  # type: ignore[attr-defined]
        raise WrongState(_("This cannot be done now. The present state is: %(state)s.") % {"state": _state(row)})


def move(row: Row, to: str, *, by: audit.Audited | None, act: str, **fields: Any) -> Row:
    """Judge, write the status and the given fields and nothing else, and leave an audit row."""
    judge(row, to)
    before = row.status  # type: ignore[attr-defined]
    for name, value in {"status": to, **fields}.items():
        setattr(row, name, value)
    with transaction.atomic(using=row._state.db):
        row.save(update_fields=["status", *fields])
        audit.record(act, row, by=by, before=str(before), after=str(to))
    return row


def move_all(queryset: models.QuerySet[Row], to: str, *, by: audit.Audited | None, act: str, **fields: Any) -> int:
    """Move every row of a set, or none: the first that may not go refuses for all. Answers how many went."""
    with transaction.atomic(using=queryset.db):
        rows = list(queryset.order_by("pk").select_for_update())
        for row in rows:
            judge(row, to)
        moved = [(row, str(row.status), str(to)) for row in rows]  # type: ignore[attr-defined]
        _write(queryset, [row.pk for row in rows], {"status": to, **fields})
        audit.record_all(act, moved, by=by)
    return len(rows)


def move_each(rows: Sequence[Row], to: str, *, by: audit.Audited | None, act: str, also: Sequence[str] = ()) -> None:
    """Move rows that are locked already, with what each holds in the fields `also`: all, or none."""
    for row in rows:
        judge(row, to)
    moved = [(row, str(row.status), str(to)) for row in rows]  # type: ignore[attr-defined]
    for row in rows:
        row.status = to  # type: ignore[attr-defined]
    if rows:
        with transaction.atomic(using=rows[0]._state.db):
            type(rows[0])._base_manager.bulk_update(rows, ["status", *also], batch_size=500)
            audit.record_all(act, moved, by=by)


def moves_of(model: type[models.Model]) -> dict[str, set[str]]:
    """The diagram of a model: which states may follow which."""
    return model.MOVES  # type: ignore[attr-defined]


def models_with_moves() -> list[type[models.Model]]:
    """Every model that has a diagram; the tests try each pair of each."""
    return [model for model in apps.get_models() if hasattr(model, "MOVES")]


def _write(queryset: models.QuerySet, pks: list, values: dict[str, Any], size: int = 500) -> None:
    """By keys and in pieces: the set itself may filter on the status that is being changed."""
    manager = queryset.model._base_manager.using(queryset.db)
    for start in range(0, len(pks), size):
        manager.filter(pk__in=pks[start : start + size]).update(**values)


def _state(row: models.Model) -> str:
    return str(row.get_status_display())  # type: ignore[attr-defined]
