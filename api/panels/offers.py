"""Offers: places on a panel that are held for somebody until a day."""

from __future__ import annotations

from http import HTTPStatus

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.can import Can
from api.panels.memberships import MembershipSerializer
from api.resources import Reads, act
from core import workflow
from panels import recruitment
from panels.models import Membership, Offer

IN_LIST = {
    "key": "f3d6c9b0-2b5e-4e0a-8a7a-3d1c5b9e7f33",
    "application": "4c1f6a7e-0b8d-4a51-9f3f-2e7d9c5b1a44",
    "status": "open",
    "made_at": "2027-02-10T10:00:00Z",
    "answer_by": "2027-02-24T10:00:00Z",
    "starts_on": "2027-03-01",
    "ends_on": "2029-02-28",
}
OFFER = IN_LIST | {"can": ["accept", "decline"]}


@extend_schema_serializer(examples=[OpenApiExample("An offer in a list", value=IN_LIST, response_only=True)])
class OfferInListSerializer(serializers.ModelSerializer):
    application = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Offer
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("An offer", value=OFFER, response_only=True)])
class OfferSerializer(OfferInListSerializer):
    can = Can(recruitment.OFFER_ACTS)

    class Meta(OfferInListSerializer.Meta):
        fields = list(OFFER)
        read_only_fields = fields


class OfferFilter(FilterSet):
    application = django_filters.UUIDFilter("application__key", label=_("The key of an application."))

    class Meta:
        model = Offer
        fields = ["application", "status"]


class Offers(Reads):
    """Offers that you were made, and those that panels you coordinate have made."""

    model, serializer_class, filterset_class = Offer, OfferSerializer, OfferFilter
    answers = {"list": OfferInListSerializer}
    required_scopes = {"list": "applications/read", "retrieve": "applications/read"}

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("application__campaign__panel")

    def held(self) -> Offer:
        """After its application, as every act locks: in another order two could wait for each other."""
        workflow.lock(self.get_object().application)
        return super().held()

    @act("applications/write", answers=MembershipSerializer)
    def accept(self, offer: Offer, said: dict) -> Membership:
        """Accept an offer: be a member for its term.

        The answer is the membership. Nothing of it is public until you say what may be shown.
        """
        return recruitment.accept(offer, by=self.request.user)

    @act("applications/write", status=HTTPStatus.NO_CONTENT)
    def decline(self, offer: Offer, said: dict) -> Offer:
        """Say no to an offer. What you wrote to apply is erased, so nothing is answered."""
        recruitment.decline(offer, by=self.request.user)
        return offer

    @act("applications/write")
    def take_back(self, offer: Offer, said: dict) -> Offer:
        """Take an offer back. Its seat is free again, and the applicant is back on the shortlist."""
        recruitment.take_back(offer, by=self.request.user)
        return offer
