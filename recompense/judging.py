"""What may stand in a claim, and what must before it is sent: each refusal says what would help.

Nothing here writes. The rules are those of the rate card of the claim's day.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core import errors, money
from recompense import pricing, rates
from recompense.models import Claim, Line, Payee, Rate, RateCard

LONGEST_WORDS = 500  # characters of a reason
LONGEST_AWAY = 96  # hours
MOST_SPENT = 10_000  # pounds, on one line


@dataclass(frozen=True)
class Cost:
    """What a claimant says of one line. `quantity` in the rate's unit, `spent` in pounds."""

    rate: Rate
    quantity: Decimal | None = None
    spent: Decimal | None = None
    hours_away: int | None = None
    reason: str = ""
    receipt_is_lost: bool = False


def needs_receipt(said: Line | Cost) -> bool:
    over = said.rate.receipt_over
    return over is not None and (said.spent or 0) > over


def lacks_receipt(line: Line) -> bool:
    """Whether its claimant still has to send a photo, or to say that there is none."""
    return needs_receipt(line) and not line.receipts.all() and not line.receipt_is_lost


def is_late(claim: Claim) -> bool:
    """Whether it would need a reason for coming now. A claim that was sent in time stays in time."""
    sent_on = timezone.localdate(claim.submitted_at) if claim.submitted_at else timezone.localdate()
    return sent_on > rates.due_on(rates.card_on(claim.day), claim.day)


def said(text: str, field: str, message: str) -> str:
    if not text.strip():
        raise errors.DomainError(message, code="no_words", field=field)
    return text.strip()


def why(reason: str) -> str:
    return words(said(reason, "reason", _("Say why, in words that the member will read")), "reason")


def words(text: str, field: str) -> str:
    if len(text) > LONGEST_WORDS:
        message = _("Write at most %(most)s characters") % {"most": LONGEST_WORDS}
        raise errors.DomainError(message, code="too_many_words", field=field)
    return text


def by_hand(line: Line) -> None:
    if line.rate.unit == Rate.Unit.SESSION:
        message = _("The fee comes from the meeting record. You can take it off, or ask for the record to be corrected.")
        raise errors.DomainError(message, code="fee_is_fixed")


def cost(claim: Claim, cost: Cost, *, has_receipt: bool = False) -> None:
    rate = cost.rate
    offered = rates.to_claim(rates.card_on(claim.day), for_meeting=claim.attendance_id is not None)
    if rate not in offered:
        raise errors.DomainError(_("Choose a cost from the list"), code="not_offered", field="rate")
    if rate.is_counted and not 0 < (cost.quantity or 0) <= 1000:
        raise errors.DomainError(_("Enter a number above 0, and at most 1,000"), code="quantity", field="quantity")
    if rate.is_paid_back:
        _spent(cost.spent)
    if (cost.hours_away or 0) > LONGEST_AWAY:
        message = _("Enter the hours of this one day or journey, at most %(most)s") % {"most": LONGEST_AWAY}
        raise errors.DomainError(message, code="too_long_away", field="hours_away")
    if rate.min_hours_away and (cost.hours_away or 0) < rate.min_hours_away:
        message = _("This is paid when you were away for %(hours)s hours or more") % {"hours": rate.min_hours_away}
        raise errors.DomainError(message, code="not_long_enough", field="hours_away")
    if rate.needs_reason and not cost.reason.strip():
        raise errors.DomainError(_("Say in a few words why you needed it"), code="no_reason", field="reason")
    words(cost.reason, "reason")
    if not has_receipt:
        _believed(cost, "receipt_is_lost")


def whole(claim: Claim, lines: list[Line], late_reason: str) -> None:
    if not lines:
        raise errors.DomainError(_("There is nothing in this claim yet. Add a cost first."), code="empty")
    if not Payee.objects.filter(person=claim.claimant_id).exists():
        raise errors.DomainError(_("Tell us where to send the money first"), code="no_payee", field="payee")
    card = rates.card_on(claim.day)
    if is_late(claim) and not late_reason:
        message = _("It was more than %(days)s days ago. Say why it comes late: you can still be paid")
        raise errors.DomainError(message % {"days": card.claim_within_days}, code="late", field="late_reason")
    for line in lines:
        _still_paid(line, card)
        _receipt(line)
    _lost(claim, lines)


def not_raised(claim: Claim, line: Line, to: Decimal) -> None:
    """An approver takes back no checker's decision: they lower it further, or ask."""
    most = line.allowed_at_check
    if claim.status == Claim.Status.CHECKED and most is not None and to > most:
        message = _("The checker lowered this to %(most)s. You can lower it further, or send the claim back with a question")
        raise errors.DomainError(message % {"most": money.text(most)}, code="above_check", field="allowed")


def total(lines: list[Line], total: Decimal | None) -> None:
    now = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    if total is not None and total != now:
        message = _("The sum has changed since you opened this page: it is %(now)s now. Look at it once more, then send it.")
        raise errors.Conflict(message % {"now": money.text(now)}, code="sum_changed")


def _spent(spent: Decimal | None) -> None:
    if spent is None:
        raise errors.DomainError(_("Enter what you paid, like 12.50"), code="spent", field="spent")
    if spent <= 0:
        raise errors.DomainError(_("Enter an amount above £0"), code="spent", field="spent")
    if spent > MOST_SPENT:
        raise errors.DomainError(_("That is more than we can take here. Check the figure"), code="spent", field="spent")


def _still_paid(line: Line, card: RateCard) -> None:
    if line.rate.card_id != card.pk:
        message = _("The rates have changed, and “%(cost)s” is not among them. Take it off, or write to us")
        raise errors.DomainError(message % {"cost": line.rate.label}, code="not_offered", field=f"line_{line.key}")


def _receipt(line: Line) -> None:
    if not needs_receipt(line) or line.receipts.all():
        return
    if not line.receipt_is_lost:
        message = _("Add a photo of the receipt for “%(cost)s”, or say that it is lost") % {"cost": line.rate.label}
        raise errors.DomainError(message, code="no_receipt", field=f"line_{line.key}")
    _believed(line, f"line_{line.key}")


def _believed(said: Line | Cost, field: str) -> None:
    """That a receipt is lost, up to a sum."""
    most = said.rate.card.lost_receipt_most
    if said.receipt_is_lost and needs_receipt(said) and (said.spent or 0) > most:
        message = _("Without a receipt we can pay up to %(most)s for “%(cost)s”. Write to us: we will find a way")
        raise errors.DomainError(message % {"most": money.text(most), "cost": said.rate.label}, code="lost_too_much", field=field)


def _lost(claim: Claim, lines: list[Line]) -> None:
    lost = [line for line in lines if line.receipt_is_lost and needs_receipt(line) and not line.receipts.all()]
    if not lost:
        return
    most = lost[0].rate.card.lost_receipts_a_year
    before = Line.objects.filter(claim__in=pricing.others_this_year(claim), receipt_is_lost=True, receipts=None)
    if len(lost) + before.filter(spent__gt=F("rate__receipt_over")).count() > most:
        message = _("We can take a lost receipt %(most)s times a year. Write to us: we will find a way") % {"most": most}
        raise errors.DomainError(message, code="lost_too_often", field=f"line_{lost[0].key}")
