"""Tokens by which a program works for a person: made, found again, revoked.

A token is 32 random bytes: knox's plain SHA-512 of it cannot be guessed back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from knox import crypto

from api.models import Token
from api.scopes import SCOPES
from core import audit, errors, second_factor
from people import affiliations
from people.models import Organisation, User

LONGEST = 365  # days
LONGEST_NAME = 80


@transaction.atomic
def make(
    person: User, *, name: str, scopes: Iterable[str], organisation: Organisation | None = None, days: int = LONGEST, by: User
) -> tuple[Token, str]:
    """A token, and its plaintext: to be shown now and never again. Raises `DomainError` for what does not hold.

    Only `api.views_tokens` calls this for people, in a session that holds a second factor.
    """
    _judge_name(person, name)
    wanted = _judge_scopes(scopes)
    _judge_organisation(person, organisation)
    if not 1 <= days <= LONGEST:
        message = _("A token works for at least one day, and for at most %(days)s.")
        raise errors.DomainError(message % {"days": LONGEST}, code="bad_days", field="days")
    row, plaintext = Token.objects.create(
        user=person, expiry=timedelta(days=days), name=name.strip(), scopes=wanted, organisation=organisation
    )
    audit.record("token.made", row, by=by, after=" ".join(wanted)[:64])
    return row, plaintext


@transaction.atomic
def revoke(token: Token, *, by: User) -> None:
    """The token opens nothing any more, from the next request on."""
    audit.record("token.revoked", token, by=by, before="in force" if token.is_in_force else "expired")
    token.delete()


@transaction.atomic
def revoke_all(person: User, *, by: User) -> None:
    for token in Token.objects.visible_to(person):
        revoke(token, by=by)


def end_with_password(user: User, **kwargs: Any) -> None:
    """The receiver of allauth's signals of another password: somebody else may have known the old one, and made tokens."""
    revoke_all(user, by=user)


def end_with_second_factor(user: User, **kwargs: Any) -> None:
    """The receiver of allauth's signal that a second factor was removed. With the last of them, what was made by it goes."""
    if not second_factor.in_use().filter(user=user).exists():
        revoke_all(user, by=user)


def find(plaintext: str) -> Token | None:
    """The token that this is, if it is in force and its person's account is open; and note that it was used.

    It was made by a second factor, and opens nothing where none is left, by whichever way that went.
    """
    own = second_factor.in_use().filter(user=OuterRef("user"))
    rows = Token.objects.in_force().filter(Exists(own), digest=crypto.hash_token(plaintext), user__is_active=True)
    token = rows.select_related("user").first()
    if token:
        _note_use(token)
    return token


def _judge_name(person: User, name: str) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        message = _("Give the token a name of at most %(letters)s characters.") % {"letters": LONGEST_NAME}
        raise errors.DomainError(message, code="bad_name", field="name")
    if Token.objects.visible_to(person).in_force().filter(name=name.strip()).exists():
        raise errors.Conflict(_("You have a token with this name already. Choose another name."), code="name_taken", field="name")


def _judge_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise errors.DomainError(_("There is no scope %(scope)s.") % {"scope": unknown[0]}, code="bad_scope", field="scopes")
    if not wanted:
        raise errors.DomainError(_("Choose what the token may be used for."), code="bad_scope", field="scopes")
    return wanted


def _judge_organisation(person: User, organisation: Organisation | None) -> None:
    """A program is one's own, or that of the organisation one works for."""
    now = affiliations.current(person)
    if organisation and (now is None or now.organisation_id != organisation.pk):
        raise errors.NotAllowed(_("Choose the organisation that you work for."), field="organisation")


def _note_use(token: Token) -> None:
    """The day is enough to tidy up by, and costs one write a day."""
    today = timezone.localdate()
    if token.last_used_on != today:
        Token.objects.filter(pk=token.pk).update(last_used_on=today)
