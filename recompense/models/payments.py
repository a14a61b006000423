"""Payment runs, and the payments in them. What was paid to whom stays, sealed, for as long as the law asks."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from recompense.models.hands import HANDS, MAY_PAY, STAFF, Lowering


class PaymentRunQuerySet(models.QuerySet["PaymentRun"]):
    def visible_to(self, user) -> PaymentRunQuerySet:
        return self.all() if user.has_perm(STAFF[MAY_PAY]) else self.none()


class PaymentRun(models.Model):
    """Payments that leave the bank together, in one file."""

    class Status(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        EXPORTED = "exported", _("File made")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES: ClassVar = {
        Status.PREPARED: {Status.EXPORTED, Status.CANCELLED},
        Status.EXPORTED: {Status.PAID, Status.CANCELLED},
        Status.PAID: set(),
        Status.CANCELLED: set(),
    }

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    status = models.CharField(max_length=12, choices=Status, default=Status.PREPARED)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    pays_on = models.DateField(_("payment date"))
    count = models.PositiveIntegerField(default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    file_digest = models.CharField(max_length=64, blank=True, help_text=_("SHA-256 of the file, once it was made."))
    exported_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    refusal = EncryptedTextField(blank=True, help_text=_("Why the bank refused its file, if it did."))

    objects = PaymentRunQuerySet.as_manager()

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["prepared", "cancelled"]) | ~Q(file_digest=""), name="an_exported_run_has_its_file"
            ),
            models.CheckConstraint(condition=~Q(status="paid") | ~Q(paid_at=None), name="a_paid_run_has_its_time"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key

    def relations_of(self, person) -> set[str]:
        """What their role lets them do, and whose hands they have in any of its claims."""
        role = {MAY_PAY} if person.has_perm(STAFF[MAY_PAY]) else set()
        return role | self._hands_of(person.pk)

    def _hands_of(self, person: int | None) -> set[str]:
        if person is None:
            return set()
        fields = {relation: f"claim__{field}" for relation, field in HANDS.items()}
        theirs = Q(*((field, person) for field in fields.values()), _connector=Q.OR)
        rows = self.payments.filter(theirs).order_by().values_list(*fields.values())
        held = {relation for row in rows for relation, pk in zip(fields, row, strict=True) if pk == person}
        lowered = Lowering.objects.filter(claim__payment__run=self, person=person)
        return held | set(lowered.values_list("relation", flat=True))

    @property
    def is_too_late(self) -> bool:
        """Its payment date is past: no file is made for it any more."""
        return self.pays_on < timezone.localdate()

    @property
    def is_due(self) -> bool:
        """Its payment date has come."""
        return self.pays_on <= timezone.localdate()

    @property
    def is_open(self) -> bool:
        """Something has still to be done with it."""
        return self.status in {self.Status.PREPARED, self.Status.EXPORTED}


class Payment(models.Model):
    """An amount to an account. The account is written down here as it was, whatever its owner changes later.

    The name on it is kept as law requires of a payment record, sealed; it is the one place where a former name may stay.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=18, unique=True, editable=False, help_text=_("As it stands on a bank statement."))
    fee = models.DecimalField(max_digits=10, decimal_places=2)
    expenses = models.DecimalField(max_digits=10, decimal_places=2)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    name_on_account = EncryptedTextField()
    sort_code = EncryptedTextField()
    account_number = EncryptedTextField()
    roll_number = EncryptedTextField(blank=True)

    class Meta:
        ordering = ["run", "pk"]
        constraints = [
            # Rounded, because SQLite adds decimals as floats: there 0.10 and 0.20 are a little more than 0.30.
            models.CheckConstraint(condition=Q(amount=Round(F("fee") + F("expenses"), 2)), name="a_payment_is_fee_and_expenses"),
            models.CheckConstraint(condition=Q(amount__gt=0, fee__gte=0, expenses__gte=0), name="a_payment_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def ending(self) -> str:
        return self.account_number[-4:]
