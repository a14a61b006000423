"""What a request brings as JSON (Communication 1.4, 1.5): UTF-8, of that type, and not too much of it."""

from __future__ import annotations

import json
from email.message import Message
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import errors

JSON = "application/json"
UTF_8 = {"", "utf-8", "utf8", "us-ascii"}


def read_json(request: HttpRequest) -> Any:
    """The value. Raises `DomainError` for another type, another charset, what is no JSON, and `TooLarge`."""
    _require_type(request.headers.get("Content-Type", ""))
    return parse(_whole(request))


def parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise errors.DomainError(_("The body must be JSON in UTF-8."), code="no_json") from None


def _require_type(content_type: str) -> None:
    """1.5: application/json, in UTF-8 whatever is said (RFC 8259 8.1)."""
    read = Message()
    read["Content-Type"] = content_type
    if read.get_content_type() != JSON or not content_type.strip():
        raise errors.DomainError(_("Send the body as application/json."), code="bad_content_type")
    if str(read.get_param("charset", "")).lower() not in UTF_8:
        raise errors.DomainError(_("Send JSON in UTF-8."), code="bad_charset")


def _whole(request: HttpRequest) -> bytes:
    too_large = errors.TooLarge(_("This is too large. Send at most %(most)s bytes at once.") % {"most": settings.XAPI_MOST_BYTES})
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.XAPI_MOST_BYTES:
        raise too_large
    raw = request.read(settings.XAPI_MOST_BYTES)
    if len(raw) < length:
        raise errors.DomainError(_("The body did not arrive whole."), code="incomplete")
    return raw


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259 6)
