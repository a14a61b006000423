"""A campaign for a panel, what people answer to it, and what they are offered.

That somebody applied to a panel says something about them by inference. So everything by which they could be found,
and all that they write, is encrypted; where they have an account, their name and address are read from it.
"""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.models import AuditEvent
from panels.models.panel import Panel
from people.models import District


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def inviting(self) -> CampaignQuerySet:
        """Open for applications at this moment."""
        now = timezone.now()
        return self.filter(status=Campaign.Status.OPEN, opens_at__lte=now, closes_at__gt=now)

    def upcoming(self) -> CampaignQuerySet:
        """Published, and not open yet. The nearest first."""
        return self.filter(status=Campaign.Status.OPEN, opens_at__gt=timezone.now()).order_by("opens_at")

    def published(self) -> CampaignQuerySet:
        """What anybody may read, from the day it was published: before it opens, while it is open, closed or called off."""
        return self.exclude(opened_at=None)

    def coordinated_by(self, user) -> CampaignQuerySet:
        return self.filter(panel__in=Panel.objects.coordinated_by(user))

    def visible_to(self, user) -> CampaignQuerySet:
        """Those of one's own panels in every state, and the published ones."""
        return self.filter(Q(panel__in=Panel.objects.coordinated_by(user)) | Q(pk__in=self.published().values("pk")))

    def in_hand(self) -> CampaignQuerySet:
        """With which a coordinator is not done yet."""
        return self.filter(status__in=[Campaign.Status.DRAFT, Campaign.Status.OPEN, Campaign.Status.CLOSED])

    def with_closing(self) -> CampaignQuerySet:
        """With when it was closed or called off last. The trail knows: by the clock, or by somebody before its time."""
        ends = ["campaign.close", "campaign.cancel"]
        closings = AuditEvent.objects.filter(act__in=ends, subject=OuterRef("key")).order_by("-pk")
        return self.annotate(closed_at=Subquery(closings.values("at")[:1]))

    def ended_before(self, moment: datetime.datetime) -> CampaignQuerySet:
        """By the day that people had read, or earlier by somebody's hand."""
        over = Q(status__in=[Campaign.Status.CLOSED, Campaign.Status.COMPLETED, Campaign.Status.CANCELLED])
        return self.with_closing().filter(Q(closes_at__lt=moment) | (over & Q(closed_at__lt=moment)))

    def with_counts(self) -> CampaignQuerySet:
        """With how many applications stand where: for whoever works on them, and never as a statistic."""
        states = {"to_read": "submitted", "shortlisted": "shortlisted", "offered": "offered", "joined": "appointed"}
        counts = {name: Count("applications", filter=Q(applications__status=state)) for name, state in states.items()}
        sent = Q(applications__submitted_at__isnull=False) & ~Q(applications__status=Application.Status.WITHDRAWN)
        rows = self.annotate(**counts, sent=Count("applications", filter=sent))
        rows = rows.annotate(read=F("sent") - F("to_read"), waiting=F("to_read") + F("shortlisted") + F("offered"))
        return rows.order_by("-opens_at", "-pk")


