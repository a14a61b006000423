"""What people told us, for readers of feeds: the newest stories, as they stand on the site at this moment."""

from __future__ import annotations

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from wagtail.models import Page

from panels.models import StoriesIndexPage, StoryPage

NEWEST = 20
BEGINNING = 400  # characters


class StoriesFeed(Feed):
    """Its items are stories with their addresses: without the request, each address would be a question to the cache."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> HttpRequest:
        return request

    def title(self) -> str:
        return _("What people told us, %(site)s") % {"site": settings.SITE_NAME}

    def link(self, request: HttpRequest) -> str:
        index = StoriesIndexPage.objects.live().public().first()
        return _address(index, request) if index else "/"

    def items(self, request: HttpRequest) -> list[tuple[StoryPage, str]]:
        return [(story, _address(story, request)) for story in StoryPage.objects.published()[:NEWEST]]

    def item_title(self, item: tuple[StoryPage, str]) -> str:
        return item[0].title

    def item_description(self, item: tuple[StoryPage, str]) -> str:
        """Feeds take it for HTML (RFC 4287, 4.2.13), and what somebody wrote is text."""
        return linebreaks(item[0].beginning[:BEGINNING], autoescape=True)

    def item_link(self, item: tuple[StoryPage, str]) -> str:
        return item[1]

    def item_updateddate(self, item: tuple[StoryPage, str]):
        """The month, as its page says it: no day leads to anybody."""
        return timezone.localtime(item[0].first_published_at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _address(page: Page, request: HttpRequest) -> str:
    return page.get_url_parts(request)[2]
