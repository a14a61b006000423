"""Pounds: a Decimal, rounded once, when a line is made."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

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
