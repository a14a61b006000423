"""Where a member stands: which meetings wait to be claimed for, and what has happened to a claim, in words for its claimant.

Nobody's name is in it: who checked and who approved stands in the audit trail, under random keys.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import AuditEvent
from panels.models import Attendance
from people.models import User
from recompense import claims, judging, pricing, rates
from recompense.models import Claim, Line, RateCard, Receipt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = Claim.Status
STATES: dict[str, tuple[StrOrPromise, str]] = {
    # what is so, and how its tag looks
    Status.DRAFT: (gettext_lazy("Not sent yet"), "rest"),
    Status.RETURNED: (gettext_lazy("We have a question"), "wait"),
    Status.SUBMITTED: (gettext_lazy("We are checking it"), ""),
    Status.CHECKED: (gettext_lazy("Checked. A second person looks at it"), ""),
    Status.APPROVED: (gettext_lazy("Approved. It goes with the next payments"), ""),
    Status.IN_RUN: (gettext_lazy("On its way to your bank"), ""),
    Status.PAID: (gettext_lazy("Paid"), "done"),
    Status.REJECTED: (gettext_lazy("Not paid"), "stop"),
    Status.WITHDRAWN: (gettext_lazy("You withdrew it"), "rest"),
}
HAPPENED: dict[str, StrOrPromise] = {
    "claim.start": gettext_lazy("You began it"),
    "claim.submit": gettext_lazy("You sent it"),
    "claim.check": gettext_lazy("Checked against our records"),
    "claim.ask": gettext_lazy("We asked you a question"),
    "claim.lower": gettext_lazy("We lowered one amount, and say why below"),
    "claim.approve": gettext_lazy("Approved by a second person"),
    "claim.reject": gettext_lazy("We decided not to pay it, and say why above"),
    "claim.paid": gettext_lazy("Paid"),
    "claim.withdraw": gettext_lazy("You withdrew it"),
}
AGAIN = gettext_lazy("You sent it again")


@dataclass(frozen=True)
class Waiting:
    """A meeting that somebody was at and has not claimed for. Without a card for its day it has no fee yet."""

    attendance: Attendance
    fee: Decimal | None = None
    due_on: datetime.date | None = None

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < timezone.localdate()


@dataclass(frozen=True)
class Step:
    """One thing that has happened to a claim, happens now, or comes. `at` is a time, or a day."""

    words: StrOrPromise
    at: datetime.datetime | None = None
    on: datetime.date | None = None
    state: str = "done"  # done, now, to come


@dataclass(frozen=True)
class Entry:
    """A claim in a list: what it comes to, and how it stands."""

    claim: Claim
    total: Decimal
    words: StrOrPromise
    look: str


@dataclass(frozen=True)
class Row:
    """A line as its claimant sees it: what was said of it, and what is paid for it."""

    line: Line
    amount: Decimal
    receipts: list[Receipt]
    wants_receipt: bool

    @property
    def field(self) -> str:
        """What an error of this line is called, and where a page puts it."""
        return f"line_{self.line.key}"

    @property
    def is_capped(self) -> bool:
        return self.line.spent is not None and self.line.spent > self.amount


def waiting(person: User) -> list[Waiting]:
    """Oldest first: it is the one that must be in next."""
    cards = list(RateCard.objects.prefetch_related("rates"))
    return [_waiting(attendance, cards) for attendance in unclaimed(person)]


def unclaimed(person: User) -> QuerySet[Attendance]:
    """Meetings without a claim. One that was not paid is asked about on its own page, and offered no second time here."""
    claimed = Claim.objects.own(person).filter(attendance__meeting=OuterRef("meeting")).exclude(status=Status.WITHDRAWN)
    own = Attendance.objects.of(person).filter(~Exists(claimed))
    return own.select_related("meeting", "membership").order_by("meeting__starts_at", "pk")


def unsent(person: User) -> list[Entry]:
    """Those that wait for the person: drafts, and those that came back with a question, which stand first."""
    lines = Prefetch("lines", Line.objects.select_related("rate"))
    mine = Claim.objects.own(person).filter(status__in=claims.OPEN).prefetch_related(lines)
    return [_entry(claim, _total(claim)) for claim in sorted(mine, key=lambda claim: claim.status == Status.DRAFT)]


def under_way(person: User) -> list[Entry]:
    return entries(sent(person).filter(status__in=[Status.SUBMITTED, Status.CHECKED, Status.APPROVED, Status.IN_RUN]))


def ended(person: User) -> QuerySet[Claim]:
    return sent(person).filter(status__in=[Status.PAID, Status.REJECTED, Status.WITHDRAWN])


def sent(person: User) -> QuerySet[Claim]:
    mine = Claim.objects.own(person).filter(submitted_at__isnull=False).with_totals()
    return mine.select_related("payment__run").order_by("-submitted_at", "-pk")  # sums take the model's own order away


def entries(rows: Iterable[Claim]) -> list[Entry]:
    """Of claims with their totals."""
    return [_entry(claim, claim.total) for claim in rows]  # type: ignore[attr-defined]


def rows(claim: Claim) -> list[Row]:
    return [_row(line, amount) for line, amount in claims.preview(claim)]


def steps(claim: Claim) -> list[Step]:
    """From its beginning to what is still to come."""
    events = AuditEvent.objects.filter(subject=claim.audit_key, act__in=HAPPENED).order_by("pk")
    own, done = _own_times(claim), list[Step]()
    for act, at in events.values_list("act", "at"):
        is_again = act == "claim.submit" and any(step.words == HAPPENED[act] for step in done)
        done.append(Step(AGAIN, at=at) if is_again else Step(HAPPENED[act], at=own.get(act) or at))
    return [*done, *_to_come(claim)]


def pays_by(claim: Claim) -> datetime.date | None:
    """When we mean to have paid a claim that was sent, while that day has not passed."""
    sent_on = timezone.localdate(claim.submitted_at)
    day = sent_on + datetime.timedelta(days=rates.card_on(claim.day).target_days_to_pay)
    return day if day >= timezone.localdate() else None


def _entry(claim: Claim, total: Decimal) -> Entry:
    return Entry(claim, total, *STATES[claim.status])


def _total(claim: Claim) -> Decimal:
    return sum((amount for _line, amount in pricing.priced(claim, list(claim.lines.all()))), Decimal(0))


def _row(line: Line, amount: Decimal) -> Row:
    return Row(line, amount, list(line.receipts.all()), wants_receipt=judging.lacks_receipt(line))


def _waiting(attendance: Attendance, cards: list[RateCard]) -> Waiting:
    day = attendance.meeting.day
    card = max((card for card in cards if card.holds_on(day)), key=lambda card: card.effective_from, default=None)
    if card is None:
        return Waiting(attendance)
    fees = rates.session_fees(card, attendance.minutes, attendance.role)
    return Waiting(attendance, sum((fee.amount or Decimal(0) for fee in fees), Decimal(0)), rates.due_on(card, day))


def _own_times(claim: Claim) -> dict[str, datetime.datetime | None]:
    """What the claim itself knows of when things happened to it; the trail knows the rest, and the order."""
    times = {"claim.start": claim.began_at, "claim.submit": claim.submitted_at}
    decided = {"claim.check": claim.checked_at, "claim.approve": claim.approved_at}
    return {**times, **decided, "claim.paid": claim.payment.run.paid_at if claim.payment else None}


def _to_come(claim: Claim) -> list[Step]:
    if claim.status == Status.IN_RUN and claim.payment:
        return [Step(_("It goes to your account"), on=claim.payment.run.pays_on, state="now")]
    coming = {
        Status.SUBMITTED: [_("We check it against our records"), _("A second person approves it"), _pay(claim)],
        Status.CHECKED: [_("A second person approves it"), _pay(claim)],
        Status.APPROVED: [_pay(claim)],
    }.get(Status(claim.status), [])
    return [Step(words, state="to come" if place else "now") for place, words in enumerate(coming)]


def _pay(claim: Claim) -> str:
    day = pays_by(claim) if claim.submitted_at else None
    return _("We pay it, by %(day)s") % {"day": formats.date_format(day, "j F Y")} if day else _("We pay it")
