"""The panels as everybody may know them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from api.resources import Reads
from panels.models import Membership, Panel

PANEL = {
    "key": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10",
    "name": "Canal People’s Panel",
    "seats": 16,
    "taken": 11,
    "members": [{"name": "Mo", "role": "chair", "district": "Oldham", "about": "I ask first."}],
}


class PublishedMemberSerializer(serializers.ModelSerializer):
    """What the public may see of a member: nothing without their tick."""

    name = serializers.CharField(source="shown_name", read_only=True)
    district = serializers.CharField(source="shown_district", read_only=True, help_text=_("Empty unless they show it."))
    about = serializers.CharField(source="shown_about", read_only=True, help_text=_("Empty unless they show it."))

    class Meta:
        model = Membership
        fields = ["name", "role", "district", "about"]
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A panel", value=PANEL, response_only=True)])
class PanelSerializer(serializers.ModelSerializer):
    taken = serializers.SerializerMethodField(help_text=_("Seats that somebody sits on today."))
    members = serializers.SerializerMethodField(help_text=_("Those who let their name be shown."))

    class Meta:
        model = Panel
        fields = list(PANEL)
        read_only_fields = fields

    def get_taken(self, panel: Panel) -> int:
        return len(panel.members_now)  # type: ignore[attr-defined] # by get_queryset

    @extend_schema_field(PublishedMemberSerializer(many=True))
    def get_members(self, panel: Panel) -> list[dict]:
        named = [member for member in panel.members_now if member.shown_name]  # type: ignore[attr-defined] # as above
        return PublishedMemberSerializer(sorted(named, key=Membership.place_in_list), many=True).data


class Panels(Reads):
    """The panels, with their seats and whoever of their members lets it be shown. Everybody who is signed in may read them."""

    model, serializer_class = Panel, PanelSerializer
    required_scopes = {"list": "panels/read", "retrieve": "panels/read"}

    def get_queryset(self) -> QuerySet:
        members = Membership.objects.current().select_related("person", "district")
        return Panel.objects.prefetch_related(Prefetch("memberships", members, to_attr="members_now"))
