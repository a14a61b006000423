"""Which card holds on a day, what it pays for what, and how a card comes into the database."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core import audit, errors, money, page_cache
from people.models import User
from recompense.models import Rate, RateCard

EXAMPLE = Path(__file__).parent / "content" / "example-2026.yaml"
CATEGORIES = {
    "fees": Rate.Category.FEE,
    "travel": Rate.Category.TRAVEL,
    "subsistence": Rate.Category.SUBSISTENCE,
    "access": Rate.Category.ACCESS,
}
NEEDED = {
    *["code", "title", "effective_from", "claim_within_days", "target_days_to_pay"],
    *["lost_receipt_most", "lost_receipts_a_year"],
}


def card_on(day: datetime.date) -> RateCard:
    """The card in force on a day."""
    card = RateCard.objects.in_force(day)
    if card is None:
        message = _("There are no rates for %(day)s. Ask the finance team: nothing that you have typed is lost.")
        raise errors.DomainError(message % {"day": day.isoformat()}, code="no_rate_card", field="day")
    return card


def due_on(card: RateCard, day: datetime.date) -> datetime.date:
    """The last day on which a claim for a day needs no reason for being late."""
    return day + datetime.timedelta(days=card.claim_within_days)


def session_fees(card: RateCard, minutes: int, role: str) -> list[Rate]:
    """What being at a meeting for so long earns: the fee of its length, and what is added for a role."""
    sessions = [rate for rate in card.rates.all() if rate.is_fee and rate.unit == Rate.Unit.SESSION]
    return [rate for rate in sessions if fits(rate, minutes) and (not rate.roles or role in rate.roles)]


def fits(rate: Rate, minutes: int) -> bool:
    """Whether a fee is for a meeting of this length."""
    return (rate.min_minutes or 0) <= minutes <= (rate.max_minutes or minutes)


def to_claim(card: RateCard, *, for_meeting: bool) -> list[Rate]:
    """What a claimant can add by hand: costs, and for work outside meetings its fees."""
    by_hand = [rate for rate in card.rates.all() if not rate.is_booked_for_you and rate.unit != Rate.Unit.SESSION]
    return [rate for rate in by_hand if not (for_meeting and rate.is_fee)]


def for_work(card: RateCard) -> list[Rate]:
    """The fees for work outside meetings, those by the hour first: how long it took is what most people can say."""
    by_hand = [rate for rate in to_claim(card, for_meeting=False) if rate.is_fee]
    return sorted(by_hand, key=lambda rate: rate.unit != Rate.Unit.HOUR)


def booked(card: RateCard) -> list[Rate]:
    """What is booked and paid directly, so that nobody has to lay money out."""
    return [rate for rate in card.rates.all() if rate.is_booked_for_you]


def rule(rate: Rate) -> list[str]:
    """What is paid, and on which terms, each as a few words."""
    return [words for words in [_pay(rate), _time_away(rate), _receipt(rate)] if words]


def price(rate: Rate, *, quantity: Decimal | None, spent: Decimal | None, miles_before: Decimal = Decimal(0)) -> Decimal:
    """What is paid for one line, in pounds, rounded once. `miles_before`: driven for us earlier in the same tax year."""
    if rate.amount is None:
        most = rate.cap * (quantity if rate.is_counted and quantity else 1) if rate.cap is not None else None
        return money.pounds(min(spent or 0, most) if most is not None else spent or 0)
    count = quantity or Decimal(1)
    if rate.miles_at_amount is None or rate.amount_beyond is None:
        return money.pounds(rate.amount * count)
    near = first_miles(rate, count, miles_before) or Decimal(0)
    return money.pounds(rate.amount * near + rate.amount_beyond * (count - near))


def first_miles(rate: Rate, quantity: Decimal | None, miles_before: Decimal) -> Decimal | None:
    """How many miles of a line the first of two rates pays; nothing where there is one."""
    if rate.miles_at_amount is None or rate.amount_beyond is None:
        return None
    return min(quantity or Decimal(0), max(rate.miles_at_amount - miles_before, Decimal(0)))


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
    held = RateCard.objects.filter(code=facts.get("code")).first()
    if held:
        return held
    if missing := NEEDED - facts.keys():
        message = _("The rate card lacks: %(names)s") % {"names": ", ".join(sorted(missing))}
        raise errors.DomainError(message, code="incomplete_card")
    if other := RateCard.objects.filter(effective_from=facts["effective_from"]).first():
        message = _("The card “%(code)s” begins on the same day. Give this one another day")
        raise errors.DomainError(message % {"code": other.code}, code="same_day", field="effective_from")
    card = RateCard(**_known(RateCard, _card(facts)))
    _judge_shape(card, _card(facts))
    card.save()
    Rate.objects.bulk_create(_rates(card, facts))
    audit.record("rate_card.publish", card, by=by)
    page_cache.clear()
    return card


def load_example() -> None:
    """Where there is no card yet, nothing could be claimed."""
    if not RateCard.objects.exists():
        publish(read(EXAMPLE), by=None)


def read(path: Path) -> dict[str, Any]:
    """A card as it was written down. Amounts stand in quotes there: a number in YAML is a float, and 0.45 is not what it says."""
    facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(facts, dict):
        raise errors.DomainError(_("This is not a rate card: see recompense/content/example-2026.yaml"), code="no_card")
    for row in [facts, *(row for name in CATEGORIES for row in facts.get(name) or [])]:
        _judge_exact(row)
    return facts


def _card(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if key not in CATEGORIES}


def _rates(card: RateCard, facts: dict[str, Any]) -> Iterator[Rate]:
    rows = [(category, row) for name, category in CATEGORIES.items() for row in facts.get(name) or []]
    codes = [row.get("code") for _category, row in rows]
    if len(codes) != len(set(codes)):
        raise errors.DomainError(_("Each rate of a card needs a code of its own"), code="code_twice")
    for place, (category, row) in enumerate(rows, 1):
        rate = Rate(card=card, category=category, position=place, **_known(Rate, row))
        _judge_shape(rate, {"code", "label", "unit", *row})
        yield rate


def _judge_shape(row: Model, given: Iterable[str]) -> None:
    """What was written down fits its column; what was left out is left out."""
    left_out = {field.name for field in row._meta.fields} - set(given)
    row.full_clean(exclude=left_out)


def _known(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    if strange := row.keys() - {field.name for field in model._meta.fields}:
        message = _("A rate card knows nothing called “%(names)s”") % {"names": ", ".join(sorted(strange))}
        raise errors.DomainError(message, code="unknown_name")
    return row


def _judge_exact(row: dict[str, Any]) -> None:
    for name, value in row.items():
        if isinstance(value, float):
            message = _('Write the amount of “%(name)s” in quotes, like "%(value)s"')
            raise errors.DomainError(message % {"name": name, "value": value}, code="float", field=name)


# A rate in words ----------------------------------------------------------------------------------


def _pay(rate: Rate) -> str:
    if rate.is_booked_for_you:
        return rate.guide
    if rate.unit == Rate.Unit.SESSION:
        return money.short(rate.amount or 0)
    facts = {"most": money.short(rate.cap or 0), "amount": money.short(rate.amount or 0), "unit": rate.get_unit_display()}
    if rate.amount is not None:
        return f"{_('%(amount)s for each %(unit)s') % facts}{_beyond(rate)}{_parts(rate)}"
    if rate.cap is None:
        return _("What you paid")
    return (_("Up to %(most)s for each %(unit)s") if rate.is_counted else _("Up to %(most)s")) % facts


def _beyond(rate: Rate) -> str:
    if rate.miles_at_amount is None or rate.amount_beyond is None:
        return ""
    facts = {"beyond": money.short(rate.amount_beyond), "miles": f"{rate.miles_at_amount:,}"}
    return _(", and %(beyond)s after %(miles)s miles in a tax year") % facts


def _parts(rate: Rate) -> str:
    return _(", in parts of %(minutes)s minutes") % {"minutes": rate.increment_minutes} if rate.increment_minutes else ""


def _time_away(rate: Rate) -> str:
    return _("When you are away for %(hours)s hours or more") % {"hours": rate.min_hours_away} if rate.min_hours_away else ""


def _receipt(rate: Rate) -> str:
    if rate.is_fee or rate.is_booked_for_you:
        return ""
    if rate.receipt_over is None:
        return _("No receipt needed")
    limit = money.short(rate.receipt_over)
    return _("Receipt needed above %(limit)s") % {"limit": limit} if rate.receipt_over else _("Receipt needed")