class Campaign(models.Model):
    """An open invitation to join a panel."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES: ClassVar = {
        Status.DRAFT: {Status.OPEN, Status.CANCELLED},
        Status.OPEN: {Status.CLOSED, Status.CANCELLED},
        Status.CLOSED: {Status.OPEN, Status.COMPLETED, Status.CANCELLED},
        Status.COMPLETED: set(),
        Status.CANCELLED: set(),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, models.PROTECT, related_name="campaigns", verbose_name=_("panel"))
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    title = models.CharField(_("title"), max_length=120)
    lead = models.CharField(_("lead"), max_length=400)
    role_description = models.TextField(_("what you would do"), max_length=5000)
    looking_for = models.TextField(_("who we are looking for"), max_length=5000)
    pay = models.CharField(_("pay"), max_length=200)
    time_needed = models.CharField(_("time"), max_length=200)
    place = models.CharField(_("where"), max_length=200)
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    term_months = models.PositiveSmallIntegerField(_("term in months"), default=24, validators=[MinValueValidator(1)])
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    decides_on = models.DateField(_("you hear from us by"))
    starts_on = models.DateField(_("the term starts"))
    contact = models.EmailField(_("address for questions"), blank=True)
    opened_at = models.DateTimeField(null=True, editable=False, help_text=_("When it was published. A draft never was."))

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "-pk"]
        verbose_name = _("campaign")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="campaign_closes_after_it_opens"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="campaign_has_a_seat"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"]) | ~Q(opened_at=None), name="what_people_may_read_was_published"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        return self.panel.relations_of(person)

    @property
    def is_inviting(self) -> bool:
        return self.status == self.Status.OPEN and self.has_opened and not self.has_closed

    @property
    def has_opened(self) -> bool:
        return self.opens_at <= timezone.now()

    @property
    def has_closed(self) -> bool:
        """Nothing can be sent any more, by the clock or because somebody has said so."""
        return self.status not in {self.Status.DRAFT, self.Status.OPEN} or self.closes_at <= timezone.now()

    @property
    def closed_early(self) -> bool:
        """Somebody closed it before the time that people had read."""
        closed_at = getattr(self, "closed_at", None)  # by `with_closing`
        is_over = self.status in {self.Status.CLOSED, self.Status.COMPLETED}
        return is_over and self.closes_at > (closed_at or timezone.now())

    @property
    def title_with_panel(self) -> str:
        """Where the title does not name the panel already."""
        return self.title if self.names_panel else f"{self.title}, {self.panel}"

    @property
    def names_panel(self) -> bool:
        return self.panel.name in self.title

    @property
    def years(self) -> int | None:
        """The term in years, where it is whole ones."""
        years, months = divmod(self.term_months, 12)
        return None if months else years


class Criterion(models.Model):
    """What applications are judged by, shown to everybody before they apply."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("criterion"), max_length=300)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Question(models.Model):
    """What applicants are asked. Fixed once the campaign has opened."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    prompt = models.CharField(_("question"), max_length=300)
    hint = models.CharField(_("hint"), max_length=300, blank=True)
    max_words = models.PositiveSmallIntegerField(_("most words"), default=200, validators=[MinValueValidator(10)])

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.prompt


APPLICANT, RIVAL = "applicant", "rival"  # a rival has applied in the same campaign


class ApplicationQuerySet(models.QuerySet["Application"]):
    def coordinated_by(self, user) -> ApplicationQuerySet:
        """What was sent to somebody's panels. A draft is its writer's alone."""
        return self.filter(campaign__panel__in=Panel.objects.coordinated_by(user)).exclude(submitted_at=None)

    def in_state(self, state: str) -> ApplicationQuerySet:
        """Those in one state; by any other word, all that were not withdrawn."""
        if state in Application.Status.values:
            return self.filter(status=state)
        return self.exclude(status=Application.Status.WITHDRAWN)

    def in_order(self) -> ApplicationQuerySet:
        """As they came in."""
        return self.order_by("submitted_at", "pk")

    def to_read_by(self, user, campaign: Campaign, *, after: Application | None = None) -> ApplicationQuerySet:
        """What waits to be read and is not one's own: first what came in after another one, then from the beginning."""
        rows = self.filter(campaign=campaign, status=Application.Status.SUBMITTED).exclude(applicant=user)
        if after is None:
            return rows.in_order()
        later = Q(submitted_at__gt=after.submitted_at) | Q(submitted_at=after.submitted_at, pk__gt=after.pk)
        rounds = Case(When(later, then=0), default=1)
        return rows.exclude(pk=after.pk).order_by(rounds, "submitted_at", "pk")

    def own(self, user, opened: list[str] | None = None) -> ApplicationQuerySet:
        """Somebody's own: by their account, or by a link from their mail (`opened`: keys) while no account holds it."""
        by_account = Q(applicant=user) if user.is_authenticated else Q(pk=None)
        return self.filter(by_account | Q(key__in=opened or [], applicant=None))

    def visible_to(self, user) -> ApplicationQuerySet:
        return (self.own(user) | self.coordinated_by(user)).distinct()


