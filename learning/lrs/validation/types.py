"""The special data types of chapter 4: IRI, UUID, timestamp, duration, language tag and map, extensions, media type."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import text

# 4.1, RFC 3987: a scheme, a colon, and something after it without spaces, controls and the characters that no IRI has.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20\x7f-\x9f\ud800-\udfff<>\"{}|\\^`]+\Z")

# 4.2.3, RFC 4122: the text form, in either case, of any version.
UUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\Z")

# 4.5, RFC 3339 and the basic offsets of ISO 8601.
TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt](?P<clock>\d{2}:\d{2}):(?P<second>\d{2})(?:[.,](?P<part>\d+))?"
    r"(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?\Z",
    re.ASCII,
)

# 4.6, ISO 8601 4.4.3.2: only the smallest component may have a fraction; weeks stand alone; no alternative format.
DURATION = re.compile(
    r"P(?:(?P<weeks>\d+(?:[.,]\d+)?)W|"
    r"(?=.)(?:(?P<years>\d+(?:[.,]\d+(?=Y\Z))?)Y)?(?:(?P<months>\d+(?:[.,]\d+(?=M\Z))?)M)?(?:(?P<days>\d+(?:[.,]\d+(?=D\Z))?)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+(?:[.,]\d+(?=H\Z))?)H)?(?:(?P<minutes>\d+(?:[.,]\d+(?=M\Z))?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?)\Z",
    re.ASCII,
)

# RFC 5646 2.1: a well-formed language tag; of the irregular old ones those that the rest would not cover.
LANGUAGE = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|en-GB-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(?:BE-FR|BE-NL|CH-DE))\Z",
    re.ASCII | re.IGNORECASE,
)

# RFC 2045 5.1: type/subtype, and parameters that we do not look into.
MEDIA_TYPE = re.compile(r"[\w!#$&\-^.+]+/[\w!#$&\-^.+]+(?:\s*;.*)?\Z", re.ASCII)


def iri(value: Any, path: str) -> None:
    if type(value) is not str or not IRI.match(value):
        raise Invalid(path, _("This must be an IRI with a scheme, such as https://example.org/thing."))


def uuid(value: Any, path: str) -> None:
    if type(value) is not str or not UUID.match(value):
        raise Invalid(path, _("This must be a UUID, such as 39e24cc4-69af-4b01-a824-1fdc6ea8a3af."))


def timestamp(value: Any, path: str) -> None:
    instant(value, path)


def instant(value: Any, path: str) -> datetime:
    """The moment in UTC. 4.5: a zero offset must not be negative; without an offset the time is in UTC."""
    match = TIMESTAMP.match(value) if type(value) is str else None
    if match is None:
        raise Invalid(path, _("This must be a date and time, such as 2026-11-23T09:30:00.000Z."))
    if match["offset"] in {"-00", "-0000", "-00:00"}:
        raise Invalid(path, _("The offset must not be negative zero. Write Z."))
    try:
        return datetime.fromisoformat(_for_python(match)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(path, _("There is no such date or time.")) from None


def _for_python(match: re.Match[str]) -> str:
    """Microseconds, cut and not rounded; a leap second (RFC 3339 5.6) as the last one that Python knows."""
    second, offset = match["second"], (match["offset"] or "Z").upper()
    if len(offset) == 3:
        offset += ":00"
    return f"{match['date']}T{match['clock']}:{'59' if second == '60' else second}.{(match['part'] or '0')[:6]:0<6}{offset}"


def duration(value: Any, path: str) -> None:
    if type(value) is not str or not DURATION.match(value):
        raise Invalid(path, _("This must be a duration, such as PT8M30.5S or P4W."))


def cut_duration(value: str) -> tuple:
    """A valid duration for comparing. IEEE 4.2.7: to the hundredth of a second, cut and not rounded."""
    match = DURATION.match(value)
    assert match is not None  # noqa: S101 - the caller has validated it
    parts = {name: part.replace(",", ".") for name, part in match.groupdict().items() if part}
    if "seconds" in parts:
        whole, _point, rest = parts["seconds"].partition(".")
        parts["seconds"] = f"{whole}.{rest[:2]}"  # as text: arithmetic ends at 28 digits
    return tuple(sorted((name, number) for name, part in parts.items() if (number := Decimal(part))))


def language(value: Any, path: str) -> None:
    if type(value) is not str or not LANGUAGE.match(value):
        raise Invalid(path, _("This must be a language tag, such as en-GB or cy."))


def language_map(value: Any, path: str) -> None:
    """4.2.1: texts by language tags."""
    if type(value) is not dict:
        raise Invalid(path, _("This must be an object with a text for each language."))
    for tag, translation in value.items():
        language(tag, f"{path}.{tag}")
        text(translation, f"{path}.{tag}")


def extensions(value: Any, path: str) -> None:
    """4.1.11: keys are IRIs; the values may be anything, null included."""
    if type(value) is not dict:
        raise Invalid(path, _("This must be an object whose keys are IRIs."))
    for key in value:
        iri(key, f"{path}.{key}")


def media_type(value: Any, path: str) -> None:
    if type(value) is not str or not MEDIA_TYPE.match(value):
        raise Invalid(path, _("This must be an Internet media type, such as text/plain."))
