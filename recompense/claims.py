"""A claim from its first line to the moment it is approved. Paying it stands in payments.py.

Nobody checks, approves or pays their own claim, or has two of these hands in it (`ACTS`).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, codes, errors, money, outbox, workflow
from panels.models import Attendance, Membership
from people.models import User
from recompense import emails, judging, pricing, rates, receipts
from recompense.models import Claim, Line, Receipt
from recompense.models.hands import (
    APPROVER,
    CHECKER,
    CLAIMANT,
    LOWERED_APPROVING,
    LOWERED_CHECKING,
    MAY_APPROVE,
    MAY_CHECK,
    MAY_PAY,
    Lowering,
)

Status = Claim.Status
OWN = gettext_lazy("This is your own claim, so somebody else must do this.")
CHECKED = gettext_lazy("You checked this claim, so somebody else must do this.")
APPROVED = gettext_lazy("You approved this claim, so somebody else must do this.")
LOWERED = gettext_lazy("You lowered an amount in this claim, so somebody else must do this.")
UNCHECKED_BY = {CLAIMANT: OWN, CHECKER: CHECKED, LOWERED_CHECKING: LOWERED}  # hands that an approver must not have had in it
OPEN = receipts.WRITE.states
ACTS = {
    "write": receipts.WRITE,
    "submit": acts.Act(CLAIMANT, OPEN),
    "withdraw": acts.Act(CLAIMANT, OPEN | {Status.SUBMITTED, Status.CHECKED}),
    "check": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "ask_as_checker": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "lower_as_checker": acts.Act(MAY_CHECK, frozenset({Status.SUBMITTED}), {CLAIMANT: OWN}),
    "approve": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), UNCHECKED_BY),
    "ask_as_approver": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), UNCHECKED_BY),
    "lower_as_approver": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), UNCHECKED_BY),
    "reject": acts.Act(MAY_APPROVE, frozenset({Status.CHECKED}), UNCHECKED_BY),
    "pay": acts.Act(MAY_PAY, frozenset({Status.APPROVED}), {**UNCHECKED_BY, APPROVER: APPROVED, LOWERED_APPROVING: LOWERED}),
}
# What somebody says by sending a claim. Never edit a wording: add the next at the end.
DECLARATIONS = (
    gettext_lazy("By sending it you tell us that, as far as you know, it is right. If you find a mistake later, tell us."),
)
# Beginning ----------------------------------------------------------------------------------------


@transaction.atomic
def start(attendance: Attendance, *, by: User) -> Claim:
    """The claim for having been at a meeting, with its fee filled in. Again: the same claim."""
    User.objects.select_for_update().get(pk=by.pk)  # noted twice at one meeting: two claims, one after the other
    attendance = Attendance.objects.select_for_update(of=("self",)).select_related("meeting", "membership").get(pk=attendance.pk)
    if attendance.membership.person_id != by.pk:
        raise errors.NotAllowed
    present = Claim.objects.own(by).filter(attendance__meeting=attendance.meeting).exclude(status__in=Claim.DEAD).first()
    if present:
        return _same(present, attendance)
    rates.card_on(attendance.meeting.day)
    claim = _new(by, day=attendance.meeting.day, attendance=attendance)
    pricing.write_fees(claim)
    return claim


@transaction.atomic
def start_other(day: datetime.date, what_for: str, *, by: User) -> Claim:
    """A claim for work that was agreed outside a meeting. The same day and words again: the same draft."""
    if day > timezone.localdate():
        raise errors.DomainError(_("Enter a day that is not in the future"), code="future_day", field="day")
    if not Membership.objects.on(day).filter(person=by).exists():
        raise errors.DomainError(_("You were not a member on that day. Check the date"), code="not_a_member", field="day")
    what_for = judging.words(what_for.strip(), "what_for")
    if not what_for:
        raise errors.DomainError(_("Say what the work was"), code="no_work", field="what_for")
    rates.card_on(day)
    User.objects.select_for_update().get(pk=by.pk)
    drafts = Claim.objects.filter(claimant=by, day=day, status=Status.DRAFT, attendance=None)
    return next((draft for draft in drafts if draft.what_for == what_for), None) or _new(by, day=day, what_for=what_for)


# Lines --------------------------------------------------------------------------------------------


@transaction.atomic
def add_line(claim: Claim, cost: judging.Cost, *, by: User, key: uuid.UUID | None = None, held: Iterable[Receipt] = ()) -> Line:
    """Add a cost, with the receipts that were held for it. `key` is its sender's: sent twice, the cost is there once."""
    User.objects.select_for_update().get(pk=by.pk)  # as `receipts.add` does, whose rules hold for what was held
    claim = _hold(claim, "write", by)
    present = Line.objects.filter(key=key).first() if key else None
    if present and present.claim_id == claim.pk:
        return present
    held = list(held)
    judging.cost(claim, cost, has_receipt=bool(held))
    line = Line.objects.create(claim=claim, key=uuid.uuid4() if present or not key else key, **_facts(cost))
    receipts.place(held, line)
    return line


