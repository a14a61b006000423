"""Which card holds on a day, what it pays for what, and how a card comes into the database."""

from __future__ import annotations

import datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, errors, money
from people.models import User
from recompense.models import Rate, RateCard

EXAMPLE = Path(__file__).parent / "content" / "example-2026.yaml"
CATEGORIES = {
    "fees": Rate.Category.FEE,
    "travel": Rate.Category.TRAVEL,
    "subsistence": Rate.Category.SUBSISTENCE,
    "access": Rate.Category.ACCESS,
}


def card_on(day: datetime.date) -> RateCard:
    """The card in force on a day."""
    card = RateCard.objects.in_force(day)
    if card is None:
        message = _("There are no rates for %(day)s. Ask the finance team: nothing that you have typed is lost.")
        raise errors.DomainError(message % {"day": day.isoformat()}, code="no_rate_card", field="day")
    return card


def session_fees(card: RateCard, minutes: int, role: str) -> list[Rate]:
    """What being at a meeting for so long earns: the fee of its length, and what is added for a role."""
    sessions = card.rates.filter(category=Rate.Category.FEE, unit=Rate.Unit.SESSION)
    return [rate for rate in sessions if _fits(rate, minutes) and (not rate.roles or role in rate.roles)]


def to_claim(card: RateCard, *, for_meeting: bool) -> list[Rate]:
    """What a claimant can add by hand: costs, and for work outside meetings its fees."""
    rates = card.rates.filter(is_booked_for_you=False).exclude(unit=Rate.Unit.SESSION)
    return [rate for rate in rates if not (for_meeting and rate.is_fee)]


def price(rate: Rate, *, quantity: Decimal | None, spent: Decimal | None, miles_before: Decimal = Decimal(0)) -> Decimal:
    """What is paid for one line, in pounds, rounded once. `miles_before`: driven for us earlier in the same tax year."""
    if rate.amount is None:
        most = rate.cap * (quantity if rate.is_counted and quantity else 1) if rate.cap is not None else None
        return money.pounds(min(spent or 0, most) if most is not None else spent or 0)
    count = quantity or Decimal(1)
    if rate.miles_at_amount is None or rate.amount_beyond is None:
        return money.pounds(rate.amount * count)
    near = min(count, max(rate.miles_at_amount - miles_before, Decimal(0)))
    return money.pounds(rate.amount * near + rate.amount_beyond * (count - near))


def whole_increments(rate: Rate, hours: Decimal) -> Decimal:
    """Hours rounded up to the parts that the rate counts in."""
    if not rate.increment_minutes:
        return hours
    part = Decimal(rate.increment_minutes) / 60
    return (hours / part).to_integral_value(ROUND_CEILING) * part


def tax_year(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of the tax year that a day lies in: 6 April to 5 April."""
    begun = day >= datetime.date(day.year, 4, 6)
    first = datetime.date(day.year if begun else day.year - 1, 4, 6)
    return first, datetime.date(first.year + 1, 4, 5)


@transaction.atomic
def publish(facts: dict[str, Any], *, by: User | None) -> RateCard:
    """Put a card and its rates down. A card that is there is never changed: the same code again answers with it."""
    held = RateCard.objects.filter(code=facts["code"]).first()
    if held:
        return held
    card = RateCard.objects.create(**_card(facts))
    rows = [(category, row) for name, category in CATEGORIES.items() for row in facts.get(name, [])]
    Rate.objects.bulk_create(
        Rate(card=card, category=category, position=place, **row) for place, (category, row) in enumerate(rows, 1)
    )
    audit.record("rate_card.publish", card, by=by)
    return card


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _card(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in CATEGORIES}


def _fits(rate: Rate, minutes: int) -> bool:
    return (rate.min_minutes or 0) <= minutes <= (rate.max_minutes or minutes)
