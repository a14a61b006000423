"""What people told us of their lives with public services: their words, what may be done with them, and how far it has come.

Nobody needs an account, and no account is ever tied to an experience. Whoever has its reference and its passphrase is the one
who told it. Their words are encrypted; what may be shown of them is written beside, by people who were asked to.
"""

from __future__ import annotations

import datetime
import uuid
from functools import partial
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.private_files import private_storage
from panels.models.membership import Membership
from panels.models.panel import Panel
from people.models import District

TELLER, MODERATOR, PREPARER = "teller", "moderator", "preparer"  # the preparer wrote what is to be shown


class Theme(models.Model):
    """What experiences are about, to browse them by."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("word in addresses"), max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        return self.name


class ExperienceQuerySet(models.QuerySet["Experience"]):
    def sent(self) -> ExperienceQuerySet:
        """What was sent and has not gone. A draft is its teller's alone."""
        return self.exclude(status__in=[Experience.Status.DRAFT, *Experience.GONE])

    def moderated_by(self, user) -> ExperienceQuerySet:
        return self.sent() if user.has_perm("panels.moderate_experiences") else self.none()

    def shared_with(self, user) -> ExperienceQuerySet:
        """For a panel's coordinators and members, where the teller agreed and two people have gone over it.

        Not while somebody may be in danger: that is for the moderators alone.
        """
        if not user.is_authenticated:
            return self.none()
        sits_on = Membership.objects.current().filter(person=user).values("panel")
        panels = Q(panel__in=Panel.objects.coordinated_by(user)) | Q(panel__in=sits_on)
        used = self.filter(panels, status__in=Experience.USED).exclude(concern=Experience.Concern.DANGER)
        return used.agreed_to("panel")

    def agreed_to(self, purpose: str) -> ExperienceQuerySet:
        consents = Agreement.objects.filter(experience=OuterRef("pk"), purpose=purpose, withdrawn_at=None)
        return self.filter(Exists(consents))

    def visible_to(self, user) -> ExperienceQuerySet:
        """What a moderator may read whole, and others as far as it is shown (`Passage.shown`)."""
        return self.filter(Q(pk__in=self.moderated_by(user).values("pk")) | Q(pk__in=self.shared_with(user).values("pk")))

    def in_state(self, state: str) -> ExperienceQuerySet:
        """Those in one state; without one, all that wait for a moderator."""
        return self.filter(status=state) if state in Experience.Status.values else self.filter(status__in=Experience.WAITING)

    def to_read_by(self, user) -> ExperienceQuerySet:
        """What somebody can do next: the first reading, and the second of what they did not prepare. In its order."""
        second = Q(status=Experience.Status.PREPARED) & ~Q(prepared_by=user)
        return self.moderated_by(user).filter(Q(status=Experience.Status.RECEIVED) | second).in_order()

    def as_shown(self) -> ExperienceQuerySet:
        """With what readers see of each, the newest first, in so many queries however many there are."""
        rows = self.select_related("district", "panel").prefetch_related("passages", "themes", "agreements")
        return rows.order_by("-submitted_at", "-pk")

    def in_order(self) -> ExperienceQuerySet:
        """What may be about danger first, then as it came in."""
        return self.order_by(models.Case(models.When(concern="", then=1), default=0), "submitted_at", "pk")


