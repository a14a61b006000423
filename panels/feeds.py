"""What people told us, for readers of feeds: the newest stories, as they stand on the site at this moment."""

from __future__ import annotations

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
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
        return item.beginning[:BEGINNING]

    def item_link(self, item: StoryPage) -> str:
        return item.get_url_parts()[2]

    def item_updateddate(self, item: StoryPage):
        """The month, as its page says it: no day leads to anybody."""
        return timezone.localtime(item.first_published_at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
