"""A claim from its first line to the moment it is approved. Paying it stands in payments.py.

Nobody checks, approves or pays their own claim, or has two of these hands in it (`ACTS`).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, codes, errors, money, outbox, workflow
from panels.models import Attendance, Membership
from people.models import User
from recompense import emails, rates, receipts
from recompense.models import Claim, Line, Payee, Rate
from recompense.models.hands import APPROVER, CHECKER, CLAIMANT, MAY_APPROVE, MAY_CHECK, MAY_PAY

Status = Claim.Status
OWN = gettext_lazy("This is your own claim, so somebody else must do this.")
CHECKED = gettext_lazy("You checked this claim, so somebody else must do this.")
APPROVED = gettext_lazy("You approved this claim, so somebody else must do this.")
OPEN = receipts.WRITE.states
ACTS = {
    "write": receipts.WRITE,
    "submit": acts.Act(CLAIMANT, OPEN),
    "withdraw": acts.Act(CLAIMANT, OPEN | {Status.SUBMITTED, Status.CHECKED}),
    "check": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "ask_as_checker": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "lower_as_checker": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "approve": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), {CLAIMANT: OWN, CHECKER: CHECKED}),
    "ask_as_approver": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), {CLAIMANT: OWN, CHECKER: CHECKED}),
    "lower_as_approver": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), {CLAIMANT: OWN, CHECKER: CHECKED}),
    "reject": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), {CLAIMANT: OWN, CHECKER: CHECKED}),
    "pay": acts.Act(MAY_PAY, frozenset({Status.APPROVED}), {CLAIMANT: OWN, CHECKER: CHECKED, APPROVER: APPROVED}),
}
# What somebody says by sending a claim. Never edit a wording: add the next at the end.
DECLARATIONS = (
    gettext_lazy("By sending it you tell us that, as far as you know, it is right. If you find a mistake later, tell us."),
)
ENDED = [Status.DRAFT, Status.WITHDRAWN, Status.REJECTED]  # what counts towards no yearly limit


@dataclass(frozen=True)
class Cost:
    """What a claimant says of one line. `quantity` in the rate's unit, `spent` in pounds."""

    rate: Rate
    quantity: Decimal | None = None
    spent: Decimal | None = None
    hours_away: int | None = None
    reason: str = ""
    receipt_is_lost: bool = False


# Beginning ----------------------------------------------------------------------------------------


@transaction.atomic
def start(attendance: Attendance, *, by: User) -> Claim:
    """The claim for having been at a meeting, with its fee filled in. Again: the same claim."""
    attendance = Attendance.objects.select_for_update(of=("self",)).select_related("meeting", "membership").get(pk=attendance.pk)
    if attendance.membership.person_id != by.pk:
        raise errors.NotAllowed
    present = attendance.claims.exclude(status__in=[Status.WITHDRAWN, Status.REJECTED]).first()
    if present:
        return present
    card = rates.card_on(attendance.meeting.day)
    claim = _new(by, day=attendance.meeting.day, attendance=attendance)
    fees = rates.session_fees(card, attendance.minutes, attendance.membership.role)
    Line.objects.bulk_create(Line(claim=claim, rate=fee, quantity=1) for fee in fees)
    return claim


@transaction.atomic
def start_other(day: datetime.date, what_for: str, *, by: User) -> Claim:
    """A claim for work that was agreed outside a meeting."""
    if day > timezone.localdate():
        raise errors.DomainError(_("Enter a day that is not in the future"), code="future_day", field="day")
    if not Membership.objects.on(day).filter(person=by).exists():
        raise errors.DomainError(_("You were not a member on that day. Check the date"), code="not_a_member", field="day")
    if not what_for.strip():
        raise errors.DomainError(_("Say what the work was"), code="no_work", field="what_for")
    rates.card_on(day)
    return _new(by, day=day, what_for=what_for.strip())


# Lines --------------------------------------------------------------------------------------------


@transaction.atomic
def add_line(claim: Claim, cost: Cost, *, by: User) -> Line:
    claim = _hold(claim, "write", by)
    _judge_cost(claim, cost)
    return Line.objects.create(claim=claim, **_facts(cost))


