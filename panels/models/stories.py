"""Experiences as the public reads them: pages without words of their own, numbered and not named.

What a story says is read from its experience, so that taking that back takes everything: no revision, log or reference
ever held a word of it. Only the search index does, and it goes with the page.
"""

from __future__ import annotations

import re
from typing import ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PageManager, PagePermissionTester
from wagtail.query import PageQuerySet
from wagtail.search import index

from core import typed
from pages.models import BasePage
from panels.models.experiences import Experience, Passage, Theme
from people.models import District

A_PAGE = 12
LONGEST_SEARCH = 100  # characters
WORD = re.compile(r"\w+")


class StoriesIndexPage(BasePage):
    """The list of stories, and the way to tell one."""

    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "ul", "ol", "link"])

    template = "panels/stories.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["panels.StoryPage"]
    content_panels = [*BasePage.content_panels, FieldPanel("intro")]

    def get_context(self, request, *args, **kwargs):
        asked = {name: typed.clean(request.GET.get(name, "")).strip() for name in ["theme", "district", "words"]}
        themes, districts = list(Theme.objects.all()), list(District.objects.all())
        theme = next((each for each in themes if each.slug == asked["theme"]), None)
        district = next((each for each in districts if each.gss_code == asked["district"]), None)
        words = asked["words"][:LONGEST_SEARCH]
        found = StoryPage.objects.child_of(self).published().about(theme).in_district(district).saying(words)
        context = {"themes": themes, "districts": districts, "theme": theme, "district": district, "words": words}
        context["page_obj"] = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | context | {"is_chosen": bool(theme or district or words)}


class StoryQuerySet(PageQuerySet):
    def published(self) -> StoryQuerySet:
        """What anybody may read, the newest first."""
        return self.live().public().with_what_is_shown().order_by("-first_published_at", "-pk")

    def with_what_is_shown(self) -> StoryQuerySet:
        """With what lists and pages show of them, in so many queries however many there are."""
        rows = self.select_related("experience__district")
        return rows.prefetch_related("experience__passages", "experience__themes", "experience__agreements")

    def about(self, theme: Theme | None) -> StoryQuerySet:
        return self.filter(experience__themes=theme) if theme else self

    def in_district(self, district: District | None) -> StoryQuerySet:
        """Only those of which the teller lets it be known where they happened: finding one would say it too."""
        known = Experience.objects.filter(district=district).agreed_to("district")
        return self.filter(experience__in=known.values("pk")) if district else self

    def saying(self, words: str) -> StoryQuerySet:
        """In which each of these words stands. They are found in the search's own index, since ours are encrypted."""
        plain = " ".join(WORD.findall(words))  # SQLite's index takes marks for its own language
        if not plain:
            return self
        found = StoryPage.objects.live().search(plain, operator="and", order_by_relevance=False)
        return self.filter(pk__in=found.get_queryset().values("pk"))


class ByModerators(PagePermissionTester):
    """What the editor may do with a story: nothing. It is made, changed and taken down at the moderators' desk."""

    def _refuse(self, *args, **kwargs) -> bool:
        return False

    can_edit = can_delete = can_publish = can_unpublish = can_move = can_move_to = can_copy = can_copy_to = _refuse
    can_lock = can_unlock = can_submit_for_moderation = can_set_view_restrictions = can_unschedule = can_view_revisions = _refuse
    can_add_subpage = can_publish_subpage = can_reorder_children = _refuse


class StoryPage(BasePage):
    """What somebody told, as far as it is shown. Made and taken down by `experiences.publishing` alone."""

    experience = models.OneToOneField(Experience, models.PROTECT, related_name="page")

    objects = PageManager.from_queryset(StoryQuerySet)()
    template = "panels/story.html"
    is_creatable = False
    subpage_types: ClassVar[list] = []
    parent_page_types: ClassVar[list] = ["panels.StoriesIndexPage"]
    content_panels = []
    promote_panels: ClassVar[list] = []
    settings_panels: ClassVar[list] = []
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("words")]

    def passages(self) -> list[Passage]:
        """The parts of which something is shown, in their order."""
        return [passage for passage in self.experience.passages.all() if passage.shown]

    def get_context(self, request, *args, **kwargs):
        """In place of the page that Wagtail found: the same with everything that is shown of it.

        Where an editor lets only some read the stories, Wagtail has judged already who asks.
        """
        return super().get_context(request, *args, **kwargs) | {"story": StoryPage.objects.with_what_is_shown().get(pk=self.pk)}

    @property
    def beginning(self) -> str:
        """What a list shows of it."""
        return next((passage.shown for passage in self.passages()), "")

    def words(self) -> str:
        """All of it, for the search."""
        return "\n\n".join(passage.shown for passage in self.passages())

    @property
    def shown_district(self) -> str:
        """Only where the teller agreed to it."""
        return self.experience.shown_district

    def permissions_for_user(self, user) -> ByModerators:
        return ByModerators(user, self)
