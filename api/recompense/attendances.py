"""Which meetings somebody was at: where a claim begins."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.filters import Day, Truth
from api.resources import Reads
from panels.models import Attendance
from recompense import standing

ATTENDANCE = {"key": "9d6f3c0e-2d0f-4c39-8d8e-7f4f1f1c2a33", "day": "2026-11-20", "minutes": 150}


@extend_schema_serializer(examples=[OpenApiExample("An attendance", value=ATTENDANCE, response_only=True)])
class AttendanceSerializer(serializers.ModelSerializer):
    day = serializers.DateField(source="meeting.day", read_only=True)

    class Meta:
        model = Attendance
        fields = list(ATTENDANCE)
        read_only_fields = fields


class AttendanceFilter(FilterSet):
    claimed = Truth(method="by_claim", label=_("Whether there is a claim for it. One that was withdrawn does not count."))
    day_from = Day("meeting__day", "gte", label=_("On this day or later."))
    day_to = Day("meeting__day", "lte", label=_("On this day or earlier."))

    class Meta:
        model = Attendance
        fields: list[str] = []

    def by_claim(self, attendances: QuerySet, name: str, is_claimed: bool) -> QuerySet:
        unclaimed = standing.unclaimed(self.request.user).values("pk")
        return attendances.exclude(pk__in=unclaimed) if is_claimed else attendances.filter(pk__in=unclaimed)


class Attendances(Reads):
    """The meetings that you were at, for how long, and nobody else's. A claim is made of one of them."""

    model, serializer_class, filterset_class = Attendance, AttendanceSerializer, AttendanceFilter
    required_scopes = {"list": "claims/read", "retrieve": "claims/read"}

    def get_queryset(self) -> QuerySet:
        return Attendance.objects.of(self.request.user).select_related("meeting")
