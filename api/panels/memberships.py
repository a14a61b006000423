"""Memberships: who is on a panel, and what they let be shown of it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api import errors
from api.can import Can
from api.fields import PersonSerializer
from api.resources import Changes, Reads, act
from panels import membership
from panels.models import Membership

SHOWN = {"shows_name": True, "shows_district": False, "shows_about": True, "about": "I ask first."}
IN_LIST = {
    "key": "e2a5b8c1-7d4f-4b3a-9c60-1f8e2d7a6b55",
    "panel": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10",
    "person": {"key": "3f0e2f3c-6f0b-4a55-9a4b-0d9a1f0f6a11", "name": "Mo"},
    "status": "active",
    "role": "member",
    "starts_on": "2027-03-01",
    "ends_on": "2029-02-28",
    "district": "E08000004",
    **SHOWN,
}
MEMBERSHIP = IN_LIST | {"can": ["change", "leave"]}


@extend_schema_serializer(examples=[OpenApiExample("A membership in a list", value=IN_LIST, response_only=True)])
class MembershipInListSerializer(serializers.ModelSerializer):
    panel = serializers.SlugRelatedField(slug_field="key", read_only=True)
    person = PersonSerializer(read_only=True, allow_null=True, help_text=_("Null: the account is gone."))
    district = serializers.SlugRelatedField(
        slug_field="gss_code", read_only=True, allow_null=True, help_text=_("Its GSS code. To others null unless it is shown.")
    )
    about = serializers.CharField(read_only=True, help_text=_("What they say about themselves. To others empty unless shown."))

    class Meta:
        model = Membership
        fields = list(IN_LIST)
        read_only_fields = fields

    def to_representation(self, row: Membership) -> dict[str, Any]:
        said = super().to_representation(row)
        if row.person_id == self.context["request"].user.pk:
            return said
        return said | {"district": said["district"] if row.shown_district else None, "about": row.shown_about}


@extend_schema_serializer(examples=[OpenApiExample("A membership", value=MEMBERSHIP, response_only=True)])
class MembershipSerializer(MembershipInListSerializer):
    can = Can(membership.ACTS)

    class Meta(MembershipInListSerializer.Meta):
        fields = list(MEMBERSHIP)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("What is shown", value=SHOWN, request_only=True)])
class ShownSerializer(serializers.ModelSerializer):
    """What the public may see: nothing without a tick, and nothing without the name."""

    class Meta:
        model = Membership
        fields = list(SHOWN)


class RoleSerializer(serializers.Serializer):
    role = serializers.ChoiceField(Membership.Role.choices)


class MembershipFilter(FilterSet):
    panel = django_filters.UUIDFilter("panel__key", label=_("The key of a panel."))

    class Meta:
        model = Membership
        fields = ["panel", "status"]


class Memberships(Reads, Changes):
    """Your own memberships, and those of the panels that you coordinate. They begin by accepting an offer."""

    model, serializer_class, filterset_class = Membership, MembershipSerializer, MembershipFilter
    takes = {"partial_update": ShownSerializer}
    answers = {"list": MembershipInListSerializer}
    required_scopes = {"list": "memberships/read", "retrieve": "memberships/read", "partial_update": "memberships/write"}

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("panel", "person", "district")

    def change(self, row: Membership, said: dict[str, Any]) -> None:
        """Say what may be shown of you; at once, in either direction."""
        shown = {name: getattr(row, name) for name in SHOWN} | said
        text = shown.pop("about")
        ticks = {name.removeprefix("shows_"): is_shown for name, is_shown in shown.items()}
        with errors.naming(name="shows_name", district="shows_district", about="shows_about", text="about"):
            membership.publish(row, **ticks, text=text, by=self.request.user)

    @act("memberships/write")
    def leave(self, row: Membership, said: dict) -> Membership:
        """Leave a panel, today. No reason is asked for."""
        return membership.leave(row, by=self.request.user)

    @act("memberships/write")
    def end(self, row: Membership, said: dict) -> Membership:
        """End somebody's membership. They are told."""
        return membership.end(row, by=self.request.user)

    @act("memberships/write", takes=RoleSerializer)
    def set_role(self, row: Membership, said: dict) -> Membership:
        """Note whom the members chose to chair."""
        return membership.set_role(row, said["role"], by=self.request.user)
