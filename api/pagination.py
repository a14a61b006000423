"""Lists come in pages by place, never by number: what is added meanwhile shifts nothing."""

from __future__ import annotations

import re
from http import HTTPStatus

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import exceptions, pagination
from rest_framework.request import Request
from rest_framework.views import APIView

from api import errors

MOST = 200
EXAMPLE = "https://alongside.example/api/v1/things?cursor=cD00ODY%3D"


class ByPlace(pagination.CursorPagination):
    """Newest first. `limit` says how many, `cursor` where to go on."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MOST

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: APIView | None = None) -> list[Model] | None:
        """A cursor is opaque and ours; one that was made up leads nowhere."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.NotFound, ValueError) as error:
            message = _("This cursor leads nowhere. Take it as it stands in “next” or “previous”.")
            raise errors.Refused(HTTPStatus.BAD_REQUEST, "bad_cursor", message) from error

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not re.fullmatch("[1-9][0-9]{0,2}", asked) or int(asked) > MOST:
            message = exceptions.ErrorDetail(_("Enter a number from 1 to %(most)s.") % {"most": MOST}, code="bad_limit")
            raise exceptions.ValidationError({self.page_size_query_param: [message]})
        return int(asked)

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """As OpenAPI 3.1 says that something may be null."""
        link = {"type": ["string", "null"], "format": "uri", "example": EXAMPLE}
        properties = {"next": link, "previous": link, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict]:
        cursor, limit = super().get_schema_operation_parameters(view)
        return [cursor, limit | {"schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": self.page_size}}]