@transaction.atomic
def change_line(line: Line, cost: judging.Cost, *, by: User) -> Line:
    claim = _hold(line.claim, "write", by)
    line = claim.lines.get(pk=line.pk)
    judging.by_hand(line)
    judging.cost(claim, cost, has_receipt=line.receipts.exists())
    for name, value in _facts(cost).items():
        setattr(line, name, value)
    line.save(update_fields=[*_facts(cost)])
    return line


@transaction.atomic
def remove_line(line: Line, *, by: User) -> None:
    """Take a cost off, its receipts with it. A fee can be taken off too: nobody has to be paid."""
    _hold(line.claim, "write", by)
    receipts.delete(line.receipts.all())
    line.delete()


@transaction.atomic
def put_fee_back(claim: Claim, *, by: User) -> Claim:
    """The fee that its claimant had taken off."""
    claim = _hold(claim, "write", by)
    if not pricing.fee_lines(claim).exists():
        pricing.write_fees(claim)
    return claim


def bring_up_to_date(claim: Claim) -> None:
    """Let an open claim follow the meeting record and the card that holds on its day. Once sent, it follows nothing."""
    if not claim.is_open or pricing.is_up_to_date(claim):
        return
    with transaction.atomic():
        claim = workflow.lock(claim)
        if claim.is_open:
            pricing.follow(claim)


# The claimant -------------------------------------------------------------------------------------


@transaction.atomic
def submit(claim: Claim, *, by: User, late_reason: str = "", total: Decimal | None = None) -> Claim:
    """Send it. From now on its amounts are fixed, whatever rates do. `total`: the sum that its claimant was shown, if any."""
    User.objects.select_for_update().get(pk=by.pk)  # yearly limits: two claims of one person, one after the other
    claim = _hold(claim, "submit", by)
    pricing.follow(claim)
    lines = _lines(claim)
    late_reason = judging.words(late_reason.strip() or claim.late_reason, "late_reason")
    judging.whole(claim, lines, late_reason)
    freeze(claim, lines)
    judging.total(lines, total)
    receipts.delete(receipts.waiting(claim))
    first = claim.submitted_at or timezone.now()
    sent = {"submitted_at": first, "late_reason": late_reason, "question": "", "declaration_version": len(DECLARATIONS)}
    workflow.move(claim, Status.SUBMITTED, by=by, act="claim.submit", **sent)
    outbox.write("claim.submitted", claim=str(claim.key))
    emails.received(claim)
    return claim


@transaction.atomic
def withdraw(claim: Claim, *, by: User | None) -> Claim:
    """Give it up, until it is approved. The meeting can be claimed for again."""
    return take_back(_hold(claim, "withdraw", by), by=by)


def take_back(claim: Claim, *, by: User | None) -> Claim:
    """For a claim that is held already. What showed the costs and what was written goes; that there was a claim stays."""
    workflow.move(claim, Status.WITHDRAWN, by=by, act="claim.withdraw")
    forget_words(claim)
    outbox.write("claim.withdrawn", claim=str(claim.key))
    return claim


def forget_words(claim: Claim) -> None:
    """Receipts, reasons and questions go; amounts stay, and so does what the work was."""
    receipts.delete(receipts.of(claim))
    claim.lines.update(reason="", allowed_reason="")
    claim.late_reason = claim.question = ""
    claim.save(update_fields=["late_reason", "question"])


def freeze(claim: Claim, lines: list[Line]) -> None:
    """Write amount, unit and rate on each line, so that no later card reprices it."""
    pricing.fix(claim, lines)
    Line.objects.bulk_update(lines, pricing.FIXED)


