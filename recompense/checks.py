"""What we have looked at already for a checker, and what wants a person's eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import money
from recompense import claims, payees, receipts
from recompense.models import Claim, Line, Payee


@dataclass(frozen=True)
class Finding:
    sentence: str
    is_right: bool = True


def of(claim: Claim, lines: list[Line]) -> list[Finding]:
    """For a claim that was sent, with its lines and their rates and receipts."""
    found = [_attendance(claim), _rates(claim), *_receipts(lines), *_caps(lines), *_late(claim), *_account(claim)]
    return sorted(found, key=lambda finding: finding.is_right)


def _attendance(claim: Claim) -> Finding:
    if claim.attendance is None:
        return Finding(_("There was no meeting: see what the work was."), is_right=False)
    minutes = claim.attendance.minutes
    return Finding(
        ngettext(
            "They were noted at the meeting, for %(n)s minute.", "They were noted at the meeting, for %(n)s minutes.", minutes
        )
        % {"n": minutes}
    )


def _rates(claim: Claim) -> Finding:
    return Finding(_("The rates are those in force on %(day)s.") % {"day": formats.date_format(claim.day, "j F Y")})


def _receipts(lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        if claims.needs_receipt(line) and not line.receipts.all():
            yield Finding(_("%(cost)s: the receipt is said to be lost.") % {"cost": line.rate.label}, is_right=False)
    if lines and receipts.used_by_others(lines[0].claim):
        yield Finding(_("Somebody else has claimed with the same file."), is_right=False)


def _caps(lines: list[Line]) -> Iterator[Finding]:
    for line in lines:
        if line.spent is not None and line.amount is not None and line.spent > line.amount:
            facts = {"cost": line.rate.label, "spent": money.text(line.spent), "paid": money.text(line.amount)}
            yield Finding(_("%(cost)s: %(spent)s was spent, and the limit allows %(paid)s.") % facts, is_right=False)


def _late(claim: Claim) -> Iterator[Finding]:
    if claim.late_reason:
        yield Finding(_("It came late, and says why."), is_right=False)


def _account(claim: Claim) -> Iterator[Finding]:
    payee = Payee.objects.filter(person=claim.claimant_id).first()
    if payee and payees.is_shared(payee):
        yield Finding(_("Somebody else is paid to the same account."), is_right=False)
    if payees.changed_since_last_payment(claim):
        yield Finding(_("The account has changed since the last payment."), is_right=False)


def days_waiting(claim: Claim) -> int:
    return (timezone.now() - claim.submitted_at).days if claim.submitted_at else 0
