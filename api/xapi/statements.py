"""GET and HEAD /xapi/statements (Communication 2.1). Nothing can be written here until the record store is complete."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date, urlencode
from django.utils.translation import gettext as _

from api import errors as problems
from api.xapi import headers, parameters
from api.xapi.base import Resource
from core import errors
from learning.lrs import credentials, queries
from learning.lrs.models import Statement


class Statements(Resource):
    def consistent_through(self) -> str:
        return headers.consistent_through()

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = parameters.read(request.GET) | {"credential": self._only_by()}
        rows, cursor = queries.find(**asked)
        if asked.get("statement_id") or asked.get("voided_statement_id"):
            return _one(rows)
        return JsonResponse({"statements": [row.body for row in rows], "more": _more(cursor)})

    def post(self, request: HttpRequest) -> HttpResponse:
        raise errors.NotAllowed(_("Statements cannot be written here yet. Only our own player writes."), code="read_only")

    put = post

    def _only_by(self):
        """statements/read/mine reads what the credential itself has written."""
        if credentials.may_read(self.credential):
            return None
        if credentials.may_read_own(self.credential):
            return self.credential
        raise errors.NotAllowed(_("This credential may not read statements."), code="scope")


def _one(rows: list[Statement]) -> HttpResponse:
    if not rows:
        return problems.answer(HTTPStatus.NOT_FOUND, "not_found", _("There is no such statement."))
    return JsonResponse(rows[0].body, headers={"Last-Modified": http_date(rows[0].stored.timestamp())})


def _more(cursor: str) -> str:
    """A relative address, with everything that the next page needs."""
    return f"{reverse('xapi:statements')}?{urlencode({'cursor': cursor})}" if cursor else ""
