"""What a request brings (Communication 1.4, 1.5): JSON in UTF-8, alone or as the first part of multipart/mixed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from api.xapi import multipart
from core import errors

JSON, MIXED = "application/json", "multipart/mixed"
UTF_8 = {"utf-8", "utf8", "us-ascii"}


@contextmanager
def received(request: HttpRequest) -> Iterator[multipart.Received]:
    """The statements as they came, and the files beside them, which are gone at the end of the block.

    Raises `DomainError` for another type, another charset and what is cut off, and `TooLarge`.
    """
    header = request.headers.get("Content-Type", "")
    kind, said = multipart.media_type(header)
    if kind == MIXED:
        with multipart.received(request, header) as found:
            yield found
        return
    if kind != JSON:
        message = _("Send statements as application/json, or with their files as multipart/mixed.")
        raise errors.DomainError(message, code="bad_content_type")
    if said.get("charset", "utf-8").lower() not in UTF_8:  # RFC 8259 8.1
        raise errors.DomainError(_("Send JSON in UTF-8."), code="bad_charset")
    yield multipart.Received(_whole(request), [])


def parse(raw: bytes) -> Any:
    """The value. Raises `DomainError` for what is no JSON."""
    try:
        return READER.decode(raw.decode())
    except (ValueError, RecursionError):
        raise errors.DomainError(_("The body must be JSON in UTF-8."), code="no_json") from None


def length(request: HttpRequest) -> int:
    """As the request says it. Where that is no number, Django reads nothing either."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdecimal() else 0


def read(request: HttpRequest, most: int) -> bytes:
    """So many bytes at most; less of a sender who is gone."""
    try:
        return request.read(most)
    except UnreadablePostError:
        return b""


def _whole(request: HttpRequest) -> bytes:
    most, announced = settings.XAPI_MOST_STATEMENT_BYTES, length(request)
    if announced > most:
        raise errors.TooLarge(_("The statements of one request may have %(most)s bytes. Send fewer at once.") % {"most": most})
    raw = read(request, most)
    if len(raw) < announced:
        raise errors.DomainError(_("The body did not arrive whole."), code="incomplete")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Data 2.2: each property once. Of two, JSON does not say which one is meant (RFC 8259 4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _times),) = Counter(name for name, _value in pairs).most_common(1)
        raise errors.DomainError(_("The key %(name)s stands twice in one object.") % {"name": twice[:60]}, code="repeated_key")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259 6)


READER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_once)
