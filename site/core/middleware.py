"""What happens to every request on its way in and out. docs/architecture.md has the order and its reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import resolve
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from core import page_cache, request_id, second_factor, sites

Next = Callable[[HttpRequest], HttpResponseBase]
WRITTEN = ("text/html", "application/json")


class RequestIdMiddleware:
    """Give the request an id, for the log, the audit trail and the answer's header."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = request_id.begin(request.headers.get("X-Request-Id", ""))
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.current()
            return response
        finally:
            request_id.end(token)


class ContentHostMiddleware:
    """On the host of foreign content nothing of the platform exists: no page, no log-in, no API.

    Cookies ignore ports, so what an imported package says must come from another host name. No such content is
    served yet; until it is, that host has only static files and the health pages.
    """

    OPEN = ("/health/", settings.STATIC_URL)

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            host = request.get_host()
        except DisallowedHost:
            # Django's own 400 page looks for a CSRF token in the session, which a later middleware would open.
            return HttpResponseBadRequest()
        if _is_content_host(host) and not request.path_info.startswith(self.OPEN):
            return HttpResponseNotFound()
        return self.get_response(request)


class PageCacheMiddleware:
    """Answer strangers from core.page_cache, and clear it after an editor's changes."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if page_cache.may_ask(request):
            return self._read(request)
        response = self.get_response(request)
        if page_cache.is_edit(request, response):
            page_cache.clear()
        if settings.SESSION_COOKIE_NAME in request.COOKIES and response.get("Content-Type", "").startswith(WRITTEN):
            # Wards share computers: the next person's Back button must not show what this one saw.
            response.setdefault("Cache-Control", "private, no-store")
        return response

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        entry = page_cache.find(request)
        if entry is None:
            response = self.get_response(request)
            if not page_cache.may_keep(request, response):
                return response
            entry = page_cache.keep(request, response)  # type: ignore[arg-type]
        return _send(request, entry)


class RecordStoreMiddleware:
    """The record store knows no session, form or page: its requests go past all that follows, a third of what they cost."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/xapi/"):
            return self.get_response(request)
        request.resolver_match = match = resolve(request.path_info)
        with translation.override(settings.LANGUAGE_CODE):  # and not in that of whom this thread served before
            response = match.func(request, *match.args, **match.kwargs)
        if not response.streaming:
            response["Content-Length"] = str(len(response.content))
        return response


class SecondFactorMiddleware:
    """Deny by default: before the second factor is given, only the pages to give it can be reached."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.path_info.startswith("/health/"):
            return None
        if second_factor.is_missing(request):
            return self._ask(request)
        if second_factor.is_too_old(request):
            return self._end(request)
        return None

    def _ask(self, request: HttpRequest) -> HttpResponseBase | None:
        if request.resolver_match.view_name in second_factor.reachable(request):  # type: ignore[union-attr]
            return None
        if _is_api(request):
            return _problem("second_factor_required", _("Sign in with your second factor to use this."))
        return _redirect(second_factor.way_in(request), request)

    def _end(self, request: HttpRequest) -> HttpResponseBase:
        logout(request)
        if _is_api(request):
            return _problem("session_ended", _("Your session has ended. Sign in again."))
        return _redirect("account_login", request)


class AdminPolicyMiddleware:
    """Wagtail's editor has a Content-Security-Policy of its own: it writes styles and scripts into its pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            policy = response.headers.get("Content-Security-Policy", settings.ADMIN_CONTENT_SECURITY_POLICY)
            # A preview is a page of ours, with the pages' own policy, in a frame of the editor's.
            response["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        return response


class WagtailSiteMiddleware:
    """Spare every page the look-up of its Site and most of its routing. Lazy: an API request never asks."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request._wagtail_site = SimpleLazyObject(lambda: sites.find(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        if "\x00" in request.path_info:  # PostgreSQL holds no such text, and Wagtail would ask it
            raise Http404
        if request.resolver_match and request.resolver_match.url_name == "wagtail_serve":
            sites.route(request, *args, **kwargs)


def _send(request: HttpRequest, entry: page_cache.Entry) -> HttpResponseBase:
    """The kept page, compressed where the browser can read it; 304 to one that has it already."""
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(entry.gzipped if zipped else entry.body, headers=dict(entry.headers))
    response["ETag"] = entry.etag
    response["Cache-Control"] = "private, no-cache"  # keep it, but ask each time: a withdrawal shows at once
    response["Content-Length"] = str(len(response.content))
    if zipped:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language", "Cookie"])
    answer = get_conditional_response(request, etag=entry.etag, response=response) or response
    if request.method == "HEAD":
        answer.content = b""
    return answer


def _is_content_host(host: str) -> bool:
    """By name and not by port, as cookies see it. A system check refuses one name for both."""
    name = (urlsplit(f"//{host}").hostname or "").rstrip(".")  # a full stop at the end names the same host
    return name == urlsplit(settings.CONTENT_BASE_URL).hostname != urlsplit(settings.BASE_URL).hostname


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _problem(code: str, sentence: str) -> JsonResponse:
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "code": code, "detail": sentence}
    return JsonResponse(problem, status=403, content_type="application/problem+json")


def _redirect(name: str, request: HttpRequest) -> HttpResponseBase:
    """Come back afterwards, if there is a page to come back to."""
    after = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return redirect(resolve_url(name) + after)
