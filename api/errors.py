"""Everything that goes wrong is answered in one shape: problem JSON (RFC 9457) with a stable code.

`code` is for machines and never changes its meaning; `detail` is a sentence for people; `errors` names the fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core import errors, request_id
from learning.lrs import documents, validation

CONTENT_TYPE = "application/problem+json"
STATUS: dict[type[errors.DomainError], int] = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.WrongState: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    documents.Changed: HTTPStatus.PRECONDITION_FAILED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.DomainError: HTTPStatus.BAD_REQUEST,
}
# Where the framework's own code says less than the kind of error.
CODES: dict[type[exceptions.APIException], str] = {
    exceptions.AuthenticationFailed: "token_invalid",
    exceptions.ValidationError: "invalid",
    exceptions.Throttled: "too_many_requests",
}


class Refused(exceptions.APIException):
    """A refusal by the rules of the interface itself, with its status and code."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        self.status_code = status
        super().__init__(detail, code)


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None leaves a true fault to Django, which logs it and answers 500."""
    if isinstance(error, errors.DomainError):
        set_rollback()
        status, body, headers = *describe(error), {}
    else:
        known = _as_api_exception(error)
        if known is None:
            return None
        set_rollback()
        status, headers = known.status_code, _headers(known)
        body = document(status, _code(known), _detail(known), errors=list(_fields(known.detail)))
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


@contextmanager
def naming(**names: str) -> Iterator[None]:
    """Within it a refusal names its field as the interface does, where an act knows it by the name on a page."""
    try:
        yield
    except errors.DomainError as error:
        error.field = names.get(error.field or "", error.field)
        raise


def describe(error: errors.DomainError) -> tuple[int, dict]:
    """The status and the document for a refusal by our own rules."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    field = error.path if isinstance(error, validation.Invalid) else error.field
    fields = [{"field": field, "code": error.code, "message": str(error.message)}] if field else []
    return status, document(status, error.code, str(error), errors=fields)  # of a statement with the path


def document(status: int, code: str, detail: str, **more: Any) -> dict:
    """RFC 9457. The type is about:blank: the code says which problem it is, the title which status."""
    found = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status), "detail": detail, "code": code}
    return found | {"request_id": request_id.current()} | {key: value for key, value in more.items() if value}


def answer(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> JsonResponse:
    """A problem from a plain Django view."""
    return JsonResponse(document(status, code, detail), status=status, headers=headers, content_type=CONTENT_TYPE)


def refusal(error: errors.DomainError) -> JsonResponse:
    """A refusal by our own rules, from a plain Django view."""
    status, body = describe(error)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


@csrf_exempt  # nothing is changed here, so there is nothing to forge
def not_found(request: HttpRequest, **kwargs: str) -> JsonResponse:
    """For every address below /api/ and /xapi/ that is none."""
    return answer(HTTPStatus.NOT_FOUND, "not_found", _("There is nothing at this address."))


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("This is too large. Send less at once."))
    return error if isinstance(error, exceptions.APIException) else None


def _code(error: exceptions.APIException) -> str:
    own = (isinstance(error.detail, exceptions.ErrorDetail) and error.detail.code) or error.default_code
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), own)


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error.detail, exceptions.ErrorDetail):
        return str(error.detail)
    return _("Something in what you sent is not right. See the list of errors.")


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _fields(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _fields(inner, path)
    elif path:
        yield {"field": path, "code": detail.code, "message": str(detail)}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", ""):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers
