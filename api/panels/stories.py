"""Stories: what was told, as far as it is published. For everybody."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.endpoints import Public
from api.panels.parts import DISTRICT, PASSAGE, DistrictSerializer, ShownSerializer
from api.resources import Reads
from panels.models import StoryPage, Theme
from panels.models.stories import LONGEST_SEARCH
from people.models import District

THEME = {"slug": "language", "name": "Language and interpreters"}
STORY = {
    "number": 204881,
    "url": "https://alongside.example/what-people-told-us/204881/",
    "published_in": "2026-12",
    "when": "Summer 2026",
    "district": DISTRICT,
    "themes": ["language"],
    "passages": [PASSAGE],
}


@extend_schema_serializer(examples=[OpenApiExample("A story", value=STORY, response_only=True)])
class StorySerializer(serializers.ModelSerializer):
    number = serializers.IntegerField(source="slug", read_only=True)
    url = serializers.SerializerMethodField(help_text=_("Its page."))
    published_in = serializers.SerializerMethodField(help_text=_("The month, as its page says it: no day leads to anybody."))
    when = serializers.CharField(
        source="experience.happened_in", read_only=True, help_text=_("The season and the year, as far as they are said.")
    )
    district = serializers.SerializerMethodField(help_text=_("Null: it is not said, or not to be shown."))
    themes = serializers.SerializerMethodField(help_text=_("Their words in addresses."))
    passages = ShownSerializer(many=True, read_only=True, help_text=_("In their order."))

    class Meta:
        model = StoryPage
        fields = list(STORY)
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_url(self, story: StoryPage) -> str:
        """Found by the request: otherwise Wagtail asks the cache for the address of each."""
        return story.get_full_url(self.context.get("request"))

    def get_published_in(self, story: StoryPage) -> str:
        return f"{timezone.localdate(story.first_published_at):%Y-%m}"

    @extend_schema_field(DistrictSerializer(allow_null=True))
    def get_district(self, story: StoryPage) -> dict | None:
        return DistrictSerializer(story.experience.district).data if story.shown_district else None

    def get_themes(self, story: StoryPage) -> list[str]:
        return [theme.slug for theme in story.experience.themes.all()]


class StoryFilter(FilterSet):
    theme = django_filters.ModelChoiceFilter(queryset=Theme.objects.all(), to_field_name="slug", method="about")
    district = django_filters.ModelChoiceFilter(
        queryset=District.objects.all(),
        to_field_name="gss_code",
        method="in_district",
    )
    words = django_filters.CharFilter(
        method="saying", max_length=LONGEST_SEARCH, label=_("Words that all stand in it, as it is shown.")
    )

    class Meta:
        model = StoryPage
        fields: list[str] = []

    @extend_schema_field({"type": "string", "description": _("The word of a theme in addresses.")})
    def about(self, rows: QuerySet, name: str, theme: Theme) -> QuerySet:
        return rows.about(theme)

    @extend_schema_field({"type": "string", "description": _("A GSS code. Only where it may be known where it happened.")})
    def in_district(self, rows: QuerySet, name: str, district: District) -> QuerySet:
        return rows.in_district(district)

    def saying(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        return rows.saying(words)


class Stories(Public, Reads):
    """What people told and let us publish, under a number, as far as it is shown.

    Whoever keeps a copy looks again: what was taken back is 404 from that moment.
    """

    model, serializer_class, filterset_class = StoryPage, StorySerializer, StoryFilter
    lookup_field, lookup_url_kwarg, lookup_value_converter = "slug", "number", "int"

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):  # the schema is written without a database
            return StoryPage.objects.none()
        return StoryPage.objects.published()

    def retrieve(self, request: Request, number: int) -> Response:
        return self.answer(self.get_object())


@extend_schema_serializer(examples=[OpenApiExample("A theme", value=THEME, response_only=True)], many=False)
class ThemeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Theme
        fields = list(THEME)
        read_only_fields = fields


class ThemesSerializer(serializers.Serializer):
    results = ThemeSerializer(many=True, help_text=_("All of them, in their order."))


class Themes(Public):
    """What experiences and stories are about."""

    @extend_schema(
        operation_id="themes_list",
        summary="Read the themes",
        tags=["themes"],
        responses={200: ThemesSerializer, **schema.problems(400, 429)},
    )
    def get(self, request: Request) -> Response:
        return Response(ThemesSerializer({"results": Theme.objects.all()}).data)
