"""What we have looked at already for a checker, and what wants a person's eye."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import money
from core.models import AuditEvent
from panels.models import Meeting
from people.models import Pseudonym
from recompense import judging, payees, pricing, rates, receipts
from recompense.models import Claim, Line, Payee, Rate

NOTED = ["meeting.record", "meeting.correct"]


@dataclass(frozen=True)
class Finding:
    sentence: str
    is_right: bool = True


def of(claim: Claim, lines: list[Line]) -> list[Finding]:
    """For a claim that was sent, with its lines and their rates and receipts. What wants an eye comes first."""
    found = [
        *[_attendance(claim), _rates(claim), _day(claim)],
        *_record(claim, lines),
        *_noted_by(claim),
        *_receipts(claim, lines),
        *_limits(lines),
        *_late(claim),
        *_account(claim),
    ]
    return sorted(found, key=lambda finding: finding.is_right)


def is_over_a_limit(line: Line) -> bool:
    return _is_cut(line) or _is_over_preapproval(line)


def days_waiting(claim: Claim) -> int:
    """Since it was first sent."""
    return days_since(claim.submitted_at) if claim.submitted_at else 0


def days_since(moment: datetime) -> int:
    """Whole days in Europe/London."""
    return (timezone.localdate() - timezone.localdate(moment)).days


def _attendance(claim: Claim) -> Finding:
    if claim.attendance is None:
        said = (
            _("There was no meeting: see what the work was.") if claim.what_for else _("The meeting record names them no more.")
        )
        return Finding(said, is_right=False)
    minutes = claim.attendance.minutes
    return Finding(
        ngettext(
            "They were noted at the meeting, for %(n)s minute.", "They were noted at the meeting, for %(n)s minutes.", minutes
        )
        % {"n": minutes}
    )


def _record(claim: Claim, lines: list[Line]) -> Iterator[Finding]:
    """The claim keeps what it was sent with. Whoever decides should know that the record says otherwise by now."""
    fees = [line.rate for line in lines if line.rate.unit == Rate.Unit.SESSION]
    if claim.attendance and not all(rates.fits(fee, claim.attendance.minutes) for fee in fees):
        yield Finding(
            _("The meeting record was changed after the claim was sent: its fee is for another length."), is_right=False
        )


def _noted_by(claim: Claim) -> Iterator[Finding]:
    """Also where somebody else noted it later: whose minutes it is paid by cannot be told apart."""
    if claim.attendance_id is None or claim.claimant_id is None:
        return
    meeting = Meeting.objects.filter(attendances=claim.attendance_id).values("key")
    actor = Pseudonym.objects.filter(person=claim.claimant_id).values("key")
    if AuditEvent.objects.filter(act__in=NOTED, subject__in=meeting, actor__in=actor).exists():
        yield Finding(_("They noted this attendance themselves."), is_right=False)


def _rates(claim: Claim) -> Finding:
    return Finding(_("The rates are those in force on %(day)s.") % {"day": formats.date_format(claim.day, "j F Y")})


def _day(claim: Claim) -> Finding:
    if claim.claimant_id and pricing.others_this_year(claim).filter(day=claim.day).exists():
        return Finding(_("They have another claim for the same day."), is_right=False)
    return Finding(_("Nothing else is claimed for this day."))


def _receipts(claim: Claim, lines: list[Line]) -> Iterator[Finding]:
    needed = [line for line in lines if judging.needs_receipt(line)]
    lost = [line for line in needed if not line.receipts.all()]
    for line in lost:
        yield Finding(_("%(cost)s: the receipt is said to be lost.") % {"cost": line.rate.label}, is_right=False)
    if needed and not lost:
        yield Finding(_("Each cost that needs a receipt has one."))
    if receipts.used_by_others(claim):
        yield Finding(_("Somebody else has claimed with the same file."), is_right=False)
    if _share_a_file(lines):
        yield Finding(_("The same file stands with more than one cost."), is_right=False)


def _limits(lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        facts = {"cost": line.rate.label, "spent": money.text(line.spent or 0), "paid": money.text(line.amount or 0)}
        if _is_cut(line):
            yield Finding(_("%(cost)s: %(spent)s was spent, and the limit allows %(paid)s.") % facts, is_right=False)
        if _is_over_preapproval(line):
            facts["limit"] = money.text(line.rate.preapproval_over or 0)
            sentence = _("%(cost)s: over %(limit)s it should have been agreed before. See whether it was.")
            yield Finding(sentence % facts, is_right=False)


def _late(claim: Claim) -> Iterator[Finding]:
    if claim.late_reason:
        yield Finding(_("It came late, and says why."), is_right=False)


def _account(claim: Claim) -> Iterator[Finding]:
    payee = Payee.objects.filter(person=claim.claimant_id).first()
    if payee is None:
        yield Finding(_("We do not know where to send the money."), is_right=False)
        return
    if payees.is_shared(payee):
        yield Finding(_("Somebody else is paid to the same account."), is_right=False)
    if payees.changed_since_last_payment(claim):
        yield Finding(_("The account has changed since the last payment."), is_right=False)


def _share_a_file(lines: list[Line]) -> bool:
    """A line holds a file once."""
    held = Counter(receipt.digest for line in lines for receipt in line.receipts.all())
    return any(count > 1 for count in held.values())


def _is_cut(line: Line) -> bool:
    return line.spent is not None and line.amount is not None and line.spent > line.amount


def _is_over_preapproval(line: Line) -> bool:
    return line.rate.preapproval_over is not None and (line.spent or 0) > line.rate.preapproval_over
