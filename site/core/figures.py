"""Numbers as people type them: with spaces, in any script, with a letter where a figure was meant."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from core import errors

LOOK_ALIKES = {"o": "0", "O": "0", "l": "1", "I": "1"}
THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
COMMA_BEFORE_PARTS = re.compile(r"[0-9]*,[0-9]{2}")  # as most of Europe writes 12.50: nothing else can be meant
TOO_LONG = re.compile(r"[0-9]{10,}(\.[0-9]*)?")
NUMBER = re.compile(r"[0-9]{1,9}\.?[0-9]{0,9}|\.[0-9]{1,9}")


def plain(typed: str) -> str:
    """In one form of Unicode, with the figures of every script as 0 to 9, and without spaces and invisible marks."""
    normal = unicodedata.normalize("NFKC", typed).replace("٫", ".").replace("٬", ",").replace("−", "-")
    kept = [letter for letter in normal if not letter.isspace() and unicodedata.category(letter)[0] != "C"]
    return "".join(str(unicodedata.digit(letter, letter)) for letter in kept)


def number(typed: str, *, example: str) -> Decimal:
    """What somebody typed for a number, not below nothing. `example` shows the way where it cannot be read."""
    judge_letters(typed)
    text = plain(typed)
    if THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif COMMA_BEFORE_PARTS.fullmatch(text):
        text = text.replace(",", ".")
    if text.startswith("-"):
        raise errors.DomainError(_("Enter a number above 0, like %(example)s") % {"example": example}, code="below_nothing")
    if TOO_LONG.fullmatch(text):
        raise errors.DomainError(_("That is more than we can take here. Check the figure"), code="too_long")
    if not NUMBER.fullmatch(text):
        raise errors.DomainError(_("Enter a number, like %(example)s") % {"example": example}, code="no_number")
    return Decimal(text)


def judge_letters(typed: str) -> None:
    """Name a letter that stands among figures."""
    if letter := look_alike(typed):
        facts = {"typed": typed.strip(), "letter": letter, "figure": LOOK_ALIKES[letter]}
        message = _("“%(typed)s” has the letter %(letter)s in it. Type the figure %(figure)s in its place")
        raise errors.DomainError(message % facts, code="letter")


def look_alike(typed: str) -> str | None:
    """The letter that stands among figures, if there is one."""
    text = plain(typed)
    has_figures = any(each.isdigit() for each in text)
    return next((letter for letter in LOOK_ALIKES if letter in text), None) if has_figures else None
