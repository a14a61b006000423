"""What a kind of thing needs to stand below /api/v1/: its model, its serializer, its scopes, and one method for each act.

    class Claims(Reads, Makes, Changes):
        model, serializer_class, filterset_class = Claim, ClaimSerializer, ClaimFilter
        required_scopes = {"list": "claims/read", "retrieve": "claims/read", "create": "claims/write", …}

        def make(self, said): return claims.start(said["meeting"], by=self.request.user)
        def change(self, claim, said): claims.change(claim, **said, by=self.request.user)

        @act("claims/decide", takes=ReasonSerializer)
        def refuse(self, claim, said):
            "Refuse a claim, with the reason."
            return claims.refuse(claim, said["reason"], by=self.request.user)

The rules stand in the functions that are called. Here is only how they are asked: by whom, once, and of which state.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import BaseSerializer

from api import conditions, idempotency, kinds
from api.endpoints import Endpoint
from api.pagination import ByPlace
from core import workflow

Act = Callable[["Resource", Any, dict], Model]


class Resource(Endpoint, viewsets.GenericViewSet):
    """One kind of thing. Whoever may not see one is told that it is not there."""

    model: type[Model]
    filterset_class: type[FilterSet] | None = None
    takes: ClassVar[dict[str, type[BaseSerializer] | None]] = {}  # by action, what is not read by serializer_class
    answers: ClassVar[dict[str, type[BaseSerializer]]] = {}  # by action, what is not answered by serializer_class
    act_status: int = HTTPStatus.OK  # of an act endpoint, for the schema
    lookup_field = "key"
    lookup_value_converter = "uuid"
    filter_backends = (DjangoFilterBackend,)
    pagination_class = ByPlace

    def get_queryset(self) -> QuerySet:
        """Override to join what the serializer shows: `super().get_queryset().select_related(…)`."""
        return self.model.objects.visible_to(self.request.user)  # type: ignore[attr-defined]

    def known_parameters(self) -> set[str]:
        if self.action != "list":
            return set()
        return {"cursor", "limit", *(self.filterset_class.base_filters if self.filterset_class else ())}

    def taken_by(self) -> type[BaseSerializer] | None:
        """The serializer of what is sent; none where nothing is."""
        return self.takes.get(self.action, self.serializer_class)

    def answered_by(self) -> type[BaseSerializer]:
        return self.answers.get(self.action, self.serializer_class)

    def said(self, row: Model | None = None) -> dict[str, Any]:
        """What was sent, if it has the right shape."""
        kind = self.taken_by()
        if kind is None:
            return {}
        sent = kind(row, data=self.request.data, partial=row is not None, context=self.get_serializer_context())
        if not isinstance(self.request.data, QueryDict):  # in a form everything is text
            kinds.judge(sent)
        sent.is_valid(raise_exception=True)
        return sent.validated_data

    def held(self) -> Model:
        """The object, locked until the transaction ends, if it still is what the request says that was read."""
        try:
            workflow.lock(self.get_object())
        except self.model.DoesNotExist:  # taken away at this very moment
            raise NotFound from None
        row = self.get_object()
        conditions.judge(self.request, conditions.etag(self.get_serializer(row).data))
        return row

    def answer(self, row: Model, status: int = HTTPStatus.OK) -> Response:
        """One object with its ETag; the ETag alone to a reader who has it already."""
        data = self.answered_by()(row, context=self.get_serializer_context()).data
        tag = conditions.etag(data)
        if self.request.method in SAFE_METHODS and conditions.has_already(self.request, tag):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
        return Response(data, status, headers={"ETag": tag})

    def once(self, do: Callable[[], Model], status: int) -> Response:
        """Do an act once for its Idempotency-Key, and answer what it made as it is now."""
        outcome = idempotency.once(self.request, status, do)
        response = Response(status=status) if status == HTTPStatus.NO_CONTENT else self._answer_to(outcome)
        if outcome.is_replayed:
            response[idempotency.REPLAYED] = "true"
        return response

    def _answer_to(self, outcome: idempotency.Outcome) -> Response:
        row = self._visible_answers().filter(key=outcome.kept.made).first() or outcome.row
        if row is None:
            raise NotFound
        return self.answer(row, outcome.kept.status)

    def _visible_answers(self) -> QuerySet:
        model = self.answered_by().Meta.model  # type: ignore[attr-defined]
        return self.get_queryset() if model is self.model else model.objects.visible_to(self.request.user)


class Shows(Resource):
    """One by its key."""

    def retrieve(self, request: Request, key: str) -> Response:
        return self.answer(self.get_object())


class Reads(mixins.ListModelMixin, Shows):
    """Lists in pages, and one by its key. What a list shows of each may be less: `answers = {"list": …}`."""

    def get_serializer_class(self) -> type[BaseSerializer]:
        return self.answered_by() if self.action == "list" else super().get_serializer_class()


class Makes(Resource):
    """`make(said)` answers the new row. Its serializer shows the `key`."""

    def make(self, said: dict[str, Any]) -> Model:
        raise NotImplementedError

    def create(self, request: Request) -> Response:
        response = self.once(lambda: self.make(self.said()), HTTPStatus.CREATED)
        response["Location"] = f"{request.path}/{response.data['key']}"
        return response


class Changes(Resource):
    """`change(row, said)` changes what was sent. The row is locked, and as it was read."""

    def change(self, row: Any, said: dict[str, Any]) -> object:
        raise NotImplementedError

    def partial_update(self, request: Request, key: str) -> Response:
        conditions.require(request)
        with transaction.atomic():
            row = self.held()
            self.change(row, self.said(row))
        return self.answer(self.get_object())


class Removes(Resource):
    """`remove(row)` takes it away. The row is locked, and as it was read."""

    def remove(self, row: Any) -> object:
        raise NotImplementedError

    def destroy(self, request: Request, key: str) -> Response:
        conditions.require(request)
        with transaction.atomic():
            self.remove(self.held())
        return Response(status=HTTPStatus.NO_CONTENT)


def act(
    scope: str,
    *,
    takes: type[BaseSerializer] | None = None,
    answers: type[BaseSerializer] | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> Callable[[Act], Callable]:
    """Makes `POST …/{key}/name` of a method `name(self, row, said)` that calls the act and answers a row.

    `takes` is the serializer of the body, nothing for none; `answers` that of the row, the resource's own if not given.
    With the status 204 nothing is answered: for what takes its row out of sight.
    `more` goes to REST framework's `action`, such as `parser_classes` for a file. The docstring's first line is the summary.
    If-Match is honoured where it is sent.
    """

    def dress(method: Act) -> Callable:
        name = method.__name__
        here = {"required_scopes": {name: scope}, "takes": {name: takes}, "answers": {name: answers} if answers else {}}

        @action(detail=True, methods=["post"], url_path=name.replace("_", "-"), act_status=status, **here, **more)
        @wraps(method)
        def endpoint(self: Resource, request: Request, key: str) -> Response:
            return self.once(partial(_do, self, method), status)

        return endpoint

    return dress


def _do(resource: Resource, method: Act) -> Model:
    row = resource.held() if "If-Match" in resource.request.headers else resource.get_object()
    return method(resource, row, resource.said())


def router() -> SimpleRouter:
    """Then `register("claims", Claims, "claim")`: addresses without a slash at their end."""
    return SimpleRouter(trailing_slash=False, use_regex_path=False)
