"""Writing: all of a batch is stored, or nothing.

A statement is kept as received, with what the specification makes the store set. What a batch costs is in the README.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core import errors, transactions
from learning.lrs import activities, agents, bulk, credentials, equality, erased, mentions, validation, vocabulary
from learning.lrs.models import Credential, Mention, Statement, column
from learning.lrs.validation import types

VERSION = "2.0.0"
EARLIEST = datetime(1, 1, 2, tzinfo=UTC)  # a column's: before it not every clock of the world shows a date
UNSAID = {"1.0.3": "1.0.0", "2.0.0": "2.0.0"}  # 2.4.10: what a statement without a version is said to be


@dataclass(frozen=True)
class Draft:
    """The row that is to be and its mentions, without their time, and the statement as it was received."""

    row: Statement
    mentions: list[bulk.Row]
    statement: dict


@dataclass(frozen=True)
class Stored:
    """A row, and whether it is new: a repeated statement is found, not stored."""

    row: Statement
    created: bool


def store(
    statements: Sequence[dict],
    *,
    source: str,
    authority: dict,
    credential: Credential | None = None,
    version: str = VERSION,
    now: datetime | None = None,
) -> list[Stored]:
    """Validate and store a batch inside the caller's transaction; answer in the order given.

    Raises what `draft` and `keep` raise: then nothing is stored. `version` is the one of xAPI that they came under; `now`
    is for made-up history (the demonstration) and tests.
    """
    return keep(draft(statements, source=source, authority=authority, credential=credential, version=version), now=now)


def draft(
    statements: Sequence[dict], *, source: str, authority: dict, credential: Credential | None = None, version: str = VERSION
) -> list[Draft]:
    """Validate a batch, and make its rows, which bear no time yet: what needs no transaction, and holds up nobody.

    Raises `validation.Invalid` for a statement that is none.
    """
    _validate(statements, version)
    vouched: dict[str, Any] = {"source": source, "credential": credential}
    said = ({"version": UNSAID[version]} | statement | {"authority": authority} for statement in statements)
    rows = [_row(_body(body), **vouched) for body in said]
    drafts = [Draft(row, [*mentions.of(row)], statement) for row, statement in zip(rows, statements, strict=True)]
    if len({draft.row.id for draft in drafts}) < len(drafts):  # IEEE 4.1.6.1
        raise validation.Invalid("id", _("Two statements of this batch have the same id."))
    return drafts


def keep(drafts: Sequence[Draft], *, now: datetime | None = None) -> list[Stored]:
    """Store inside the caller's transaction; answer in the order given.

    Raises `errors.Conflict` for an id that already says something else, and `erased.Erased` for somebody who was taken
    out: then nothing is stored.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Statements are stored inside a transaction of the caller's.")
    moment, are_any_erased = transactions.moment(asking=erased.ARE_ANY)
    if are_any_erased:  # our own player speaks of accounts here, which are erased with their owners
        erased.refuse([draft.statement for draft in drafts if draft.row.credential_id])
    for place, draft in enumerate(drafts):
        _stamp(draft, (now or moment) + timedelta(microseconds=place))
    rows = [draft.row for draft in drafts]
    new = _insert(drafts)
    known = Statement.objects.in_bulk({row.id for row in rows} - {row.id for row in new})
    if len(new) + len(known) < len(rows):
        raise errors.Conflict(_("One of these statements was being deleted. Send them again."), code="statement_gone")
    _refuse_conflicts(drafts, known)
    _void(rows)
    activities.learn([row.body for row in new if _may_teach(row)])
    return [Stored(known.get(row.id, row), row.id not in known) for row in rows]


# Judging ------------------------------------------------------------------------------------------


def _validate(statements: Sequence[dict], version: str) -> None:
    for place, statement in enumerate(statements):
        validation.check(statement, f"[{place}]" if len(statements) > 1 else "", spec=version)


def _refuse_conflicts(drafts: Iterable[Draft], known: dict[uuid.UUID, Statement]) -> None:
    """2.3.1: what is here never changes. Compared as received: a time that the store would set makes no difference."""
    for draft in drafts:
        here = known.get(draft.row.id)
        if here and not equality.is_same(draft.statement, here.body):
            raise errors.Conflict(
                _("There is another statement with the id %(id)s.") % {"id": here.id}, code="statement_conflict"
            )


# Writing ------------------------------------------------------------------------------------------


