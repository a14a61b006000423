"""Pounds: a Decimal, rounded once, when a line is made."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from core import errors

PENNY = Decimal("0.01")
# What people type that looks like a figure: a letter O for a nought, and the letters of a one.
LOOK_ALIKES = {"o": "0", "O": "0", "l": "1", "I": "1"}
THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
COMMA_BEFORE_PENCE = re.compile(r"[0-9]*,[0-9]{2}")


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
    plain = _plain(typed)
    _judge_letters(plain, typed.strip())
    plain = plain.replace("£", "").removeprefix("GBP").removesuffix("GBP")
    if plain.endswith("p") and plain[:-1].isdigit() and "£" not in typed:
        return pounds(Decimal(plain[:-1]) / 100)
    number = figures(plain, example="12.50")
    if number.as_tuple().exponent < -2:  # type: ignore[operator]
        raise errors.DomainError(_("Enter pounds and pence, with two figures for the pence, like 12.50"), code="too_exact")
    return pounds(number)


def figures(typed: str, *, example: str) -> Decimal:
    """A number as people type it, not below nothing. `example` shows the way where it cannot be read."""
    plain = _plain(typed)
    _judge_letters(plain, typed.strip())
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif COMMA_BEFORE_PENCE.fullmatch(plain):
        plain = plain.replace(",", ".")
    if plain.startswith("-"):
        raise errors.DomainError(_("Enter a number above 0, like %(example)s") % {"example": example}, code="below_nothing")
    if not re.fullmatch(r"[0-9]{1,9}\.?[0-9]{0,9}|\.[0-9]{1,9}", plain):
        raise errors.DomainError(_("Enter a number, like %(example)s") % {"example": example}, code="no_number")
    return Decimal(plain)


def _plain(typed: str) -> str:
    """In one form of Unicode, with the figures of every script as 0 to 9, and without spaces and invisible marks."""
    normal = unicodedata.normalize("NFKC", typed).replace("٫", ".").replace("٬", ",").replace("−", "-")
    kept = [letter for letter in normal if not letter.isspace() and unicodedata.category(letter)[0] != "C"]
    return "".join(str(unicodedata.digit(letter, letter)) for letter in kept)


def _judge_letters(plain: str, typed: str) -> None:
    for letter, figure in LOOK_ALIKES.items():
        if letter in plain and any(other.isdigit() for other in plain):
            facts = {"typed": typed, "letter": letter, "figure": figure}
            message = _("“%(typed)s” has the letter %(letter)s in it. Type the figure %(figure)s in its place")
            raise errors.DomainError(message % facts, code="letter")
