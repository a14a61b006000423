"""What every page of the platform is made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page


class CustomImage(AbstractImage):
    """An image, with the words that stand for it."""

    admin_form_fields = Image.admin_form_fields


class CustomRendition(AbstractRendition):
    image = models.ForeignKey(CustomImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_per_filter")
        ]


class CustomDocument(AbstractDocument):
    """A file for readers, or a recording with its captions."""

    admin_form_fields = Document.admin_form_fields


class BasePage(Page):
    """A page with a summary, which stands under its heading, in lists and for search engines."""

    summary = models.CharField(_("summary"), max_length=300, blank=True, help_text=_("One or two sentences in plain words."))

    content_panels = [*Page.content_panels, FieldPanel("summary")]

    class Meta:
        abstract = True
