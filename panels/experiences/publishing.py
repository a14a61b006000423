"""The page of an experience: made when two people have gone over it, and gone in one act."""

from __future__ import annotations

import secrets

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import PageLogEntry
from wagtail.search.backends import get_search_backend

from core import errors, page_cache, search_index
from panels.models import Experience, StoriesIndexPage, StoryPage

NUMBERS = range(100_000, 1_000_000)  # drawn by lot: nobody can count them, or see from a gap that one has gone


def make(experience: Experience, number: int | None = None) -> StoryPage:
    """Put an experience that is held on the site, under this number or one that is drawn."""
    stories = _stories()
    page = _page(experience, number or _free_number())
    page.live, page.first_published_at = True, timezone.now()
    stories.add_child(instance=page)
    get_search_backend().add(page)  # at once: the queue does it later
    page_cache.clear()
    return page


def draft(experience: Experience) -> StoryPage:
    """What its page would be, to be looked at and kept nowhere."""
    stories, page = _stories(), _page(experience, 0)
    page.path, page.depth = stories.path + "0" * StoryPage.steplen, stories.depth + 1
    page.set_url_path(stories)
    return page


def _stories() -> StoriesIndexPage:
    stories = StoriesIndexPage.objects.live().first()
    if stories is None:
        raise errors.DomainError(_("There is no page for stories yet. An editor adds it below the front page."), code="no_index")
    return stories


def _page(experience: Experience, number: int) -> StoryPage:
    title = _("Story %(number)s") % {"number": f"{number:06}"}
    return StoryPage(experience=experience, title=title, slug=str(number))


def remove(experience: Experience) -> None:
    """The page with all that Wagtail keeps of it: revisions, references, its words in the search, and that there was one."""
    page = StoryPage.objects.filter(experience=experience).first()
    if page:
        key = page.pk
        page.delete()
        PageLogEntry.objects.filter(page=key).delete()  # deleting writes one, with the number
        search_index.forget()
        page_cache.clear()


def refresh(experience: Experience) -> None:
    """After what may be shown of it has changed: the search finds what the page says, and nothing more."""
    page = StoryPage.objects.filter(experience=experience).first()
    if page:
        get_search_backend().add(page)
        search_index.forget()
        page_cache.clear()


def _free_number() -> int:
    number = secrets.choice(NUMBERS)
    return _free_number() if StoryPage.objects.filter(slug=str(number)).exists() else number
