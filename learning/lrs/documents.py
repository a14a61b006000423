"""State, agent profiles and activity profiles: bytes under a name, merged where both sides are JSON objects.

Communication 2.2, 2.3, 2.6, 2.7 and 3.1 of xAPI 1.0.3; IEEE 9274.1.1, 4.1.4 and 4.1.6. Whoever overwrites says what, and
that is judged under the lock of the row and in the transaction that writes it. Of two who create the same document at
once one is first; the other's request is then judged by what is there.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import errors, transactions
from learning.lrs import agents, erased
from learning.lrs.models import Document, column

Kind = Document.Kind
JSON = "application/json"
FIRST = "1.0.3"  # the version whose rules of overwriting differ
UTF_8 = {"", "utf-8", "utf8", "us-ascii", "ascii"}
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]*)", re.IGNORECASE)
# U+0000 as JSON escapes it, and half of a surrogate pair.
UNWRITABLE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000|[\ud800-\udfff]")


class Unreadable(errors.DomainError):
    """It says that it is JSON and is none, or JSON that cannot be merged."""

    code = "invalid_document"


class Changed(errors.DomainError):
    """A condition of the request does not hold."""

    code = "precondition_failed"
    message = _("This document is not, or no longer, what the condition says. Read it again, then decide again.")


@dataclass(frozen=True)
class Place:
    """Where documents stand: beside an activity, an agent, or both; a state perhaps within a registration."""

    kind: str
    activity: str = ""
    agent: str = ""  # agents.ifi
    registration: uuid.UUID | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.kind, self.activity, self.agent]).encode()).hexdigest()


@dataclass(frozen=True)
class Content:
    body: bytes
    type: str

    @property
    def is_json(self) -> bool:
        return self.type.partition(";")[0].strip().lower() == JSON


@dataclass(frozen=True)
class Condition:
    """If-Match and If-None-Match: tags in quotes, or a star for whatever there is."""

    match: tuple[str, ...] = ()
    none_match: tuple[str, ...] = ()

    def judge(self, row: Document | None) -> None:
        tags = {"*", row.etag} if row else set()
        if (self.match and tags.isdisjoint(self.match)) or not tags.isdisjoint(self.none_match):
            raise Changed


ANY = Condition()

# Reading ------------------------------------------------------------------------------------------


def get(place: Place, name: str) -> Document | None:
    return _at(place, name).first()


def names(place: Place, since: datetime | None = None) -> list[str]:
    """What there is, of one registration or of all; with `since`, what was written after it."""
    rows = _all(place)
    if since:
        rows = rows.filter(updated__gt=since)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


def of(agent: dict) -> QuerySet[Document]:
    """Everything kept about an agent."""
    return Document.objects.filter(agent=column(agents.ifi(agent)))


# Writing ------------------------------------------------------------------------------------------


def put(place: Place, name: str, content: Content, condition: Condition = ANY, *, version: str) -> None:
    """Keep the content, in place of what is there.

    Raises Changed where a condition fails; Conflict where something is there and no condition was given; TooLarge;
    Erased for a new one about somebody who was erased; Unreadable for JSON that is none. The versions differ in what has to
    be said: `_require_condition`.
    """
    _judge(content)
    _again(lambda: _put(place, name, content, condition, version))


def merge(place: Place, name: str, content: Content, condition: Condition = ANY) -> None:
    """2.2: members of a JSON object take the place of those of the same name; where nothing is there, this is kept.

    Raises as `put`, and Unreadable where both sides are not JSON objects.
    """
    _judge(content)
    if content.is_json:
        _object(content)
    _again(lambda: _merge(place, name, content, condition))


@transactions.in_turn()
@transaction.atomic
def delete(place: Place, name: str, condition: Condition = ANY) -> None:
    """What is not there is gone already. Raises Changed."""
    row = _at(place, name).select_for_update().first()
    condition.judge(row)
    if row:
        row.delete()


@transactions.in_turn()
@transaction.atomic
def delete_all(place: Place) -> None:
    """2.3: all states of an agent in an activity, of one registration or of all."""
    _all(place).delete()


@transaction.atomic
def _put(place: Place, name: str, content: Content, condition: Condition, version: str) -> None:
    row = _at(place, name).select_for_update().first()
    condition.judge(row)
    if condition == ANY:
        _require_condition(place.kind, row, version)
    _write(row or _new(place, name), content)


@transaction.atomic
def _merge(place: Place, name: str, content: Content, condition: Condition) -> None:
    row = _at(place, name).select_for_update().first()
    condition.judge(row)
    _write(row or _new(place, name), _merged(row, content) if row else content)


def _require_condition(kind: str, row: Document | None, version: str) -> None:
    """3.1 asks it of profiles, new ones too; IEEE 4.1.4 of whatever is overwritten."""
    if version == FIRST and kind == Kind.STATE:
        return
    if row:
        message = _("There is such a document. Send its ETag in If-Match to overwrite what you have read, or read it first.")
        raise errors.Conflict(message, code="document_exists")
    if version == FIRST:
        message = _("Say what you overwrite: send If-Match with the ETag that you read, or If-None-Match: * for a new document.")
        raise errors.DomainError(message, code="precondition_required")


@transactions.in_turn()
def _again(act: Callable[[], None]) -> None:
    """Once more if another request created the document since we looked: then there is one to be judged by."""
    try:
        act()
    except IntegrityError:
        act()


def _write(row: Document, content: Content) -> None:
    row.content, row.content_type, row.updated = content.body, content.type, timezone.now()
    row.save()


def _new(place: Place, name: str) -> Document:
    if place.agent:
        erased.refuse_agent(place.agent)
    return Document(
        kind=place.kind,
        place=place.digest,
        activity=place.activity,
        agent=column(place.agent),
        registration=place.registration,
        name=name,
    )


def _at(place: Place, name: str) -> QuerySet[Document]:
    return Document.objects.filter(place=place.digest, registration=place.registration, name=name)


def _all(place: Place) -> QuerySet[Document]:
    rows = Document.objects.filter(place=place.digest)
    return rows.filter(registration=place.registration) if place.registration else rows


# Content ------------------------------------------------------------------------------------------


def _judge(content: Content) -> None:
    if len(content.body) > settings.LRS_DOCUMENT_BYTES:
        message = _("A document may have at most %(bytes)s bytes.")
        raise errors.TooLarge(message % {"bytes": settings.LRS_DOCUMENT_BYTES})
    if content.is_json:
        _parsed(content)


def _merged(row: Document, content: Content) -> Content:
    there = Content(row.body, row.content_type)
    if not (there.is_json and content.is_json):
        raise Unreadable(_("Only JSON can be merged with JSON: both documents must be of the type application/json."))
    both = json.dumps(_object(there) | _object(content), ensure_ascii=False, separators=(",", ":"))
    merged = Content(both.encode(), JSON)
    _judge(merged)
    return merged


def _object(content: Content) -> dict:
    found = _parsed(content)
    if type(found) is not dict:
        raise Unreadable(_("Only a JSON object can be merged."))
    return found


def _parsed(content: Content) -> Any:
    charset = CHARSET.search(content.type)
    if charset and charset[1].lower() not in UTF_8:
        raise Unreadable(_("JSON is sent in UTF-8."))
    try:
        text = content.body.decode()
        found = json.loads(text, parse_float=_finite, parse_constant=_finite)
        if "\\u" in text and UNWRITABLE.search(json.dumps(found, ensure_ascii=False)):
            raise ValueError("no text")
    except (ValueError, RecursionError):
        message = _("This is not JSON that can be read: it is malformed, not in UTF-8, nested too deeply, or no text.")
        raise Unreadable(message) from None
    return found


def _finite(text: str) -> float:
    """JSON has no infinity, and a number beyond what a float holds would become one."""
    number = float(text)
    if abs(number) == float("inf") or number != number:
        raise ValueError(text)
    return number
