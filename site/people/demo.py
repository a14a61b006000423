"""Demonstration accounts: with a second factor like everybody else's, whose codes `demo_code` prints."""

from __future__ import annotations

import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction

from people import roles
from people.models import User

PERIOD = 30  # seconds that a code lasts (RFC 6238)


@transaction.atomic
def account(name: str, email: str, password: str | None, *, role: str = "") -> User:
    """An account with a confirmed address; with a role, also with a secret for the second factor."""
    user = User.objects.create_user(email, password, display_name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if role:
        roles.grant(user, role)
        give_secret(user)
    return user


def has_secret(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def give_secret(user: User) -> None:
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def code(user: User) -> str:
    """The six figures that hold now."""
    secret = decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))
