"""Meetings of panels, and who was there."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import exceptions, serializers

from api import errors
from api.can import Can
from api.fields import Keyed
from api.filters import Day
from api.resources import Changes, Makes, Reads, act
from panels import meetings
from panels.models import Attendance, Meeting, Membership, Panel
from panels.models.panel import COORDINATOR

FACTS = {"starts_at": "2027-03-09T17:30:00Z", "ends_at": "2027-03-09T20:00:00Z", "place": "Town hall"}
IN_LIST = {
    "key": "a7c4e1f8-3b6d-4d2c-8e95-6a0f9b8c7d66",
    "panel": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10",
    "status": "held",
    "day": "2027-03-09",
    **FACTS,
}
NOTED = {"membership": "e2a5b8c1-7d4f-4b3a-9c60-1f8e2d7a6b55", "minutes": 150}
MEETING = IN_LIST | {"attendance": [NOTED], "can": ["record"]}
NEW = {"panel": IN_LIST["panel"], **FACTS}


class NotedSerializer(serializers.ModelSerializer):
    membership = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Attendance
        fields = list(NOTED)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A meeting in a list", value=IN_LIST, response_only=True)])
class MeetingInListSerializer(serializers.ModelSerializer):
    panel = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Meeting
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A meeting", value=MEETING, response_only=True)])
class MeetingSerializer(MeetingInListSerializer):
    attendance = serializers.SerializerMethodField(
        help_text=_("Who was there, for whoever coordinates the panel. To members null: their own is at /attendances.")
    )
    can = Can(meetings.ACTS)

    class Meta(MeetingInListSerializer.Meta):
        fields = list(MEETING)
        read_only_fields = fields

    @extend_schema_field(NotedSerializer(many=True, allow_null=True))
    def get_attendance(self, meeting: Meeting) -> list[dict] | None:
        if COORDINATOR not in meeting.relations_of(self.context["request"].user):
            return None
        return NotedSerializer(meeting.attendances.select_related("membership"), many=True).data


class MeetingChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Meeting
        fields = list(FACTS)


@extend_schema_serializer(examples=[OpenApiExample("A new meeting", value=NEW, request_only=True)])
class NewMeetingSerializer(MeetingChangeSerializer):
    panel = Keyed(Panel.objects.coordinated_by, help_text=_("The key of a panel that you coordinate."))

    class Meta(MeetingChangeSerializer.Meta):
        fields = list(NEW)


class PresentSerializer(serializers.Serializer):
    membership = Keyed(Membership.objects.coordinated_by, help_text=_("The key of a membership on the meeting's day."))
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60)


@extend_schema_serializer(examples=[OpenApiExample("Who was there", value={"attendance": [NOTED]}, request_only=True)])
class RecordSerializer(serializers.Serializer):
    attendance = PresentSerializer(many=True, max_length=200, help_text=_("Everybody who was there. Others were not."))

    def validate_attendance(self, rows: list[dict[str, Any]]) -> dict[Membership, int]:
        minutes = {row["membership"]: row["minutes"] for row in rows}
        if len(minutes) < len(rows):
            raise exceptions.ValidationError(_("Name each membership once."), code="repeated")
        return minutes


class MeetingFilter(FilterSet):
    panel = django_filters.UUIDFilter("panel__key", label=_("The key of a panel."))
    day_from = Day("day", "gte", label=_("On this day or later."))
    day_to = Day("day", "lte", label=_("On this day or earlier."))

    class Meta:
        model = Meeting
        fields = ["panel", "status"]


class Meetings(Reads, Makes, Changes):
    """The meetings of your term on a panel, and those of the panels that you coordinate."""

    model, serializer_class, filterset_class = Meeting, MeetingSerializer, MeetingFilter
    takes = {"create": NewMeetingSerializer, "partial_update": MeetingChangeSerializer}
    answers = {"list": MeetingInListSerializer}
    required_scopes = {
        "list": "meetings/read",
        "retrieve": "meetings/read",
        "create": "meetings/write",
        "partial_update": "meetings/write",
    }

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("panel")

    def make(self, said: dict[str, Any]) -> Meeting:
        """Plan a meeting of a panel that you coordinate."""
        return meetings.plan(**said, by=self.request.user)

    def change(self, meeting: Meeting, said: dict[str, Any]) -> None:
        """Move a meeting to another time or place."""
        facts = {name: getattr(meeting, name) for name in FACTS} | said
        meetings.move(meeting, **facts, by=self.request.user)

    @act("meetings/write")
    def cancel(self, meeting: Meeting, said: dict) -> Meeting:
        """Call a meeting off."""
        return meetings.cancel(meeting, by=self.request.user)

    @act("meetings/write", takes=RecordSerializer)
    def record(self, meeting: Meeting, said: dict) -> Meeting:
        """Note who was there, and for how many minutes each.

        Noting again corrects it, except where somebody has claimed.
        """
        noted = meeting.attendances.values_list("membership__key", flat=True)
        with errors.naming(**{f"member_{key}": "attendance" for key in noted}):
            return meetings.record(meeting, said["attendance"], by=self.request.user)
