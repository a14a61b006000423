"""Whoever was taken out of the record comes in no more: known again by a keyed digest, and by nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import encryption, errors
from learning.lrs.models import Erasure

PURPOSE = "learning.lrs.erasure"
MOST_ASKED = 10_000  # digests in one query
ARE_ANY = "EXISTS (SELECT 1 FROM learning_erasure)"  # in SQL: while there are none, nobody need be asked for


class Erased(errors.DomainError):
    """Of somebody who was taken out."""

    code = "erased"
    message = _("This is about somebody who was erased from this record. Nothing about them is taken into it again.")


def refuse(said: Sequence[dict]) -> None:
    """Raises `Erased` if any of these valid statements speaks of somebody who was erased. One query."""
    if spoken_of(said):
        raise Erased


def refuse_agent(ifi: str) -> None:
    """Raises `Erased` if this identifier, as `agents.ifi` writes it, is of somebody who was erased."""
    kind, _bar, value = ifi.partition("|")
    if Erasure.objects.filter(digest=digest(ifi if kind == "account" else who({kind: value}))).exists():
        raise Erased


def spoken_of(said: Sequence[dict]) -> set[int]:
    """The places, in the batch, of statements that speak of somebody who was erased."""
    spoken = [{digest(name) for name in map(who, _objects(statement)) if name} for statement in said]
    erased = _erased([*set().union(*spoken)])
    return {place for place, digests in enumerate(spoken) if digests & erased}


def _erased(digests: Sequence[str]) -> set[str]:
    """Those of whoever was erased. Some at a time: no database takes as many values as a request can name."""
    some = [digests[start : start + MOST_ASKED] for start in range(0, len(digests), MOST_ASKED)]
    found = [Erasure.objects.filter(digest__in=each).values_list("digest", flat=True) for each in some]
    return set().union(*found)


def who(value: Mapping[str, Any]) -> str:
    """Whom an object names, in one text; empty if nobody. An address and the sum of it are the same person."""
    account, openid = value.get("account"), value.get("openid")
    if isinstance(account, dict) and {"homePage", "name"} <= account.keys():
        return f"account|{account['homePage']}|{account['name']}"
    if isinstance(openid, str):
        return f"openid|{openid}"
    total = address_sum(value)
    return f"mbox_sha1sum|{total}" if total else ""


def address_sum(value: Mapping[str, Any]) -> str:
    """The SHA-1 of an address with its mailto:, as xAPI has it (2.4.2.3); empty where there is none."""
    if isinstance(mbox := value.get("mbox"), str):
        return hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()
    total = value.get("mbox_sha1sum")
    return total.lower() if isinstance(total, str) else ""


def digest(name: str) -> str:
    """What is kept of a name that `who` gave. Nobody can try names out without the key."""
    return encryption.blind_index(name, purpose=PURPOSE)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every JSON object of a statement, from the outside in."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(item)
