"""Who is on a panel, from when to when, and what they let be shown of it."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from panels.models.panel import Panel
from panels.models.recruitment import Offer
from people.models import District

MEMBER = "member"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def on(self, day: datetime.date) -> MembershipQuerySet:
        """Those whose term covers a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def current(self) -> MembershipQuerySet:
        return self.on(timezone.localdate()).filter(status=Membership.Status.ACTIVE)

    def coordinated_by(self, user) -> MembershipQuerySet:
        return self.filter(panel__in=Panel.objects.coordinated_by(user))

    def own(self, user) -> MembershipQuerySet:
        return self.filter(person=user) if user.is_authenticated else self.none()

    def visible_to(self, user) -> MembershipQuerySet:
        """One's own, and those of the panels that one coordinates. What the public sees stands on the panel's page."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(person=user) | Q(panel__in=Panel.objects.coordinated_by(user)))


class Membership(models.Model):
    """A person on a panel for a term. Nothing of it is public until they say what may be shown.

    When the person is erased the row stays without them, so that a seat that was filled stays counted.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        CHAIR = "chair", _("Chair")
        CO_CHAIR = "co_chair", _("Co-chair")

    MOVES: ClassVar = {Status.ACTIVE: {Status.ENDED}, Status.ENDED: set()}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="memberships")
    offer = models.OneToOneField(Offer, models.SET_NULL, null=True, blank=True, related_name="membership")
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    role = models.CharField(max_length=12, choices=Role, default=Role.MEMBER)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(_("about me"), max_length=400, blank=True)
    shows_name = models.BooleanField(_("my name"), default=False)
    shows_district = models.BooleanField(_("my district"), default=False)
    shows_about = models.BooleanField(_("what I say about myself"), default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["panel__name", "-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint("panel", "person", condition=Q(status="active"), name="one_active_membership_per_panel"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(shows_name=True) | Q(shows_district=False, shows_about=False),
                name="nothing_of_a_member_is_shown_without_the_name",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def name(self) -> str:
        """For whoever coordinates. What the public may read is `shown_name`."""
        return self.person.display_name if self.person else gettext("Somebody whose account is gone")

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        return self.status == self.Status.ACTIVE and self.starts_on <= today <= (self.ends_on or today)

    # What the public may see: nothing without a tick, and nothing of somebody who was erased.

    @property
    def shown_name(self) -> str:
        return self.person.display_name if self.shows_name and self.person else ""

    @property
    def shown_district(self) -> str:
        return str(self.district) if self.shows_district and self.shown_name and self.district else ""

    @property
    def shown_about(self) -> str:
        return self.about if self.shows_about and self.shown_name else ""

    @property
    def chairs(self) -> bool:
        return self.role != self.Role.MEMBER

    def place_in_list(self) -> tuple[bool, str]:
        """Whoever chairs first, then by the name that is shown."""
        return not self.chairs, self.shown_name.casefold()

    def relations_of(self, person) -> set[str]:
        own = {MEMBER} if self.person_id and self.person_id == person.pk else set()
        return own | self.panel.relations_of(person)
