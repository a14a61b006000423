"""Pounds: a Decimal, rounded once, when a line is made."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

PENNY = Decimal("0.01")
WRITTEN = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,2})?")


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


def read(written: str) -> Decimal:
    """An amount as people write it: 12.5, £12.50, 1,250. Whatever could be misread is refused with ValueError."""
    plain = re.sub(r"\s", "", written).removeprefix("£")
    if not WRITTEN.fullmatch(plain):
        raise ValueError(f"Not an amount of money: {written!r}")
    return pounds(plain.replace(",", ""))
