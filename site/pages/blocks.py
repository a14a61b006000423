"""What pages are made of. `BODY` is the list for a StreamField; learning's own blocks live in learning/blocks/."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from pages.pictures import ICONS

TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]
GLYPHS = [
    ("table", _("People at a table")),
    ("voice", _("A voice")),
    ("learning", _("Learning")),
    ("certificate", _("Certificate")),
    ("pay", _("Pay")),
]
TINTS = [
    ("blush", _("Aside")),
    ("honey", _("Mind this")),
    ("mint", _("Done, or good news")),
    ("mist", _("Explanation")),
    ("rose", _("Problem")),
]


class LinkValue(blocks.StructValue):
    @property
    def url(self) -> str:
        page = self.get("page")
        return page.url if page else self.get("address", "")


class LinkBlock(blocks.StructBlock):
    """Where something leads: a page, or an address that is not one."""

    page = blocks.PageChooserBlock(label=_("page"), required=False)
    address = blocks.CharBlock(label=_("or an address"), required=False, max_length=300, help_text=_("Begins with / or https://"))

    class Meta:
        value_class = LinkValue
        label = _("Link")
        icon = "link"

    def clean(self, value):
        result = super().clean(value)
        address = result["address"]
        if not result["page"] and not address:
            raise blocks.StructBlockValidationError({"page": ValidationError(_("Choose a page, or enter an address."))})
        if address and not address.startswith(("/", "https://", "mailto:")):
            raise blocks.StructBlockValidationError(
                {"address": ValidationError(_("Enter an address that begins with / or https://"))}
            )
        return result


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("heading"), max_length=120)
    level = blocks.ChoiceBlock(label=_("level"), choices=[("h2", _("Section")), ("h3", _("Part of a section"))], default="h2")

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "pages/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("image"))
    caption = blocks.CharBlock(label=_("caption"), max_length=300, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "pages/blocks/picture.html"


class QuotationBlock(blocks.StructBlock):
    """Somebody's own words. Nobody's words are invented without saying so."""

    MADE_UP = "made_up"

    text = blocks.TextBlock(label=_("words"), max_length=1200)
    origin = blocks.ChoiceBlock(
        label=_("whose words"),
        choices=[("said", _("Somebody said this, and agreed to be quoted")), (MADE_UP, _("Made up, as an example"))],
    )
    by = blocks.CharBlock(label=_("who"), max_length=160, required=False, help_text=_("As they wish to be named."))

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "pages/blocks/quotation.html"

    def clean(self, value):
        result = super().clean(value)
        if result["origin"] != self.MADE_UP and not result["by"]:
            raise blocks.StructBlockValidationError({"by": ValidationError(_("Say who said it, as they wish to be named."))})
        return result


class NoteBlock(blocks.StructBlock):
    tint = blocks.ChoiceBlock(label=_("kind"), choices=TINTS, default="blush")
    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.RichTextBlock(label=_("text"), features=TEXT)

    class Meta:
        icon = "info-circle"
        label = _("Note")
        template = "pages/blocks/note.html"


class FactBlock(blocks.StructBlock):
    icon = blocks.ChoiceBlock(label=_("sign"), choices=[(name, name) for name in ICONS], default="info")
    term = blocks.CharBlock(label=_("what"), max_length=80)
    value = blocks.CharBlock(label=_("answer"), max_length=200)


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("document"))
    text = blocks.CharBlock(label=_("what it is"), max_length=160, required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "pages/blocks/document.html"


class PairBlock(blocks.StructBlock):
    """What was said on one side, what was done about it on the other."""

    context = blocks.CharBlock(label=_("from whom to whom"), max_length=160)
    said_title = blocks.CharBlock(label=_("heading of the advice"), max_length=80, default=_("The advice"))
    said = blocks.TextBlock(label=_("advice"), max_length=600)
    did_title = blocks.CharBlock(label=_("heading of the answer"), max_length=80, default=_("What was done"))
    did = blocks.TextBlock(label=_("answer"), max_length=600)
    state = blocks.ChoiceBlock(
        label=_("state"), choices=[("done", _("Done")), ("wait", _("Under way")), ("rest", _("Not done"))], required=False
    )


class DoorBlock(blocks.StructBlock):
    glyph = blocks.ChoiceBlock(label=_("picture"), choices=GLYPHS)
    title = blocks.CharBlock(label=_("title"), max_length=60)
    text = blocks.CharBlock(label=_("text"), max_length=160)
    link = LinkBlock(label=_("leads to"))


class NumberBlock(blocks.StructBlock):
    figure = blocks.CharBlock(label=_("figure"), max_length=16)
    text = blocks.CharBlock(label=_("what it counts"), max_length=160)


class NumbersBlock(blocks.StructBlock):
    numbers = blocks.ListBlock(NumberBlock(), label=_("figures"), min_num=1, max_num=4)
    source = blocks.CharBlock(label=_("where the figures come from"), max_length=200)

    class Meta:
        icon = "order"
        label = _("Figures")
        template = "pages/blocks/numbers.html"


class ButtonBlock(blocks.StructBlock):
    text = blocks.CharBlock(label=_("text"), max_length=60, help_text=_("Name the act: “Check a certificate”."))
    link = LinkBlock(label=_("leads to"))

    class Meta:
        icon = "link-external"
        label = _("Button")
        template = "pages/blocks/button.html"


class TableRowBlock(blocks.StructBlock):
    cells = blocks.ListBlock(blocks.CharBlock(max_length=300, required=False), label=_("cells"))


class TableBlock(blocks.StructBlock):
    """Words in rows. On a phone each row stands as a small list under its first cell."""

    caption = blocks.CharBlock(label=_("caption"), max_length=160)
    heads = blocks.ListBlock(blocks.CharBlock(max_length=80), label=_("column headings"), min_num=1)
    rows = blocks.ListBlock(TableRowBlock(), label=_("rows"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Table")
        template = "pages/blocks/table.html"

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        context["rows"] = [list(zip(value["heads"], row["cells"], strict=False)) for row in value["rows"]]
        return context

    def clean(self, value):
        result = super().clean(value)
        columns = len(result["heads"])
        if any(len(row["cells"]) != columns for row in result["rows"]):
            raise blocks.StructBlockValidationError(
                {"rows": ValidationError(_("Give every row as many cells as there are headings."))}
            )
        return result


BODY = [
    ("text", blocks.RichTextBlock(label=_("Text"), features=TEXT, icon="pilcrow", template="pages/blocks/text.html")),
    ("heading", HeadingBlock()),
    ("picture", PictureBlock()),
    ("quotation", QuotationBlock()),
    ("note", NoteBlock()),
    ("facts", blocks.ListBlock(FactBlock(), label=_("Facts"), icon="list-ul", template="pages/blocks/facts.html")),
    ("document", DocumentBlock()),
    ("pairs", blocks.ListBlock(PairBlock(), label=_("Advice and answer"), icon="resubmit", template="pages/blocks/pairs.html")),
    ("doors", blocks.ListBlock(DoorBlock(), label=_("Doors"), icon="grip", max_num=4, template="pages/blocks/doors.html")),
    ("numbers", NumbersBlock()),
    ("table", TableBlock()),
    ("button", ButtonBlock()),
]


class BandBlock(blocks.StructBlock):
    """A full-width part of a front page, with or without something beside it."""

    heading = blocks.CharBlock(label=_("heading"), max_length=120)
    tint = blocks.ChoiceBlock(
        label=_("ground"), choices=[("plain", _("Plain")), ("blush", _("Blush")), ("honey", _("Honey"))], default="plain"
    )
    kicker = blocks.CharBlock(label=_("line above the heading"), max_length=80, required=False)
    body = blocks.StreamBlock(BODY, label=_("body"))
    beside = blocks.StreamBlock(BODY, label=_("beside it"), required=False)

    class Meta:
        icon = "placeholder"
        label = _("Band")
        label_format = "{heading}"
        template = "pages/blocks/band.html"
