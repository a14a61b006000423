"""Claims: what a member asks for, what was checked and approved, and the receipts that show it."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import DecimalField, F, ProtectedError, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import acts, money
from core.encryption import EncryptedTextField
from core.private_files import private_storage
from panels.models import Attendance
from recompense.models.hands import HANDS, STAFF, in_hand_of
from recompense.models.payments import Payment
from recompense.models.rates import Rate

NOUGHT = Decimal("0.00")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def own(self, user) -> ClaimQuerySet:
        return self.filter(claimant=user) if user.is_authenticated else self.none()

    def visible_to(self, user) -> ClaimQuerySet:
        """One's own; for finance also everybody's that was sent. A draft is its writer's alone."""
        if not user.is_authenticated:
            return self.none()
        if _is_finance(user):
            return self.filter(Q(claimant=user) | ~Q(submitted_at=None))
        return self.filter(claimant=user)

    def sent_to(self, user) -> ClaimQuerySet:
        """Everybody's that was sent, for those who check, approve or pay; for others none."""
        return self.exclude(submitted_at=None) if _is_finance(user) else self.none()

    def legible_to(self, user) -> ClaimQuerySet:
        """Those that somebody may read: one's own; for finance what was sent, while it is not back with its claimant."""
        return self.visible_to(user).filter(Q(claimant=user) | ~Q(status__in=Claim.WITH_CLAIMANT))

    def awaiting(self, act: acts.Act, person) -> ClaimQuerySet:
        """Those with which somebody may do it now: what `acts.may` says of one claim, asked of all."""
        if not person.has_perm(STAFF[act.who]):
            return self.none()
        waiting = self.filter(status__in=act.states)
        for relation in act.but_not:
            waiting = waiting.exclude(in_hand_of(person, relation))
        return waiting

    def with_totals(self) -> ClaimQuerySet:
        """With `fee`, `expenses` and `total` in pounds, as they stand: what is allowed where somebody lowered it."""
        counted = Coalesce("lines__allowed", "lines__amount")
        fees = Q(lines__rate__category=Rate.Category.FEE)
        money_field = DecimalField(max_digits=10, decimal_places=2)
        sums = self.annotate(
            fee=Coalesce(Sum(counted, filter=fees), NOUGHT, output_field=money_field),
            expenses=Coalesce(Sum(counted, filter=~fees), NOUGHT, output_field=money_field),
        )
        return sums.annotate(total=F("fee") + F("expenses"))


def _is_finance(user) -> bool:
    return any(user.has_perm(permission) for permission in STAFF.values())


def keep_if_live(collector, field, claims, using) -> None:
    """A claim holds the record of who was there. One that was taken back or not paid lets it go, and keeps its day."""
    held = [claim for claim in claims if claim.status not in Claim.DEAD]
    if held:
        raise ProtectedError("A claim holds this attendance.", set(held))
    collector.add_field_update(field, None, list(claims))


class Claim(models.Model):
    """What a member asks to be paid for one meeting or one piece of work.

    Amounts are frozen when it is sent. A paid claim has exactly one payment: `payment` is unique, and a constraint
    ties it to the states that have one.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not sent yet")
        SUBMITTED = "submitted", _("Sent")
        RETURNED = "returned", _("Sent back with a question")
        CHECKED = "checked", _("Checked")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Not paid")
        IN_RUN = "in_run", _("Being paid")
        PAID = "paid", _("Paid")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    MOVES: ClassVar = {
        Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
        Status.SUBMITTED: {Status.RETURNED, Status.CHECKED, Status.WITHDRAWN},
        Status.RETURNED: {Status.SUBMITTED, Status.WITHDRAWN},
        Status.CHECKED: {Status.APPROVED, Status.REJECTED, Status.RETURNED, Status.WITHDRAWN},
        Status.APPROVED: {Status.IN_RUN, Status.WITHDRAWN},  # withdrawn only with its claimant's erasure
        Status.IN_RUN: {Status.PAID, Status.APPROVED},
        Status.REJECTED: set(),
        Status.PAID: set(),
        Status.WITHDRAWN: set(),
    }
    # What stands in it then may still change, or is taken back: it is nobody else's affair.
    WITH_CLAIMANT: ClassVar = {Status.RETURNED, Status.WITHDRAWN}
    DECIDED_ON: ClassVar = {Status.CHECKED, Status.APPROVED, Status.IN_RUN}
    DEAD: ClassVar = {Status.REJECTED, Status.WITHDRAWN}  # the meeting can be claimed for again

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    claimant = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="claims")
    attendance = models.ForeignKey(Attendance, keep_if_live, null=True, blank=True, related_name="claims")
    fees_offered = models.JSONField(
        null=True, blank=True, help_text=_("Codes of the fees that were filled in: what lacks was taken off.")
    )
    day = models.DateField(_("day"), help_text=_("Of the meeting or the work. It decides which rate card holds."))
    what_for = EncryptedTextField(blank=True, help_text=_("Where there was no meeting."))
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    late_reason = EncryptedTextField(blank=True)
    question = EncryptedTextField(blank=True, help_text=_("What a checker or approver asks, or why it is not paid."))
    began_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was first sent."))
    declaration_version = models.PositiveSmallIntegerField(null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    payment = models.OneToOneField(Payment, models.PROTECT, null=True, blank=True, related_name="claim")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        indexes = [models.Index("status", "submitted_at", name="claims_by_age")]
        permissions = [
            ("check_claims", _("Can check claims")),
            ("approve_claims", _("Can approve claims")),
            ("pay_claims", _("Can pay claims")),
        ]
        constraints = [
            models.UniqueConstraint(
                "attendance", condition=~Q(status__in=["withdrawn", "rejected"]), name="one_claim_per_attendance"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["in_run", "paid"], payment__isnull=False)
                | (~Q(status__in=["in_run", "paid"]) & Q(payment__isnull=True)),
                name="a_claim_being_paid_has_its_payment",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | ~Q(submitted_at=None), name="a_sent_claim_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        """Whose it is, who had a hand in it, and what their roles let them do."""
        hands = {relation: getattr(self, f"{field}_id") for relation, field in HANDS.items()}
        held = {relation for relation, pk in hands.items() if pk is not None and pk == person.pk}
        return held | self._lowered_by(person.pk) | {name for name, permission in STAFF.items() if person.has_perm(permission)}

    def _lowered_by(self, person: int | None) -> set[str]:
        """From the moment that it is checked: before, it stands in nobody's way, and lists need not ask."""
        if self.status not in self.DECIDED_ON:
            return set()
        return {row.relation for row in self.lowerings.all() if row.person_id == person}

    def is_legible_to(self, person) -> bool:
        """Whether somebody who may see it may also read what stands in it."""
        return self.claimant_id == person.pk or self.status not in self.WITH_CLAIMANT

    @property
    def name(self) -> str:
        """Of whoever claims, as they are called now."""
        return self.claimant.display_name if self.claimant else gettext("Somebody whose account is gone")

    @property
    def title(self) -> str:
        """What it is for, in a few words that name no panel."""
        day = formats.date_format(self.day, "j F Y")
        if self.attendance_id:
            return gettext("Meeting on %(day)s") % {"day": day}
        return f"{self.what_for}, {day}" if self.what_for else gettext("Claim for %(day)s") % {"day": day}

    @property
    def is_open(self) -> bool:
        """Its claimant can still change it."""
        return self.status in {self.Status.DRAFT, self.Status.RETURNED}


