"""/xapi/statements (Communication 2.1)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.http import http_date, urlencode
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from api import errors as problems
from api.xapi import bodies, headers, multipart, parameters
from api.xapi.base import Resource
from core import errors, transactions
from learning import completion
from learning.lrs import attachments, credentials, formats, queries
from learning.lrs.attachments import Part
from learning.lrs.models import Statement
from learning.lrs.statements import Stored

PUT_TO = ("statementId",)


class Statements(Resource):
    through: datetime | None = None  # up to where a reader is answered

    def consistent_through(self) -> str:
        """Communication 2.1: every statement stored before this moment can be read by now."""
        if self.request.method not in {"GET", "HEAD"}:
            return headers.written(headers.consistent_through_lately())
        self.through = transactions.consistent_through()
        return headers.written(self.through)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = parameters.read(request.GET) | {"credential": self._only_by()}
        shape, with_files = asked.pop("format", formats.EXACT), asked.pop("attachments", False)
        rows, cursor = queries.find(**asked, through=self.through)
        if asked.get("statement_id") or asked.get("voided_statement_id"):
            return _one(request, rows, shape, with_files)
        page = {"statements": _written(request, rows, shape), "more": _more(request, cursor)}
        return _answer(page, rows, with_files)

    def post(self, request: HttpRequest) -> HttpResponse:
        """2.1.2: one or a list, all or none; the ids in the same order."""
        self._require_writing()
        parameters.judge_names(request.GET, ())
        with bodies.received(request) as found:
            sent = bodies.parse(found.statements)
            stored = self._record(sent if isinstance(sent, list) else [sent], found.parts)
        return JsonResponse([str(item.row.id) for item in stored], safe=False)

    def put(self, request: HttpRequest) -> HttpResponse:
        """2.1.1: one, under the id in the address."""
        self._require_writing()
        parameters.judge_names(request.GET, PUT_TO, PUT_TO)
        wanted = parameters.arguments(request.GET, parameters.RULES)["statement_id"]
        with bodies.received(request) as found:
            self._record([_under(wanted, bodies.parse(found.statements))], found.parts)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)

    def _record(self, statements: list, parts: Sequence[Part]) -> list[Stored]:
        return completion.record(statements, credential=self.credential, version=self.version, parts=parts)

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


def _one(request: HttpRequest, rows: list[Statement], shape: str, with_files: bool) -> HttpResponseBase:
    if not rows:
        return problems.answer(HTTPStatus.NOT_FOUND, "not_found", _("There is no such statement."))
    response = _answer(_written(request, rows, shape)[0], rows, with_files)
    response["Last-Modified"] = http_date(rows[0].stored.timestamp())
    return response


def _written(request: HttpRequest, rows: list[Statement], shape: str) -> list[dict]:
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
    return formats.written([row.body for row in rows], shape, [language for language, _weight in accepted])


def _answer(body: dict, rows: list[Statement], with_files: bool) -> HttpResponseBase:
    """2.1.3: with `attachments=true` always multipart/mixed."""
    if with_files:
        return multipart.answer(json.dumps(body).encode(), attachments.of(rows))
    return JsonResponse(body)


def _more(request: HttpRequest, cursor: str) -> str:
    """A relative address, with everything that the next page needs."""
    beside = {name: request.GET[name] for name in parameters.BESIDE if name in request.GET}
    return f"{request.path}?{urlencode({'cursor': cursor} | beside)}" if cursor else ""
