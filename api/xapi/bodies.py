"""What a request brings (Communication 1.4, 1.5): JSON in UTF-8, alone or as the first part of multipart/mixed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
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
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise errors.DomainError(_("The body must be JSON in UTF-8."), code="no_json") from None


def _whole(request: HttpRequest) -> bytes:
    most, length = settings.XAPI_MOST_STATEMENT_BYTES, int(request.META.get("CONTENT_LENGTH") or 0)
    if length > most:
        raise errors.TooLarge(_("The statements of one request may have %(most)s bytes. Send fewer at once.") % {"most": most})
    raw = request.read(most)
    if len(raw) < length:
        raise errors.DomainError(_("The body did not arrive whole."), code="incomplete")
    return raw


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON (RFC 8259 6)