class Experience(models.Model):
    """Something that happened to somebody, as they told it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being written")
        RECEIVED = "received", _("Waiting to be read")
        READING = "reading", _("Being read")
        PREPARED = "prepared", _("Waiting for a second reader")
        PUBLISHED = "published", _("Published")
        KEPT = "kept", _("Used inside")
        DECLINED = "declined", _("Not used")
        WITHDRAWN = "withdrawn", _("Taken back")
        EXPIRED = "expired", _("Its time is over")

    class Shape(models.TextChoices):
        GUIDED = "guided", _("With questions to guide me")
        FREE = "free", _("Freely, in one go")

    class Whose(models.TextChoices):
        OWN = "own", _("It happened to me")
        WITH_AGREEMENT = "with_agreement", _("It happened to somebody who asked me to tell it")
        CHILD = "child", _("It happened to my child, or a child I care for")
        DIED = "died", _("It happened to somebody who has died")

    class Season(models.TextChoices):
        SPRING = "spring", _("Spring (March to May)")
        SUMMER = "summer", _("Summer (June to August)")
        AUTUMN = "autumn", _("Autumn (September to November)")
        WINTER = "winter", _("Winter (December to February)")

    class Concern(models.TextChoices):
        DANGER = "danger", _("Somebody may be in danger")
        CRIME = "crime", _("It may be about a crime")
        COMPLAINT = "complaint", _("There may be a complaint or a court case")

    MOVES: ClassVar = {
        Status.DRAFT: {Status.RECEIVED},
        Status.RECEIVED: {Status.READING, Status.WITHDRAWN, Status.EXPIRED},
        Status.READING: {Status.PREPARED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED},
        Status.PREPARED: {Status.READING, Status.PUBLISHED, Status.KEPT, Status.WITHDRAWN, Status.EXPIRED},
        Status.PUBLISHED: {Status.READING, Status.WITHDRAWN, Status.EXPIRED},
        Status.KEPT: {Status.READING, Status.WITHDRAWN, Status.EXPIRED},
        Status.DECLINED: {Status.READING, Status.WITHDRAWN, Status.EXPIRED},
        Status.WITHDRAWN: set(),
        Status.EXPIRED: set(),
    }
    WAITING: ClassVar = [Status.RECEIVED, Status.READING, Status.PREPARED]
    USED: ClassVar = [Status.PUBLISHED, Status.KEPT]
    GONE: ClassVar = [Status.WITHDRAWN, Status.EXPIRED]

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    passphrase_digest = models.CharField(max_length=64, blank=True, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    shape = models.CharField(_("how you tell it"), max_length=8, choices=Shape, default=Shape.GUIDED)
    whose = models.CharField(_("whose experience it is"), max_length=16, choices=Whose, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district where it happened")
    )
    season = models.CharField(_("season"), max_length=8, choices=Season, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    panel = models.ForeignKey(
        Panel, models.PROTECT, null=True, blank=True, related_name="experiences", verbose_name=_("panel that should hear it")
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="experiences", verbose_name=_("what it is about"))
    email = EncryptedTextField(blank=True, help_text=_("Only where somebody wants to be written to."))
    language = models.CharField(max_length=35, blank=True, help_text=_("In which we write to them."))
    concern = models.CharField(_("concern"), max_length=12, choices=Concern, blank=True)
    referral = EncryptedTextField(blank=True, help_text=_("What was done about a concern, by whom and when."))
    reason = EncryptedTextField(blank=True, help_text=_("Why it is not used, as the teller reads it."))
    note = EncryptedTextField(blank=True, help_text=_("From one moderator to the next."))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ExperienceQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        indexes = [models.Index("status", "submitted_at", name="experiences_by_state")]
        permissions = [("moderate_experiences", _("Can read, prepare and publish what people told us"))]
        constraints = [
            models.CheckConstraint(condition=Q(status="draft") ^ ~Q(submitted_at=None), name="a_sent_experience_has_its_time"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        moderates = {MODERATOR} if person.has_perm("panels.moderate_experiences") else set()
        return moderates | ({PREPARER} if self.prepared_by_id and self.prepared_by_id == person.pk else set())

    @property
    def is_sent(self) -> bool:
        return self.submitted_at is not None

    @property
    def is_gone(self) -> bool:
        return self.status in self.GONE

    @property
    def agreed(self) -> set[str]:
        """The purposes that the teller agrees to now."""
        return {row.purpose for row in self.agreements.all() if row.is_in_force}

    @property
    def shown_district(self) -> str:
        """Where it happened, only where the teller agreed that readers see it."""
        return str(self.district or "") if "district" in self.agreed else ""

    @property
    def shown_passages(self) -> list[Passage]:
        """The parts of which something is shown, in their order."""
        return [passage for passage in self.passages.all() if passage.shown]

    @property
    def shown_pictures(self) -> list[Picture]:
        return [picture for picture in self.pictures.all() if picture.is_shown]

    @property
    def happened_in(self) -> str:
        """“Summer 2026”, as exactly as it is known: no day and no month."""
        season = self.Season(self.season).label.split(" (")[0] if self.season else ""
        return " ".join(filter(None, [str(season), str(self.year or "")]))

    @property
    def kept_until(self) -> datetime.date | None:
        """The day on which it goes by itself."""
        if self.submitted_at is None:
            return None
        days = round(settings.RETENTION_EXPERIENCE_MONTHS * 365 / 12)
        return timezone.localdate(self.submitted_at) + datetime.timedelta(days=days)


class Passage(models.Model):
    """One part of what somebody told: in their words, and as it may be shown."""

    class Kind(models.TextChoices):
        HAPPENED = "happened", _("What happened?")
        PATHWAY = "pathway", _("Which services did you go through?")
        BARRIER = "barrier", _("What got in the way?")
        EFFECT = "effect", _("What did that do to you?")
        HELPED = "helped", _("What would have helped?")

    experience = models.ForeignKey(Experience, models.CASCADE, related_name="passages")
    kind = models.CharField(max_length=12, choices=Kind)
    position = models.PositiveSmallIntegerField(default=0)
    words = EncryptedTextField(blank=True, help_text=_("As they were told. Never changed by anybody but the teller."))
    shown = EncryptedTextField(blank=True, help_text=_("What may be shown. Empty: nothing of this part."))

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint("experience", "kind", name="one_passage_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.experience_id} {self.kind}"

    @property
    def heading(self) -> str:
        return str(self.Kind(self.kind).label)


class Picture(models.Model):
    """A photo, drawing or scanned page that came with somebody's words. Drawn anew, so that it is nothing else."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    experience = models.ForeignKey(Experience, models.CASCADE, related_name="pictures")
    file = models.FileField(storage=private_storage, upload_to="experiences")
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the picture as it is kept."))
    description = EncryptedTextField(blank=True, help_text=_("What it shows, in the teller’s words."))
    is_shown = models.BooleanField(default=False, help_text=_("Whether it may be shown with the words."))
    shown_description = EncryptedTextField(blank=True, help_text=_("What whoever does not see it reads in its place."))
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint("experience", "digest", name="one_picture_once_per_experience")]

    def __str__(self) -> str:
        return str(self.key)

    def discard(self) -> None:
        """Delete it with its file, which goes when the transaction commits: an act that is refused loses nothing."""
        transaction.on_commit(partial(self.file.storage.delete, str(self.file)), robust=True)
        self.delete()


class Agreement(models.Model):
    """What the teller agrees to, in which wording, from when, and when they took it back (`experiences.agreeing`)."""

    experience = models.ForeignKey(Experience, models.CASCADE, related_name="agreements")
    purpose = models.CharField(max_length=12)
    wording_version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                "experience", "purpose", condition=Q(withdrawn_at=None), name="one_agreement_in_force_per_purpose"
            )
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def is_in_force(self) -> bool:
        return self.withdrawn_at is None
