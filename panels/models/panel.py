"""A panel, the people who coordinate it, and its public page."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from pages.blocks import BODY
from pages.models import BasePage
from people.models import Organisation

COORDINATOR = "coordinator"


class PanelQuerySet(models.QuerySet["Panel"]):
    def coordinated_by(self, user) -> PanelQuerySet:
        """The panels that somebody was put in charge of, while they hold the role."""
        return self.filter(coordinations__person=user) if user.has_perm("panels.coordinate") else self.none()


class Panel(models.Model):
    """People with lived experience who advise and challenge public bodies."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    seats = models.PositiveSmallIntegerField(_("seats"), default=16, validators=[MinValueValidator(1)])
    facilitator = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("facilitating organisation")
    )

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        permissions = [
            ("coordinate", _("Can coordinate the panels they were put in charge of")),
            ("assign_coordinators", _("Can put people in charge of panels")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        """What `core.acts` asks of every row below a panel."""
        return {COORDINATOR} if Panel.objects.coordinated_by(person).filter(pk=self.pk).exists() else set()


class Coordination(models.Model):
    """That somebody coordinates a panel. The role says that they may coordinate at all; this says which."""

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="coordinations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="coordinations")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("panel", "person", name="one_coordination_per_panel_and_person")]

    def __str__(self) -> str:
        return str(self.panel)


class PanelIndexPage(BasePage):
    """The list of panels."""

    template = "panels/index.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["panels.PanelPage"]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["pages"] = PanelPage.objects.child_of(self).live().public().select_related("panel").order_by("path")
        return context


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
        context = super().get_context(request, *args, **kwargs)
        members = list(self.panel.memberships.current().select_related("person", "district"))
        return context | {
            "panel": self.panel,
            "campaigns": self.panel.campaigns.inviting(),
            "members": [member for member in members if member.shows_name],
            "unnamed": sum(not member.shows_name for member in members),
            "seats": self.panel.seats,
            "taken": len(members),
            "free": max(self.panel.seats - len(members), 0),
        }
