"""State, agent profiles and activity profiles (Communication 2.2, 2.3, 2.6, 2.7; IEEE 4.1.6.2, 4.1.6.5, 4.1.6.6).

With a stateId or profileId a request is about one document, without about all of the place: their names, or their end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from api import errors as problems
from api.xapi import bodies, parameters
from api.xapi.base import Resource
from core import errors
from learning.lrs import agents, credentials, documents, validation
from learning.lrs.models import Document
from learning.lrs.validation import shape, types

LONGEST_NAME = 500  # characters
LONGEST_TYPE = 255
UNKNOWN_TYPE = "application/octet-stream"  # RFC 9110 8.3
TAG = re.compile(r'"[^"]*"|\*')
TAGS = re.compile(r'\s*(?:\*|(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*)\s*')
# Whatever somebody has put here, a browser keeps it as a file and runs nothing of it on our origin.
HARMLESS = {
    "Content-Disposition": "attachment",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@dataclass(frozen=True)
class Asked:
    place: documents.Place
    name: str = ""
    since: datetime | None = None


def _name(value: str, name: str) -> str:
    shape.text_with_content(value, name)
    if len(value) > LONGEST_NAME:
        raise validation.Invalid(name, _("This may have at most %(count)s characters.") % {"count": LONGEST_NAME})
    return value


RULES: parameters.Rules = {
    "activityId": parameters.RULES["activity"],
    "agent": parameters.RULES["agent"],
    "registration": parameters.RULES["registration"],
    "since": parameters.RULES["since"],
    "stateId": ("name", _name),
    "profileId": ("name", _name),
}


class Documents(Resource):
    kind: str
    scope = "profile"
    named = "profileId"
    about: tuple[str, ...]  # the parameters that every request has
    within: tuple[str, ...] = ()  # those that it may have

    def get(self, request: HttpRequest) -> HttpResponseBase:
        self._judge_scope(credentials.may_read_documents(self.credential, self.scope))
        if self.named in request.GET:
            asked = self._asked(request, one=True)
            return _one(request, documents.get(asked.place, asked.name))
        asked = self._asked(request, one=False, beside=("since",))
        return JsonResponse(documents.names(asked.place, asked.since), safe=False)

    def put(self, request: HttpRequest) -> HttpResponse:
        asked = self._to_write(request)
        documents.put(asked.place, asked.name, _content(request), _condition(request), version=self.version)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = self._to_write(request)
        documents.merge(asked.place, asked.name, _content(request), _condition(request))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def delete(self, request: HttpRequest) -> HttpResponse:
        asked = self._to_write(request)
        documents.delete(asked.place, asked.name, _condition(request))
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def _to_write(self, request: HttpRequest, *, one: bool = True) -> Asked:
        self._judge_scope(credentials.may_write_documents(self.credential, self.scope))
        return self._asked(request, one=one)

    def _judge_scope(self, is_open: bool) -> None:
        if not is_open:
            raise errors.NotAllowed(_("This credential may not do this with documents."), code="scope")

    def _asked(self, request: HttpRequest, *, one: bool, beside: tuple[str, ...] = ()) -> Asked:
        required = (*self.about, self.named) if one else self.about
        parameters.judge_names(request.GET, {*required, *self.within, *beside}, required)
        given = parameters.arguments(request.GET, RULES)
        name, since, agent = given.pop("name", ""), given.pop("since", None), given.pop("agent", None)
        return Asked(documents.Place(self.kind, agent=agents.ifi(agent) if agent else "", **given), name, since)


class State(Documents):
    kind = Document.Kind.STATE
    scope = "state"
    named = "stateId"
    about = ("activityId", "agent")
    within = ("registration",)

    def delete(self, request: HttpRequest) -> HttpResponse:
        if self.named in request.GET:
            return super().delete(request)
        asked = self._to_write(request, one=False)
        if _condition(request) != documents.ANY:
            raise errors.DomainError(_("A condition is about one document: name it with stateId."), code="bad_condition")
        documents.delete_all(asked.place)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


class AgentProfile(Documents):
    kind = Document.Kind.AGENT_PROFILE
    about = ("agent",)


class ActivityProfile(Documents):
    kind = Document.Kind.ACTIVITY_PROFILE
    about = ("activityId",)


def _one(request: HttpRequest, row: Document | None) -> HttpResponseBase:
    if row is None:
        return problems.answer(HTTPStatus.NOT_FOUND, "not_found", _("There is no such document."))
    fields = HARMLESS | {"ETag": row.etag, "Last-Modified": http_date(row.updated.timestamp())}
    response = HttpResponse(row.body, content_type=row.content_type, headers=fields)
    return get_conditional_response(request, etag=row.etag, response=response) or response


def _condition(request: HttpRequest) -> documents.Condition:
    return documents.Condition(_tags(request, "If-Match"), _tags(request, "If-None-Match"))


def _tags(request: HttpRequest, header: str) -> tuple[str, ...]:
    """A tag that a proxy made weak (W/) still names these very bytes."""
    given = request.headers.get(header)
    if given is not None and not TAGS.fullmatch(given):
        message = _("%(header)s holds ETags in quotes, or *.")
        raise errors.DomainError(message % {"header": header}, code="bad_condition", field=header)
    return tuple(TAG.findall(given or ""))


def _content(request: HttpRequest) -> documents.Content:
    kind = request.headers.get("Content-Type") or UNKNOWN_TYPE
    if not (types.MEDIA_TYPE.match(kind) and kind.isascii() and kind.isprintable() and len(kind) <= LONGEST_TYPE):
        message = _("Content-Type must be an Internet media type, such as text/plain.")
        raise errors.DomainError(message, code="bad_content_type", field="Content-Type")
    return documents.Content(_body(request), kind)


def _body(request: HttpRequest) -> bytes:
    """No more of it than may be kept, and one byte by which the rest shows."""
    if "Transfer-Encoding" in request.headers:  # WSGI would read it as empty
        raise errors.DomainError(_("Say how long the document is, in Content-Length."), code="length_required")
    most = settings.LRS_DOCUMENT_BYTES + 1
    body = bodies.read(request, most)
    if len(body) < min(most, bodies.length(request)):
        raise errors.DomainError(_("The document did not arrive whole."), code="incomplete")
    return body
