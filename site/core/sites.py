"""Wagtail's Site and page for a request, with the least work.

Looking it up anew was a third of the CPU of a bare Wagtail page. It is kept under the generation of the public pages,
so a change of a site in any process is seen by all. The cache keeps a pickled copy: no request shares its Page objects
with another. Wagtail finds a page by two queries for each level of its address; by the whole address it is two in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.utils import translation
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult

from core import page_cache

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 - for reading only; speaks no HTTP


def find(request: HttpRequest) -> Site | None:
    """The site that answers at this host, as Wagtail would find it."""
    key = f"site:{page_cache.generation_of(request)}:{request.get_host()}:{request.get_port()}"
    site = caches["pages"].get(key)
    if site is None:
        site = Site._find_for_request(request)
        caches["pages"].set(key, site)
    return site


def route(request: HttpRequest, path: str) -> None:
    """Find a live page by its whole address. Whatever is not found so, or routes by itself, is left to Wagtail."""
    site = find(request)
    if not site or translation.get_language() != settings.LANGUAGE_CODE:
        return
    address = f"{site.root_page.url_path}{path.strip('/')}/" if path.strip("/") else site.root_page.url_path
    page = Page.objects.live().filter(slug=address.split("/")[-2], url_path=address).specific().first()
    if page and type(page).route is Page.route:
        request._wagtail_route_for_request = RouteResult(page)  # type: ignore[attr-defined]
