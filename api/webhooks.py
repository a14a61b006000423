"""Which other systems are told of news. Only administrators say so (`api.manage_webhooks`), and every act is audited."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from api.events import TEST, TYPES
from api.models import MANAGE_WEBHOOKS, Delivery, Webhook
from core import audit, errors, outside, workflow
from people.models import User

SHORTEST_SECRET = 32  # characters


@transaction.atomic
def make(*, by: User, **fields: Any) -> Webhook:
    """Tell another system of news from now on: name, url, events, secret, and perhaps organisation and is_active."""
    webhook = Webhook.objects.create(made_by=by, **_judged(fields, by=by))
    audit.record("webhook.made", webhook, by=by, after=_state(webhook))
    return webhook


@transaction.atomic
def change(webhook: Webhook, *, by: User, **fields: Any) -> Webhook:
    """Change what is given and nothing else. A new secret holds for what is sent from now on, retries too."""
    fields = _judged(fields, by=by)
    webhook = workflow.lock(webhook)
    before = _state(webhook)
    for name, value in fields.items():
        setattr(webhook, name, value)
    webhook.save(update_fields=list(fields))
    audit.record("webhook.changed", webhook, by=by, before=before, after=_state(webhook))
    return webhook


@transaction.atomic
def remove(webhook: Webhook, *, by: User) -> None:
    """Tell it nothing more. What still waited for it goes too."""
    _judged({}, by=by)
    audit.record("webhook.removed", webhook, by=by, before=_state(webhook))
    webhook.delete()


@transaction.atomic
def test(webhook: Webhook, *, by: User) -> Delivery:
    """Send it a test within the next minute, by the way that news goes."""
    _judged({}, by=by)
    if not webhook.is_active:
        raise errors.WrongState(_("This webhook is turned off. Turn it on, then test it."))
    delivery = Delivery.objects.create(webhook=webhook, type=TEST)
    audit.record("webhook.tested", webhook, by=by)
    return delivery


def _judged(fields: dict[str, Any], *, by: User) -> dict[str, Any]:
    """The fields in their one form, if this person may set them so."""
    if not by.has_perm(MANAGE_WEBHOOKS):
        raise errors.NotAllowed()
    return {name: JUDGES[name](value) if name in JUDGES else value for name, value in fields.items()}


def _judged_url(url: str) -> str:
    """Encrypted on its way, but for a machine that is trying things out on itself. Name and password have no place in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    tries_out = (settings.DEBUG or settings.DEMO) and parts.scheme == "http" and outside.is_loopback(host)
    if parts.scheme != "https" and not tries_out:
        raise errors.DomainError(_("The address must begin with https://."), code="url_not_https", field="url")
    if not outside.may_ask(host, inside=settings.WEBHOOKS_INSIDE):
        message = _("This address is not on the internet. Enter one that is.")
        raise errors.DomainError(message, code="url_inside", field="url")
    if parts.username or parts.password:
        message = _("Leave name and password out of the address: the signature says who speaks.")
        raise errors.DomainError(message, code="url_with_password", field="url")
    return url


def _judged_secret(secret: str) -> str:
    if len(secret) < SHORTEST_SECRET:
        message = _("Choose a secret of at least %(letters)s characters, at random.") % {"letters": SHORTEST_SECRET}
        raise errors.DomainError(message, code="secret_too_short", field="secret")
    return secret


def _judged_events(events: Iterable[str]) -> list[str]:
    wanted = sorted(set(events))
    if not wanted or not set(wanted) <= set(TYPES):
        message = _("Choose from: %(events)s.") % {"events": ", ".join(TYPES)}
        raise errors.DomainError(message, code="unknown_event", field="events")
    return wanted


def _state(webhook: Webhook) -> str:
    return "active" if webhook.is_active else "inactive"


JUDGES: dict[str, Callable[[Any], Any]] = {"url": _judged_url, "secret": _judged_secret, "events": _judged_events}
