"""Keys and secrets by which other systems read the record and keep documents.

A secret is 32 random bytes: its plain SHA-256 cannot be guessed back, and costs nothing at each request.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, errors, prepared, transactions, workflow
from learning.lrs import agents
from learning.lrs.models import Credential
from learning.lrs.validation import types

# xAPI 1.0.3 Communication 4.2.1.
READ_ALL = frozenset({"all", "all/read", "statements/read"})
WRITE = frozenset({"all", "statements/write"})
DEFINE = frozenset({"all", "define"})
SCOPES = {  # in plain words, for the page
    "all": gettext_lazy("Everything: read and write statements and documents, and describe activities"),
    "all/read": gettext_lazy("Read everything, and write nothing"),
    "statements/read": gettext_lazy("Read all statements"),
    "statements/read/mine": gettext_lazy("Read the statements that it wrote itself"),
    "statements/write": gettext_lazy("Write statements"),
    "state": gettext_lazy("Read and write state: what a program keeps about a learner in an activity"),
    "profile": gettext_lazy("Read and write profiles: what programs keep about an activity or a person"),
    "define": gettext_lazy("Describe activities: their names and what they are"),
}
LONGEST_NAME = 80  # characters
USE_NOTED_EVERY = timedelta(minutes=1)
NOBODY = "0" * 64
PLAYER = "player"  # by this name our own player vouches
MARKS = {"is_active": ("on", "off"), "may_complete": ("counted", "stored")}  # set and not set, as the audit trail says


@transaction.atomic
def create(name: str, scopes: Sequence[str], by: audit.Audited | None = None) -> tuple[Credential, str]:
    """A new credential and its secret, which is shown now and never again. Raises `DomainError` for a bad name or scope."""
    _judge(name, scopes)
    secret = _new_secret()
    fields = {"key": secrets.token_hex(16), "secret_digest": _digest(secret), "scopes": sorted(set(scopes))}
    try:
        with transaction.atomic():
            credential = Credential.objects.create(name=name, **fields)
    except IntegrityError as error:  # another request took the name since we looked
        raise _name_taken() from error
    audit.record("credential.create", credential, by=by, after=" ".join(credential.scopes)[:64])
    return credential, secret


# `seen` is `audit.latest(credential)` as it was when the page was opened: who decides on an older state decides nothing.
# What is so already is done.


@transaction.atomic
def switch_off(credential: Credential, *, by: audit.Audited | None, seen: str = "") -> None:
    """The key opens nothing any more. What it wrote stays."""
    _put(credential, "switch_off", "is_active", False, by=by, seen=seen)


@transaction.atomic
def switch_on(credential: Credential, *, by: audit.Audited | None, seen: str = "") -> None:
    """Key and secret open again what they opened before, and it may complete learners if it could."""
    _put(credential, "switch_on", "is_active", True, by=by, seen=seen)


@transaction.atomic
def let_complete(credential: Credential, *, by: audit.Audited | None, seen: str = "") -> None:
    """Count what this credential says of a learner from now on. What it has said before stays as it was counted."""
    if not workflow.lock(credential).is_active:
        raise errors.WrongState(_("This credential is switched off. Switch it on first."))
    _put(credential, "let_complete", "may_complete", True, by=by, seen=seen)


@transaction.atomic
def no_longer_complete(credential: Credential, *, by: audit.Audited | None, seen: str = "") -> None:
    """Store what this credential says of a learner from now on, and count it no more. What was counted stays."""
    _put(credential, "no_longer_complete", "may_complete", False, by=by, seen=seen)


@transaction.atomic
def renew_secret(credential: Credential, *, by: audit.Audited | None, seen: str = "") -> str:
    """A new secret, which is shown now and never again. The old one opens nothing any more."""
    now, secret = workflow.lock(credential), _new_secret()
    _judge_seen(now, seen)
    now.secret_digest = _digest(secret)
    now.save(update_fields=["secret_digest"])
    audit.record("credential.renew_secret", now, by=by)
    return secret


def authenticate(key: str, secret: str) -> Credential | None:
    """The credential with this key and secret, if it is in use. The time taken does not tell which of them was wrong."""
    credential = next(iter(prepared.instances(Credential, "key = %s AND is_active", key)), None)
    digest = credential.secret_digest if credential else NOBODY
    if not secrets.compare_digest(digest, _digest(secret)) or credential is None:
        return None
    _note_use(credential)
    return credential


def authority(credential: Credential | None = None) -> dict:
    """Who vouches for a statement: the credential that brought it, or our own player."""
    return {
        "objectType": "Agent",
        "account": {"homePage": settings.XAPI_IRI_BASE, "name": str(credential.audit_key) if credential else PLAYER},
    }


def vouched_for_by(agent: str) -> models.Q | None:
    """The statements whose authority has this inverse functional identifier; None where it is nobody of ours."""
    start = agents.ifi(authority()).removesuffix(PLAYER)
    name = agent.removeprefix(start)
    if name == PLAYER:
        return models.Q(credential=None)
    if name == agent or not types.UUID.match(name):
        return None
    return models.Q(credential=Credential.objects.filter(audit_key=name).values("pk")[:1])


def may_read(credential: Credential) -> bool:
    return not READ_ALL.isdisjoint(credential.scopes)


def may_read_own(credential: Credential) -> bool:
    return may_read(credential) or "statements/read/mine" in credential.scopes


def may_write(credential: Credential) -> bool:
    return not WRITE.isdisjoint(credential.scopes)


def may_define(credential: Credential) -> bool:
    return not DEFINE.isdisjoint(credential.scopes)


def may_read_documents(credential: Credential, scope: str) -> bool:
    """`scope` is state or profile: whoever may write these reads them too."""
    return not {"all", "all/read", scope}.isdisjoint(credential.scopes)


def may_write_documents(credential: Credential, scope: str) -> bool:
    return not {"all", scope}.isdisjoint(credential.scopes)


def _judge(name: str, scopes: Sequence[str]) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        message = _("Give the credential a name of at most %(most)s characters.")
        raise errors.DomainError(message % {"most": LONGEST_NAME}, code="bad_name", field="name")
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        message = _("There is no scope %(scope)s. Choose from: %(scopes)s.")
        raise errors.DomainError(message % {"scope": unknown[0], "scopes": ", ".join(SCOPES)}, code="bad_scope", field="scopes")
    if not scopes:
        raise errors.DomainError(_("Give the credential at least one scope."), code="bad_scope", field="scopes")
    if Credential.objects.filter(name=name).exists():
        raise _name_taken()


def _name_taken() -> errors.Conflict:
    return errors.Conflict(_("There is already a credential with this name."), code="name_taken", field="name")


def _put(credential: Credential, act: str, field: str, value: bool, *, by: audit.Audited | None, seen: str) -> None:
    """Turn one of the two marks, and write it down."""
    now = workflow.lock(credential)
    if getattr(now, field) == value:
        return
    _judge_seen(now, seen)
    setattr(credential, field, value)
    credential.save(update_fields=[field])
    before, after = reversed(MARKS[field]) if value else MARKS[field]
    audit.record(f"credential.{act}", credential, by=by, before=before, after=after)


def _judge_seen(now: Credential, seen: str) -> None:
    """Called under the lock."""
    if seen and seen != str(audit.latest(now)):
        message = _("This has changed since you opened the page, perhaps because you pressed twice. Nothing more was done.")
        raise errors.Conflict(message, code="changed")


def _note_use(credential: Credential) -> None:
    """At most once a minute, so that reading the record does not write at each request."""
    now = timezone.now()
    if credential.last_used_at is None or credential.last_used_at < now - USE_NOTED_EVERY:
        stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=now - USE_NOTED_EVERY)
        with transactions.in_turn():
            Credential.objects.filter(stale, pk=credential.pk).update(last_used_at=now)


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
