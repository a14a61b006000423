"""What the interface remembers: tokens of machines, requests that may come twice, and whom to tell the news."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from core.encryption import EncryptedTextField
from core.models import OutboxEvent
from people.models import Organisation

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

MANAGE_WEBHOOKS = "api.manage_webhooks"


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, user: User) -> TokenQuerySet:
        """Everybody sees their own, and nobody another's."""
        return self.filter(user=user)

    def in_force(self) -> TokenQuerySet:
        return self.filter(expiry__gt=timezone.now())


class Token(AbstractAuthToken):
    """What a program shows instead of a person: it may do what its person may, narrowed by its scopes, until it runs out.

    Knox keeps a digest of it and its first letters; nobody can read the token itself back.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(default=list, help_text=_("From api.scopes.SCOPES."))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Whose program it is.")
    )
    last_used_on = models.DateField(null=True, blank=True)

    objects = AuthTokenManager.from_queryset(TokenQuerySet)()

    class Meta:
        ordering = ["-created"]
        constraints = [models.CheckConstraint(condition=~Q(expiry=None), name="every_token_runs_out")]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def is_in_force(self) -> bool:
        return self.expiry > timezone.now()


class IdempotencyKey(models.Model):
    """A request that was answered: what asked, what it asked, and what came of it. Never its body, never a token."""

    key = models.CharField(max_length=255)
    credential = models.CharField(max_length=64, help_text=_("A keyed digest of the person or the token."))
    request = models.CharField(max_length=64, help_text=_("A keyed digest of method, path and body."))
    status = models.PositiveSmallIntegerField()
    made = models.UUIDField(null=True, help_text=_("The key of what was made or done. Null only while it is being done."))
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("credential", "key", name="a_key_is_used_once_by_a_credential")]

    def __str__(self) -> str:
        return f"{self.status} {self.made}"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, user: User | AnonymousUser) -> WebhookQuerySet:
        return self.all() if user.has_perm(MANAGE_WEBHOOKS) else self.none()

    def active(self) -> WebhookQuerySet:
        return self.filter(is_active=True)


class Webhook(models.Model):
    """Another system that is told of news: where, which, and the secret by which it knows that we speak."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    secret = EncryptedTextField()
    events = models.JSONField(default=list, help_text=_("From api.events.EVENTS, by the names that are published."))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Whose system it is.")
    )
    is_active = models.BooleanField(_("is told the news"), default=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="webhooks")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("manage_webhooks", _("Can say which other systems are told of news"))]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User | AnonymousUser) -> DeliveryQuerySet:
        return self.filter(webhook__in=Webhook.objects.visible_to(user))

    def due(self) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.WAITING, next_at__lte=timezone.now(), webhook__is_active=True)


class Delivery(models.Model):
    """One piece of news for one webhook, and how far it came. Without an event it is a test. What was sent is not kept."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    MOVES: ClassVar = {
        Status.WAITING: {Status.DELIVERED, Status.FAILED},
        Status.DELIVERED: set(),
        Status.FAILED: {Status.WAITING},
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OutboxEvent, models.CASCADE, null=True, related_name="+")
    type = models.CharField(max_length=64, help_text=_("The published name of the event."))
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now, null=True, help_text=_("When it is tried next. Null: it is not."))
    last_answer = models.PositiveSmallIntegerField(null=True, help_text=_("The HTTP status of the last answer, if one came."))
    made_at = models.DateTimeField(default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint("webhook", "event", name="an_event_is_delivered_once_to_a_webhook"),
            models.CheckConstraint(condition=Q(status="waiting") ^ Q(next_at=None), name="what_waits_has_its_next_time"),
        ]
        indexes = [models.Index("next_at", condition=Q(status="waiting"), name="deliveries_that_wait")]

    def __str__(self) -> str:
        return f"{self.type} {self.status}"

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key
