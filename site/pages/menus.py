"""The main navigation: the pages under the site's root that are meant for menus."""

from __future__ import annotations

from django.core.cache import caches
from django.utils.translation import get_language
from wagtail.models import Site

from core import page_cache


def main(request) -> list[tuple[str, str]]:
    """Titles and addresses. Kept in each process until the generation of public pages changes."""
    key = f"menu:{get_language()}:{request.get_host()}:{page_cache.generation_of(request)}"
    return caches["pages"].get_or_set(key, lambda: read(request), timeout=3600) or []


def read(request) -> list[tuple[str, str]]:
    site = Site.find_for_request(request)
    if site is None:
        return []
    pages = site.root_page.localized.get_children().live().public().in_menu()
    return [(page.title, page.get_url(request)) for page in pages]
