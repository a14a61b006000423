"""Who is asking: a browser by its session, a program by a token. Whoever sends a token means the token."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from api import tokens
from api.models import Token
from people.models import User

BEARER = "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the site, with CSRF enforced on every change.

    Foreign content runs on a host name of its own: a request that says it comes from there, from a sandbox ("null") or
    from anywhere but us is refused, whatever cookies it carries. Staff without the second factor never get this far:
    core.middleware.SecondFactorMiddleware stands before every view.
    """

    def authenticate(self, request: Request):
        if request.headers.get("Authorization", "").lower().startswith(f"{BEARER.lower()} "):
            return None
        found = super().authenticate(request)
        if found and not _is_ours(request.headers.get("Origin", "")):
            raise exceptions.PermissionDenied(_("Requests from this origin are not answered."), code="foreign_origin")
        return found

    def authenticate_header(self, request: Request) -> str:
        """With a challenge a stranger is answered 401; without one REST framework would make it 403. Names both ways in."""
        return f'Session realm="api", {BEARER} realm="api"'

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            message = _("The CSRF token is missing or wrong. Send it in the header X-CSRFToken.")
            raise exceptions.PermissionDenied(message, code="csrf_failed") from None


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Bearer …`. Knox reads the header; which token that is, we ask with one query.

    Knox's own look-up deletes expired tokens on the way, without a trace and other people's programs' too.
    """

    def authenticate_header(self, request: Request) -> str:
        return BEARER

    def authenticate_credentials(self, token: bytes) -> tuple[User, Token]:
        found = tokens.find(token.decode("ascii", "replace"))
        if found is None:
            raise exceptions.AuthenticationFailed(_("This token opens nothing: it is not right, has run out, or was revoked."))
        return found.user, found


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


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes a token."""

    target_class = "api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        description = "A token made at /account/tokens/, with the scope of the operation."
        return {"type": "http", "scheme": "bearer", "description": description}
