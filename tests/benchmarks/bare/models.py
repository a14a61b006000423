"""One page type with sixteen blocks, one setting."""

from django.db import models
from wagtail import blocks
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page


class BarePage(Page):
    body = StreamField([("heading", blocks.CharBlock()), ("text", blocks.RichTextBlock()), ("note", blocks.TextBlock())])

    def menu(self):
        return self.get_site().root_page.get_children().live().in_menu()[:6]


@register_setting
class Words(BaseSiteSetting):
    footer = models.CharField(max_length=200, default="A footer")
