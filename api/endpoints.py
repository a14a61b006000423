"""What everything below /api/v1/ has in common, be it a resource or one question."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from api import errors
from api.authentication import SessionAuthentication, TokenAuthentication
from api.permissions import InScope
from api.throttles import Counted


class Endpoint(Counted, APIView):
    """Counted, closed to tokens unless a scope is declared, answered for one asker alone, deaf to no parameter."""

    authentication_classes = (SessionAuthentication, TokenAuthentication)
    permission_classes = (InScope,)
    required_scopes: ClassVar[dict[str, str]] = {}  # by action, or by method where there are no actions

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        self.refuse_unknown_parameters(request)
        self.refuse_unclear_parameters(request)

    def check_permissions(self, request: Request) -> None:
        if not hasattr(self, request.method.lower()):
            raise exceptions.MethodNotAllowed(request.method)
        super().check_permissions(request)

    def known_parameters(self) -> set[str]:
        """What may stand after the question mark."""
        return set()

    def refuse_unknown_parameters(self, request: Request) -> None:
        """A filter that was misspelt must not answer with everything."""
        known = self.known_parameters()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            facts = {"name": unknown[0][:60], "known": ", ".join(sorted(known)) or _("none")}
            message = _("There is no parameter %(name)s here. There are: %(known)s.") % facts
            raise errors.Refused(HTTPStatus.BAD_REQUEST, "unknown_parameter", message)

    def refuse_unclear_parameters(self, request: Request) -> None:
        """Nor must one without a value, or one that stands twice with either."""
        for name, values in request.query_params.lists():
            if len(values) > 1:
                message = _("The parameter %(name)s stands here more than once.") % {"name": name}
                raise errors.Refused(HTTPStatus.BAD_REQUEST, "repeated_parameter", message)
            if not values[0]:
                message = exceptions.ErrorDetail(_("Give it a value, or leave it out."), code="empty")
                raise exceptions.ValidationError({name: [message]})

    def finalize_response(self, request: Request, response: HttpResponseBase, *args, **kwargs) -> HttpResponseBase:
        response.setdefault("Cache-Control", "private, no-store")
        return super().finalize_response(request, response, *args, **kwargs)


class Public(Endpoint):
    """For everybody, and nobody is asked who they are: whatever session or token comes along is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
