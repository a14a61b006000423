"""A drawing of our own: a file in `templates/learning/drawings/`, and everything that it says in words.

An author chooses among the files that the platform comes with. The drawing itself is hidden from screen readers; its
description stands under it for everybody, closed, so that who sees the drawing does not read it twice.
"""

from pathlib import Path

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from learning.blocks.conversation import TEXT

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "learning" / "drawings"


def drawings() -> list[tuple[str, str]]:
    """The drawings that there are, each with a name to choose it by."""
    names = sorted(path.stem for path in FOLDER.glob("*.html"))
    return [(name, name.replace("-", " ").capitalize()) for name in names]


class DrawingBlock(blocks.StructBlock):
    name = blocks.ChoiceBlock(label=_("drawing"), choices=drawings)
    caption = blocks.CharBlock(
        label=_("caption"), max_length=200, help_text=_("The finding, such as “Who gets an invitation, and who has to ask”.")
    )
    description = blocks.RichTextBlock(
        label=_("the drawing in words"),
        features=TEXT,
        help_text=_(
            "Everything that the drawing says, for whoever does not see it: what it teaches, not how it looks. Facts carry their "
            "source, such as [^ons-2021]."
        ),
    )

    class Meta:
        icon = "image"
        label = _("Drawing")
        label_format = "{name}: {caption}"
        template = "learning/blocks/drawing.html"

    def get_context(self, value, parent_context=None):
        """A drawing that is no longer there leaves its caption and its words."""
        context = super().get_context(value, parent_context=parent_context)
        is_there = value["name"] in dict(drawings())
        return context | {"drawing": f"learning/drawings/{value['name']}.html" if is_there else ""}
