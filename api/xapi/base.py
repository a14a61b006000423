"""What the resources of the Experience API have in common: who asks, in which version, and how we refuse."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from api import errors as problems
from api import throttles
from api.xapi import alternate, authentication, cors, headers
from core import errors
from learning.lrs.models import Credential


@method_decorator(csrf_exempt, name="dispatch")  # a session opens nothing here, so there is nothing to forge
class Resource(View):
    """Refusals by our own rules become problem JSON: never 422, never 500, always with the headers of xAPI."""

    is_public = False
    http_method_names = ["get", "head", "post", "put", "delete", "options"]
    credential: Credential  # who asks; not set on a public resource
    version: str  # of xAPI, in which is asked and answered

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        """`default` is the version of the mount, in which somebody is answered who says none."""
        default = kwargs.get("default", headers.LATEST)
        # Read before the answer is made: what is stored meanwhile is not promised.
        through = self.consistent_through()
        response = self._respond(request, default)
        return cors.add(request, headers.add(response, headers.answered_version(request, default), through))

    def consistent_through(self) -> str:
        return ""

    def options(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """Asked by browsers before they send a credential, so that it needs none."""
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Allow": self._methods()})

    def _respond(self, request: HttpRequest, default: str) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return self.options(request)
        try:
            if request.encoding:  # the charset of the body says nothing of the address
                request.encoding = "utf-8"
            alternate.unfold(request, default)
            if not self.is_public:
                if (refused := self._identify(request)) is not None:
                    return refused
                headers.require_version(request)
            self.version = headers.answered_version(request, default)
            return super().dispatch(request)
        except errors.DomainError as error:
            return problems.refusal(error)
        except RequestDataTooBig:
            return problems.refusal(errors.TooLarge())
        except SuspiciousOperation:  # more parameters than Django reads
            return problems.answer(HTTPStatus.BAD_REQUEST, "unreadable", _("There are too many parameters."))

    def _identify(self, request: HttpRequest) -> HttpResponse | None:
        """Note whose credential this is; 401 where it is nobody's, 429 where they have asked too often."""
        found = authentication.credential(request)
        if seconds := _seconds_to_wait(request, found):
            return problems.answer(
                HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", throttles.too_much(), {"Retry-After": str(seconds)}
            )
        if found is None:
            return problems.answer(
                HTTPStatus.UNAUTHORIZED,
                "not_authenticated",
                _refusal(request),
                {"WWW-Authenticate": authentication.CHALLENGE},
            )
        self.credential = found
        return None

    def http_method_not_allowed(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        return problems.answer(
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", _("This method is not known here."), {"Allow": self._methods()}
        )

    def _methods(self) -> str:
        return ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))


def _refusal(request: HttpRequest) -> str:
    """Which of the three it is, nobody is told."""
    if request.headers.get("Authorization", "").lower().startswith("basic "):
        return _("This key and secret open nothing: one of them is wrong, or the credential is switched off.")
    return _("Send the key and secret of a credential by HTTP Basic.")


def _seconds_to_wait(request: HttpRequest, found: Credential | None) -> int:
    """Only what is limited is counted. Whoever has the right secret is not held up by another behind the same address."""
    if found is None:
        who, most = throttles.address(request, "xapi"), settings.XAPI_RATE_REFUSED
    else:
        who, most = f"credential:{found.audit_key}", settings.XAPI_RATE
    return throttles.wait(who, most) if most else 0


class Nothing(Resource):
    """Every address that is none, so that a page of another site can read there that it is none."""

    def _respond(self, request: HttpRequest, default: str) -> HttpResponseBase:
        return problems.not_found(request)
