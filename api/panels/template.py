"""The template for telling: what to ask, in which words, and what can be answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.endpoints import Public
from api.panels.parts import DISTRICT, PASSAGE, DistrictSerializer
from api.panels.stories import ThemeSerializer
from api.panels.telling import Kind, panels_to_name
from panels.experiences import agreeing, telling
from panels.models import Experience, Theme
from people.models import District

QUESTIONS = [{"kind": PASSAGE["kind"], "question": PASSAGE["heading"]}]
TEMPLATE = {
    "questions": QUESTIONS,
    "whose": [{"code": "own", "name": "It happened to me"}],
    "seasons": [{"code": "summer", "name": "Summer (June to August)"}],
    "purposes": [
        {
            "code": "district",
            "title": "Say which district it was in",
            "wording": "Whoever reads my words may see in which district it happened.",
            "version": 1,
        }
    ],
    "themes": [{"slug": "language", "name": "Language and interpreters"}],
    "districts": [DISTRICT],
    "panels": [{"key": "0f8b3f0a-5a35-4a53-8c53-5a9f7a9f2d10", "name": "Canal People’s Panel"}],
    "longest": telling.LONGEST,
    "kept_months": 24,
    "read_first": "https://alongside.example/be-heard/",
}


class QuestionSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(Kind.choices)
    question = serializers.CharField()


class CodedSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class PurposeSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    wording = serializers.CharField(help_text=_("What the teller must have read before they tick it."))
    version = serializers.IntegerField()


class NamedPanelSerializer(serializers.Serializer):
    key = serializers.UUIDField()
    name = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("The template", value=TEMPLATE, response_only=True)])
class TemplateSerializer(serializers.Serializer):
    questions = QuestionSerializer(many=True, help_text=_("In their order. None of them must be answered."))
    whose = CodedSerializer(many=True)
    seasons = CodedSerializer(many=True)
    purposes = PurposeSerializer(many=True, help_text=_("Each with a tick of its own, none of them made for anybody."))
    themes = ThemeSerializer(many=True)
    districts = DistrictSerializer(many=True)
    panels = NamedPanelSerializer(many=True, help_text=_("Those that can be named."))
    longest = serializers.IntegerField(help_text=_("How many characters one part can hold."))
    kept_months = serializers.IntegerField(help_text=_("For how long it is kept."))
    read_first = serializers.CharField(
        help_text=_("The page with the limits of confidentiality and whom one can ring: shown before anything is asked.")
    )


class Template(Public):
    """What to ask, in which words, and what can be answered."""

    @extend_schema(
        operation_id="experiences_template",
        summary="The template for telling",
        tags=["experiences"],
        responses={200: TemplateSerializer, **schema.problems(400, 429)},
    )
    def get(self, request: Request) -> Response:
        wordings = [
            {"code": name, "title": purpose.title, "wording": purpose.wording, "version": purpose.version}
            for name, purpose in agreeing.PURPOSES.items()
        ]
        known = {
            "questions": [{"kind": kind.value, "question": kind.label} for kind in Kind],
            "whose": _coded(Experience.Whose.choices),
            "seasons": _coded(Experience.Season.choices),
            "purposes": wordings,
            "themes": Theme.objects.all(),
            "districts": District.objects.all(),
            "panels": panels_to_name(),
            "longest": telling.LONGEST,
            "kept_months": settings.RETENTION_EXPERIENCE_MONTHS,
            "read_first": settings.BASE_URL + reverse("panels:hear"),
        }
        return Response(TemplateSerializer(known).data)


def _coded(choices: Iterable[tuple[str, Any]]) -> list[dict]:
    return [{"code": code, "name": name} for code, name in choices]