class Line(models.Model):
    """One thing claimed. `amount`, `unit` and `unit_amount` are frozen when the claim is sent; before, they are empty."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    rate = models.ForeignKey(Rate, models.PROTECT, related_name="lines")
    quantity = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    spent = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("Pounds."))
    hours_away = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = EncryptedTextField(blank=True)
    receipt_is_lost = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=16, choices=Rate.Unit, blank=True)
    unit_amount = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    allowed = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("Where less is paid."))
    allowed_reason = EncryptedTextField(blank=True)
    allowed_at_check = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("What a checker lowered it to: no approver pays more.")
    )
    first_miles = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, blank=True, help_text=_("How many of its miles the first rate paid.")
    )

    class Meta:
        ordering = ["claim", "rate__position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="a_line_is_not_negative"),
            models.CheckConstraint(
                condition=Q(allowed=None) | Q(allowed__gte=0, allowed__lte=F("amount")),
                name="no_more_allowed_than_claimed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def how_many(self) -> str:
        """“3 hours”, “12.5 miles”; nothing where nobody counts."""
        number = 1 if self.quantity == 1 else 2  # of the word: 1.5 hours are more than one
        words = {
            Rate.Unit.HOUR: ngettext("%(n)s hour", "%(n)s hours", number),
            Rate.Unit.MILE: ngettext("%(n)s mile", "%(n)s miles", number),
            Rate.Unit.PASSENGER_MILE: ngettext("%(n)s mile", "%(n)s miles", number),
            Rate.Unit.TASK: ngettext("%(n)s piece of work", "%(n)s pieces of work", number),
        }
        if self.quantity is None:
            return ""
        return words.get(Rate.Unit(self.rate.unit), "") % {"n": f"{self.quantity.normalize():f}"}

    @property
    def counted(self) -> Decimal:
        """What will be paid for it, in pounds, once it is frozen."""
        return money.pounds(self.allowed if self.allowed is not None else self.amount or 0)


class Receipt(models.Model):
    """A photo or PDF that shows what was spent. Its file has no name of its own, and no address that anybody could guess.

    Without a line it waits for one: it came with a cost that has to be mended before it can be kept.
    """

    class Kind(models.TextChoices):
        JPEG = "image/jpeg", "JPEG"
        PDF = "application/pdf", "PDF"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="receipts")
    line = models.ForeignKey(Line, models.CASCADE, null=True, blank=True, related_name="receipts")
    file = models.FileField(storage=private_storage, upload_to="receipts")
    kind = models.CharField(max_length=20, choices=Kind)
    pages = models.PositiveSmallIntegerField(default=1)
    size = models.PositiveIntegerField(help_text=_("In bytes."))
    digest = models.CharField(max_length=64, db_index=True, help_text=_("SHA-256 of what was sent to us."))
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint("line", "digest", name="one_receipt_once_per_line")]

    def __str__(self) -> str:
        return str(self.key)
