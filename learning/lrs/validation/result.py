"""Results and scores (2.4.5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import at, members, number, text, truth
from learning.lrs.validation.types import duration, extensions


def scaled(value: Any, path: str) -> None:
    number(value, path)
    if not -1 <= value <= 1:
        raise Invalid(path, _("A scaled score lies between -1 and 1."))


SCORE = {"scaled": scaled, "raw": number, "min": number, "max": number}


def score(value: Any, path: str) -> None:
    """2.4.5.1: min is less than max, and raw lies between them."""
    members(value, path, SCORE)
    raw, least, most = value.get("raw"), value.get("min"), value.get("max")
    if least is not None and most is not None and least >= most:
        raise Invalid(at(path, "min"), _("The lowest score must be less than the highest."))
    if raw is not None and ((least is not None and raw < least) or (most is not None and raw > most)):
        raise Invalid(at(path, "raw"), _("The raw score lies between the lowest and the highest."))


RESULT = {
    "score": score,
    "success": truth,
    "completion": truth,
    "response": text,
    "duration": duration,
    "extensions": extensions,
}


def result(value: Any, path: str) -> None:
    members(value, path, RESULT)
