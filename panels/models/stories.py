"""Experiences as the public reads them: pages without words of their own, numbered and not named.

What a story says is read from its experience, so that taking that back takes everything: no revision, log or reference
ever held a word of it. Only the search index does, and it goes with the page.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PageManager, PagePermissionTester
from wagtail.query import PageQuerySet
from wagtail.search import index

from pages.models import BasePage
from panels.models.experiences import Experience, Passage


class StoriesIndexPage(BasePage):
    """The list of stories, and the way to tell one."""

    intro = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "ul", "ol", "link"])

    template = "panels/stories.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["panels.StoryPage"]
    content_panels = [*BasePage.content_panels, FieldPanel("intro")]


class StoryQuerySet(PageQuerySet):
    def published(self) -> StoryQuerySet:
        """With what their lists and pages show, in so many queries however many there are."""
        shown = Prefetch("experience__passages", Passage.objects.order_by("position"))
        rows = self.live().public().select_related("experience__district")
        return rows.prefetch_related(shown, "experience__themes", "experience__agreements")


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
    content_panels: ClassVar[list] = []
    promote_panels: ClassVar[list] = []
    settings_panels: ClassVar[list] = []
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("words")]

    def passages(self) -> list[Passage]:
        """The parts of which something is shown, in their order."""
        return [passage for passage in self.experience.passages.all() if passage.shown]

    def words(self) -> str:
        """All of it, for the search."""
        return "\n\n".join(passage.shown for passage in self.passages())

    @property
    def shown_district(self) -> str:
        """Only where the teller agreed to it."""
        return self.experience.shown_district

    def permissions_for_user(self, user) -> ByModerators:
        return ByModerators(user, self)
