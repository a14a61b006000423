"""A panel, and the people who coordinate it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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

    def free(self, taken: int) -> int:
        """Seats that nobody sits on. A panel may have more members than it was planned for."""
        return max(self.seats - taken, 0)

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
