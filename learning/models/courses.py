"""Courses and modules as Wagtail pages, and who is registered."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from learning.blocks import TO_ANSWER, SourceBlock, StepBlock
from pages.models import BasePage
from people.models import Organisation, StaffGroup


@dataclass(frozen=True)
class Step:
    """One step of a module as its learner meets it. Counted from 1."""

    number: int
    id: str
    title: str
    body: Any

    @cached_property
    def question(self):
        """The question that the step asks, as a block with `id` and `value`; or None."""
        return next((child for child in self.body if child.block_type == "question"), None)

    @cached_property
    def reflection(self):
        return next((child for child in self.body if child.block_type == "reflection"), None)

    @cached_property
    def conversation(self):
        return next((child for child in self.body if child.block_type == "conversation"), None)

    @cached_property
    def reading(self) -> list:
        """What there is to read before anything is asked."""
        return [child for child in self.body if child.block_type not in TO_ANSWER]


@dataclass(frozen=True)
class ModuleRow:
    """A module in the list of its course, as one learner stands in it."""

    number: int
    module: ModulePage
    progress: Any = None

    @property
    def is_done(self) -> bool:
        return bool(self.progress and self.progress.completed_at)

    @property
    def is_open(self) -> bool:
        """Can be started, and has not been."""
        return not self.progress and not self.module.is_outline

    @property
    def is_started(self) -> bool:
        return bool(self.progress) and not self.is_done

    @cached_property
    def steps(self) -> list[Step]:
        return self.module.lesson()

    @property
    def place(self) -> int:
        return self.progress.place(self.steps)


class LearningIndexPage(BasePage):
    """The list of courses."""

    template = "learning/index.html"
    max_count = 1
    subpage_types: ClassVar[list] = ["learning.CoursePage"]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["courses"] = CoursePage.objects.child_of(self).live().public()
        return context


class CoursePage(BasePage):
    """A course: its modules are the pages under it, in their order."""

    activity = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.CharField(_("lead"), max_length=400, help_text=_("Whom it is for and how it works, in two sentences."))
    audience = models.CharField(_("audience"), max_length=300, blank=True)
    how_made = models.TextField(_("how it is made"), blank=True)

    exclude_fields_in_copy: ClassVar[list] = ["activity"]  # a copy is another course
    template = "learning/course.html"
    subpage_types: ClassVar[list] = ["learning.ModulePage"]
    parent_page_types: ClassVar[list] = ["learning.LearningIndexPage"]
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("audience"),
        FieldPanel("how_made"),
    ]
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("lead")]

    def with_content_json(self, content):
        """A draft never brings another activity: that of a copy may still name the course it was copied from."""
        page = super().with_content_json(content)
        kept = CoursePage.objects.filter(pk=self.pk).values_list("activity", flat=True).first()
        page.activity = kept or self.activity
        return page

    def modules(self) -> ModuleQuerySet:
        return ModulePage.objects.child_of(self).live().order_by("path")

    def registration_of(self, user) -> Registration | None:
        """The learner's registration, with the progress in its modules."""
        return self.registrations.visible_to(user).prefetch_related("progress").first()

    def rows(self, registration: Registration | None, modules: Iterable[ModulePage] | None = None) -> list[ModuleRow]:
        """The modules in their order, as the registered learner stands in them. `modules` where they were read already."""
        modules = self.modules().defer_streamfields() if modules is None else modules
        progress = {row.module_id: row for row in registration.progress.all()} if registration else {}
        return [ModuleRow(number, module, progress.get(module.pk)) for number, module in enumerate(modules, 1)]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        registration = self.registration_of(request.user)
        rows = self.rows(registration)
        started = [row for row in rows if row.is_started]
        latest = max(started, key=lambda row: row.progress.last_act_at, default=None)
        return context | {
            "registration": registration,
            "rows": rows,
            "now": latest,
            "following": next((row for row in rows if row.is_open), None),
            "minutes": sum(row.module.minutes for row in rows if not row.module.is_outline),
            "minutes_to_come": sum(row.module.minutes for row in rows if row.module.is_outline),
        }


class ModuleQuerySet(PageQuerySet):
    def of(self, courses: Iterable[CoursePage]) -> dict[int, list[ModulePage]]:
        """Course → its live modules in their order, in one query."""
        by_path = {course.path: course.pk for course in courses}
        grouped: dict[int, list[ModulePage]] = {pk: [] for pk in by_path.values()}
        wanted = Q(pk=None)
        for path in by_path:
            wanted |= Q(path__startswith=path)
        for module in self.live().filter(wanted).order_by("path").defer_streamfields():
            grouped[by_path[module.path[: -module.steplen]]].append(module)
        return grouped


