"""How much may be asked in a minute: by a person or a token, and by an address that nobody signed in from.

Counted in the cache that all processes share, minute by minute of the clock.
"""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request

MINUTE = 60  # seconds


class Counted:
    """A view that counts each request before it judges it: whoever is refused has asked too."""

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)  # type: ignore[misc]
        finally:
            count(request)


def count(request: Request) -> None:
    """Count a request to whoever sent it. Raises `Throttled` with the seconds to wait."""
    who, most = _asking(request)
    _judge(wait(who, most))


def rarely(request: Request, what: str) -> None:
    """Count to its address what is asked less often. Not by allauth's own count, which passes over GET."""
    _judge(wait(address(request, what), settings.API_RATE_TELLING))


def wait(who: str, most: int) -> int:
    """Count a request to `who`: the seconds that they must wait if it was one too many in this minute, else 0."""
    minute, second = divmod(int(time.time()), MINUTE)
    return MINUTE - second if _number(f"api:{who}:{minute}") > most else 0


def address(request: HttpRequest | Request, what: str = "address") -> str:
    """Where a request comes from, as somebody to count to."""
    return f"{what}:{get_adapter().get_client_ip(request)}"


def too_much() -> str:
    return _("That was too much in one minute. Nothing is lost.")


def _judge(seconds: int) -> None:
    if seconds:
        raise exceptions.Throttled(seconds, too_much())


def _asking(request: Request) -> tuple[str, int]:
    if request.auth:
        return f"token:{request.auth.key}", settings.API_RATE_SIGNED_IN
    if request.user.is_authenticated:
        return f"person:{request.user.key}", settings.API_RATE_SIGNED_IN
    return address(request), settings.API_RATE_ANONYMOUS


def _number(name: str) -> int:
    """How many there were in this minute, with this one."""
    cache.add(name, 0, 2 * MINUTE)
    try:
        return cache.incr(name)
    except ValueError:  # crowded out of a full cache between the two
        return 1
