"""What learners have done, what they hold for it, and the monthly counts. All but free text is derived from statements."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from core.encryption import EncryptedTextField
from learning.models.courses import CoursePage, ModulePage, Registration, Step


class ModuleProgress(models.Model):
    """How far one registration has come in one module."""

    class Status(models.TextChoices):
        STARTED = "started", _("Started")
        COMPLETED = "completed", _("Completed")

    MOVES: ClassVar = {Status.STARTED: {Status.COMPLETED}, Status.COMPLETED: {Status.STARTED}}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="progress")
    module = models.ForeignKey(ModulePage, models.PROTECT, related_name="progress")
    status = models.CharField(max_length=12, choices=Status, default=Status.STARTED)
    step = models.CharField(max_length=36, blank=True, help_text=_("The id of the step last gone on from."))
    seconds = models.PositiveIntegerField(default=0, help_text=_("The sum of the gaps between acts, each cut at ten minutes."))
    score = models.DecimalField(
        max_digits=4, decimal_places=3, null=True, blank=True, help_text=_("From 0 to 1, of the last judgement.")
    )
    started_at = models.DateTimeField()
    last_act_at = models.DateTimeField()
    was_completed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the verb completed was first counted."))
    was_passed_at = models.DateTimeField(null=True, blank=True, help_text=_("When the verb passed was first counted."))
    completed_at = models.DateTimeField(null=True, blank=True, help_text=_("When moveOn was met."))
    version = models.PositiveIntegerField(default=0, help_text=_("Of the module, when moveOn was met."))

    class Meta:
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint("registration", "module", name="one_progress_per_registration_and_module"),
            models.CheckConstraint(
                condition=Q(status="completed") ^ Q(completed_at=None), name="completed_progress_has_its_time"
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=0, score__lte=1), name="score_from_0_to_1"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def place(self, steps: list[Step]) -> int:
        """The number of the step to go on at: after the one last gone on from. Where that was deleted: the first."""
        passed = next((step.number for step in steps if step.id == self.step), 0)
        return min(passed + 1, len(steps))

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)


class Attempt(models.Model):
    """One answer to one question. `question` and `chosen` are block ids of the module's steps."""

    progress = models.ForeignKey(ModuleProgress, models.CASCADE, related_name="attempts")
    question = models.CharField(max_length=36)
    chosen = models.JSONField(default=list)
    is_right = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index("progress", "question", name="attempts_at_a_question")]

    def __str__(self) -> str:
        return self.question


class Reflection(models.Model):
    """What a learner wrote for themselves. Encrypted; in no statement, log or statistic; nobody else's to read."""

    progress = models.ForeignKey(ModuleProgress, models.CASCADE, related_name="reflections")
    prompt = models.CharField(max_length=36)
    text = EncryptedTextField(blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint("progress", "prompt", name="one_reflection_per_prompt")]

    def __str__(self) -> str:
        return self.prompt


class ConversationPath(models.Model):
    """Where a learner stands in one conversation. The ids are those of its block, choices and moments, and nobody's words."""

    progress = models.ForeignKey(ModuleProgress, models.CASCADE, related_name="conversations")
    conversation = models.CharField(max_length=36)
    path = models.JSONField(default=list, help_text=_("The choices of the present way, in their order."))
    endings = models.JSONField(default=list, help_text=_("The endings that were ever reached."))
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint("progress", "conversation", name="one_path_per_conversation")]

    def __str__(self) -> str:
        return self.conversation


class Certificate(models.Model):
    """That a module, or a whole course, was completed. The holder's name is read when it is shown, never copied."""

    class Status(models.TextChoices):
        VALID = "valid", _("Valid")
        REVOKED = "revoked", _("Withdrawn")

    MOVES: ClassVar = {Status.VALID: {Status.REVOKED}, Status.REVOKED: {Status.VALID}}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=16, unique=True)
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="certificates")
    module = models.ForeignKey(ModulePage, models.PROTECT, null=True, blank=True, related_name="certificates")
    status = models.CharField(max_length=12, choices=Status, default=Status.VALID)
    title = models.CharField(max_length=255, help_text=_("As it was called when it was completed."))
    version = models.PositiveIntegerField(default=0)
    modules = models.JSONField(default=list, help_text=_("For a course: title and version of each module when it was completed."))
    minutes = models.PositiveIntegerField(default=0)
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint("registration", "module", condition=~Q(module=None), name="one_certificate_per_module"),
            models.UniqueConstraint("registration", condition=Q(module=None), name="one_certificate_per_course"),
        ]

    def __str__(self) -> str:
        """Not the code, by which anybody learns the holder's name: this stands in logs and faults."""
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def course(self) -> CoursePage:
        return self.registration.course


BANDS = 25  # of five minutes each; the last holds everything from two hours on
ALL = 0  # in place of an organisation or a staff group: the cell counts all of them


class MonthlyCount(models.Model):
    """One cell of the roll-up: a course or module, a month, an organisation (or all), a staff group (or all).

    Each act adds to four cells: both, either and neither of organisation and staff group kept apart, so that no
    page adds up more rows than it shows. `band_00` … `band_24` are the histogram of completers' minutes.
    """

    page = models.ForeignKey(Page, models.PROTECT, related_name="+")
    month = models.DateField(help_text=_("Its first day."))
    organisation = models.BigIntegerField(default=ALL)
    staff_group = models.BigIntegerField(default=ALL)
    registrations = models.IntegerField(default=0)
    starts = models.IntegerField(default=0)
    completions = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("page", "month", "organisation", "staff_group", name="one_cell_of_the_roll_up")]
        default_permissions = ()
        permissions = [("view_statistics", _("Can see the figures of learning"))]

    def __str__(self) -> str:
        return f"{self.page_id} {self.month}"


BAND_FIELDS = [f"band_{band:02}" for band in range(BANDS)]
for name in BAND_FIELDS:
    MonthlyCount.add_to_class(name, models.IntegerField(default=0))
