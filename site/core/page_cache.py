"""Bodies of public pages, one copy in each process, all of one generation.

The generation is a number in the shared database. An act that changes what strangers see raises it in its own
transaction, so the moment it commits, every process stops finding its older copies. A hit costs that one query.

Nothing is kept unless it is known to be public: a page from Wagtail's tree without a view restriction, or a view
that says so by `@page_cache.public`; asked for by somebody without a session; answered without cookie or CSRF token.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils.translation import get_language_from_request

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase  # noqa: TID251 - for reading only; speaks no HTTP

NAME = "pages"
NEVER = ("/admin/", "/account/", "/api/", "/learning/my", "/health/")
FIRST_PAGE_ALONE = ("/be-heard/",)  # public itself, and nothing below it
# Posts to Wagtail's admin that change no public page: drafts and previews. Publishing sends Wagtail's own signals.
DRAFTS = {"edit", "add", "preview_on_edit", "preview_on_add"}
LONGEST = 300  # seconds; a page may show something that depends on the day
NOT_KEPT = {"set-cookie", "x-request-id", "content-length", "etag", "cache-control", "date"}


@dataclass(frozen=True)
class Entry:
    """A page as it is sent."""

    body: bytes
    gzipped: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


def clear() -> None:
    """Raise the generation, in the caller's transaction: every page kept so far is forgotten when it commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_generation (name, number) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET number = core_generation.number + 1",
            [NAME],
        )


def clear_after(sender: Any, **kwargs: Any) -> None:
    """The receiver of Wagtail's signals of publishing, moving and unpublishing (which deleting sends too)."""
    clear()


def generation() -> int:
    """The number that kept pages must carry, from the shared database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM core_generation WHERE name = %s", [NAME])
        row = cursor.fetchone()
    return row[0] if row else 0


def generation_of(request: HttpRequest) -> int:
    """The generation that this request began in; asked for once."""
    if not hasattr(request, "page_generation"):
        request.page_generation = generation()  # type: ignore[attr-defined]
    return request.page_generation  # type: ignore[attr-defined]


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say of a view that its answer is the same for every stranger."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.page_is_public = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return wrapped


def may_ask(request: HttpRequest) -> bool:
    """Whether the answer may come from the cache: a stranger reads an address without a query."""
    cookies = {settings.SESSION_COOKIE_NAME, "messages"}
    return (
        request.method in ("GET", "HEAD")
        and not request.META.get("QUERY_STRING")
        and "HTTP_AUTHORIZATION" not in request.META
        and cookies.isdisjoint(request.COOKIES)
        and not _is_never(request.path_info)
        and not getattr(request, "is_dummy", False)  # Wagtail's preview
    )


def may_keep(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Deny by default: only a whole page that is known to be public and says nothing about the person who asked."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and response.get("Content-Type", "").startswith("text/html")
        and not response.cookies
        and not response.has_header("Cache-Control")  # Wagtail forbids keeping a page with a view restriction
        and not response.has_header("Content-Encoding")
        and not _has_secret(request)
        and _is_public(request)
    )


def find(request: HttpRequest) -> Entry | None:
    return caches[NAME].get(_key(request))


def keep(request: HttpRequest, response: HttpResponse) -> Entry:
    """Keep a page with the headers that belong to it; those of the one answer (cookie, request id) are left out."""
    headers = tuple((name, value) for name, value in response.items() if name.lower() not in NOT_KEPT)
    etag = f'W/"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    entry = Entry(response.content, gzip.compress(response.content, 6), headers, etag)
    caches[NAME].set(_key(request), entry, LONGEST)
    return entry


def is_edit(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether an editor has just changed something that a public page may show: an image, a setting, a redirect…"""
    match = request.resolver_match
    if request.method in ("GET", "HEAD", "OPTIONS") or response.status_code >= 400 or match is None:
        return False
    if match.namespace == "wagtailadmin_pages" and match.url_name in DRAFTS:
        return False
    return request.path_info.startswith("/admin/") and match.namespace != "wagtailadmin_editing_sessions"


def _is_never(path: str) -> bool:
    return path.startswith(NEVER) or (path.startswith(FIRST_PAGE_ALONE) and path not in FIRST_PAGE_ALONE)


def _key(request: HttpRequest) -> str:
    parts = [generation_of(request), request.scheme, request.get_host(), request.path, get_language_from_request(request)]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _is_public(request: HttpRequest) -> bool:
    if getattr(request, "is_preview", False):
        return False
    served_by_wagtail = request.resolver_match is not None and request.resolver_match.url_name == "wagtail_serve"
    return served_by_wagtail or getattr(request, "page_is_public", False)


def _has_secret(request: HttpRequest) -> bool:
    """A CSRF token, a nonce or a message to this one visitor stands in the page."""
    messages = getattr(request, "_messages", None)
    return (
        "CSRF_COOKIE" in request.META
        or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
        or getattr(request, "_csp_nonce", None) is not None
        or (messages is not None and messages.added_new)  # older ones came with a session or a cookie
    )