def _row(body: dict, *, source: str, credential: Credential | None) -> Statement:
    about, context = body["object"], body.get("context", {})
    kind = about.get("objectType", "Activity")
    return Statement(
        id=uuid.UUID(body["id"]),
        actor=column(agents.ifi(body["actor"])),
        verb=column(body["verb"]["id"]),
        activity=column(about["id"]) if kind == "Activity" else "",
        parent=column(_parent(context)),
        registration=_uuid(context.get("registration")),
        session=_uuid(context.get("extensions", {}).get(vocabulary.SESSION_ID)),
        target=uuid.UUID(about["id"]) if kind == "StatementRef" else None,
        source=source,
        credential=credential,
        body=body,
    )


def _body(statement: dict) -> dict:
    """2.4.1, 2.4.10: what the store sets, but for the times. Everything else stays as it was received."""
    return _with_context({"id": str(uuid.uuid4())} | statement)


def _stamp(draft: Draft, stored: datetime) -> None:
    """2.4.7, 2.4.8: when it was stored, which is when it happened where it does not say so."""
    row, written = draft.row, _written(stored)
    row.stored = stored
    for mention in draft.mentions:
        mention["stored"] = stored
    row.body["stored"] = written
    row.body["timestamp"] = _in_utc(row.body.get("timestamp")) or written
    row.timestamp = max(types.instant(row.body["timestamp"], "timestamp"), EARLIEST)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _in_utc(timestamp: str | None) -> str:
    """IEEE 4.2.7: kept in UTC. What is in UTC already stays as it was written."""
    if not timestamp or timestamp.endswith("Z"):
        return timestamp or ""
    return _written(types.instant(timestamp, "timestamp"))


def _with_context(body: dict) -> dict:
    """Of the statement, and of the one inside it."""
    if "context" in body:
        body = body | {"context": _with_lists(body["context"])}
    if body["object"].get("objectType") == "SubStatement":
        body = body | {"object": _with_context(body["object"])}
    return body


def _with_lists(context: dict) -> dict:
    """2.4.6.2: a single context activity is given back as a list of one."""
    kinds = context.get("contextActivities")
    if not kinds or all(isinstance(one, list) for one in kinds.values()):
        return context
    return context | {"contextActivities": {kind: one if isinstance(one, list) else [one] for kind, one in kinds.items()}}


def _parent(context: dict) -> str:
    parents = context.get("contextActivities", {}).get("parent")
    return parents[0]["id"] if parents else ""


def _uuid(text: Any) -> uuid.UUID | None:
    return uuid.UUID(text) if isinstance(text, str) and types.UUID.match(text) else None


def _may_teach(row: Statement) -> bool:
    """Whether the store learns from it what its activities are."""
    return credentials.may_define(row.credential) if row.credential else row.verb in vocabulary.DESCRIBING


# 2.3.2: the voiding statement may have come before the one that it voids.
HAS_BEEN_VOIDED = " ".join(
    [
        f"said.verb <> '{vocabulary.VOIDED}'",
        "AND EXISTS (SELECT 1 FROM learning_statement v WHERE v.target = said.id",
        f"AND v.verb = '{vocabulary.VOIDED}')",
    ]
)


def _insert(drafts: Sequence[Draft]) -> list[Statement]:
    """Those whose id was not there. One that another request is storing at this moment is waited for."""
    said = bulk.Rows(Statement, [bulk.row(draft.row) for draft in drafts])
    mentioned = bulk.Rows(Mention, [mention for draft in drafts for mention in draft.mentions])
    answered = bulk.insert(said, beside=mentioned, is_voided=HAS_BEEN_VOIDED)
    inserted = {uuid.UUID(str(key)): bool(is_voided) for key, is_voided in answered}
    new = [draft.row for draft in drafts if draft.row.id in inserted]
    for row in new:
        row.is_voided = inserted[row.id]
        row._state.adding, row._state.db = False, connection.alias
    return new


# Voiding (2.3.2) ----------------------------------------------------------------------------------


def _void(rows: Sequence[Statement]) -> None:
    """Mark what these void. Voiding a voiding statement changes nothing; nor does its repetition."""
    targets = {row.target for row in rows if row.target and row.verb == vocabulary.VOIDED}
    if not targets:
        return
    for row in rows:
        row.is_voided |= row.id in targets and row.verb != vocabulary.VOIDED
    Statement.objects.filter(pk__in=targets).exclude(verb=vocabulary.VOIDED).update(is_voided=True)
