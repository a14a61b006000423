"""What only the front page is made of: parts that say what is going on today."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from pages.blocks import BODY, BandBlock
from website import front


class NowBlock(blocks.StructBlock):
    most = blocks.IntegerBlock(label=_("most of each"), default=3, min_value=1, max_value=8)

    class Meta:
        icon = "time"
        label = _("Going on now")
        template = "website/blocks/now.html"

    def get_context(self, value, parent_context=None):
        return super().get_context(value, parent_context) | front.going_on(value["most"])


class ChangedBlock(blocks.StructBlock):
    most = blocks.IntegerBlock(label=_("how many pairs"), default=4, min_value=1, max_value=8)

    class Meta:
        icon = "resubmit"
        label = _("What changed because of panels")
        template = "website/blocks/changed.html"

    def get_context(self, value, parent_context=None):
        return super().get_context(value, parent_context) | front.changed(value["most"])


class TablesBlock(blocks.StaticBlock):
    class Meta:
        icon = "group"
        label = _("The panels, one table each")
        admin_text = _("All panels with a public page, their members and their open seats.")
        template = "website/blocks/tables.html"

    def get_context(self, value, parent_context=None):
        return super().get_context(value, parent_context) | front.tables()


class FrontBandBlock(BandBlock):
    """A band of the front page: it may hold what is going on today too."""

    body = blocks.StreamBlock(
        [*BODY, ("now", NowBlock()), ("changed", ChangedBlock()), ("tables", TablesBlock())], label=_("body")
    )
