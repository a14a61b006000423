"""Experiences at the moderators' desk, and those that tellers let a panel discuss."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.can import Can
from api.panels.parts import DISTRICT, PASSAGE, DistrictSerializer, ShownSerializer
from api.panels.telling import Kind
from api.permissions import InScope, holds
from api.resources import Reads, act
from panels.experiences import moderating, telling
from panels.models import Experience, Passage, Theme
from panels.models.experiences import PREPARER
from people.models import District

PERMISSION = "panels.moderate_experiences"
BY_PROGRAM = {name: allowed for name, allowed in moderating.ACTS.items() if name != "show_pictures"}  # pictures are looked at
LONGEST_NOTE = 3000  # characters, as at the desk
KEYED = {"key": "9a0c7f0e-1b5e-4f0c-8d3b-6c2f4d7e8a90"}
IN_LIST = KEYED | {
    "reference": "7QX2-K9MD",
    "status": "prepared",
    "concern": "",
    "submitted_at": "2026-12-10T18:20:00Z",
    "shape": "guided",
    "whose": "own",
    "season": "summer",
    "year": 2026,
    "district": "E08000004",
    "panel": None,
    "themes": ["language"],
}
EXPERIENCE = IN_LIST | {
    "purposes": ["panel", "publish"],
    "passages": [PASSAGE],
    "note": "The ward is taken out.",
    "referral": "",
    "reason": "",
    "prepared_by_you": False,
    "can": ["send-back", "publish", "keep", "sort", "refer"],
}
ORIGINAL = {"kind": PASSAGE["kind"], "heading": PASSAGE["heading"], "words": "The letter from Dr Nobody came in English."}
SHARED = KEYED | {
    "panel": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10",
    "when": "Summer 2026",
    "district": DISTRICT,
    "themes": ["language"],
    "passages": [PASSAGE],
}
PREPARED = {"shown": {"barrier": PASSAGE["text"]}, "note": "The ward is taken out."}


class ThemesOf(serializers.SlugRelatedField):
    """By their words in addresses."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="slug", **kwargs)


# The moderators' desk ----------------------------------------------------------------------------


@extend_schema_serializer(examples=[OpenApiExample("An experience in a list", value=IN_LIST, response_only=True)])
class ExperienceInListSerializer(serializers.ModelSerializer):
    district = serializers.SlugRelatedField(
        slug_field="gss_code", read_only=True, allow_null=True, help_text=_("The district's GSS code.")
    )
    panel = serializers.SlugRelatedField(slug_field="key", read_only=True, allow_null=True)
    themes = ThemesOf(many=True, read_only=True, help_text=_("Their words in addresses."))
    concern = serializers.CharField(read_only=True, help_text=_("danger, crime or complaint. Empty: none is noted."))
    whose = serializers.CharField(read_only=True, help_text=_("By the template's codes. Empty: not said."))
    season = serializers.CharField(read_only=True, help_text=_("By the template's codes. Empty: not said."))

    class Meta:
        model = Experience
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("An experience", value=EXPERIENCE, response_only=True)])
class ExperienceSerializer(ExperienceInListSerializer):
    purposes = serializers.SerializerMethodField(help_text=_("What its teller agrees to now."))
    passages = ShownSerializer(many=True, read_only=True, help_text=_("What may be shown of each part, as far as it is written."))
    note = serializers.CharField(read_only=True, help_text=_("From one moderator to the next."))
    referral = serializers.CharField(read_only=True, help_text=_("What was done about a concern."))
    reason = serializers.CharField(read_only=True, help_text=_("Why it is not used, as the teller reads it."))
    prepared_by_you = serializers.SerializerMethodField(help_text=_("Then somebody else decides."))
    can = Can(BY_PROGRAM, changes=frozenset())

    class Meta(ExperienceInListSerializer.Meta):
        fields = list(EXPERIENCE)
        read_only_fields = fields

    def get_purposes(self, row: Experience) -> list[str]:
        return sorted(row.agreed)

    def get_prepared_by_you(self, row: Experience) -> bool:
        return PREPARER in row.relations_of(self.context["request"].user)


@extend_schema_serializer(examples=[OpenApiExample("A part as it was told", value=ORIGINAL, response_only=True)], many=False)
class OriginalPassageSerializer(serializers.ModelSerializer):
    heading = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True)

    class Meta:
        model = Passage
        fields = list(ORIGINAL)
        read_only_fields = fields


class OriginalSerializer(serializers.Serializer):
    passages = OriginalPassageSerializer(many=True)


class ShownWordsSerializer(serializers.Serializer):
    """What may be shown of each part. Of one that is left out nothing is."""

    def get_fields(self) -> dict[str, serializers.Field]:
        most = {"max_length": telling.LONGEST, "required": False, "allow_blank": True}
        return {kind.value: serializers.CharField(**most) for kind in Kind}


@extend_schema_serializer(examples=[OpenApiExample("What may be shown", value=PREPARED, request_only=True)])
class PrepareSerializer(serializers.Serializer):
    shown = ShownWordsSerializer()
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE, help_text=_("To the next moderator."))


class SortExperienceSerializer(serializers.Serializer):
    themes = serializers.ListField(child=serializers.CharField(max_length=40), max_length=50)
    district = serializers.SlugRelatedField(slug_field="gss_code", queryset=District.objects.all(), allow_null=True)

    def validate_themes(self, slugs: list[str]) -> list[Theme]:
        found = list(Theme.objects.filter(slug__in=slugs))
        if set(slugs) - {theme.slug for theme in found}:
            raise exceptions.ValidationError(_("There is no such theme."), code="unknown")
        return found


