"""Telling an experience, and coming back to it, without an account: by a reference and a passphrase, never by an address.

Nobody is asked who they are: a session or a token that comes along is not looked at, so that nothing ties it to a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, idempotency, kinds, schema, throttles
from api.endpoints import Public
from api.fields import Keyed
from api.panels.parts import ShownSerializer
from core import codes
from panels.experiences import agreeing, erasing, telling
from panels.models import Experience, Panel, PanelPage, Passage, StoryPage, Theme
from people.models import District

Kind, Shape, Status = Passage.Kind, Experience.Shape, Experience.Status
SCHEME = "Experience"
MOST_THEMES = 50
SHOWN_IN = [Status.PREPARED, *Experience.USED]  # where what may be shown has been written
STATES = {  # as the teller's page has them
    Status.DRAFT: _("It is not sent yet. Nobody but you can read it."),
    Status.RECEIVED: _("We have it, and nobody has opened it yet."),
    Status.READING: _("A moderator has it, and nobody else."),
    Status.PREPARED: _("Two moderators have it, and nobody else. What may be shown is written down below."),
    Status.PUBLISHED: _("Anybody can read the words below. Your own words, as you wrote them, only the moderators can."),
    Status.KEPT: _("It is not published. Those for whom you agreed to it may read the words below."),
    Status.DECLINED: _("Two moderators can read it, and nobody else will."),
}
KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "minLength": idempotency.UNGUESSABLE, "maxLength": 255, "pattern": "^[!-~]*$"},
    OpenApiParameter.HEADER,
    required=True,
    description="A random value, such as a UUID. Sent again with it within 24 hours, it is told once and answered alike.",
)
PLACE = OpenApiParameter("Location", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[201], description="Where it is read.")
OPENED = {"auth": [{"experience": []}], "tags": ["experiences"]}

AGREEMENTS = {"purposes": ["panel", "publish", "contact"], "email": "rae@example.org"}
TOLD = {
    "shape": "guided",
    "passages": {"happened": "I asked for an interpreter twice.", "helped": "A line on the form to ask for one."},
    "whose": "own",
    "season": "summer",
    "year": 2026,
    "district": "E08000004",
    "themes": ["language"],
    "panel": None,
    **AGREEMENTS,
    "language": "en-gb",
}
STANDING = {
    "reference": "7QX2-K9MD",
    "status": "received",
    "state": "We have it, and nobody has opened it yet.",
    "sent_at": "2026-12-10T18:20:00Z",
    "kept_until": "2028-12-09",
    **AGREEMENTS,
    "shown": [],
    "story": None,
    "reason": "",
}
LINKS = {
    "status": "/api/v1/experiences/mine",
    "agreements": "/api/v1/experiences/mine/agreements",
    "page": "https://alongside.example/be-heard/come-back/",
}
ANSWER = STANDING | {"passphrase": "K3VM-8RT2-QX7N-4HWD", "links": LINKS}


def panels_to_name() -> Iterable[Panel]:
    """Those that everybody can read of."""
    return Panel.objects.filter(pk__in=PanelPage.objects.live().public().values("panel"))


# What is sent ------------------------------------------------------------------------------------


class PassagesSerializer(serializers.Serializer):
    """What was told, by the question that it answers. Words under a name that we do not know would be lost: they are refused."""

    def get_fields(self) -> dict[str, serializers.Field]:
        most = {"max_length": telling.LONGEST, "required": False, "allow_blank": True}
        return {kind.value: serializers.CharField(**most, help_text=kind.label) for kind in Kind}

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in Kind.values]):
            message = exceptions.ErrorDetail(_("There is no such part."), code="unknown")
            raise exceptions.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


class AgreementsSerializer(serializers.Serializer):
    """What may be done with it: nothing but what is named here."""

    purposes = serializers.ListField(
        child=serializers.ChoiceField(list(agreeing.PURPOSES)),
        max_length=len(agreeing.PURPOSES),
        help_text=_("What the teller ticked, having read the wording of each. Left out: nothing."),
    )
    email = serializers.EmailField(
        required=False, allow_blank=True, max_length=254, help_text=_("Needed with “contact”, and refused without.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("email") and "contact" not in attrs.get("purposes", []):
            message = exceptions.ErrorDetail(_("Agree to “contact”, or leave the address out."), code="not_agreed")
            raise exceptions.ValidationError({"email": [message]})
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("What may be done", value=AGREEMENTS, request_only=True)])
class ChangedAgreementsSerializer(AgreementsSerializer):
    """All that is agreed to from now on."""


@extend_schema_serializer(examples=[OpenApiExample("An experience", value=TOLD, request_only=True)])
class NewExperienceSerializer(AgreementsSerializer, serializers.ModelSerializer):
    passages = PassagesSerializer(help_text=_("At least one part has words. Told freely, all of it is “happened”."))
    district = serializers.SlugRelatedField(
        slug_field="gss_code",
        queryset=District.objects.all(),
        required=False,
        allow_null=True,
        help_text=_("The GSS code of where it happened. Shown only with “district” among the purposes."),
    )
    themes = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=MOST_THEMES,
        help_text=_("Their words in addresses."),
    )
    panel = Keyed(
        lambda _user: panels_to_name(),
        required=False,
        allow_null=True,
        help_text=_("The key of the panel that should hear it. It does only with “panel” among the purposes."),
    )
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, help_text=_("In which we write to the teller."))

    class Meta:
        model = Experience
        fields = list(TOLD)
        extra_kwargs = {"purposes": {"required": False}}

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["purposes"].required = False
        return fields

    def validate_year(self, year: int | None) -> int | None:
        if year and year > timezone.localdate().year:
            raise exceptions.ValidationError(_("Enter a year that has begun."), code="future")
        return year

    def validate_themes(self, slugs: list[str]) -> list[Theme]:
        found = list(Theme.objects.filter(slug__in=slugs))
        if unknown := set(slugs) - {theme.slug for theme in found}:
            message = _("There is no theme %(slug)s.") % {"slug": min(unknown)}
            raise exceptions.ValidationError(message, code="unknown")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        others = [kind for kind, words in attrs["passages"].items() if words and kind != Kind.HAPPENED]
        if attrs.get("shape") == Shape.FREE and others:
            message = exceptions.ErrorDetail(_("Told freely, it has one part: “happened”."), code="one_part")
            raise exceptions.ValidationError({"passages": {kind: [message] for kind in others}})
        return super().validate(attrs)


# What is answered --------------------------------------------------------------------------------


@extend_schema_serializer(examples=[OpenApiExample("Where it stands", value=STANDING, response_only=True)])
class StandingSerializer(serializers.ModelSerializer):
    """Where it stands, for whoever told it."""

    state = serializers.SerializerMethodField(help_text=_("The same in a sentence: who has it, and who can read it."))
    sent_at = serializers.DateTimeField(source="submitted_at", read_only=True, allow_null=True, help_text=_("Null: not yet."))
    kept_until = serializers.SerializerMethodField(help_text=_("The day on which it goes by itself."))
    purposes = serializers.SerializerMethodField(help_text=_("What is agreed to now."))
    email = serializers.CharField(read_only=True, help_text=_("Where we may write to. Empty: nowhere."))
    shown = serializers.SerializerMethodField(help_text=_("What may be shown, once it is written; others see it if it is used."))
    story = serializers.SerializerMethodField(help_text=_("The number under which it is published. Null: it is not."))
    reason = serializers.SerializerMethodField(help_text=_("Why it is not used, where it is declined."))

    class Meta:
        model = Experience
        fields = list(STANDING)
        read_only_fields = fields

    def get_state(self, row: Experience) -> str:
        return str(STATES[row.status])

    def get_kept_until(self, row: Experience) -> str:
        day = row.kept_until or timezone.localdate(row.changed_at + erasing.DRAFT_IS_KEPT)
        return day.isoformat()

    def get_purposes(self, row: Experience) -> list[str]:
        agreed = row.agreed
        return [name for name in agreeing.PURPOSES if name in agreed]

    def get_shown(self, row: Experience) -> list[dict]:
        return ShownSerializer(row.shown_passages if row.status in SHOWN_IN else [], many=True).data

    def get_reason(self, row: Experience) -> str:
        return row.reason if row.status == Status.DECLINED else ""

    def get_story(self, row: Experience) -> int | None:
        number = StoryPage.objects.filter(experience=row).values_list("slug", flat=True).first()
        return int(number) if number else None


class LinksSerializer(serializers.Serializer):
    status = serializers.CharField(read_only=True, help_text=_("Where this is read, and taken back with DELETE."))
    agreements = serializers.CharField(help_text=_("Where what may be done is changed with PUT."))
    page = serializers.CharField(help_text=_("Where the teller types both in a browser."))


@extend_schema_serializer(examples=[OpenApiExample("It was sent", value=ANSWER, response_only=True)])
class ToldSerializer(StandingSerializer):
    passphrase = serializers.SerializerMethodField(help_text=_("Said here and never again. Nobody can give another."))
    links = serializers.SerializerMethodField()

    class Meta(StandingSerializer.Meta):
        fields = list(ANSWER)
        read_only_fields = fields

    def get_passphrase(self, row: Experience) -> str:
        return self.context["passphrase"]

    def get_links(self, row: Experience) -> dict:
        places = {"status": reverse("api:experience"), "agreements": reverse("api:experience-agreements")}
        return LinksSerializer({**places, "page": settings.BASE_URL + reverse("panels:come_back")}).data


# Telling -----------------------------------------------------------------------------------------


class Tell(Public):
    """Send an experience, whole. The reference and the passphrase that open it are answered once: keep both."""

    @extend_schema(
        operation_id="experiences_tell",
        summary="Tell an experience",
        tags=["experiences"],
        parameters=[KEY, PLACE, schema.REPLAYED],
        request=NewExperienceSerializer,
        responses={201: ToldSerializer, **schema.problems(400, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Request) -> Response:
        passphrase = codes.drawn(idempotency.secret(request), groups=4)
        throttles.rarely(request, "tell")
        outcome = idempotency.once(request, HTTPStatus.CREATED, partial(_tell, request, passphrase))
        experience = outcome.row or Experience.objects.sent().filter(key=outcome.kept.made).first()
        if experience is None:  # taken back since
            raise exceptions.NotFound
        body = ToldSerializer(experience, context={"passphrase": passphrase}).data
        headers = {"Location": reverse("api:experience")} | ({idempotency.REPLAYED: "true"} if outcome.is_replayed else {})
        return Response(body, HTTPStatus.CREATED, headers=headers)


def _tell(request: Request, passphrase: str) -> Experience:
    said = _said(request, NewExperienceSerializer)
    words, purposes, email = said.pop("passages"), said.pop("purposes", []), said.pop("email", "")
    shape = said.pop("shape", Shape.GUIDED)
    language = said.pop("language", get_language() or "")
    experience, _passphrase = telling.begin(shape, language=language, passphrase=passphrase)
    with errors.naming(**{kind: f"passages.{kind}" for kind in Kind.values}):
        experience = telling.write(experience, words, **said)
        experience = telling.agree(experience, purposes, email=email)
        return telling.submit(experience)


def _said(request: Request, kind: type[serializers.BaseSerializer]) -> dict[str, Any]:
    sent = kind(data=request.data, context={"request": request})
    kinds.judge(sent)
    sent.is_valid(raise_exception=True)
    return sent.validated_data


# Coming back -------------------------------------------------------------------------------------


class Opened(Public):
    def get_authenticate_header(self, request: Request) -> str:
        """With a challenge, whoever sends nothing is answered 401."""
        return f'{SCHEME} realm="experiences"'


class Mine(Opened):
    """The experience that a reference and a passphrase open, in the header `Authorization: Experience reference.passphrase`.

    Two that open nothing together are answered 404, always alike: mistyped, never there, or taken back.
    """

    @extend_schema(
        operation_id="experiences_standing",
        summary="Where an experience stands",
        responses={200: StandingSerializer, **schema.problems(400, 401, 404, 429)},
        **OPENED,
    )
    def get(self, request: Request) -> Response:
        return Response(StandingSerializer(opened(request)).data)

    @extend_schema(
        operation_id="experiences_withdraw",
        summary="Take an experience back",
        description="Whatever has become of it, it is gone with the answer: words, page, agreements and address. "
        "From then on the two open nothing, so that a second time is answered 404.",
        responses={204: None, **schema.problems(400, 401, 404, 429)},
        **OPENED,
    )
    def delete(self, request: Request) -> Response:
        telling.withdraw(opened(request))
        return Response(status=HTTPStatus.NO_CONTENT)


class Agreements(Opened):
    """What may be done with it."""

    @extend_schema(
        operation_id="experiences_agree",
        summary="Say what may be done with an experience",
        description="Instead of what was agreed to before. What is left out ends at once, before the answer is given.",
        request=ChangedAgreementsSerializer,
        responses={200: StandingSerializer, **schema.problems(400, 401, 404, 409, 413, 415, 429)},
        **OPENED,
    )
    def put(self, request: Request) -> Response:
        experience = opened(request)
        said = _said(request, ChangedAgreementsSerializer)
        experience = telling.agree(experience, said["purposes"], email=said.get("email", ""))
        return Response(StandingSerializer(experience).data)


def opened(request: Request) -> Experience:
    """What the header opens. It goes into no address, and so into nobody's log or history.

    Not by HTTP Basic: servers write the user of that, here the reference, into their logs. The full stop makes one
    token68 of both (RFC 9110, 11.2).
    """
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME.lower():
        raise exceptions.NotAuthenticated(_("Send the reference and the passphrase in the header Authorization."))
    throttles.rarely(request, "open")
    reference, _stop, passphrase = given.strip().partition(".")
    experience = telling.find(reference, passphrase)
    if experience is None:
        raise exceptions.NotFound
    return experience
