"""The schema: our own endpoints and no other. What the base makes true of every endpoint is said here for all of them:
scopes, headers, and the problems that it may answer with."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import Any

from drf_spectacular import openapi
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from api import idempotency, scopes

WORDS = {
    400: ("invalid", "Something in what you sent is not right. See the list of errors.", "Bad Request"),
    401: ("not_authenticated", "Authentication credentials were not provided.", "Unauthorized"),
    403: ("scope_missing", "This token lacks the scope claims/write. Make another that has it.", "Forbidden"),
    404: ("not_found", "There is nothing at this address.", "Not Found"),
    409: ("conflict", "This has been changed by somebody else in the meantime. Load the page again.", "Conflict"),
    412: (
        "precondition_failed",
        "This has changed since you read it. Read it again, then decide again.",
        "Precondition Failed",
    ),
    413: ("too_large", "This is too large. Send less at once.", "Content Too Large"),
    415: ("unsupported_media_type", "This is taken in another form alone.", "Unsupported Media Type"),
    422: (
        "idempotency_key_reused",
        "This Idempotency-Key belongs to another request. Use a new one for what is new.",
        "Unprocessable Entity",
    ),
    428: (
        "precondition_required",
        "Say which state you change: send the ETag that you read in the header If-Match.",
        "Precondition Required",
    ),
    429: ("too_many_requests", "That was too much in one minute. Nothing is lost.", "Too Many Requests"),
}
READING = (401, 403, 404, 429)
CLOSED = (401, 403)  # which nobody is answered where everything is open
PROBLEMS = {
    "list": (400, *READING),
    "retrieve": (400, *READING),
    "create": (400, *READING, 409, 413, 415, 422),
    "partial_update": (400, *READING, 409, 412, 413, 415, 428),
    "destroy": (400, *READING, 409, 412, 428),
    "act": (400, *READING, 409, 412, 413, 415, 422),
    "look": (400, *READING),
}
SUMMARIES = {
    "list": "Read many",
    "retrieve": "Read one",
    "create": "Make one",
    "partial_update": "Change one",
    "destroy": "Remove one",
}
RULES = {"create": "make", "partial_update": "change", "destroy": "remove"}  # whose docstring says more than the resource's
PROBLEM = "application/problem+json"

HEADER, STRING = OpenApiParameter.HEADER, OpenApiTypes.STR
KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{idempotency.PATTERN}$"},
    HEADER,
    required=True,
    description="A value of your own, another for each new request. Sent again with it within 24 hours, it is done once.",
)
MATCH = {"name": "If-Match", "type": STRING, "location": HEADER}
MUST_MATCH = OpenApiParameter(**MATCH, required=True, description="The ETag of what you read: nothing else is changed.")
MAY_MATCH = OpenApiParameter(**MATCH, description="The ETag of what you read, if nothing else is meant.")
NONE_MATCH = OpenApiParameter("If-None-Match", STRING, HEADER, description="An ETag that you hold: 304 if it is still right.")
ETAG = OpenApiParameter("ETag", STRING, HEADER, response=[200, 201, 202, 304], description="Changes with the answer.")
REPLAYED = OpenApiParameter(
    idempotency.REPLAYED,
    {"type": "string", "enum": ["true"]},
    HEADER,
    response=[200, 201, 202, 204],
    description="There if an earlier request with this key has done it.",
)
PLACE = OpenApiParameter("Location", STRING, HEADER, response=[201], description="Where the new one is.")
WAIT = OpenApiParameter("Retry-After", OpenApiTypes.INT, HEADER, response=[429], description="Seconds to wait.")
HEADERS = {
    "list": [WAIT],
    "retrieve": [NONE_MATCH, ETAG, WAIT],
    "create": [KEY, ETAG, REPLAYED, PLACE, WAIT],
    "partial_update": [MUST_MATCH, ETAG, WAIT],
    "destroy": [MUST_MATCH, WAIT],
    "act": [KEY, MAY_MATCH, ETAG, REPLAYED, WAIT],
    "look": [WAIT],
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


class AutoSchema(openapi.AutoSchema):
    """Reads a resource's own tables. A view that is no resource says with `extend_schema` what it takes and answers."""

    @property
    def kind(self) -> str:
        """One of the tables' kinds: REST framework's five, an act, or a look at something of a thing's own. Else nothing."""
        action = getattr(self.view, "action", "")
        if not action or action in SUMMARIES:
            return action
        return "act" if self.method == "POST" else "look"

    def get_operation_id(self) -> str:
        """`claims_list`, and `claims_refuse` for an act."""
        is_own = self.kind in {"act", "look"}
        return "_".join(self._tokenize_path()).replace("-", "_") if is_own else super().get_operation_id()

    def get_summary(self) -> str | None:
        """Of an act, the first line of its docstring."""
        if not self.kind:
            return None
        return SUMMARIES.get(self.kind) or super().get_description().partition("\n")[0].removesuffix(".")

    def get_description(self) -> str:
        scope = scopes.required(self.view, self.method)
        words = f"Scope for tokens: `{scope}`. {scopes.SCOPES[scope]}." if scope else self._without_scope()
        rule = getattr(self.view, RULES.get(self.kind, ""), None)
        return f"{inspect.getdoc(rule) or super().get_description()}\n\n{words}"

    def _without_scope(self) -> str:
        return "Open to everybody: who is asking is not asked." if self.is_public else "Not open to tokens."

    @property
    def is_public(self) -> bool:
        return not self.view.authentication_classes

    def get_override_parameters(self) -> list[Any]:
        return HEADERS[self.kind or "look"]

    def get_request_serializer(self) -> Any:
        return self.view.taken_by() if self.kind else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if not self.kind:
            return super().get_response_serializers()
        good = {"create": HTTPStatus.CREATED, "destroy": HTTPStatus.NO_CONTENT}.get(self.kind, self.view.act_status)
        answers = {int(good): None if good == HTTPStatus.NO_CONTENT else self.view.answered_by()}
        if self.kind == "retrieve":
            answers[304] = OpenApiResponse(description="You have it already.")
        return answers | problems(*(status for status in PROBLEMS[self.kind] if not (self.is_public and status in CLOSED)))


def only_ours(endpoints: list[tuple]) -> list[tuple]:
    """Wagtail's admin brings REST views for itself. They are not part of our interface."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def share_problems(result: dict, generator: Any, request: Any, public: bool) -> dict:
    """Say each problem once: operations refer to it."""
    shared = result.setdefault("components", {}).setdefault("responses", {})
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        for status, answer in operation["responses"].items():
            if PROBLEM in answer.get("content", {}):
                name = answer["description"].replace(" ", "")
                shared[name] = answer
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return result


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """For `extend_schema(responses={200: …, **schema.problems(400, 401)})`."""
    return {(status, PROBLEM): _response(status) for status in statuses}


def _response(status: int) -> OpenApiResponse:
    code, detail, title = WORDS[status]
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "request_id": "8f14e45f"}
    example = OpenApiExample(title, value=value, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(ProblemSerializer, description=title, examples=[example])
