"""Paying what was approved: one run, one file, each claim once."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, codes, errors, outbox, workflow
from people.models import User
from recompense import claims, emails, payment_file
from recompense.models import Claim, Payee, Payment, PaymentRun
from recompense.models.claims import APPROVER, CHECKER, CLAIMANT, MAY_PAY

Status = PaymentRun.Status
ACTS = {
    "export": acts.Act(MAY_PAY, frozenset({Status.PREPARED})),
    "download": acts.Act(MAY_PAY, frozenset({Status.EXPORTED, Status.PAID})),
    "cancel": acts.Act(MAY_PAY, frozenset({Status.PREPARED})),
    "mark_paid": acts.Act(MAY_PAY, frozenset({Status.EXPORTED})),
}
HANDS = {CLAIMANT: claims.OWN, CHECKER: claims.CHECKED, APPROVER: claims.APPROVED}
NO_ACCOUNT = gettext_lazy("We do not know where to send the money.")


@dataclass(frozen=True)
class Candidate:
    """An approved claim, and why it cannot be in this person's run, if it cannot."""

    claim: Claim
    why_not: object = ""


def candidates(by: User) -> list[Candidate]:
    """What is approved, oldest first: what this person may pay, and what they may not, with the reason."""
    waiting = (
        Claim.objects.filter(status=Claim.Status.APPROVED).with_totals().select_related("claimant").order_by("approved_at", "pk")
    )
    accounts = set(Payee.objects.filter(person__in=waiting.values("claimant")).values_list("person", flat=True))
    return [Candidate(claim, _why_not(claim, by, accounts)) for claim in waiting]


@transaction.atomic
def prepare(pays_on: datetime.date, *, by: User) -> PaymentRun:
    """Put everything that this person may pay into a run. What they may not pay waits for somebody else."""
    if not by.has_perm("recompense.pay_claims"):
        raise errors.NotAllowed
    if pays_on < timezone.localdate():
        raise errors.DomainError(_("Choose a payment date that is not in the past"), code="past_day", field="pays_on")
    run = PaymentRun.objects.create(reference=codes.new(2), prepared_by=by, pays_on=pays_on)
    paid = [payment for candidate in candidates(by) if not candidate.why_not and (payment := _pay(candidate.claim, run, by))]
    if not paid:
        raise errors.DomainError(_("There is nothing that you can pay now."), code="nothing_to_pay")
    run.count, run.total = len(paid), sum(payment.amount for payment in paid)
    run.save(update_fields=["count", "total"])
    audit.record("run.prepare", run, by=by, after=run.status)
    outbox.write("payment_run.prepared", payment_run=str(run.key))
    return run


@transaction.atomic
def export(run: PaymentRun, *, by: User) -> bytes:
    """Make the file for the bank, once. It shows account numbers, so that each reading of it leaves a trace."""
    run = _hold(run, "export", by)
    content = payment_file.write(run)
    digest = hashlib.sha256(content).hexdigest()
    workflow.move(run, Status.EXPORTED, by=by, act="run.export", file_digest=digest, exported_at=timezone.now())
    outbox.write("payment_run.exported", payment_run=str(run.key))
    return content


@transaction.atomic
def download(run: PaymentRun, *, by: User) -> bytes:
    """The same file again, to the byte."""
    run = _hold(run, "download", by)
    content = payment_file.write(run)
    if hashlib.sha256(content).hexdigest() != run.file_digest:
        raise errors.Conflict(_("The file would not be the same as before. Do not send it; ask for help."), code="file_changed")
    audit.record("run.download", run, by=by)
    return content


@transaction.atomic
def cancel(run: PaymentRun, *, by: User) -> PaymentRun:
    """Before its file is made: every claim waits again as it did."""
    run = _hold(run, "cancel", by)
    held = Claim.objects.filter(payment__run=run)
    workflow.move_all(held, Claim.Status.APPROVED, by=by, act="claim.left_run", payment=None)
    run.payments.all().delete()
    workflow.move(run, Status.CANCELLED, by=by, act="run.cancel")
    outbox.write("payment_run.cancelled", payment_run=str(run.key))
    return run


@transaction.atomic
def mark_paid(run: PaymentRun, *, by: User) -> PaymentRun:
    """The bank has taken it. Everybody in it is told what came, and for what."""
    run = _hold(run, "mark_paid", by)
    for payment in run.payments.all():
        emails.tell_paid(payment)
    workflow.move_all(Claim.objects.filter(payment__run=run), Claim.Status.PAID, by=by, act="claim.paid")
    workflow.move(run, Status.PAID, by=by, act="run.paid", paid_at=timezone.now())
    outbox.write("payment_run.paid", payment_run=str(run.key))
    return run


def _hold(run: PaymentRun, act: str, by: User) -> PaymentRun:
    run = workflow.lock(run)
    acts.judge(ACTS[act], run, by=by)
    return run


def _pay(claim: Claim, run: PaymentRun, by: User) -> Payment | None:
    """One claim, judged again under its lock: another run may have taken it meanwhile."""
    claim = workflow.lock(claim)
    if claim.status != Claim.Status.APPROVED:
        return None
    acts.judge(claims.ACTS["pay"], claim, by=by)
    fee, expenses = claims.totals(claim)
    payee = Payee.objects.get(person=claim.claimant_id)
    account = {name: getattr(payee, name) for name in ["name_on_account", "sort_code", "account_number", "roll_number"]}
    amounts = {"fee": fee, "expenses": expenses, "amount": fee + expenses}
    payment = Payment.objects.create(run=run, reference=codes.new(3).replace("-", ""), **account, **amounts)
    workflow.move(claim, Claim.Status.IN_RUN, by=by, act="claim.in_run", payment=payment)
    return payment


def _why_not(claim: Claim, by: User, accounts: set[int]) -> object:
    held = claim.relations_of(by)
    hands = [why for relation, why in HANDS.items() if relation in held]
    return hands[0] if hands else "" if claim.claimant_id in accounts else NO_ACCOUNT
