"""Who is asking. Browsers come by session; machine tokens come with a later version."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the site, with CSRF enforced on every change.

    Foreign content runs on a host name of its own: a request that says it comes from there, from a sandbox ("null") or
    from anywhere but us is refused, whatever cookies it carries. Staff without the second factor never get this far:
    core.middleware.SecondFactorMiddleware stands before every view.
    """

    def authenticate(self, request: Request):
        found = super().authenticate(request)
        if found and not _is_ours(request.headers.get("Origin", "")):
            raise exceptions.PermissionDenied(_("Requests from this origin are not answered."), code="foreign_origin")
        return found

    def authenticate_header(self, request: Request) -> str:
        """With a challenge a stranger is answered 401; without one REST framework would make it 403."""
        return 'Session realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            message = _("The CSRF token is missing or wrong. Send it in the header X-CSRFToken.")
            raise exceptions.PermissionDenied(message, code="csrf_failed") from None


def _is_ours(origin: str) -> bool:
    """Browsers leave the header out of plain reading from the same origin."""
    return not origin or _plain(origin) in {_plain(ours) for ours in [settings.BASE_URL, *settings.CSRF_TRUSTED_ORIGINS]}


def _plain(url: str) -> tuple[str, str]:
    parts = urlsplit(url.lower())
    return parts.scheme, parts.netloc


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema describes the session."""

    target_class = "api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": "The cookie of a signed-in browser."}
