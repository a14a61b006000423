"""Reading: statements by filter, newest first, in pages that lose and repeat nothing.

A page ends at a place, the time and id of its last row, never at a number of rows, and sooner where they are long; the
cursor carries the place and the filters, signed. Rows that others could still be put before are left for the next page:
those stored since the oldest transaction that was open when the question came (core/transactions.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core import errors, transactions
from learning.lrs import agents, credentials, weights
from learning.lrs.models import REFERRING, Credential, Mention, Statement, column

MOST = 500  # statements of a page
CHAIN = 4  # links that are followed from a statement that refers to others
SALT = "learning.lrs.queries"


@dataclass(frozen=True)
class Filter:
    """What is asked for. `since` is exclusive and `until` inclusive, both by the time of storing."""

    agent: str = ""
    related_agents: bool = False
    verb: str = ""
    activity: str = ""
    related_activities: bool = False
    registration: str = ""
    since: str = ""
    until: str = ""
    credential: int = 0
    limit: int = MOST
    ascending: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it asks for what a statement says, and not only for when it was stored."""
        return bool(self.agent or self.verb or self.activity or self.registration)


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
    through: datetime | None = None,
) -> tuple[list[Statement], str]:
    """Statements, and the cursor of the next page (empty at the end).

    With an id, that one statement or none: `statement_id` finds only what is not voided, `voided_statement_id` only what
    is. With `cursor`, the next page of an earlier question; the other filters are then its own. `credential` keeps to the
    statements that it stored. `agent` is the actor, the object, or a member of a group that is; with `related_agents` and
    `related_activities` also those of the context, of a statement inside, and the authority (2.1.3).
    `through` is `transactions.consistent_through`, where the caller has asked already.
    Raises `errors.DomainError` for a cursor that is not ours.
    """
    if wanted := statement_id or voided_statement_id:
        rows = Statement.objects.filter(pk=wanted, is_voided=bool(voided_statement_id))
        return list(rows.filter(credential=credential) if credential else rows), ""
    if cursor:
        asked, place = _read(cursor)
        asked = replace(asked, credential=credential.pk if credential else 0)
        return _page(asked, place, through)
    asked = Filter(
        agent=agents.ifi(agent) if agent else "",
        related_agents=related_agents,
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
    return _page(asked, None, through)


def _page(asked: Filter, place: Place | None, through: datetime | None) -> tuple[list[Statement], str]:
    settled = Q(stored__lte=through or transactions.consistent_through())
    rows = _in_order(asked, [row for way in _ways(asked, Way(settled)) for row in _first(asked, place, way)])
    if asked.narrows and _anything_refers(asked, place, rows, settled):
        rows = _in_order(asked, [*rows, *_first(asked, place, Way(settled & _refers(asked)))])
    page = weights.take(rows[: asked.limit])
    return page, _cursor(asked, page[-1]) if page and page[-1] != rows[-1] else ""


def _first(asked: Filter, place: Place | None, way: Way) -> list[Statement]:
    """One more than a page has, of those that match in this way."""
    sign = "" if asked.ascending else "-"
    rows = _rows(asked, place, way).order_by(f"{sign}{way.stored}", f"{sign}{way.key}")
    return list(weights.weighed(rows)[: asked.limit + 1])


def _rows(asked: Filter, place: Place | None, way: Way) -> QuerySet[Statement]:
    rows = Statement.objects.filter(_window(asked, way), way.condition, is_voided=False)
    return rows.filter(_beyond(place, asked.ascending, way)) if place else rows


def _in_order(asked: Filter, found: Sequence[Statement]) -> list[Statement]:
    """Each once."""
    return sorted({row.pk: row for row in found}.values(), key=lambda row: (row.stored, row.pk), reverse=not asked.ascending)


def _anything_refers(asked: Filter, place: Place | None, found: Sequence[Statement], settled: Q) -> bool:
    """Whether any reference lies within the page: on most there is none, and that is far cheaper to know than which match."""
    references = _rows(asked, place, Way(settled & REFERRING))
    if len(found) > asked.limit:
        references = references.filter((f"stored__{'lte' if asked.ascending else 'gte'}", found[asked.limit].stored))
    return references.exists()


# Matching -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """One way to match, asked for by itself: one index, of the statements or of the mentions, serves it and gives the order."""

    condition: Q = Q()  # noqa: RUF009 - never changed
    joins: bool = False  # to the mentions, whose index then gives the order
    may_join: bool = True

    @property
    def stored(self) -> str:
        return "mention__stored" if self.joins else "stored"

    @property
    def key(self) -> str:
        return "mention__statement_id" if self.joins else "id"

    def where(self, condition: Q) -> Way:
        return replace(self, condition=self.condition & condition)

    def mentioning(self, text: str, kinds: Sequence[str]) -> Way:
        if self.may_join:
            mention = Q(mention__value=column(text), mention__kind__in=kinds)
            return replace(self, condition=self.condition & mention, joins=True, may_join=False)
        return self.where(Q(Exists(Mention.objects.filter(statement=OuterRef("pk"), value=column(text), kind__in=kinds))))


def _ways(asked: Filter, way: Way) -> list[Way]:
    """All ways in which what a statement says can match."""
    if asked.verb:
        way = way.where(Q(verb=column(asked.verb)))
    if asked.registration:
        way = way.where(Q(registration=asked.registration))
    ways = [way]
    if asked.agent:
        ways = [found for way in ways for found in _about_agent(asked, way)]
    if asked.activity:
        ways = [found for way in ways for found in _about_activity(asked, way)]
    return ways


def _about_agent(asked: Filter, way: Way) -> list[Way]:
    kinds = [Mention.Kind.PARTY, Mention.Kind.AGENT] if asked.related_agents else [Mention.Kind.PARTY]
    ways = [way.where(Q(actor=column(asked.agent))), way.mentioning(asked.agent, kinds)]
    vouched = credentials.vouched_for_by(asked.agent) if asked.related_agents else None
    return [*ways, way.where(vouched)] if vouched else ways


def _about_activity(asked: Filter, way: Way) -> list[Way]:
    ways = [way.where(Q(activity=column(asked.activity)))]
    return [*ways, way.mentioning(asked.activity, [Mention.Kind.ACTIVITY])] if asked.related_activities else ways


def _refers(asked: Filter) -> Q:
    """2.1.3: a statement that refers to a matching one matches, also where that one was voided; and what refers to it too.

    Whoever reads only what they wrote learns nothing of what they point at.
    """
    matching = reduce(or_, [way.condition for way in _ways(asked, Way(may_join=False))])
    condition, theirs = matching, _by(asked)
    for _link in range(CHAIN):
        reached = Q(Exists(Statement.objects.filter(theirs, condition, pk=OuterRef("target")).order_by()))
        condition = matching | reached
    return REFERRING & reached


# Order --------------------------------------------------------------------------------------------


def _window(asked: Filter, way: Way) -> Q:
    """When it was stored, and by whom."""
    condition = _by(asked)
    if asked.since:
        condition &= Q((f"{way.stored}__gt", datetime.fromisoformat(asked.since)))
    if asked.until:
        condition &= Q((f"{way.stored}__lte", datetime.fromisoformat(asked.until)))
    return condition


def _by(asked: Filter) -> Q:
    return Q(credential=asked.credential) if asked.credential else Q()


def _beyond(place: Place, ascending: bool, way: Way) -> Q:
    """After the place, in the order of the page. The first condition is for the index, which knows no rows of two."""
    side, stored = "gt" if ascending else "lt", datetime.fromisoformat(place.stored)
    later = Q((f"{way.stored}__{side}", stored)) | Q((f"{way.key}__{side}", place.id))
    return Q((f"{way.stored}__{side}e", stored)) & later


def _cursor(asked: Filter, last: Statement) -> str:
    place = Place(last.stored.isoformat(), str(last.id))
    return signing.dumps([asdict(asked), asdict(place)], salt=SALT, compress=True)


def _read(cursor: str) -> tuple[Filter, Place]:
    try:
        asked, place = signing.loads(cursor, salt=SALT)
        return Filter(**asked), Place(**place)
    except (signing.BadSignature, TypeError, ValueError):
        raise errors.DomainError(_("This is not an address that we gave for more statements."), code="bad_cursor") from None
