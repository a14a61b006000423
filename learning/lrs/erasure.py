"""Taking a person out of the record: wherever their identifier stands, a random one takes its place. Statements stay counted.

For people outside, whom credentials speak of by an address or an account elsewhere. Somebody with an account here is a random
key in the record already, and goes with the account (`website.privacy.erase`, which calls `strip`).

What is found are objects with the identifier, anywhere in a statement, extensions too. Free text, the ids of activities and
files that others brought are not searched. What the person said themselves loses its files, and every statement that is
changed its signature, which holds what was signed. States and agent profiles are deleted.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from core import audit, errors, transactions
from learning.lrs import agents, attachments, documents, erased, mentions, signatures, vocabulary
from learning.lrs.models import Attachment, Erasure, Statement, column
from learning.lrs.validation import actor

BATCH = 200  # statements in one transaction

Known = Callable[[Mapping[str, Any]], bool]


def pseudonymise(agent: dict, *, by: audit.Audited | None, told: Callable[[int], object] = int) -> int:
    """Put a pseudonym in the place of an agent, one for all of their statements. How many statements were changed.

    In batches that commit by themselves: what was broken off is gone on with, under the same pseudonym, by doing it again.
    From the beginning on nothing about them is taken in (`erased`). `told` hears the number after each batch. Raises `Invalid`
    for what is no agent, `DomainError` for an account of ours.
    """
    _judge(agent)
    erasure = _begin(agent, by)
    transactions.wait_for_writers()  # who was storing already has not heard of it
    number = 0
    while changed := _once_through(agent, erasure.pseudonym, told):
        number += changed  # again, for what others were storing meanwhile
    _end(agent, erasure, number, by)
    return number


@transaction.atomic
def strip(agent: dict) -> None:
    """Take from an account of ours what others have put beside it where it is the actor: a name, and files."""
    rows = Statement.objects.filter(actor=column(agents.ifi(agent)))
    for pks in _some(rows.exclude(source=Statement.Source.PLAYER)):
        _rewrite(pks, _knows(agent), lambda found: {key: found[key] for key in found if key != "name"})


def _judge(agent: Any) -> None:
    actor.agent(agent, "")
    if agent.get("account", {}).get("homePage") == vocabulary.people():
        message = _("This is an account here. It goes when its owner, or an administrator, closes it.")
        raise errors.DomainError(message, code="account_here")


@transaction.atomic
def _begin(agent: dict, by: audit.Audited | None) -> Erasure:
    erasure, is_new = Erasure.objects.select_for_update().get_or_create(
        digest=erased.digest(erased.who(agent)), defaults={"pseudonym": uuid.uuid4()}
    )
    if is_new:
        audit.record("agent.erase", erasure, by=by, after="begun")
    elif not erasure.pseudonym:  # done before: what has come since is somebody else's as far as anybody can tell
        erasure.pseudonym = uuid.uuid4()
        erasure.save(update_fields=["pseudonym"])
    return erasure


def _once_through(agent: dict, pseudonym: uuid.UUID | None, told: Callable[[int], object]) -> int:
    number = 0
    account = {"homePage": f"{settings.XAPI_IRI_BASE}/erased", "name": str(pseudonym)}
    for pks in _some(_mentioning(agent)):
        number += _rewrite(pks, _knows(agent), lambda found: _other_than_who(found) | {"account": account})
        told(number)
    return number


@transaction.atomic
def _end(agent: dict, erasure: Erasure, number: int, by: audit.Audited | None) -> None:
    """Nothing leads from the erased to the pseudonym any more."""
    for each in [agent, *([{"mbox_sha1sum": erased.address_sum(agent)}] if "mbox" in agent else [])]:
        documents.of(each).delete()
    erasure.pseudonym = None
    erasure.save(update_fields=["pseudonym"])
    audit.record("agent.erase", erasure, by=by, before="begun", after=f"{number} statements")


# Finding ------------------------------------------------------------------------------------------


def _mentioning(agent: dict) -> QuerySet[Statement]:
    """Statements in whose text the identifier stands: more than speak of the agent, and none less. Reads them all once."""
    condition = Q()
    for texts in _texts(agent):
        condition &= Q(*(Q(text__contains=written) for text in texts for written in _as_json(text)), _connector=Q.OR)
    return Statement.objects.annotate(text=Cast("body", TextField())).filter(condition)


def _texts(agent: dict) -> list[list[str]]:
    """One of each list stands in a statement that speaks of them. An address stands there too as the sum of it."""
    if account := agent.get("account"):
        return [[account["homePage"]], [account["name"]]]
    if openid := agent.get("openid"):
        return [[openid]]
    total = erased.address_sum(agent)
    return [[total, total.upper(), *([agent["mbox"]] if "mbox" in agent else [])]]


def _as_json(text: str) -> set[str]:
    """As a database may have it: SQLite keeps what was written, with escapes or with letters."""
    return {json.dumps(text), json.dumps(text, ensure_ascii=False)}


def _some(rows: QuerySet[Statement]) -> Iterator[list[uuid.UUID]]:
    """The keys of some rows at a time, in their order."""
    keys = rows.order_by("pk").values_list("pk", flat=True)
    pks = list(keys[:BATCH])
    while pks:
        yield pks
        pks = list(keys.filter(pk__gt=pks[-1])[:BATCH])


# Rewriting ----------------------------------------------------------------------------------------


@transaction.atomic
def _rewrite(pks: Sequence[uuid.UUID], is_them: Known, other: Callable[[dict], dict]) -> int:
    """Under the lock of the rows. How many were changed."""
    rows = Statement.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    changed = [row for row in rows if _change(row, is_them, other)]
    _save(changed)
    return len(changed)


def _save(rows: Sequence[Statement]) -> None:
    """The one place where statements that are here are written again: what is derived of a body is derived anew."""
    for row in rows:
        row.actor = column(agents.ifi(row.body["actor"]))
    Statement.objects.bulk_update(rows, ["body", "actor"], batch_size=BATCH)
    mentions.renew(rows)


def _change(row: Statement, is_them: Known, other: Callable[[dict], dict]) -> bool:
    before, is_theirs = row.body, is_them(row.body["actor"])
    replaced = _replaced(before, is_them, other)
    if replaced != before or is_theirs:
        row.body = _without_files(row, replaced, all_of_them=is_theirs)
    return row.body != before


def _replaced(value: Any, is_them: Known, other: Callable[[dict], dict]) -> Any:
    if isinstance(value, list):
        return [_replaced(item, is_them, other) for item in value]
    if not isinstance(value, dict):
        return value
    value = other(value) if is_them(value) else value
    return {key: _replaced(item, is_them, other) for key, item in value.items()}


def _without_files(row: Statement, body: dict, *, all_of_them: bool) -> dict:
    """What the person brought, or whoever signed what is no longer said. A file goes with the last statement that brought it."""
    gone = {each["sha2"].lower() for _path, each in attachments.said([body]) if all_of_them or _is_signature(each)}
    if not gone:
        return body
    Attachment.statements.through.objects.filter(statement=row, attachment__in=gone).delete()
    attachments.drop_unused(gone)
    return _without(body, gone)


def _without(said: dict, gone: set[str]) -> dict:
    left = [each for each in said.get("attachments", ()) if each["sha2"].lower() not in gone]
    said = {key: value for key, value in said.items() if key != "attachments"} | ({"attachments": left} if left else {})
    if said["object"].get("objectType") == "SubStatement":
        said["object"] = _without(said["object"], gone)
    return said


def _is_signature(attachment: dict) -> bool:
    return attachment["usageType"] == signatures.USAGE


def _knows(agent: dict) -> Known:
    them = erased.who(agent)
    return lambda value: erased.who(value) == them


def _other_than_who(value: dict) -> dict:
    return {key: item for key, item in value.items() if key != "name" and key not in agents.IDENTIFIERS}
