"""Pounds: a Decimal, rounded once, when a line is made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from core import errors, figures

PENNY = Decimal("0.01")


def pounds(value: Decimal | int | str) -> Decimal:
    """An amount in pounds, rounded half up to the penny. Floats are refused: 1.005 is not what it says."""
    if isinstance(value, (float, bool)):
        raise TypeError("Money is a Decimal, a whole number or text, never a float.")
    try:
        return Decimal(value).quantize(PENNY, ROUND_HALF_UP) + 0  # no minus before nothing
    except InvalidOperation as error:
        raise ValueError(f"Not an amount of money: {value!r}") from error


def text(value: Decimal | int | str) -> str:
    """An amount as people read it: £1,234.50, and -£5.00 for what is owed back."""
    amount = pounds(value)
    return f"{'-' if amount < 0 else ''}£{abs(amount):,}"


def short(value: Decimal | int | str) -> str:
    """A rate as people say it: 45p, £20, £27.50."""
    amount = pounds(value)
    if 0 < amount < 1:
        return f"{int(amount * 100)}p"
    return text(amount).removesuffix(".00")


def parse(typed: str) -> Decimal:
    """What somebody typed for an amount, in pounds: “£12.50”, “12”, “1,234.50”, “50p”, and “12,50” as much of Europe writes it.

    A comma before two last figures can only stand before pence. Every other doubt is asked about and never settled by guessing.
    """
    figures.judge_letters(typed)
    plain = figures.plain(typed).replace("£", "").removeprefix("GBP").removesuffix("GBP")
    if plain.endswith("p") and plain[:-1].isdigit() and "£" not in typed:
        return pounds(figures.number(plain[:-1], example="50") / 100)
    number = figures.number(plain, example="12.50")
    if number.as_tuple().exponent < -2:  # type: ignore[operator]
        raise errors.DomainError(_("Enter pounds and pence, with two figures for the pence, like 12.50"), code="too_exact")
    return pounds(number)
