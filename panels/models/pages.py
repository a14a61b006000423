"""The public pages: the list of panels, and each panel as the public sees it."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import BODY
from pages.models import BasePage
from panels.models.membership import Membership
from panels.models.panel import Panel
from panels.models.recruitment import Campaign


class PanelIndexPage(BasePage):
    """The list of panels."""

    template = "panels/index.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["panels.PanelPage"]

    def get_context(self, request, *args, **kwargs):
        pages = list(PanelPage.objects.child_of(self).live().public().select_related("panel").order_by("path"))
        return super().get_context(request, *args, **kwargs) | {"rows": _counted(pages)}


def _counted(pages: list[PanelPage]) -> list[dict[str, Any]]:
    """Each panel with its members, its free seats, and those that somebody can apply for now."""
    panels = [page.panel_id for page in pages]
    members = Counter(Membership.objects.current().filter(panel__in=panels).values_list("panel", flat=True))
    offered: Counter = Counter()
    for panel, seats in Campaign.objects.inviting().filter(panel__in=panels).values_list("panel", "seats"):
        offered[panel] += seats
    return [
        {
            "page": page,
            "members": (taken := members[page.panel_id]),
            "free": page.panel.free(taken),
            "offered": offered[page.panel_id],
        }
        for page in pages
    ]


class PanelPage(BasePage):
    """A panel as the public sees it: what it is for, who is on it as far as they say so, and how to join."""

    panel = models.OneToOneField(Panel, models.PROTECT, related_name="page", verbose_name=_("panel"))
    body = StreamField(BODY, blank=True, verbose_name=_("body"))

    template = "panels/panel.html"
    subpage_types: ClassVar[list] = []
    parent_page_types: ClassVar[list] = ["panels.PanelIndexPage"]
    content_panels = [*BasePage.content_panels, FieldPanel("panel"), FieldPanel("body")]
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("body")]

    def get_context(self, request, *args, **kwargs):
        members = list(self.panel.memberships.current().select_related("person", "district"))
        named = sorted((member for member in members if member.shown_name), key=Membership.place_in_list)
        campaigns = list(self.panel.campaigns.inviting().order_by("closes_at"))
        context = {
            "panel": self.panel,
            "campaigns": campaigns,
            "offered": sum(campaign.seats for campaign in campaigns),
            "members": named,
            "unnamed": len(members) - len(named),
            "taken": len(members),
            "free": self.panel.free(len(members)),
            "next_meeting": self.panel.meetings.coming().first(),
        }
        return super().get_context(request, *args, **kwargs) | context
