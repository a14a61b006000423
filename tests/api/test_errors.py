"""Whatever goes wrong is answered in one shape, with a stable code."""

from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers

from api import errors as problems
from core import errors
from learning.lrs import validation


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.DomainError("No."), 400, "refused"),
        (errors.WrongState(), 409, "wrong_state"),
        (errors.Conflict(code="taken"), 409, "taken"),
        (errors.NotAllowed(), 403, "not_allowed"),
        (validation.Invalid("actor.mbox", "No."), 400, "invalid_statement"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.PermissionDenied(), 403, "permission_denied"),
        (exceptions.ParseError(), 400, "parse_error"),
        (exceptions.MethodNotAllowed("PATCH"), 405, "method_not_allowed"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=7), 429, "too_many_requests"),
        (exceptions.ValidationError({"month": ["No."]}), 400, "invalid"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (RequestDataTooBig(), 413, "too_large"),
        (exceptions.AuthenticationFailed(), 401, "token_invalid"),
        (problems.Refused(HTTPStatus.PRECONDITION_REQUIRED, "precondition_required", "No."), 428, "precondition_required"),
    ],
    ids=repr,
)
def test_each_error_has_its_status_and_code(error, status, code):
    response = problems.problem(error, {})
    assert (response.status_code, response.data["status"], response.data["code"]) == (status, status, code)
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "detail", "request_id"} <= response.data.keys()
    assert isinstance(response.data["detail"], str)


def test_a_fault_of_ours_is_left_to_be_logged():
    assert problems.problem(ZeroDivisionError(), {}) is None


def test_who_must_wait_is_told_how_long():
    assert problems.problem(exceptions.Throttled(wait=7), {})["Retry-After"] == "7"


def test_every_field_is_named_with_its_own_code():
    class Inner(serializers.Serializer):
        day = serializers.DateField()

    class Form(serializers.Serializer):
        inner = Inner()
        count = serializers.IntegerField(min_value=1)

    form = Form(data={"inner": {"day": "x"}, "count": 0})
    with pytest.raises(exceptions.ValidationError) as refusal:
        form.is_valid(raise_exception=True)
    named = problems.problem(refusal.value, {}).data["errors"]
    assert {(one["field"], one["code"]) for one in named} == {("inner.day", "invalid"), ("count", "min_value")}


def test_a_refusal_by_our_own_rules_names_its_field():
    found = problems.problem(errors.DomainError("No.", code="bad", field="name"), {}).data["errors"]
    assert found == [{"field": "name", "code": "bad", "message": "No."}]
