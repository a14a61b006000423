"""Applications: what somebody writes to a campaign, and what is decided on it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import FilterSet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, schema
from api.can import Can
from api.fields import Keyed, Whole
from api.panels.offers import OfferSerializer
from api.resources import Changes, Makes, Reads, act
from core import workflow
from panels import answers, recruitment
from panels.models import Answer, Application, Campaign, Offer, Question
from people.models import District

ANSWER = {"question": "5b0d5f4e-7c3a-4f8f-8f0e-6f2b7f1c9d22", "text": "I know what a phone queue does to a day."}
IN_LIST = {
    "key": "4c1f6a7e-0b8d-4a51-9f3f-2e7d9c5b1a44",
    "reference": "7QX2-K9MD",
    "campaign": "b0f1f1d2-8a2c-4a9e-9a51-0c7c7c2a7a11",
    "status": "submitted",
    "district": "E08000004",
    "submitted_at": "2026-12-10T18:20:00Z",
}
APPLICATION = IN_LIST | {"answers": [ANSWER], "offer": None, "can": ["change", "withdraw"]}
WRITTEN = {"answers": [ANSWER], "district": "E08000004"}
IN_BEGINNING = {"campaign": IN_LIST["campaign"]}
CONTACT = {"name": "Ana", "email": "ana@example.org"}


class AnswerSerializer(serializers.ModelSerializer):
    question = serializers.SlugRelatedField(slug_field="key", read_only=True)

    class Meta:
        model = Answer
        fields = list(ANSWER)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("An application in a list", value=IN_LIST, response_only=True)])
class ApplicationInListSerializer(serializers.ModelSerializer):
    campaign = serializers.SlugRelatedField(slug_field="key", read_only=True)
    district = serializers.SlugRelatedField(
        slug_field="gss_code", read_only=True, allow_null=True, help_text=_("The district's GSS code.")
    )

    class Meta:
        model = Application
        fields = list(IN_LIST)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("An application", value=APPLICATION, response_only=True)])
class ApplicationSerializer(ApplicationInListSerializer):
    answers = AnswerSerializer(many=True, read_only=True)
    offer = serializers.SlugRelatedField(
        slug_field="key", source="open_offer", read_only=True, allow_null=True, help_text=_("The key of an offer that is open.")
    )
    can = Can(recruitment.ACTS)

    class Meta(ApplicationInListSerializer.Meta):
        fields = list(APPLICATION)
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("To begin", value=IN_BEGINNING, request_only=True)])
class NewApplicationSerializer(serializers.Serializer):
    campaign = Keyed(Campaign.objects.visible_to, help_text=_("The key of a campaign that people can apply for."))


class WrittenAnswerSerializer(Whole):
    question = serializers.UUIDField(help_text=_("The key of a question of the campaign."))
    text = serializers.CharField(allow_blank=True, max_length=answers.LONGEST)


@extend_schema_serializer(examples=[OpenApiExample("What is written", value=WRITTEN, request_only=True)])
class WrittenSerializer(serializers.Serializer):
    answers = WrittenAnswerSerializer(many=True, required=False, max_length=100, help_text=_("Those left out stay."))
    district = serializers.SlugRelatedField(
        slug_field="gss_code",
        queryset=District.objects.all(),
        required=False,
        allow_null=True,
        help_text=_("The GSS code of where you live, work or study."),
    )

    def validate_answers(self, rows: list[dict[str, Any]]) -> dict[Question, str]:
        questions = {question.key: question for question in self.instance.campaign.questions.all()}
        if any(row["question"] not in questions for row in rows):
            raise exceptions.ValidationError(_("There is no such question in this campaign."), code="unknown")
        return {questions[row["question"]]: row["text"] for row in rows}


class FeedbackSerializer(serializers.Serializer):
    feedback = serializers.CharField(
        max_length=5000, help_text=_("What would help this person next time. It is mailed to them and kept nowhere.")
    )


class NewOfferSerializer(serializers.Serializer):
    answer_by = serializers.DateTimeField(
        required=False, help_text=_("Left out: the end of the day in two weeks, or before the term starts if that is sooner.")
    )


@extend_schema_serializer(examples=[OpenApiExample("Who wrote it", value=CONTACT, response_only=True)])
class ContactSerializer(serializers.Serializer):
    name = serializers.CharField()
    email = serializers.EmailField()


class ApplicationFilter(FilterSet):
    campaign = django_filters.UUIDFilter("campaign__key", label=_("The key of a campaign."))

    class Meta:
        model = Application
        fields = ["campaign", "status"]


class Applications(Reads, Makes, Changes):
    """Your own applications, and what was sent to panels that you coordinate: what was written, never by whom."""

    model, serializer_class, filterset_class = Application, ApplicationSerializer, ApplicationFilter
    takes = {"create": NewApplicationSerializer, "partial_update": WrittenSerializer}
    answers = {"list": ApplicationInListSerializer}
    required_scopes = {
        "list": "applications/read",
        "retrieve": "applications/read",
        "create": "applications/write",
        "partial_update": "applications/write",
    }

    def get_queryset(self) -> QuerySet:
        shown = super().get_queryset().select_related("campaign__panel", "district")
        return shown if self.action == "list" else shown.prefetch_related("answers__question", "offers")

    def held(self) -> Application:
        """After its campaign where an act locks that first: in another order two could wait for each other."""
        if self.action in {"submit", "offer"}:
            workflow.lock(self.get_object().campaign)
        return super().held()

    def make(self, said: dict[str, Any]) -> Application:
        """Begin an application. Whoever has one with this campaign already is answered that one."""
        return recruitment.begin(said["campaign"], by=self.request.user)

    def change(self, application: Application, said: dict[str, Any]) -> None:
        """Keep what you have written, whole or not: until the campaign closes, sent or not."""
        where = said.get("district", application.district)
        with self._naming_questions(application):
            recruitment.write(application, said.get("answers", {}), district=where, by=self.request.user)

    @act("applications/write")
    def submit(self, application: Application, said: dict) -> Application:
        """Send an application. Every question must be answered, and the district given."""
        with self._naming_questions(application):
            return recruitment.submit(application, by=self.request.user)

    @act("applications/write", status=HTTPStatus.NO_CONTENT)
    def withdraw(self, application: Application, said: dict) -> Application:
        """Take an application back. What you wrote is erased, and that it was you, so nothing is answered."""
        return recruitment.withdraw(application, by=self.request.user)

    @act("applications/write")
    def shortlist(self, application: Application, said: dict) -> Application:
        """Put an application on the shortlist."""
        return recruitment.shortlist(application, by=self.request.user)

    @act("applications/write")
    def unshortlist(self, application: Application, said: dict) -> Application:
        """Put an application back among those that wait."""
        return recruitment.unshortlist(application, by=self.request.user)

    @act("applications/write", takes=FeedbackSerializer)
    def turn_down(self, application: Application, said: dict) -> Application:
        """Say no, with a reason that helps."""
        return recruitment.turn_down(application, said["feedback"], by=self.request.user)

    @act("applications/write", takes=NewOfferSerializer, answers=OfferSerializer)
    def offer(self, application: Application, said: dict) -> Offer:
        """Offer a place. There are never more offers than seats."""
        return recruitment.offer(application, answer_by=said.get("answer_by"), by=self.request.user)

    @extend_schema(
        summary="See who wrote it", responses={200: ContactSerializer, **schema.problems(*schema.PROBLEMS["look"], 409)}
    )
    @action(detail=True, required_scopes={"contact": "applications/read"})
    def contact(self, request: Request, key: str) -> Response:
        """The name and address of whoever wrote an application, for whoever coordinates its panel. Each look is noted."""
        application = self.get_object()
        recruitment.see_contact(application, by=request.user)
        return Response(ContactSerializer(application).data)

    def _naming_questions(self, application: Application):
        """A refusal names a question by its key."""
        names = {f"question_{question.pk}": f"answers.{question.key}" for question in application.campaign.questions.all()}
        return errors.naming(**names, text="answers")