@transaction.atomic
def change_line(line: Line, cost: Cost, *, by: User) -> Line:
    claim = _hold(line.claim, "write", by)
    line = claim.lines.get(pk=line.pk)
    _judge_by_hand(line)
    _judge_cost(claim, cost)
    for name, value in _facts(cost).items():
        setattr(line, name, value)
    line.save(update_fields=[*_facts(cost)])
    return line


@transaction.atomic
def remove_line(line: Line, *, by: User) -> None:
    """Take a cost off, its receipts with it. A fee can be taken off too: nobody has to be paid."""
    _hold(line.claim, "write", by)
    receipts.delete_files(line.receipts.all())
    line.delete()


# The claimant -------------------------------------------------------------------------------------


@transaction.atomic
def submit(claim: Claim, *, by: User, late_reason: str = "") -> Claim:
    """Send it. From now on its amounts are fixed, whatever rates do."""
    User.objects.select_for_update().get(pk=by.pk)  # yearly limits: two claims of one person, one after the other
    claim = _hold(claim, "submit", by)
    lines = list(claim.lines.select_related("rate__card").prefetch_related("receipts"))
    _judge_whole(claim, lines, late_reason.strip())
    freeze(claim, lines)
    first = claim.submitted_at or timezone.now()
    sent = {"submitted_at": first, "late_reason": late_reason.strip(), "question": "", "declaration_version": len(DECLARATIONS)}
    workflow.move(claim, Status.SUBMITTED, by=by, act="claim.submit", **sent)
    outbox.write("claim.submitted", claim=str(claim.key))
    return claim


@transaction.atomic
def withdraw(claim: Claim, *, by: User | None) -> Claim:
    """Take it back, until it is approved. The meeting can be claimed for again."""
    claim = _hold(claim, "withdraw", by)
    receipts.delete_files(receipts.of(claim))
    workflow.move(claim, Status.WITHDRAWN, by=by, act="claim.withdraw")
    outbox.write("claim.withdrawn", claim=str(claim.key))
    return claim


def freeze(claim: Claim, lines: list[Line]) -> None:
    """Write amount, unit and rate on each line, so that no later card reprices it."""
    miles = miles_before(claim)
    for line in lines:
        line.amount = rates.price(line.rate, quantity=line.quantity, spent=line.spent, miles_before=miles)
        line.unit, line.unit_amount = line.rate.unit, line.rate.amount
        line.allowed, line.allowed_reason = None, ""
        miles += line.quantity or 0 if line.rate.miles_at_amount else 0
    Line.objects.bulk_update(lines, ["amount", "unit", "unit_amount", "allowed", "allowed_reason"])


def preview(claim: Claim) -> list[tuple[Line, Decimal]]:
    """Each line with what would be paid for it if the claim were sent now; once it is sent, with what is paid."""
    lines = list(claim.lines.select_related("rate__card").prefetch_related("receipts"))
    if not claim.is_open:
        return [(line, line.counted) for line in lines]
    miles, priced = miles_before(claim), []
    for line in lines:
        priced.append((line, rates.price(line.rate, quantity=line.quantity, spent=line.spent, miles_before=miles)))
        miles += line.quantity or 0 if line.rate.miles_at_amount else 0
    return priced


# Finance ------------------------------------------------------------------------------------------
# `seen` is `audit.latest(claim)` as it was when the decider looked. Who decides on an older state decides nothing.


@transaction.atomic
def check(claim: Claim, *, by: User, seen: int | None = None) -> Claim:
    claim = _hold(claim, "check", by, seen)
    workflow.move(claim, Status.CHECKED, by=by, act="claim.check", checked_by=by, checked_at=timezone.now())
    outbox.write("claim.checked", claim=str(claim.key))
    return claim


