"""The alternate request syntax of 1.0.3 (Communication 1.3): a POST that stands for another method, for old browsers.

Everything is in the form: the parameters, the headers, and the body as `content`. 2.0.0 has it no more (IEEE 4.1.3).
"""

from __future__ import annotations

import io

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from api.xapi import bodies, headers
from core import errors

METHODS = {"GET", "HEAD", "PUT", "POST", "DELETE"}
# Those that the specification names, and Content-Length, which says nothing that is not known.
HEADERS = ["Authorization", "X-Experience-API-Version", "Content-Type", "Content-Length", "If-Match", "If-None-Match"]
HEADERS += ["Accept", "Accept-Language", "Accept-Encoding"]
FORM = "application/x-www-form-urlencoded"


def unfold(request: HttpRequest, default: str) -> None:
    """Make the request the one that it stands for. One that stands for itself stays as it is."""
    if request.method != "POST" or "method" not in request.GET:
        return
    if set(request.GET) != {"method"} or request.GET["method"] not in METHODS:
        message = _("Beside method nothing may stand in the address, and it must be a method that we know.")
        raise errors.DomainError(message, code="alternate")
    if request.content_type != FORM or request.content_params.get("charset", "utf-8").lower() not in bodies.UTF_8:
        raise errors.DomainError(_("Send the parameters, headers and content as a form in UTF-8."), code="alternate")
    form = request.POST.copy()
    said = {name: values[-1] for name in HEADERS if (values := _taken(form, name))}
    content = "".join(_taken(form, "content"))
    _put(request, request.GET["method"], form, said, content.encode())
    if headers.answered_version(request, default) != "1.0.3":
        raise errors.DomainError(_("xAPI 2.0.0 has no alternate request syntax. Send the request itself."), code="alternate")


def _taken(form: QueryDict, name: str) -> list[str]:
    """The values of a field, whatever its case, which is then not in the form any more."""
    return [str(value) for key in list(form) if key.lower() == name.lower() for value in form.pop(key)]


def _put(request: HttpRequest, method: str, query: QueryDict, said: dict[str, str], body: bytes) -> None:
    request.method, request.GET, request._stream = method, query, io.BytesIO(body)
    del request._body
    request.META["CONTENT_TYPE"] = said.pop("Content-Type", "application/json")
    said.pop("Content-Length", None)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request.META |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in said.items()}
    vars(request).pop("headers", None)  # read anew
