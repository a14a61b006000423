"""What goes when somebody goes, and what goes with time. Payments stay, as law asks for a record of them; words do not."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from core import audit, workflow
from core.models import AuditEvent
from people.models import User
from recompense import claims, receipts
from recompense.models import Claim, Payee, Payment, PaymentRun
from recompense.models.claims import ClaimQuerySet

Status = Claim.Status
UNPAID = [Status.SUBMITTED, Status.RETURNED, Status.CHECKED, Status.APPROVED]  # sent, and no payment made of it
PAID = [Status.IN_RUN, Status.PAID]
WIPED = "claim.wiped"


def forget(person: User) -> None:
    """Called in the transaction that deletes the person; their claims then lose them."""
    for claim in Claim.objects.filter(claimant=person):
        _forget(workflow.lock(claim))
    Payee.objects.filter(person=person).delete()


def unpaid(person: User) -> ClaimQuerySet:
    """What would be withdrawn and not paid if somebody went now."""
    return Claim.objects.own(person).filter(status__in=UNPAID)


@transaction.atomic
def withdraw_left() -> None:
    """A claim that came back from a payment run when its claimant was gone has nobody to be paid."""
    for claim in Claim.objects.filter(status=Status.APPROVED, claimant=None):
        _forget(workflow.lock(claim))


def wipe(before: datetime.date) -> None:
    """Receipts, sealed accounts and all that was written, of claims and runs from before a day. Amounts and dates stay."""
    for claim in _kept_until(before):
        _wipe(claim.pk)
    PaymentRun.objects.filter(pays_on__lt=before).update(refusal="")


def _kept_until(before: datetime.date) -> QuerySet[Claim]:
    """By the day of payment, or else of sending, or else of beginning."""
    last = Coalesce("payment__run__pays_on", TruncDate("submitted_at"), TruncDate("began_at"))
    wiped = AuditEvent.objects.filter(act=WIPED, subject=OuterRef("key"))
    return Claim.objects.annotate(last=last).filter(~Exists(wiped), last__lt=before).order_by("pk")


@transaction.atomic
def _wipe(pk: int) -> None:
    claim = workflow.lock(Claim(pk=pk))
    _forget_all_words(claim)
    account = dict.fromkeys(["name_on_account", "sort_code", "account_number", "roll_number"], "")
    Payment.objects.filter(claim=claim).update(**account)
    audit.record(WIPED, claim)


def _forget(claim: Claim) -> None:
    if claim.status == Status.DRAFT:
        receipts.delete(receipts.of(claim))
        claim.delete()
        return
    if claim.status in UNPAID:
        claims.take_back(claim, by=None)
    if claim.status not in PAID:
        _forget_all_words(claim)


def _forget_all_words(claim: Claim) -> None:
    claims.forget_words(claim)
    claim.what_for = ""
    claim.save(update_fields=["what_for"])
