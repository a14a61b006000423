"""Who must have given a second factor, and what they may reach before: nothing but the pages to give it.

The question is put to the session's own record of log-ins, so that it does not matter by which door somebody came.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest  # noqa: TID251 - for reading only; speaks no HTTP

GIVE = {
    "account_logout",
    "account_email_verification_sent",
    "account_confirm_email",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
# Only for somebody who has no second factor yet. With one, a password alone must not add another or take it away.
SET_UP = {"account_reauthenticate", "account_email", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}


def is_missing(request: HttpRequest) -> bool:
    """Whether this is somebody who needs a second factor, in a session that holds none."""
    user = request.user
    return user.is_authenticated and user.needs_second_factor and not _given_at(request)


def is_given(request: HttpRequest) -> bool:
    """Whether this session holds one, be it needed or not."""
    return request.user.is_authenticated and bool(_given_at(request))


def is_too_old(request: HttpRequest) -> bool:
    """Whether it was given longer ago than settings.STAFF_SESSION_AGE."""
    user = request.user
    if not user.is_authenticated or not user.needs_second_factor:
        return False
    return time.time() - _given_at(request) > settings.STAFF_SESSION_AGE


def reachable(request: HttpRequest) -> set[str]:
    """The names of the addresses that are open before the second factor is given."""
    return GIVE if _kinds(request) else GIVE | SET_UP


def way_in(request: HttpRequest) -> str:
    """Where to send somebody: to set the second factor up, or to give it."""
    kinds = _kinds(request)
    if not kinds:
        return "mfa_activate_totp"
    by_passkey = Authenticator.Type.TOTP not in kinds and "webauthn" in settings.MFA_SUPPORTED_TYPES
    return "mfa_reauthenticate_webauthn" if by_passkey else "mfa_reauthenticate"


def in_use() -> QuerySet[Authenticator]:
    """Of everybody, what can be asked for. Recovery codes are none of their own: they stand in for another."""
    return Authenticator.objects.filter(type__in=set(settings.MFA_SUPPORTED_TYPES) - {Authenticator.Type.RECOVERY_CODES})


def _given_at(request: HttpRequest) -> float:
    """When the second factor was last given in this session, in seconds since 1970; 0 if never."""
    records = get_authentication_records(request, request.user)
    return max((record.get("at", 0.0) for record in records if record.get("method") == "mfa"), default=0.0)


def _kinds(request: HttpRequest) -> set[str]:
    return set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
