"""When a panel meets, and who was there."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from panels import moments
from panels.models.membership import Membership
from panels.models.panel import Panel


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def coming(self) -> MeetingQuerySet:
        return self.filter(status=Meeting.Status.PLANNED, ends_at__gte=timezone.now()).order_by("starts_at")

    def next_of_each(self) -> MeetingQuerySet:
        """The coming meeting of each panel, the nearest first. No two of a panel begin at the same time."""
        sooner = Meeting.objects.coming().filter(panel=models.OuterRef("panel"), starts_at__lt=models.OuterRef("starts_at"))
        return self.coming().filter(~models.Exists(sooner))

    def ahead(self) -> MeetingQuerySet:
        """Those to come, and what was called off until its day has passed: people may have noted it."""
        off = Q(status=Meeting.Status.CANCELLED, day__gte=timezone.localdate())
        return self.filter(Q(status=Meeting.Status.PLANNED, ends_at__gte=timezone.now()) | off).order_by("starts_at")

    def to_note(self) -> MeetingQuerySet:
        """Over, and nobody has said yet who was there. The oldest first."""
        return self.filter(status=Meeting.Status.PLANNED, ends_at__lt=timezone.now()).order_by("starts_at")

    def with_attendance(self) -> MeetingQuerySet:
        """With how many were there."""
        return self.annotate(present=models.Count("attendances")).order_by("-starts_at", "-pk")

    def coordinated_by(self, user) -> MeetingQuerySet:
        return self.filter(panel__in=Panel.objects.coordinated_by(user))

    def visible_to(self, user) -> MeetingQuerySet:
        """Those of the panels that one is or was on, from the first day to the last, or coordinates."""
        if not user.is_authenticated:
            return self.none()
        mine = Membership.objects.filter(person=user, panel=models.OuterRef("panel"), starts_on__lte=models.OuterRef("day"))
        sat = models.Exists(mine.filter(Q(ends_on=None) | Q(ends_on__gte=models.OuterRef("day"))))
        return self.filter(Q(sat) | Q(panel__in=Panel.objects.coordinated_by(user)))


class Meeting(models.Model):
    """A meeting of a panel. `day` is its date in Europe/London, by which rates are chosen."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES: ClassVar = {Status.PLANNED: {Status.HELD, Status.CANCELLED}, Status.HELD: set(), Status.CANCELLED: set()}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="meetings")
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    day = models.DateField(editable=False)
    place = models.CharField(_("place"), max_length=200)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts")]

    def __str__(self) -> str:
        return str(self.key)

    def save(self, *args, **kwargs) -> None:
        self.day = timezone.localdate(self.starts_at)
        super().save(*args, **kwargs)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        return self.panel.relations_of(person)

    @property
    def when(self) -> str:
        """“Tuesday 9 March 2027, 5.30 pm to 8 pm”."""
        parts = {"day": moments.day(self.starts_at), "begins": moments.time(self.starts_at), "ends": moments.time(self.ends_at)}
        return gettext("%(day)s, %(begins)s to %(ends)s") % parts

    @property
    def minutes(self) -> int:
        """How long it was planned to last."""
        return round((self.ends_at - self.starts_at) / datetime.timedelta(minutes=1))

    @property
    def is_called_off(self) -> bool:
        return self.status == self.Status.CANCELLED

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def of(self, user) -> AttendanceQuerySet:
        """Somebody's own, at meetings that were held."""
        held = self.filter(meeting__status=Meeting.Status.HELD)
        return held.filter(membership__person=user) if user.is_authenticated else self.none()


class Attendance(models.Model):
    """That a member was at a meeting, and for how long. Whoever was not there has no row."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="attendances")
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(1440)])
    role = models.CharField(
        max_length=12, choices=Membership.Role, default=Membership.Role.MEMBER, help_text=_("As it was when this was noted.")
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint("meeting", "membership", name="one_attendance_per_meeting_and_member"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="attendance_lasts"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key
