"""What the resources of the Experience API have in common: who asks, in which version, and how we refuse."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from api import errors as problems
from api.xapi import alternate, authentication, headers
from core import errors
from learning.lrs.models import Credential


@method_decorator(csrf_exempt, name="dispatch")  # a session opens nothing here, so there is nothing to forge
class Resource(View):
    """Refusals by our own rules become problem JSON: never 422, never 500, always with the headers of xAPI."""

    is_public = False
    http_method_names = ["get", "head", "post", "put", "delete"]
    credential: Credential  # who asks; not set on a public resource
    version: str  # of xAPI, in which is asked and answered

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        """`default` is the version of the mount, in which somebody is answered who says none."""
        default = kwargs.get("default", headers.LATEST)
        # Read before the answer is made: what is stored meanwhile is not promised.
        through = self.consistent_through()
        response = self._respond(request, default)
        return headers.add(response, headers.answered_version(request, default), through)

    def consistent_through(self) -> str:
        return ""

    def _respond(self, request: HttpRequest, default: str) -> HttpResponseBase:
        try:
            if request.encoding:  # the charset of the body says nothing of the address
                request.encoding = "utf-8"
            alternate.unfold(request, default)
            if not self.is_public:
                found = authentication.credential(request)
                if found is None:
                    message = _("Send the key and secret of a credential by HTTP Basic.")
                    return problems.answer(
                        HTTPStatus.UNAUTHORIZED, "not_authenticated", message, {"WWW-Authenticate": authentication.CHALLENGE}
                    )
                self.credential = found
                headers.require_version(request)
            self.version = headers.answered_version(request, default)
            return super().dispatch(request)
        except errors.DomainError as error:
            return problems.refusal(error)
        except RequestDataTooBig:
            return problems.refusal(errors.TooLarge())
        except SuspiciousOperation:  # more parameters than Django reads
            return problems.answer(HTTPStatus.BAD_REQUEST, "unreadable", _("There are too many parameters."))

    def http_method_not_allowed(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        allowed = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        return problems.answer(
            HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", _("This method is not known here."), {"Allow": allowed}
        )


def not_found(request: HttpRequest, *, default: str = headers.LATEST, **kwargs: str) -> HttpResponseBase:
    """For every address of a mount that is none."""
    return headers.add(problems.not_found(request), headers.answered_version(request, default))