@transaction.atomic
def approve(claim: Claim, *, by: User, seen: int | None = None) -> Claim:
    """Somebody else than who checked it. Judged under the lock: of many at once, one wins."""
    claim = _hold(claim, "approve", by, seen)
    if sum(totals(claim)) <= 0:
        raise errors.DomainError(_("There is nothing left to pay. Say why, and do not pay it."), code="nothing_to_pay")
    workflow.move(claim, Status.APPROVED, by=by, act="claim.approve", approved_by=by, approved_at=timezone.now())
    outbox.write("claim.approved", claim=str(claim.key))
    return claim


@transaction.atomic
def ask(claim: Claim, question: str, *, by: User, seen: int | None = None) -> Claim:
    """Send it back with a question. It is checked anew when it returns."""
    claim = _hold(claim, "ask", by, seen)
    question = _said(question, "question", _("Write what you would like to know"))
    unchecked = {"question": question, "checked_by": None, "checked_at": None}
    workflow.move(claim, Status.RETURNED, by=by, act="claim.ask", **unchecked)
    outbox.write("claim.returned", claim=str(claim.key))
    emails.asked(claim)
    return claim


@transaction.atomic
def lower(line: Line, to: Decimal, reason: str, *, by: User, seen: int | None = None) -> Line:
    """Pay less for a line than was claimed, or nothing, and say why. The whole amount again takes that back."""
    claim = _hold(line.claim, "lower", by, seen)
    line = claim.lines.get(pk=line.pk)
    before = line.counted
    if line.amount is None or not 0 <= to <= line.amount:
        message = _("Enter an amount from £0.00 to %(most)s") % {"most": money.text(line.amount or 0)}
        raise errors.DomainError(message, code="too_much", field="allowed")
    line.allowed, line.allowed_reason = None, ""
    if to < line.amount:
        line.allowed, line.allowed_reason = money.pounds(to), _why(reason)
    line.save(update_fields=["allowed", "allowed_reason"])
    audit.record("claim.lower", claim, by=by, before=str(before), after=str(line.counted))
    return line


@transaction.atomic
def reject(claim: Claim, reason: str, *, by: User, seen: int | None = None) -> Claim:
    """Pay nothing of it, and say why."""
    claim = _hold(claim, "reject", by, seen)
    workflow.move(claim, Status.REJECTED, by=by, act="claim.reject", question=_why(reason))
    outbox.write("claim.rejected", claim=str(claim.key))
    emails.rejected(claim)
    return claim


def totals(claim: Claim) -> tuple[Decimal, Decimal]:
    """Fee and expenses that will be paid, in pounds. For a claim that was sent."""
    lines = list(claim.lines.select_related("rate"))
    fee = sum(line.counted for line in lines if line.rate.is_fee)
    return money.pounds(fee), money.pounds(sum(line.counted for line in lines) - fee)


# Judging ------------------------------------------------------------------------------------------


def miles_before(claim: Claim) -> Decimal:
    """How many miles at a tiered rate its claimant has claimed in the same tax year, in other claims."""
    lines = _this_year(claim).filter(rate__miles_at_amount__isnull=False)
    return lines.aggregate(miles=Sum("quantity"))["miles"] or Decimal(0)


def needs_receipt(line: Line) -> bool:
    over = line.rate.receipt_over
    return over is not None and (line.spent or 0) > over


def _this_year(claim: Claim):
    year = rates.tax_year(claim.day)
    others = Claim.objects.filter(claimant=claim.claimant_id, day__range=year).exclude(pk=claim.pk).exclude(status__in=ENDED)
    return Line.objects.filter(claim__in=others)


def _new(claimant: User, **facts) -> Claim:
    claim = Claim.objects.create(claimant=claimant, reference=codes.new(2), **facts)
    audit.record("claim.start", claim, by=claimant, after=claim.status)
    return claim


def _hold(claim: Claim, act: str, by: User | None, seen: int | None = None) -> Claim:
    claim = workflow.lock(claim)
    acts.judge(acting(act, claim), claim, by=by)
    if seen is not None and seen != audit.latest(claim):
        raise errors.Conflict(_("Somebody has changed this claim since you opened it. This is how it stands now."))
    return claim


def acting(act: str, claim: Claim) -> acts.Act:
    """Asking and lowering are done as checker while it waits to be checked, as approver from then on."""
    if act not in {"ask", "lower"}:
        return ACTS[act]
    return ACTS[f"{act}_as_approver" if claim.status == Status.CHECKED else f"{act}_as_checker"]