class Application(models.Model):
    """Somebody's answer to a campaign. Kept by an account, or before there is one by a mailed link."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not sent yet")
        SUBMITTED = "submitted", _("Sent")
        SHORTLISTED = "shortlisted", _("Shortlisted")
        OFFERED = "offered", _("Offered a place")
        APPOINTED = "appointed", _("Member")
        UNSUCCESSFUL = "unsuccessful", _("Not this time")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    MOVES: ClassVar = {
        Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
        Status.SUBMITTED: {Status.SHORTLISTED, Status.UNSUCCESSFUL, Status.WITHDRAWN},
        Status.SHORTLISTED: {Status.SUBMITTED, Status.OFFERED, Status.UNSUCCESSFUL, Status.WITHDRAWN},
        Status.OFFERED: {Status.APPOINTED, Status.SHORTLISTED, Status.WITHDRAWN},
        Status.APPOINTED: set(),
        Status.UNSUCCESSFUL: set(),
        Status.WITHDRAWN: set(),
    }
    # Those that are still being judged, or were chosen: one of these for each address and campaign.
    IN_PLAY: ClassVar = [Status.SUBMITTED, Status.SHORTLISTED, Status.OFFERED, Status.APPOINTED]
    # Those whose writers wait to hear.
    WAITING: ClassVar = [Status.SUBMITTED, Status.SHORTLISTED, Status.OFFERED]

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="applications")
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    written_name = EncryptedTextField(blank=True, help_text=_("Only while there is no account to read it from."))
    written_email = EncryptedTextField(blank=True, help_text=_("Only while there is no account to read it from."))
    email_index = models.CharField(max_length=64, db_index=True, editable=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        indexes = [models.Index("campaign", "status", "submitted_at", name="applications_of_a_campaign")]
        constraints = [
            models.UniqueConstraint(
                "campaign",
                "email_index",
                condition=Q(status__in=["submitted", "shortlisted", "offered", "appointed"]),
                name="one_application_in_play_per_address",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | ~Q(submitted_at=None), name="a_sent_application_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        own = {APPLICANT} if self.applicant_id and self.applicant_id == person.pk else set()
        return own | self.campaign.relations_of(person) | self._rivalry_of(person)

    def _rivalry_of(self, person) -> set[str]:
        theirs = self.campaign.applications.filter(applicant=person.pk).exclude(pk=self.pk)
        return {RIVAL} if person.pk and theirs.exclude(status=self.Status.WITHDRAWN).exists() else set()

    @property
    def name(self) -> str:
        return self.applicant.display_name if self.applicant else self.written_name

    @property
    def email(self) -> str:
        return self.applicant.email if self.applicant else self.written_email

    @property
    def language(self) -> str:
        """What `core.mail` asks of whoever is written to."""
        return self.applicant.language if self.applicant else ""

    @property
    def words(self) -> int:
        """How much was written, over all answers."""
        return sum(len(answer.text.split()) for answer in self.answers.all())

    @property
    def may_be_written(self) -> bool:
        """Whether a page should offer to change it. Judged again when something is sent."""
        return self.status in {self.Status.DRAFT, self.Status.SUBMITTED} and self.campaign.is_inviting

    @property
    def may_be_withdrawn(self) -> bool:
        return self.Status.WITHDRAWN in self.MOVES[self.Status(self.status)]

    @property
    def open_offer(self) -> Offer | None:
        return next((offer for offer in self.offers.all() if offer.status == Offer.Status.OPEN), None)


class Answer(models.Model):
    """What an applicant wrote to one question."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    text = EncryptedTextField(blank=True)

    class Meta:
        ordering = ["question__position", "question_id"]
        constraints = [models.UniqueConstraint("application", "question", name="one_answer_per_question")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.question_id}"


class ApplicationLink(models.Model):
    """A mailed way back to an application. Only a digest of its secret is kept."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.application_id)

    @property
    def has_run_out(self) -> bool:
        return self.expires_at <= timezone.now()


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user) -> OfferQuerySet:
        return self.filter(application__in=Application.objects.visible_to(user))


class Offer(models.Model):
    """A place on the panel, held for somebody until a day."""

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Taken back")

    MOVES: ClassVar = {
        Status.OPEN: {Status.ACCEPTED, Status.DECLINED, Status.LAPSED, Status.WITHDRAWN},
        Status.ACCEPTED: set(),
        Status.DECLINED: set(),
        Status.LAPSED: set(),
        Status.WITHDRAWN: set(),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="offers")
    status = models.CharField(max_length=12, choices=Status, default=Status.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField(_("answer by"))
    starts_on = models.DateField(_("term from"))
    ends_on = models.DateField(_("term to"))

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint("application", condition=Q(status="open"), name="one_open_offer_per_application"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="offer_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    @property
    def has_run_out(self) -> bool:
        return self.answer_by <= timezone.now()

    def relations_of(self, person) -> set[str]:
        return self.application.relations_of(person)
