"""What people told us, for readers of feeds: the newest stories, as they stand on the site at this moment."""

from __future__ import annotations

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from panels.models import StoriesIndexPage, StoryPage

NEWEST = 20
BEGINNING = 400  # characters


class StoriesFeed(Feed):
    feed_type = Atom1Feed

    def title(self) -> str:
        return _("What people told us, %(site)s") % {"site": settings.SITE_NAME}

    def link(self) -> str:
        index = StoriesIndexPage.objects.live().public().first()
        return index.get_url_parts()[2] if index else "/"

    def items(self):
        return StoryPage.objects.published()[:NEWEST]

    def item_title(self, item: StoryPage) -> str:
        return item.title

    def item_description(self, item: StoryPage) -> str:
        """Feeds take it for HTML (RFC 4287, 4.2.13), and what somebody wrote is text."""
        return linebreaks(item.beginning[:BEGINNING], autoescape=True)

    def item_link(self, item: StoryPage) -> str:
        return item.get_url_parts()[2]

    def item_updateddate(self, item: StoryPage):
        return item.first_published_at
