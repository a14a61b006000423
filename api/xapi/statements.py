"""/xapi/statements (Communication 2.1)."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date, urlencode
from django.utils.translation import gettext as _

from api import errors as problems
from api.xapi import bodies, headers, parameters
from api.xapi.base import Resource
from core import errors
from learning import completion
from learning.lrs import credentials, queries
from learning.lrs.models import Statement
from learning.lrs.statements import Stored


class Statements(Resource):
    def consistent_through(self) -> str:
        return headers.consistent_through()

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = parameters.read(request.GET) | {"credential": self._only_by()}
        rows, cursor = queries.find(**asked)
        if asked.get("statement_id") or asked.get("voided_statement_id"):
            return _one(rows)
        return JsonResponse({"statements": [row.body for row in rows], "more": _more(request.path, cursor)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """2.1.2: one or a list, all or none; the ids in the same order."""
        self._require_writing()
        parameters.refuse_all(request.GET)
        sent = bodies.read_json(request)
        stored = self._record(sent if isinstance(sent, list) else [sent])
        return JsonResponse([str(item.row.id) for item in stored], safe=False)

    def put(self, request: HttpRequest) -> HttpResponse:
        """2.1.1: one, under the id in the address."""
        self._require_writing()
        wanted = parameters.only_statement_id(request.GET)
        self._record([_under(wanted, bodies.read_json(request))])
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def _record(self, statements: list) -> list[Stored]:
        return completion.record(statements, credential=self.credential, version=self.version)

    def _require_writing(self) -> None:
        if not credentials.may_write(self.credential):
            raise errors.NotAllowed(_("This credential may not write statements."), code="scope")

    def _only_by(self):
        """statements/read/mine reads what the credential itself has written."""
        if credentials.may_read(self.credential):
            return None
        if credentials.may_read_own(self.credential):
            return self.credential
        raise errors.NotAllowed(_("This credential may not read statements."), code="scope")


def _under(wanted: uuid.UUID, sent: Any) -> Any:
    """The statement with the id of its address. Whatever is none is judged where statements are."""
    if not isinstance(sent, dict):
        return sent
    if str(sent.get("id", wanted)).lower() != str(wanted):
        raise errors.DomainError(_("The statement has another id than its address."), code="other_id", field="id")
    return {"id": str(wanted)} | sent


def _one(rows: list[Statement]) -> HttpResponse:
    if not rows:
        return problems.answer(HTTPStatus.NOT_FOUND, "not_found", _("There is no such statement."))
    return JsonResponse(rows[0].body, headers={"Last-Modified": http_date(rows[0].stored.timestamp())})


def _more(path: str, cursor: str) -> str:
    """A relative address, with everything that the next page needs."""
    return f"{path}?{urlencode({'cursor': cursor})}" if cursor else ""
