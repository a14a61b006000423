"""What is paid for what, and from when."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.filters import Day
from api.resources import Reads
from recompense.models import Rate, RateCard

RATE = {
    "key": "5f0a6f1e-6c1c-4b0e-8f0e-2b1c3d4e5f60",
    "code": "CAR",
    "label": "Car or van",
    "category": "travel",
    "unit": "mile",
    "amount": "0.45",
    "cap": None,
    "receipt_over": None,
    "min_minutes": None,
    "max_minutes": None,
    "increment_minutes": None,
    "miles_at_amount": 10000,
    "amount_beyond": "0.25",
    "roles": [],
    "needs_reason": False,
    "min_hours_away": None,
    "preapproval_over": None,
    "is_booked_for_you": False,
    "guide": "",
}
IN_LIST = {
    "key": "0f2f2b52-8c5f-4b58-9d0c-6b8a4d9f7a11",
    "code": "EXAMPLE-2026",
    "title": "Example rates 2026",
    "is_example": True,
    "effective_from": "2026-04-01",
    "effective_to": None,
}
CARD = IN_LIST | {
    "sources": "Where each figure comes from.",
    "claim_within_days": 90,
    "target_days_to_pay": 10,
    "lost_receipt_most": "25.00",
    "lost_receipts_a_year": 3,
    "second_approval_over": "500.00",
    "rates": [RATE],
}


class RateSerializer(serializers.ModelSerializer):
    roles = serializers.ListField(child=serializers.CharField(), help_text=_("Membership roles that get it. Empty: everybody."))

    class Meta:
        model = Rate
        fields = list(RATE)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A rate card in a list", value=IN_LIST, response_only=True)])
class RateCardInListSerializer(serializers.ModelSerializer):
    class Meta:
        model = RateCard
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A rate card", value=CARD, response_only=True)])
class RateCardSerializer(serializers.ModelSerializer):
    rates = RateSerializer(many=True, read_only=True)

    class Meta:
        model = RateCard
        fields = list(CARD)
        read_only_fields = fields


class RateCardFilter(FilterSet):
    day = Day(method="in_force", label=_("Only the card that is in force on this day."))

    class Meta:
        model = RateCard
        fields = ["code"]

    def in_force(self, cards: QuerySet, name: str, day: datetime.date) -> QuerySet:
        card = RateCard.objects.in_force(day)
        return cards.filter(pk=card.pk) if card else cards.none()


class RateCards(Reads):
    """Dated lists of what is paid for what. A card is never changed, only followed by another."""

    model, serializer_class, filterset_class = RateCard, RateCardSerializer, RateCardFilter
    answers = {"list": RateCardInListSerializer}
    required_scopes = {"list": "claims/read", "retrieve": "claims/read"}

    def get_queryset(self) -> QuerySet:
        """Everybody's who is signed in: on the web they are public."""
        return RateCard.objects.prefetch_related("rates") if self.action == "retrieve" else RateCard.objects.all()
