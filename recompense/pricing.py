"""What each line of a claim comes to: fees by the meeting record, rates by the card of the day, miles by the tax year."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet, Sum

from recompense import rates
from recompense.models import Claim, Line, Rate

ENDED = [Claim.Status.DRAFT, Claim.Status.WITHDRAWN, Claim.Status.REJECTED]  # what counts towards no yearly limit


def priced(claim: Claim, lines: list[Line]) -> list[tuple[Line, Decimal]]:
    """Each line, with its rate, and what is paid for it, in pounds."""
    is_tiered = any(line.rate.miles_at_amount for line in lines)
    miles, amounts = miles_before(claim) if is_tiered else Decimal(0), []
    for line in lines:
        amounts.append((line, rates.price(line.rate, quantity=line.quantity, spent=line.spent, miles_before=miles)))
        miles += line.quantity or 0 if line.rate.miles_at_amount else 0
    return amounts


def fix(claim: Claim, lines: list[Line]) -> None:
    """Put on each line what sending the claim now would put there. Saving them is the caller's."""
    for line, amount in priced(claim, lines):
        line.amount, line.unit, line.unit_amount = amount, line.rate.unit, line.rate.amount
        line.allowed, line.allowed_reason = None, ""


def miles_before(claim: Claim) -> Decimal:
    """How many miles at a tiered rate its claimant has claimed in the same tax year, in claims that were sent before it."""
    lines = Line.objects.filter(claim__in=others_this_year(claim), rate__miles_at_amount__isnull=False)
    if claim.submitted_at:  # sent again after a question, it keeps its place: later ones have counted it
        lines = lines.filter(claim__submitted_at__lt=claim.submitted_at)
    return lines.aggregate(miles=Sum("quantity"))["miles"] or Decimal(0)


def others_this_year(claim: Claim) -> QuerySet[Claim]:
    """The claimant's other claims for the same tax year that were sent and not given up."""
    year = rates.tax_year(claim.day)
    return Claim.objects.filter(claimant=claim.claimant_id, day__range=year).exclude(pk=claim.pk).exclude(status__in=ENDED)


def fees(claim: Claim) -> list[Rate]:
    """What the meeting record earns the claimant. Work outside meetings is claimed by hand."""
    if claim.attendance is None:
        return []
    return rates.session_fees(rates.card_on(claim.day), claim.attendance.minutes, claim.attendance.membership.role)


def write_fees(claim: Claim) -> None:
    Line.objects.bulk_create(Line(claim=claim, rate=fee, quantity=1) for fee in fees(claim))


def fee_lines(claim: Claim) -> QuerySet[Line]:
    """Those that come from the meeting record."""
    return claim.lines.filter(rate__unit=Rate.Unit.SESSION)


def is_up_to_date(claim: Claim) -> bool:
    """Whether every line follows the record as it stands and the card that holds on the claim's day."""
    due, card = {fee.pk for fee in fees(claim)}, rates.card_on(claim.day)
    lines = claim.lines.select_related("rate")
    return all(line.rate_id in due if line.rate.unit == Rate.Unit.SESSION else line.rate.card_id == card.pk for line in lines)


def follow(claim: Claim) -> None:
    """Bring an open claim up to date, under its lock: the record was corrected, or a card came later that holds on its day.

    Fees that were taken off stay off while the others still hold.
    """
    due, card = {fee.pk for fee in fees(claim)}, rates.card_on(claim.day)
    if fee_lines(claim).exclude(rate__in=due).exists():
        fee_lines(claim).delete()
        write_fees(claim)
    for line in claim.lines.exclude(rate__card=card).select_related("rate"):
        line.rate = card.rates.filter(code=line.rate.code).first() or line.rate
        line.save(update_fields=["rate"])