class ReferSerializer(serializers.Serializer):
    concern = serializers.ChoiceField(Experience.Concern.choices, allow_blank=True, help_text=_("Empty: it is settled."))
    referral = serializers.CharField(allow_blank=True, max_length=LONGEST_NOTE, help_text=_("What was done, by whom and when."))


class SendBackSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=LONGEST_NOTE, help_text=_("What should be changed. The teller never reads it."))


class DeclineSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST_NOTE, help_text=_("In the words that the teller will read."))


class ModerationFilter(FilterSet):
    panel = django_filters.UUIDFilter("panel__key", label=_("The key of a panel."))

    class Meta:
        model = Experience
        fields = ["panel", "status", "concern"]


class Moderation(Reads):
    """What people told us, at the moderators' desk. Others are answered 404. The words as they were told stand at `original`."""

    model, serializer_class, filterset_class = Experience, ExperienceSerializer, ModerationFilter
    permission_classes = (InScope, holds(PERMISSION))
    answers = {"list": ExperienceInListSerializer}
    required_scopes = {"list": "experiences/read", "retrieve": "experiences/read"}

    def get_queryset(self) -> QuerySet:
        rows = Experience.objects.moderated_by(self.request.user).select_related("district", "panel").prefetch_related("themes")
        return rows if self.action == "list" else rows.prefetch_related("passages", "agreements")

    @extend_schema(
        summary="Read the words as they were told",
        responses={200: OriginalSerializer, **schema.problems(*schema.PROBLEMS["look"])},
    )
    @action(detail=True, required_scopes={"original": "originals/read"})
    def original(self, request: Request, key: str) -> Response:
        """The teller's own words, on purpose and with a scope of their own. Each look is noted."""
        passages = moderating.read(self.get_object(), by=request.user)
        return Response(OriginalSerializer({"passages": passages}).data)

    @act("experiences/moderate")
    def take(self, row: Experience, said: dict) -> Experience:
        """Begin to read, or take up again what was decided on. What is published goes off the site."""
        return moderating.take(row, by=self.request.user)

    @act("experiences/moderate", takes=PrepareSerializer)
    def save(self, row: Experience, said: dict) -> Experience:
        """Keep what may be shown, as far as it is written."""
        return moderating.save(row, **said, by=self.request.user)

    @act("experiences/moderate", takes=PrepareSerializer)
    def prepare(self, row: Experience, said: dict) -> Experience:
        """Write what may be shown, and pass it on to a second reader."""
        return moderating.prepare(row, **said, by=self.request.user)

    @act("experiences/moderate", takes=SendBackSerializer)
    def send_back(self, row: Experience, said: dict) -> Experience:
        """Have it prepared anew."""
        return moderating.send_back(row, said["note"], by=self.request.user)

    @act("experiences/moderate")
    def publish(self, row: Experience, said: dict) -> Experience:
        """Publish what may be shown, if the teller agreed to it. Not by whoever prepared it."""
        return moderating.publish(row, by=self.request.user)

    @act("experiences/moderate")
    def keep(self, row: Experience, said: dict) -> Experience:
        """Use it inside, as far as the teller agreed. Not by whoever prepared it."""
        return moderating.keep(row, by=self.request.user)

    @act("experiences/moderate", takes=DeclineSerializer)
    def decline(self, row: Experience, said: dict) -> Experience:
        """Not to be used, with the reason that the teller will read."""
        return moderating.decline(row, said["reason"], by=self.request.user)

    @act("experiences/moderate", takes=ReferSerializer)
    def refer(self, row: Experience, said: dict) -> Experience:
        """Note a concern and what was done about it. While somebody may be in danger, nothing of it is used."""
        return moderating.refer(row, **said, by=self.request.user)

    @act("experiences/moderate", takes=SortExperienceSerializer)
    def sort(self, row: Experience, said: dict) -> Experience:
        """Say what it is about and where it was."""
        return moderating.sort(row, **said, by=self.request.user)


# What panels may read ----------------------------------------------------------------------------


@extend_schema_serializer(examples=[OpenApiExample("What may be read", value=SHARED, response_only=True)])
class SharedExperienceSerializer(serializers.ModelSerializer):
    panel = serializers.SlugRelatedField(slug_field="key", read_only=True)
    when = serializers.CharField(source="happened_in", read_only=True, help_text=_("The season and the year, if they are said."))
    district = serializers.SerializerMethodField(help_text=_("Null: it is not said, or not to be shown."))
    themes = ThemesOf(many=True, read_only=True, help_text=_("Their words in addresses."))
    passages = ShownSerializer(source="shown_passages", many=True, read_only=True, help_text=_("In their order."))

    class Meta:
        model = Experience
        fields = list(SHARED)
        read_only_fields = fields

    @extend_schema_field(DistrictSerializer(allow_null=True))
    def get_district(self, row: Experience) -> dict | None:
        return DistrictSerializer(row.district).data if row.shown_district else None


class SharedFilter(FilterSet):
    panel = django_filters.UUIDFilter("panel__key", label=_("The key of a panel."))

    class Meta:
        model = Experience
        fields = ["panel"]


class SharedExperiences(Reads):
    """What tellers let your panels read and discuss: those that you sit on or coordinate. Only what may be shown of it."""

    model, serializer_class, filterset_class = Experience, SharedExperienceSerializer, SharedFilter
    required_scopes = {"list": "experiences/read", "retrieve": "experiences/read"}

    def get_queryset(self) -> QuerySet:
        return Experience.objects.shared_with(self.request.user).as_shown()
