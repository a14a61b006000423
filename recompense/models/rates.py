"""Rate cards: dated lists of what is paid for what. A card is never changed, only followed by another."""

from __future__ import annotations

import datetime
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RateCardQuerySet(models.QuerySet["RateCard"]):
    def in_force(self, day: datetime.date) -> RateCard | None:
        """The card that holds on a day: the one that came last before it, unless it had ended."""
        begun = self.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
        return begun.order_by("-effective_from").first()


class RateCard(models.Model):
    """What holds from a day on, with where its figures come from."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    is_example = models.BooleanField(default=False)
    effective_from = models.DateField(unique=True)
    effective_to = models.DateField(null=True, blank=True)
    sources = models.TextField(blank=True)
    claim_within_days = models.PositiveSmallIntegerField(help_text=_("After that, a claim needs a reason."))
    target_days_to_pay = models.PositiveSmallIntegerField()
    lost_receipt_most = models.DecimalField(max_digits=8, decimal_places=2, help_text=_("Pounds, for each lost receipt."))
    lost_receipts_a_year = models.PositiveSmallIntegerField(help_text=_("For each member in a tax year."))
    second_approval_over = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text=_("Pounds. Not enforced yet.")
    )

    objects = RateCardQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="rate_card_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def holds_on(self, day: datetime.date) -> bool:
        """Whether it has begun and not ended. Of several, the last to begin is in force."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Rate(models.Model):
    """One line of a card. Amounts and caps are pounds for one `unit`."""

    class Category(models.TextChoices):
        FEE = "fee", _("Your time")
        TRAVEL = "travel", _("Travel")
        SUBSISTENCE = "subsistence", _("Food and drink")
        ACCESS = "access", _("Access costs")

    class Unit(models.TextChoices):
        SESSION = "session", _("session")
        HOUR = "hour", _("hour")
        TASK = "task", _("piece of work")
        MILE = "mile", _("mile")
        PASSENGER_MILE = "passenger_mile", _("mile with a passenger")
        ACTUAL = "actual", _("what it cost")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    card = models.ForeignKey(RateCard, models.PROTECT, related_name="rates")
    position = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=120)
    category = models.CharField(max_length=12, choices=Category)
    unit = models.CharField(max_length=16, choices=Unit)
    amount = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text=_("Empty: what it cost is paid."))
    cap = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text=_("Most that is paid for one unit."))
    receipt_over = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text=_("A receipt is needed above so many pounds. Empty: never.")
    )
    min_minutes = models.PositiveSmallIntegerField(null=True, help_text=_("Of attendance."))
    max_minutes = models.PositiveSmallIntegerField(null=True, help_text=_("Of attendance."))
    increment_minutes = models.PositiveSmallIntegerField(null=True, help_text=_("Hours are counted in such parts."))
    miles_at_amount = models.PositiveIntegerField(null=True, help_text=_("In a tax year; from then on `amount_beyond` is paid."))
    amount_beyond = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    roles = models.JSONField(default=list, help_text=_("Membership roles that get it. Empty: everybody."))
    needs_reason = models.BooleanField(default=False)
    min_hours_away = models.PositiveSmallIntegerField(null=True)
    preapproval_over = models.DecimalField(max_digits=8, decimal_places=2, null=True, help_text=_("Pounds. Not enforced yet."))
    is_booked_for_you = models.BooleanField(default=False, help_text=_("Booked and paid directly: nothing to claim."))
    guide = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["card", "position", "pk"]
        constraints = [
            models.UniqueConstraint("card", "code", name="one_rate_per_card_and_code"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="rate_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_fee(self) -> bool:
        return self.category == self.Category.FEE

    @property
    def is_counted(self) -> bool:
        """Whether a claimant says how many: miles, hours, pieces of work."""
        return self.unit not in {self.Unit.SESSION, self.Unit.ACTUAL}

    @property
    def takes_receipt(self) -> bool:
        """Whether a receipt is ever asked for."""
        return self.receipt_over is not None

    @property
    def is_paid_back(self) -> bool:
        """Whether a claimant says what they spent."""
        return self.amount is None