class ModulePage(BasePage):
    """A module of a course: a text to work through in steps, or the outline of one still to be written."""

    activity = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    objectives = StreamField(
        [("objective", blocks.CharBlock(max_length=200, label=_("After this module you can…")))],
        blank=True,
        verbose_name=_("objectives"),
    )
    is_outline = models.BooleanField(
        _("outline only"), default=False, help_text=_("An outline is published, and cannot be started.")
    )
    covers = RichTextField(_("what it covers"), blank=True, features=["bold", "italic", "ul", "link"])
    steps = StreamField([("step", StepBlock())], blank=True, verbose_name=_("steps"))
    sources = StreamField([("source", SourceBlock())], blank=True, verbose_name=_("sources"))
    mastery = models.PositiveSmallIntegerField(
        _("pass mark"),
        default=75,
        validators=[MaxValueValidator(100)],
        help_text=_("Per cent of the questions answered rightly."),
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    version_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = PageManager.from_queryset(ModuleQuerySet)()
    exclude_fields_in_copy: ClassVar[list] = ["activity", "version", "version_digest"]  # a copy is another module
    template = "learning/module.html"
    subpage_types: ClassVar[list] = []
    parent_page_types: ClassVar[list] = ["learning.CoursePage"]
    content_panels = [
        *BasePage.content_panels,
        FieldPanel("minutes"),
        FieldPanel("objectives"),
        FieldPanel("is_outline"),
        FieldPanel("covers"),
        FieldPanel("steps"),
        FieldPanel("mastery"),
        FieldPanel("sources"),
    ]
    search_fields: ClassVar[list] = [*BasePage.search_fields, index.SearchField("covers"), index.SearchField("steps")]

    preview_modes: ClassVar[list] = [("lesson", _("All steps, as learners read them")), ("", _("The page in the course"))]
    default_preview_mode = "lesson"

    def get_preview_template(self, request, mode_name: str) -> str:
        return "learning/lesson.html" if mode_name == "lesson" else self.template

    @property
    def course(self) -> CoursePage:
        return self.get_parent().specific

    def lesson(self) -> list[Step]:
        """The steps as a learner meets them."""
        return [Step(number, child.id, child.value["title"], child.value["body"]) for number, child in enumerate(self.steps, 1)]

    def source_numbers(self) -> dict[str, int]:
        """Key → number of each source, in their order."""
        return {child.value["key"]: number for number, child in enumerate(self.sources, 1)}

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        course = self.course
        registration = course.registration_of(request.user)
        progress = {row.module_id: row for row in registration.progress.all()} if registration else {}
        steps, mine = self.lesson(), progress.get(self.pk)
        return context | {
            "course": course,
            "registration": registration,
            "progress": mine,
            "steps": steps,
            "place": mine.place(steps) if mine and steps else 1,
            "sources": self.source_numbers(),
        }

    def digest(self) -> str:
        """A fingerprint of what is taught, so that a version counts changes of teaching and nothing else."""
        taught = [self.title, self.mastery, self.steps.get_prep_value()]
        return hashlib.sha256(json.dumps(taught, sort_keys=True).encode()).hexdigest()

    def with_content_json(self, content):
        """An older draft never brings back an older version number, nor another activity."""
        page = super().with_content_json(content)
        kept = ModulePage.objects.filter(pk=self.pk).values("activity", "version", "version_digest").first() or {}
        for name, value in kept.items():
            setattr(page, name, value)
        return page

    def clean(self):
        super().clean()
        if not self.is_outline and not self.steps:
            raise ValidationError({"steps": _("Write at least one step, or mark the module as an outline.")})


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user) -> RegistrationQuerySet:
        """A registration is its learner's own business."""
        return self.filter(learner=user) if user.is_authenticated else self.none()

    def held(self) -> RegistrationQuerySet:
        """Locked until the transaction ends: what one learner does on one course happens one after the other.

        Held before anything else of theirs is written, and in the order of their keys, so that nobody waits in a circle.
        """
        rows = self.select_for_update(of=("self",)).order_by("pk")
        return rows.select_related("learner__pseudonym", "course")


class Registration(models.Model):
    """A learner on a course. Organisation and staff group stay as they stood on the day, and are counted so.

    When the person is erased the row stays without them, so that what was counted stays counted.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        COMPLETED = "completed", _("Completed")

    MOVES: ClassVar = {Status.ACTIVE: {Status.COMPLETED}, Status.COMPLETED: {Status.ACTIVE}}

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="registrations")
    course = models.ForeignKey(CoursePage, models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    staff_group = models.ForeignKey(StaffGroup, models.PROTECT)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    registered_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at"]
        constraints = [
            models.UniqueConstraint("learner", "course", name="one_registration_per_learner_and_course"),
            models.CheckConstraint(
                condition=Q(status="completed") ^ Q(completed_at=None), name="a_completed_registration_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def actor_name(self) -> str:
        """The account name in statements; empty once the learner was erased."""
        return self.learner.actor_name if self.learner else ""
