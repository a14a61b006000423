"""What waits for finance, oldest first: one list for each thing that a role lets somebody do with a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Min, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core import acts, money
from people.models import User
from recompense import checks, claims
from recompense.models import Claim, Line
from recompense.models.claims import ClaimQuerySet
from recompense.models.hands import STAFF

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BEFORE, AFTER = 2, 6  # how many neighbours of a claim its page shows


@dataclass(frozen=True)
class Queue:
    """Claims in one state. `act` is the one of `claims.ACTS` that takes a claim out of it."""

    act: str
    status: Claim.Status
    title: StrOrPromise
    short: StrOrPromise

    def claims(self) -> ClaimQuerySet:
        return Claim.objects.filter(status=self.status).order_by("submitted_at", "pk")

    def may_open(self, person: User) -> bool:
        return person.has_perm(STAFF[claims.ACTS[self.act].who])


QUEUES = [
    Queue("check", Claim.Status.SUBMITTED, _("Claims to check"), _("To check")),
    Queue("approve", Claim.Status.CHECKED, _("Claims to approve"), _("To approve")),
    Queue("pay", Claim.Status.APPROVED, _("Claims to pay"), _("To pay")),
]


@dataclass(frozen=True)
class Standing:
    """How much waits in a queue, in pounds, and since when."""

    count: int
    total: Decimal
    oldest: datetime | None

    @property
    def days(self) -> int:
        """Whole days in Europe/London since the oldest was sent."""
        return checks.days_since(self.oldest) if self.oldest else 0


@dataclass(frozen=True)
class Entry:
    """A claim as a list shows it. `why_not` says why the reader may not do what the list is for."""

    claim: Claim
    lines: list[Line]
    why_not: StrOrPromise = ""

    @property
    def total(self) -> Decimal:
        return money.pounds(sum(line.counted for line in self.lines))

    @property
    def days(self) -> int:
        return checks.days_waiting(self.claim)

    @property
    def target(self) -> int:
        """In how many days it should be paid, by the card that it was priced with."""
        return self.lines[0].rate.card.target_days_to_pay if self.lines else 0

    @property
    def days_over(self) -> int:
        return max(self.days - self.target, 0)

    @property
    def is_over_a_limit(self) -> bool:
        return any(map(checks.is_over_a_limit, self.lines))

    @property
    def came_late(self) -> bool:
        return bool(self.claim.late_reason)


def open_to(person: User) -> list[Queue]:
    return [queue for queue in QUEUES if queue.may_open(person)]


def of(claim: Claim) -> Queue | None:
    """The list that it waits in, if any."""
    return next((queue for queue in QUEUES if queue.status == claim.status), None)


def standing(queue: Queue) -> Standing:
    counted = Coalesce("allowed", "amount")
    found = Line.objects.filter(claim__status=queue.status).aggregate(total=Sum(counted), oldest=Min("claim__submitted_at"))
    return Standing(queue.claims().count(), money.pounds(found["total"] or 0), found["oldest"])


def entries(waiting: Iterable[Claim] | QuerySet[Claim], person: User, queue: Queue) -> list[Entry]:
    """For a page of claims: their lines, and what forbids this person to act on them. The same queries for one and for many."""
    keys = [claim.pk for claim in waiting]
    lines = Line.objects.select_related("rate__card").defer("reason", "allowed_reason")
    rows = Claim.objects.filter(pk__in=keys).select_related("claimant").order_by("submitted_at", "pk")
    rows = rows.defer("what_for", "question").prefetch_related(Prefetch("lines", lines), *_hands(queue))
    act = claims.ACTS[queue.act]
    return [Entry(claim, list(claim.lines.all()), acts.why_not(act, claim, person)) for claim in rows]


def _hands(queue: Queue) -> list[str]:
    """Who lowered what waits to be checked is in nobody's way yet."""
    return ["lowerings"] if queue.status in Claim.DECIDED_ON else []


def around(queue: Queue, claim: Claim) -> list[Claim]:
    """A claim and its neighbours, in order; of a claim that does not wait here, the first of the list."""
    if claim.status != queue.status:
        return list(queue.claims().only("pk")[: BEFORE + AFTER])
    before = queue.claims().reverse().filter(_before(claim)).only("pk")[:BEFORE]
    return [*reversed(before), claim, *queue.claims().filter(_after(claim)).only("pk")[:AFTER]]


def following(queue: Queue, claim: Claim) -> Claim | None:
    """What comes after it; after the last the first."""
    others = queue.claims().select_related("claimant").exclude(pk=claim.pk)
    return others.filter(_after(claim)).first() or others.first()


def next_for(person: User, queue: Queue, claim: Claim) -> Claim | None:
    """What this person can do next in the same list."""
    open_ = queue.claims().awaiting(claims.ACTS[queue.act], person).exclude(pk=claim.pk)
    return open_.filter(_after(claim)).first() or open_.first()


def _after(claim: Claim) -> Q:
    return Q(submitted_at__gt=claim.submitted_at) | Q(submitted_at=claim.submitted_at, pk__gt=claim.pk)


def _before(claim: Claim) -> Q:
    return Q(submitted_at__lt=claim.submitted_at) | Q(submitted_at=claim.submitted_at, pk__lt=claim.pk)
