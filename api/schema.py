"""The schema: our own endpoints and no other, each with the problems that it may answer with."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

WORDS = {
    400: ("invalid", "Something in what you sent is not right. See the list of errors.", "Bad Request"),
    401: ("not_authenticated", "Authentication credentials were not provided.", "Unauthorized"),
    403: ("permission_denied", "You do not have permission to perform this action.", "Forbidden"),
    404: ("not_found", "There is nothing at this address.", "Not Found"),
    409: ("conflict", "This has been changed by somebody else in the meantime. Load the page again.", "Conflict"),
    429: ("too_many_requests", "Request was throttled.", "Too Many Requests"),
}


class FieldErrorSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="Where: the name of the parameter or key.")
    code = serializers.CharField()
    message = serializers.CharField(help_text="A sentence for people.")


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. `code` is for machines and keeps its meaning."""

    type = serializers.CharField(help_text="Always about:blank.")
    title = serializers.CharField(help_text="The phrase of the HTTP status.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for people.")
    code = serializers.CharField()
    request_id = serializers.CharField(help_text="To find the request in the log.")
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]


def only_ours(endpoints: list[tuple]) -> list[tuple]:
    """Wagtail's admin brings REST views for itself. They are not part of our interface."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """For `extend_schema(responses={200: …, **schema.problems(400, 401)})`."""
    return {(status, "application/problem+json"): _response(status) for status in statuses}


def _response(status: int) -> OpenApiResponse:
    code, detail, title = WORDS[status]
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "request_id": "8f14e45f"}
    example = OpenApiExample(title, value=value, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(ProblemSerializer, description=title, examples=[example])