def _facts(cost: Cost) -> dict:
    quantity = rates.whole_increments(cost.rate, cost.quantity) if cost.quantity is not None else None
    return {**vars(cost), "quantity": quantity, "reason": cost.reason.strip()}


def _said(text: str, field: str, message: str) -> str:
    if not text.strip():
        raise errors.DomainError(message, code="no_words", field=field)
    return text.strip()


def _why(reason: str) -> str:
    return _said(reason, "reason", _("Say why, in words that the member will read"))


def _judge_by_hand(line: Line) -> None:
    if line.rate.unit == Rate.Unit.SESSION:
        message = _("The fee comes from the meeting record. You can take it off, or ask for the record to be corrected.")
        raise errors.DomainError(message, code="fee_is_fixed")


def _judge_cost(claim: Claim, cost: Cost) -> None:
    rate = cost.rate
    offered = rates.to_claim(rates.card_on(claim.day), for_meeting=claim.attendance_id is not None)
    if rate not in offered:
        raise errors.DomainError(_("Choose a cost from the list"), code="not_offered", field="rate")
    if rate.is_counted and not 0 < (cost.quantity or 0) <= 1000:
        raise errors.DomainError(_("Enter a number above 0, and at most 1,000"), code="quantity", field="quantity")
    if rate.is_paid_back and not 0 < (cost.spent or 0) <= 10_000:
        raise errors.DomainError(_("Enter what you paid, like 12.50"), code="spent", field="spent")
    if rate.min_hours_away and (cost.hours_away or 0) < rate.min_hours_away:
        message = _("This is paid when you were away for %(hours)s hours or more") % {"hours": rate.min_hours_away}
        raise errors.DomainError(message, code="not_long_enough", field="hours_away")
    if rate.needs_reason and not cost.reason.strip():
        raise errors.DomainError(_("Say in a few words why you needed it"), code="no_reason", field="reason")


def _judge_whole(claim: Claim, lines: list[Line], late_reason: str) -> None:
    if not lines:
        raise errors.DomainError(_("There is nothing in this claim yet. Add a cost first."), code="empty")
    if not Payee.objects.filter(person=claim.claimant_id).exists():
        raise errors.DomainError(_("Tell us where to send the money first"), code="no_payee", field="payee")
    card = lines[0].rate.card
    if (timezone.localdate() - claim.day).days > card.claim_within_days and not late_reason:
        message = _("It was more than %(days)s days ago. Say why it comes late: you can still be paid")
        raise errors.DomainError(message % {"days": card.claim_within_days}, code="late", field="late_reason")
    for line in lines:
        _judge_receipt(line)
    _judge_lost(claim, lines)


def _judge_receipt(line: Line) -> None:
    if not needs_receipt(line) or line.receipts.all():
        return
    if not line.receipt_is_lost:
        message = _("Add a photo of the receipt for “%(cost)s”, or say that it is lost") % {"cost": line.rate.label}
        raise errors.DomainError(message, code="no_receipt", field=f"line_{line.key}")
    most = line.rate.card.lost_receipt_most
    if (line.spent or 0) > most:
        message = _("Without a receipt we can pay up to %(most)s for “%(cost)s”. Write to us: we will find a way")
        raise errors.DomainError(
            message % {"most": money.text(most), "cost": line.rate.label}, code="lost_too_much", field=f"line_{line.key}"
        )


def _judge_lost(claim: Claim, lines: list[Line]) -> None:
    lost = [line for line in lines if line.receipt_is_lost and needs_receipt(line) and not line.receipts.all()]
    if not lost:
        return
    most = lost[0].rate.card.lost_receipts_a_year
    if len(lost) + _this_year(claim).filter(receipt_is_lost=True, receipts=None).count() > most:
        message = _("We can take a lost receipt %(most)s times a year. Write to us: we will find a way") % {"most": most}
        raise errors.DomainError(message, code="lost_too_often", field=f"line_{lost[0].key}")
