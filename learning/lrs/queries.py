"""Reading: statements by filter, newest first, in pages that lose and repeat nothing.

A page ends at a place, the time and id of its last row, never at a number of rows; the cursor carries the place and
the filters, signed. Rows that others could still be put before are left for the next page (core/transactions.py).
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core import errors, transactions
from learning.lrs import agents
from learning.lrs.models import Credential, Statement, column

MOST = 500  # statements of a page
SALT = "learning.lrs.queries"


@dataclass(frozen=True)
class Filter:
    """What is asked for. `since` is exclusive and `until` inclusive, both by the time of storing."""

    agent: str = ""
    verb: str = ""
    activity: str = ""
    related_activities: bool = False
    registration: str = ""
    since: str = ""
    until: str = ""
    credential: int = 0
    limit: int = MOST
    ascending: bool = False


@dataclass(frozen=True)
class Place:
    """Where a page ended."""

    stored: str
    id: str


def find(
    *,
    statement_id: uuid.UUID | None = None,
    voided_statement_id: uuid.UUID | None = None,
    agent: dict | None = None,
    verb: str = "",
    activity: str = "",
    registration: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 0,
    ascending: bool = False,
    related_activities: bool = False,
    related_agents: bool = False,
    credential: Credential | None = None,
    cursor: str = "",
) -> tuple[list[Statement], str]:
    """Statements, and the cursor of the next page (empty at the end).

    With an id, that one statement or none: `statement_id` finds only what is not voided, `voided_statement_id` only what
    is. With `cursor`, the next page of an earlier question; the other filters are then its own. `credential` keeps to the
    statements that it stored. `related_activities` also finds statements whose parent the activity is;
    `related_agents` adds nothing yet. Raises `errors.DomainError` for a cursor that is not ours.
    """
    if wanted := statement_id or voided_statement_id:
        rows = Statement.objects.filter(pk=wanted, is_voided=bool(voided_statement_id))
        return list(rows.filter(credential=credential) if credential else rows), ""
    if cursor:
        asked, place = _read(cursor)
        asked = replace(asked, credential=credential.pk if credential else 0)
        return _page(asked, place)
    asked = Filter(
        agent=agents.ifi(agent) if agent else "",
        verb=verb,
        activity=activity,
        related_activities=related_activities,
        registration=str(registration or ""),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
        credential=credential.pk if credential else 0,
        limit=min(limit or MOST, MOST),
        ascending=ascending,
    )
    return _page(asked, None)


def _page(asked: Filter, place: Place | None) -> tuple[list[Statement], str]:
    rows = Statement.objects.filter(transactions.settled(), _window(asked), is_voided=False)
    if place:
        rows = rows.filter(_beyond(place, asked.ascending))
    matching = _matching(asked)
    found = list(_in_order(rows.filter(matching), asked.ascending)[: asked.limit + 1])
    if matching:
        found = _with_referring(found, rows, matching, asked)
    page = found[: asked.limit]
    return page, _cursor(asked, page[-1]) if len(found) > asked.limit else ""


def _with_referring(found: list[Statement], rows: QuerySet[Statement], matching: Q, asked: Filter) -> list[Statement]:
    """2.1.3: a statement that refers to a matching one belongs to the answer, also where that one was voided.

    Asked for by itself, so that each question has an index that serves it.
    """
    target = Statement.objects.filter(matching, pk=OuterRef("target")).order_by()
    referring = _in_order(rows.filter(Exists(target), target__isnull=False), asked.ascending)[: asked.limit + 1]
    both = {row.pk: row for row in [*found, *referring]}.values()
    return sorted(both, key=lambda row: (row.stored, row.pk), reverse=not asked.ascending)[: asked.limit + 1]


def _matching(asked: Filter) -> Q:
    """What a statement says. Empty where everything matches."""
    condition = Q()
    if asked.agent:
        condition &= Q(actor=column(asked.agent))
    if asked.verb:
        condition &= Q(verb=column(asked.verb))
    if asked.activity:
        condition &= _about(column(asked.activity), related=asked.related_activities)
    if asked.registration:
        condition &= Q(registration=asked.registration)
    return condition


def _window(asked: Filter) -> Q:
    """When it was stored, and by whom."""
    condition = Q(credential=asked.credential) if asked.credential else Q()
    if asked.since:
        condition &= Q(stored__gt=datetime.fromisoformat(asked.since))
    if asked.until:
        condition &= Q(stored__lte=datetime.fromisoformat(asked.until))
    return condition


def _about(activity: str, *, related: bool) -> Q:
    return Q(activity=activity) | Q(parent=activity) if related else Q(activity=activity)


def _in_order(rows: QuerySet[Statement], ascending: bool) -> QuerySet[Statement]:
    return rows.order_by("stored", "id") if ascending else rows.order_by("-stored", "-id")


def _beyond(place: Place, ascending: bool) -> Q:
    """After the place, in the order of the page. The first condition is for the index, which knows no rows of two."""
    stored = datetime.fromisoformat(place.stored)
    if ascending:
        return Q(stored__gte=stored) & (Q(stored__gt=stored) | Q(id__gt=place.id))
    return Q(stored__lte=stored) & (Q(stored__lt=stored) | Q(id__lt=place.id))


def _cursor(asked: Filter, last: Statement) -> str:
    place = Place(last.stored.isoformat(), str(last.id))
    return signing.dumps([asdict(asked), asdict(place)], salt=SALT, compress=True)


def _read(cursor: str) -> tuple[Filter, Place]:
    try:
        asked, place = signing.loads(cursor, salt=SALT)
        return Filter(**asked), Place(**place)
    except (signing.BadSignature, TypeError, ValueError):
        raise errors.DomainError(_("This is not an address that we gave for more statements."), code="bad_cursor") from None
