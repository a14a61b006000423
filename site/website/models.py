"""The pages of the public site that no other app owns."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import BODY
from pages.models import BasePage
from website.blocks import FrontBandBlock


class HomePage(BasePage):
    """The front page: a promise, one button, and bands that lead on."""

    hero_title = models.CharField(_("promise"), max_length=80, help_text=_("Six to ten words."))
    hero_lead = models.CharField(_("lead"), max_length=300)
    hero_button = models.CharField(_("text of the button"), max_length=60, blank=True)
    hero_page = models.ForeignKey(
        "wagtailcore.Page", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("leads to")
    )
    body = StreamField([("band", FrontBandBlock())], blank=True, verbose_name=_("bands"))

    template = "website/home.html"
    max_count = 1
    parent_page_types: ClassVar[list] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list] = [
        "website.StandardPage",
        "learning.LearningIndexPage",
        "panels.PanelIndexPage",
        "panels.StoriesIndexPage",
    ]
    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("hero_title"), FieldPanel("hero_lead"), FieldPanel("hero_button"), FieldPanel("hero_page")],
            heading=_("First screen"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("hero_lead"), index.SearchField("body")]


class StandardPage(BasePage):
    """A page to read: help, rights, how something works."""

    body = StreamField(BODY, blank=True, verbose_name=_("body"))
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)

    template = "website/standard.html"
    subpage_types: ClassVar[list] = ["website.StandardPage"]
    content_panels = [*BasePage.content_panels, FieldPanel("body"), FieldPanel("reviewed_on")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    def headings(self) -> list[str]:
        """The sections, for a list of contents; none on a short page."""
        found = [block.value["text"] for block in self.body if block.block_type == "heading" and block.value["level"] == "h2"]
        return found if len(found) > 2 else []
