"""Sittings: a learner in a module from opening it to leaving it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learning.models.courses import ModulePage, Registration


class LaunchSession(models.Model):
    """One sitting, known in statements by cmi5's session id (cmi5 9.6.3.1)."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        TERMINATED = "terminated", _("Terminated")
        ABANDONED = "abandoned", _("Abandoned")

    MOVES: ClassVar = {Status.OPEN: {Status.TERMINATED, Status.ABANDONED}, Status.TERMINATED: set(), Status.ABANDONED: set()}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="sessions")
    module = models.ForeignKey(ModulePage, models.PROTECT, related_name="sessions")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    last_act_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("registration", "module", condition=Q(status="open"), name="one_open_session_per_module"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key
