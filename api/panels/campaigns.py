"""Campaigns: open invitations to a panel."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.can import Can
from api.fields import Keyed, Whole
from api.filters import Truth
from api.resources import Changes, Makes, Reads, act
from panels import campaigns
from panels.models import Campaign, Panel, Question

MOST_ROWS = 20
FACTS: dict[str, Any] = {
    "title": "Five seats, and one could be yours",
    "lead": "Bring what you know to the people who plan.",
    "role_description": "Look at plans while they can still be changed.",
    "looking_for": "People who live, work or study in the city-region.",
    "pay": "£82.50 for each meeting",
    "time_needed": "About 5 hours a month",
    "place": "City centre and online",
    "seats": 5,
    "term_months": 24,
    "opens_at": "2026-12-01T09:00:00Z",
    "closes_at": "2027-01-15T12:00:00Z",
    "decides_on": "2027-02-12",
    "starts_on": "2027-03-01",
    "contact": "panels@example.org",
}
CRITERIA = ["Knows the subject from life"]
QUESTION = {"prompt": "Why do you want to join?", "hint": "A few sentences are enough.", "max_words": 150}
IN_LIST = {
    "key": "b0f1f1d2-8a2c-4a9e-9a51-0c7c7c2a7a11",
    "panel": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10",
    "status": "open",
    "inviting": True,
    **FACTS,
}
CAMPAIGN = IN_LIST | {
    "criteria": CRITERIA,
    "questions": [{"key": "5b0d5f4e-7c3a-4f8f-8f0e-6f2b7f1c9d22"} | QUESTION],
    "can": [],
}
NEW = {"panel": IN_LIST["panel"], **FACTS, "criteria": CRITERIA, "questions": [QUESTION]}
SMALL = {"seats": {"max_value": 100}, "term_months": {"max_value": 120}}


class CampaignQuestionSerializer(Whole, serializers.ModelSerializer):
    class Meta:
        model = Question
        fields = ["key", "prompt", "hint", "max_words"]
        extra_kwargs = {"max_words": {"min_value": 10, "max_value": 2000}}


@extend_schema_serializer(examples=[OpenApiExample("A campaign in a list", value=IN_LIST, response_only=True)])
class CampaignInListSerializer(serializers.ModelSerializer):
    panel = serializers.SlugRelatedField(slug_field="key", read_only=True)
    inviting = serializers.BooleanField(
        source="is_inviting", read_only=True, help_text=_("Whether somebody can apply at this moment.")
    )
    contact = serializers.CharField(read_only=True, help_text=_("An email address for questions. Empty: there is none."))

    class Meta:
        model = Campaign
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A campaign", value=CAMPAIGN, response_only=True)])
class CampaignSerializer(CampaignInListSerializer):
    criteria = serializers.SlugRelatedField(slug_field="text", many=True, read_only=True, help_text=_("In their order."))
    questions = CampaignQuestionSerializer(many=True, read_only=True, help_text=_("In their order."))
    can = Can(campaigns.ACTS)

    class Meta(CampaignInListSerializer.Meta):
        fields = list(CAMPAIGN)
        read_only_fields = fields


class CampaignChangeSerializer(serializers.ModelSerializer):
    criteria = serializers.ListField(child=serializers.CharField(max_length=300), max_length=MOST_ROWS)
    questions = CampaignQuestionSerializer(
        many=True, max_length=MOST_ROWS, help_text=_("Instead of those there were: they get new keys.")
    )

    class Meta:
        model = Campaign
        fields = [*FACTS, "criteria", "questions"]
        extra_kwargs = SMALL


@extend_schema_serializer(examples=[OpenApiExample("A new campaign", value=NEW, request_only=True)])
class NewCampaignSerializer(CampaignChangeSerializer):
    panel = Keyed(Panel.objects.coordinated_by, help_text=_("The key of a panel that you coordinate."))

    class Meta(CampaignChangeSerializer.Meta):
        fields = list(NEW)


class ExtendSerializer(serializers.Serializer):
    closes_at = serializers.DateTimeField(help_text=_("Later than the present one."))
    decides_on = serializers.DateField(required=False)
    starts_on = serializers.DateField(required=False)


class CampaignFilter(FilterSet):
    panel = django_filters.UUIDFilter("panel__key", label=_("The key of a panel."))
    inviting = Truth(method="by_invitation", label=_("Whether somebody can apply at this moment."))

    class Meta:
        model = Campaign
        fields = ["panel", "status"]

    def by_invitation(self, rows: QuerySet, name: str, is_inviting: bool) -> QuerySet:
        inviting = Campaign.objects.inviting().values("pk")
        return rows.filter(pk__in=inviting) if is_inviting else rows.exclude(pk__in=inviting)


class Campaigns(Reads, Makes, Changes):
    """Every campaign that was published, and for whoever coordinates its panel also those that were not."""

    model, serializer_class, filterset_class = Campaign, CampaignSerializer, CampaignFilter
    takes = {"create": NewCampaignSerializer, "partial_update": CampaignChangeSerializer}
    answers = {"list": CampaignInListSerializer}
    required_scopes = {
        "list": "campaigns/read",
        "retrieve": "campaigns/read",
        "create": "campaigns/write",
        "partial_update": "campaigns/write",
    }

    def get_queryset(self) -> QuerySet:
        shown = super().get_queryset().select_related("panel")
        return shown if self.action == "list" else shown.prefetch_related("criteria", "questions")

    def make(self, said: dict[str, Any]) -> Campaign:
        """Draft a campaign for a panel that you coordinate. Nobody else sees it until it is opened."""
        panel, criteria, questions = (said.pop(name) for name in ["panel", "criteria", "questions"])
        return campaigns.draft(panel, said, criteria, questions, by=self.request.user)

    def change(self, campaign: Campaign, said: dict[str, Any]) -> None:
        """Change a draft. What people have read is changed no more."""
        criteria = said.pop("criteria", [row.text for row in campaign.criteria.all()])
        parts = ["prompt", "hint", "max_words"]
        questions = said.pop("questions", [{part: getattr(row, part) for part in parts} for row in campaign.questions.all()])
        campaigns.revise(campaign, said, criteria, questions, by=self.request.user)

    @act("campaigns/write")
    def open(self, campaign: Campaign, said: dict) -> Campaign:
        """Publish a campaign. People can apply from its opening time until it closes."""
        return campaigns.open_(campaign, by=self.request.user)

    @act("campaigns/write", takes=ExtendSerializer)
    def extend(self, campaign: Campaign, said: dict) -> Campaign:
        """Give people longer, also after it has closed."""
        return campaigns.extend(campaign, **said, by=self.request.user)

    @act("campaigns/write")
    def close(self, campaign: Campaign, said: dict) -> Campaign:
        """Take no more applications."""
        return campaigns.close(campaign, by=self.request.user)

    @act("campaigns/write")
    def complete(self, campaign: Campaign, said: dict) -> Campaign:
        """Say that everybody has heard."""
        return campaigns.complete(campaign, by=self.request.user)

    @act("campaigns/write")
    def cancel(self, campaign: Campaign, said: dict) -> Campaign:
        """Call a campaign off. Open offers end, and everybody who waits is told."""
        return campaigns.cancel(campaign, by=self.request.user)
