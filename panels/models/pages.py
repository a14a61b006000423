"""The public pages: the list of panels, and each panel as the public sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from pages.blocks import BODY, FactBlock
from pages.models import BasePage
from panels.blocks import MOST_ADVICE, AdviceBlock, QuestionBlock, TopicBlock
from panels.models import advice
from panels.models.membership import Membership
from panels.models.panel import Panel
from panels.models.recruitment import Campaign

MOST_PANELS = 30  # so many are shown in one list
SHOWN_ADVICE = 4  # the rest of a panel's advice opens below
LISTED_ADVICE = 6  # in the list of panels


@dataclass(frozen=True)
class Table:
    """A panel in a list: its page, its members, its free seats, and those that somebody can apply for now."""

    page: PanelPage
    members: int
    free: int
    offered: int


class PanelPageQuerySet(PageQuerySet):
    def shown(self) -> PanelPageQuerySet:
        """What anybody may read, in the order that editors gave it."""
        return self.live().public().select_related("panel").order_by("path")[:MOST_PANELS]

    def tables(self) -> list[Table]:
        """The shown ones with their numbers."""
        pages = list(self.defer_streamfields().shown())
        panels = [page.panel_id for page in pages]
        taken = Counter(Membership.objects.current().filter(panel__in=panels).values_list("panel", flat=True))
        offered: Counter = Counter()
        for panel, seats in Campaign.objects.inviting().filter(panel__in=panels).values_list("panel", "seats"):
            offered[panel] += seats
        return [
            Table(page, taken[page.panel_id], page.panel.free(taken[page.panel_id]), offered[page.panel_id]) for page in pages
        ]

    def with_advice(self) -> list[PanelPage]:
        """The shown ones, read with their advice and with no other text."""
        return list(self.defer(*(set(PanelPage.TEXTS) - {"advice"})).shown())


class PanelIndexPage(BasePage):
    """The list of panels, with what is open and what came of their advice."""

    body = StreamField(BODY, blank=True, verbose_name=_("body"), help_text=_("Stands under the tables."))

    template = "panels/index.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["panels.PanelPage"]
    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("body")]

    def get_context(self, request, *args, **kwargs):
        children = PanelPage.objects.child_of(self)
        advised = children.with_advice()
        context = {
            "tables": children.tables(),
            "campaigns": Campaign.objects.inviting().select_related("panel").order_by("closes_at")[:MOST_PANELS],
            "advice": advice.newest(advised, most=LISTED_ADVICE, of_each=2, answered_only=True),
            "tally": advice.tally(advised),
        }
        return super().get_context(request, *args, **kwargs) | context


class PanelPage(BasePage):
    """A panel as the public sees it: what it is for and works on, what came of its advice, who is on it as far as
    they say so, and how to join.
    """

    panel = models.OneToOneField(Panel, models.PROTECT, related_name="page", verbose_name=_("panel"))
    body = StreamField(BODY, blank=True, verbose_name=_("why it exists and how it works"))
    work = StreamField([("topic", TopicBlock())], blank=True, max_num=6, verbose_name=_("what it works on now"))
    advice = StreamField(
        [("advice", AdviceBlock())], blank=True, max_num=MOST_ADVICE, verbose_name=_("what it advised, and what came of it")
    )
    joins_next = models.CharField(
        _("when seats are open next"), max_length=200, blank=True, help_text=_("A sentence. Shown while no seats are open.")
    )
    support = StreamField([("fact", FactBlock())], blank=True, max_num=8, verbose_name=_("how members are paid and supported"))
    run_by = models.TextField(_("who runs it"), max_length=600, blank=True, help_text=_("About the facilitating organisation."))
    questions = StreamField([("question", QuestionBlock())], blank=True, max_num=12, verbose_name=_("questions"))
    related = StreamField(
        [("page", blocks.PageChooserBlock(label=_("page")))], blank=True, max_num=3, verbose_name=_("to learn more")
    )

    objects = PageManager.from_queryset(PanelPageQuerySet)()

    TEXTS: ClassVar = ["body", "work", "advice", "support", "questions", "related"]
    template = "panels/panel.html"
    subpage_types: ClassVar[list] = []
    parent_page_types: ClassVar[list] = ["panels.PanelIndexPage"]
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("panel"),
        FieldPanel("body"),
        FieldPanel("work"),
        FieldPanel("advice"),
        MultiFieldPanel([FieldPanel("joins_next"), FieldPanel("support"), FieldPanel("run_by")], heading=_("For members")),
        FieldPanel("questions"),
        FieldPanel("related"),
    ]
    search_fields: ClassVar[list] = [
        *BasePage.search_fields,
        *(index.SearchField(name) for name in ["body", "work", "advice", "questions"]),
    ]

    def get_context(self, request, *args, **kwargs):
        return (
            super().get_context(request, *args, **kwargs)
            | self._seats()
            | self._advised()
            | {
                "panel": self.panel,
                "next_meeting": self.panel.meetings.coming().first(),
                "related": self.related_pages(),
            }
        )

    def _seats(self) -> dict[str, Any]:
        members = list(self.panel.memberships.current().select_related("person", "district"))
        named = sorted((member for member in members if member.shown_name), key=Membership.place_in_list)
        campaigns = list(self.panel.campaigns.inviting().order_by("closes_at"))
        return {
            "campaigns": campaigns,
            "upcoming": None if campaigns else self.panel.campaigns.upcoming().first(),
            "offered": sum(campaign.seats for campaign in campaigns),
            "members": named,
            "unnamed": len(members) - len(named),
            "taken": len(members),
            "free": self.panel.free(len(members)),
        }

    def _advised(self) -> dict[str, Any]:
        given = advice.of(self)
        return {"given": given[:SHOWN_ADVICE], "older": given[SHOWN_ADVICE:], "tally": advice.tally([self])}

    def related_pages(self) -> list[Page]:
        """Those that anybody may read, in the order that the editor gave."""
        chosen = [raw["value"] for raw in self.related.raw_data]
        if not chosen:
            return []
        found = {page.pk: page for page in Page.objects.live().public().filter(pk__in=chosen).defer_streamfields().specific()}
        return [found[pk] for pk in chosen if pk in found]
