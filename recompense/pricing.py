"""What each line of a claim comes to: fees by the meeting record, rates by the card of the day, miles by the tax year."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import QuerySet, Sum

from recompense import rates
from recompense.models import Claim, Line, Rate

ENDED = [Claim.Status.DRAFT, Claim.Status.WITHDRAWN, Claim.Status.REJECTED]  # what counts towards no yearly limit
FIXED = ["amount", "unit", "unit_amount", "first_miles", "allowed", "allowed_reason", "allowed_at_check"]  # by `fix`


def priced(claim: Claim, lines: list[Line]) -> list[tuple[Line, Decimal]]:
    """Each line, with its rate, and what is paid for it, in pounds."""
    return [(line, _price(line, miles)) for line, miles in _miles(claim, lines)]


def fix(claim: Claim, lines: list[Line]) -> None:
    """Put on each line what sending the claim now would put there. Saving them is the caller's."""
    for line, miles in _miles(claim, lines):
        line.amount = _price(line, miles)
        line.unit, line.unit_amount = line.rate.unit, line.rate.amount
        line.first_miles = rates.first_miles(line.rate, line.quantity, miles)
        line.allowed = line.allowed_at_check = None
        line.allowed_reason = ""


def _price(line: Line, miles: Decimal) -> Decimal:
    return rates.price(line.rate, quantity=line.quantity, spent=line.spent, miles_before=miles)


def _miles(claim: Claim, lines: list[Line]) -> Iterator[tuple[Line, Decimal]]:
    """Each line, with how many miles the first rate has paid before it."""
    is_tiered = any(line.rate.miles_at_amount for line in lines)
    miles = miles_before(claim) if is_tiered else Decimal(0)
    for line in lines:
        yield line, miles
        miles += rates.first_miles(line.rate, line.quantity, miles) or 0


def miles_before(claim: Claim) -> Decimal:
    """How many miles the first rate pays in its claimant's other claims of the same tax year, whichever was sent first.

    Sent again after a question, a claim so has what it had: the others took what it left. What it grew by takes what is left now.
    """
    lines = Line.objects.filter(claim__in=others_this_year(claim))
    return lines.aggregate(miles=Sum("first_miles"))["miles"] or Decimal(0)


def others_this_year(claim: Claim) -> QuerySet[Claim]:
    """The claimant's other claims for the same tax year that were sent and not given up."""
    year = rates.tax_year(claim.day)
    return Claim.objects.filter(claimant=claim.claimant_id, day__range=year).exclude(pk=claim.pk).exclude(status__in=ENDED)


def fees(claim: Claim) -> list[Rate]:
    """What the meeting record earns the claimant. Work outside meetings is claimed by hand."""
    if claim.attendance is None:
        return []
    return rates.session_fees(rates.card_on(claim.day), claim.attendance.minutes, claim.attendance.role)


def write_fees(claim: Claim) -> None:
    claim.fees_offered = []
    _add_fees(claim, fees(claim))


def _add_fees(claim: Claim, due: list[Rate]) -> None:
    """What was filled in is written down: a fee that lacks afterwards was taken off by hand."""
    Line.objects.bulk_create(Line(claim=claim, rate=fee, quantity=1) for fee in due)
    claim.fees_offered = [*(claim.fees_offered or []), *(fee.code for fee in due)]
    claim.save(update_fields=["fees_offered"])


def _new_fees(claim: Claim, due: list[Rate]) -> list[Rate]:
    """Those that became due after its fees were filled in. Whoever took every fee off wants none."""
    offered = claim.fees_offered
    missing = [fee for fee in due if offered is not None and fee.code not in offered]
    return missing if missing and (not offered or fee_lines(claim).exists()) else []


def fee_lines(claim: Claim) -> QuerySet[Line]:
    """Those that come from the meeting record."""
    return claim.lines.filter(rate__unit=Rate.Unit.SESSION)


def is_up_to_date(claim: Claim) -> bool:
    """Whether every line follows the record as it stands and the card that holds on the claim's day."""
    due, card = fees(claim), rates.card_on(claim.day)
    held = {fee.pk for fee in due}
    lines = claim.lines.select_related("rate")
    follows = all(line.rate_id in held if line.rate.unit == Rate.Unit.SESSION else line.rate.card_id == card.pk for line in lines)
    return follows and not _new_fees(claim, due)


def follow(claim: Claim) -> None:
    """Bring an open claim up to date, under its lock: the record was corrected, or a card came later that holds on its day.

    Fees that were taken off stay off while the others still hold; one that was not due before comes with them.
    """
    due, card = fees(claim), rates.card_on(claim.day)
    if fee_lines(claim).exclude(rate__in=due).exists():
        fee_lines(claim).delete()
        write_fees(claim)
    elif late := _new_fees(claim, due):
        _add_fees(claim, late)
    for line in claim.lines.exclude(rate__card=card).select_related("rate"):
        line.rate = card.rates.filter(code=line.rate.code).first() or line.rate
        line.save(update_fields=["rate"])
