"""What is no JSON: files that come in, and pictures and files that go out."""

from __future__ import annotations

from http import HTTPStatus

from django.utils.translation import gettext as _
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from api import errors

ENVELOPE = 64 * 1024  # bytes of a form around its file


class Uploads(APIView):
    """A resource that takes a file. What is too large is refused by its length, before any of it is read."""

    most_bytes: int

    def initial(self, request: Request, *args, **kwargs) -> None:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > self.most_bytes + ENVELOPE:
            message = _("A file may have up to %(most)s MB.") % {"most": self.most_bytes // 1024**2}
            raise errors.Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
        super().initial(request, *args, **kwargs)


class Whatever(BaseContentNegotiation):
    """For a file: there is one form of it, whatever the request would rather have. Problems are JSON all the same."""

    def select_parser(self, request: Request, parsers: list):
        return parsers[0]

    def select_renderer(self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None):
        return renderers[0], renderers[0].media_type