def preview(claim: Claim) -> list[tuple[Line, Decimal]]:
    """Each line with what would be paid for it if the claim were sent now; once it is sent, with what is paid."""
    lines = _lines(claim)
    return pricing.priced(claim, lines) if claim.is_open else [(line, line.counted) for line in lines]


def lines_of(claim: Claim) -> list[Line]:
    """For reading, never to be saved: while the claim is open, each with the amount that sending it now would fix."""
    lines = _lines(claim)
    if claim.is_open:
        pricing.fix(claim, lines)
    return lines


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
    question = judging.words(judging.said(question, "question", _("Write what you would like to know")), "question")
    unchecked = {"question": question, "checked_by": None, "checked_at": None}
    claim.lowerings.all().delete()
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
    _judge_lowering(line, to)
    judging.not_raised(claim, line, to)
    line.allowed, line.allowed_reason = None, ""
    if to < (line.amount or 0):
        line.allowed, line.allowed_reason = money.pounds(to), judging.why(reason)
    _note_lowering(claim, line, by)
    line.save(update_fields=["allowed", "allowed_reason", "allowed_at_check"])
    audit.record("claim.lower", claim, by=by, before=str(before), after=str(line.counted))
    return line


@transaction.atomic
def reject(claim: Claim, reason: str, *, by: User, seen: int | None = None) -> Claim:
    """Pay nothing of it, and say why."""
    claim = _hold(claim, "reject", by, seen)
    workflow.move(claim, Status.REJECTED, by=by, act="claim.reject", question=judging.why(reason))
    outbox.write("claim.rejected", claim=str(claim.key))
    emails.rejected(claim)
    return claim


def totals(claim: Claim) -> tuple[Decimal, Decimal]:
    """Fee and expenses that will be paid, in pounds. For a claim that was sent."""
    lines = list(claim.lines.select_related("rate"))
    fee = sum(line.counted for line in lines if line.rate.is_fee)
    return money.pounds(fee), money.pounds(sum(line.counted for line in lines) - fee)


# Inside -------------------------------------------------------------------------------------------


def _lines(claim: Claim) -> list[Line]:
    return list(claim.lines.select_related("rate__card").prefetch_related("receipts"))


def _same(present: Claim, attendance: Attendance) -> Claim:
    if present.attendance_id != attendance.pk:
        raise errors.Conflict(_("You have a claim for this meeting already."), code="claimed_already")
    return present


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


def _judge_lowering(line: Line, to: Decimal) -> None:
    if line.amount is None or not 0 <= to <= line.amount:
        message = _("Enter an amount from £0.00 to %(most)s") % {"most": money.text(line.amount or 0)}
        raise errors.DomainError(message, code="too_much", field="allowed")
    if to == line.amount and line.allowed is None:
        message = _("That is what is paid now. Enter less than %(now)s") % {"now": money.text(to)}
        raise errors.DomainError(message, code="too_much", field="allowed")


def _note_lowering(claim: Claim, line: Line, by: User) -> None:
    """Whoever lowers decides, so that they neither approve nor pay it. What a checker allows binds the approver."""
    is_checking = claim.status == Status.SUBMITTED
    line.allowed_at_check = line.allowed if is_checking else line.allowed_at_check
    Lowering.objects.get_or_create(claim=claim, person=by, relation=LOWERED_CHECKING if is_checking else LOWERED_APPROVING)


def acting(act: str, claim: Claim) -> acts.Act:
    """Asking and lowering are done as checker while it waits to be checked, as approver from then on."""
    if act not in {"ask", "lower"}:
        return ACTS[act]
    return ACTS[f"{act}_as_approver" if claim.status == Status.CHECKED else f"{act}_as_checker"]


def _facts(cost: judging.Cost) -> dict:
    """What the rate asks for, and nothing else that was said."""
    rate, asked = cost.rate, cost.rate.is_counted
    return {
        "rate": rate,
        "quantity": rates.whole_increments(rate, cost.quantity) if asked and cost.quantity is not None else None,
        "spent": money.pounds(cost.spent) if rate.is_paid_back and cost.spent is not None else None,
        "hours_away": cost.hours_away if rate.min_hours_away else None,
        "reason": cost.reason.strip(),
        "receipt_is_lost": cost.receipt_is_lost,
    }
