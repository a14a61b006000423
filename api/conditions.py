"""Changing what one has read, and nothing else: ETag, If-Match, If-None-Match (RFC 9110, 8.8.3 and 13)."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from api import errors


def etag(representation: Any) -> str:
    """A strong validator: equal for equal answers, to the byte."""
    return f'"{hashlib.sha256(JSONRenderer().render(representation)).hexdigest()[:32]}"'


def has_already(request: Request, tag: str) -> bool:
    """Whether whoever reads holds this very answer. A weak tag will do for reading."""
    held = [one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))]
    return "*" in held or tag in held


def require(request: Request) -> None:
    """A change must say what it changes."""
    if "If-Match" not in request.headers:
        message = _("Say which state you change: send the ETag that you read in the header If-Match.")
        raise errors.Refused(HTTPStatus.PRECONDITION_REQUIRED, "precondition_required", message)


def judge(request: Request, tag: str) -> None:
    """Refuse a change of something else than what was read, where the request says what that was."""
    read = parse_etags(request.headers.get("If-Match", tag))
    if "*" not in read and tag not in read:
        message = _("This has changed since you read it. Read it again, then decide again.")
        raise errors.Refused(HTTPStatus.PRECONDITION_FAILED, "precondition_failed", message)
