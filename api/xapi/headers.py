"""What every exchange of the Experience API carries in its headers."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from core import errors, transactions

VERSION = "X-Experience-API-Version"
CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"
VERSIONS = ("1.0.3", "2.0.0")
LATEST = VERSIONS[-1]
# xAPI 1.0.3 Communication 3.3: patches of a version speak alike. Old content sends 1.0.1, 1.0.2 and 1.0.
FAMILIES = {re.compile(r"1\.0(\.\d{1,3})?", re.ASCII): "1.0.3", re.compile(r"2\.0(\.\d{1,3})?", re.ASCII): "2.0.0"}


def answered_version(request: HttpRequest, default: str = LATEST) -> str:
    """The version of ours that speaks as the request does; that of the mount where it says none that we know."""
    asked = request.headers.get(VERSION, "")
    return next((version for family, version in FAMILIES.items() if family.fullmatch(asked)), default)


def require_version(request: HttpRequest) -> None:
    asked = request.headers.get(VERSION)
    if asked is None:
        raise errors.DomainError(_("Say the version of xAPI in the header X-Experience-API-Version."), code="no_version")
    if not any(family.fullmatch(asked) for family in FAMILIES):
        message = _("We speak these versions of xAPI: %(versions)s.")
        raise errors.DomainError(message % {"versions": ", ".join(VERSIONS)}, code="unknown_version")


def add(response: HttpResponseBase, version: str, consistent_through: str = "") -> HttpResponseBase:
    response[VERSION] = version
    response["Cache-Control"] = "private, no-store"
    if consistent_through:
        response[CONSISTENT_THROUGH] = consistent_through
    return response


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def consistent_through_lately() -> datetime:
    """At most a second old: what is written does not ask the database each time."""
    return _in_second(int(time.monotonic()))


@lru_cache(maxsize=1)
def _in_second(_second: int) -> datetime:
    return transactions.consistent_through()
