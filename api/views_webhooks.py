"""Webhooks and their deliveries, for administrators."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api import deliveries, webhooks
from api.events import TYPES
from api.fields import Keyed
from api.filters import Truth
from api.models import MANAGE_WEBHOOKS, Delivery, Webhook
from api.permissions import InScope, holds
from api.resources import Changes, Makes, Reads, Removes, act
from people.models import Organisation

WEBHOOK = {
    "key": "7d0a4c52-1f3e-4d0b-9a43-6f0c1f3b8e21",
    "name": "Example Council's case system",
    "url": "https://cases.example.org/news",
    "events": ["registration.completed", "registration.made"],
    "organisation": None,
    "is_active": True,
    "made_at": "2026-11-27T09:30:00Z",
}
NEW = {name: WEBHOOK[name] for name in ["name", "url", "events"]} | {"secret": "Take 64 letters of `openssl rand -hex 32`."}
DELIVERY = {
    "key": "c2a4a0c4-6a0f-4f6e-8a3f-0a54a1f0b7d9",
    "webhook": WEBHOOK["key"],
    "type": "registration.completed",
    "status": "delivered",
    "attempts": 1,
    "next_at": None,
    "last_answer": 204,
    "made_at": "2026-11-27T09:31:00Z",
}
LAST_ANSWER = _("The HTTP status of the last answer, if one came. 0: the address is not allowed, so nothing was sent.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("A webhook", value=WEBHOOK, response_only=True),
        OpenApiExample("A new webhook", value=NEW, request_only=True),
    ]
)
class WebhookSerializer(serializers.ModelSerializer):
    events = serializers.ListField(
        child=serializers.ChoiceField(TYPES), allow_empty=False, help_text=_("Which news is told: at least one.")
    )
    organisation = Keyed(lambda user: Organisation.objects.listed(), allow_null=True, required=False)
    secret = serializers.CharField(
        write_only=True,
        min_length=webhooks.SHORTEST_SECRET,
        max_length=200,
        help_text=_("Made by you, at random. Each message is signed with it. It cannot be read back."),
    )

    class Meta:
        model = Webhook
        fields = ["key", "name", "url", "events", "organisation", "is_active", "secret", "made_at"]
        read_only_fields = ["made_at"]


@extend_schema_serializer(examples=[OpenApiExample("A delivery", value=DELIVERY, response_only=True)])
class DeliverySerializer(serializers.ModelSerializer):
    webhook = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Delivery
        fields = ["key", "webhook", "type", "status", "attempts", "next_at", "last_answer", "made_at"]
        read_only_fields = fields
        extra_kwargs: ClassVar = {"last_answer": {"help_text": LAST_ANSWER}}


class WebhookFilter(django_filters.FilterSet):
    is_active = Truth()

    class Meta:
        model = Webhook
        fields = ["is_active"]


class DeliveryFilter(django_filters.FilterSet):
    webhook = django_filters.UUIDFilter("webhook__key")

    class Meta:
        model = Delivery
        fields = ["webhook", "status", "type"]


class Webhooks(Reads, Makes, Changes, Removes):
    """Other systems that are told of news: by POST, signed, with a name and random keys and nothing else."""

    model, serializer_class, filterset_class = Webhook, WebhookSerializer, WebhookFilter
    permission_classes = (InScope, holds(MANAGE_WEBHOOKS))
    required_scopes = {
        "list": "webhooks/read",
        "retrieve": "webhooks/read",
        "create": "webhooks/write",
        "partial_update": "webhooks/write",
        "destroy": "webhooks/write",
    }

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organisation")

    def make(self, said: dict[str, Any]) -> Webhook:
        return webhooks.make(**said, by=self.request.user)

    def change(self, webhook: Webhook, said: dict[str, Any]) -> None:
        webhooks.change(webhook, **said, by=self.request.user)

    def remove(self, webhook: Webhook) -> None:
        webhooks.remove(webhook, by=self.request.user)

    @act("webhooks/write", answers=DeliverySerializer, status=HTTPStatus.ACCEPTED)
    def test(self, webhook: Webhook, said: dict) -> Delivery:
        """Send a test.

        It goes within a minute, by the way that news goes; the answer is its delivery.
        """
        return webhooks.test(webhook, by=self.request.user)


class Deliveries(Reads):
    """What was told to which webhook, and how it went. Kept for 30 days, without what was sent."""

    model, serializer_class, filterset_class = Delivery, DeliverySerializer, DeliveryFilter
    permission_classes = (InScope, holds(MANAGE_WEBHOOKS))
    required_scopes = {"list": "webhooks/read", "retrieve": "webhooks/read"}

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("webhook")

    @act("webhooks/write")
    def retry(self, delivery: Delivery, said: dict) -> Delivery:
        """Try one that failed again."""
        return deliveries.retry(delivery, by=self.request.user)
