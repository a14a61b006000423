"""How much may be asked in a minute: by a person or a token, and by an address that nobody signed in from.

Counted in the cache that all processes share, minute by minute of the clock.
"""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
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
    minute, second = divmod(int(time.time()), MINUTE)
    if _number(f"api:{who}:{minute}") > most:
        raise exceptions.Throttled(MINUTE - second, _("That was too much in one minute. Nothing is lost."))


def rarely(request: Request, what: str) -> None:
    """Count to its address what is asked less often. Not by allauth's own count, which passes over GET."""
    minute, second = divmod(int(time.time()), MINUTE)
    address = get_adapter().get_client_ip(request)
    if _number(f"api:{what}:{address}:{minute}") > settings.API_RATE_TELLING:
        raise exceptions.Throttled(MINUTE - second, _("That was too much in one minute. Nothing is lost."))


def _asking(request: Request) -> tuple[str, int]:
    if request.auth:
        return f"token:{request.auth.key}", settings.API_RATE_SIGNED_IN
    if request.user.is_authenticated:
        return f"person:{request.user.key}", settings.API_RATE_SIGNED_IN
    return f"address:{get_adapter().get_client_ip(request)}", settings.API_RATE_ANONYMOUS


def _number(name: str) -> int:
    """How many there were in this minute, with this one."""
    cache.add(name, 0, 2 * MINUTE)
    try:
        return cache.incr(name)
    except ValueError:  # crowded out of a full cache between the two
        return 1
