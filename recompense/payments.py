"""Paying what was approved: one run, one file, each claim once."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, codes, errors, money, outbox, workflow
from people.models import User
from recompense import claims, emails, judging, payment_file
from recompense.models import Claim, Payee, Payment, PaymentRun
from recompense.models.hands import APPROVER, CHECKER, CLAIMANT, LOWERED_APPROVING, LOWERED_CHECKING, MAY_PAY, STAFF

Status = PaymentRun.Status
LOWERED = gettext_lazy("A claim in which you lowered an amount is in this run, so somebody else must do this.")
# Preparing leaves one's own out; making the file and marking it paid is paying, whoever prepared the run.
HANDS = {
    CLAIMANT: gettext_lazy("Your own claim is in this run, so somebody else must do this."),
    CHECKER: gettext_lazy("A claim that you checked is in this run, so somebody else must do this."),
    APPROVER: gettext_lazy("A claim that you approved is in this run, so somebody else must do this."),
    LOWERED_CHECKING: LOWERED,
    LOWERED_APPROVING: LOWERED,
}
ACTS = {
    "reveal": acts.Act(MAY_PAY, frozenset(Status)),
    "export": acts.Act(MAY_PAY, frozenset({Status.PREPARED}), HANDS),
    "download": acts.Act(MAY_PAY, frozenset({Status.EXPORTED, Status.PAID})),
    "cancel": acts.Act(MAY_PAY, frozenset({Status.PREPARED})),
    "refuse": acts.Act(MAY_PAY, frozenset({Status.EXPORTED}), HANDS),
    "mark_paid": acts.Act(MAY_PAY, frozenset({Status.EXPORTED}), HANDS),
}
NO_ACCOUNT = gettext_lazy("We do not know where to send the money.")
MOST = 500  # payments in a run
DAYS_AHEAD = 31  # after its file is made a run waits for its day, so a slip of the pen must not put that years away


@dataclass(frozen=True)
class Candidate:
    """An approved claim, and why it cannot be in this person's run, if it cannot."""

    claim: Any  # with its totals
    why_not: object = ""
    has_new_account: bool = False  # since it was approved: somebody should ask the member before the money goes there

    @property
    def total(self) -> Decimal:
        return money.pounds(self.claim.fee + self.claim.expenses)


def candidates(by: User) -> list[Candidate]:
    """What this person may pay, at most as much as goes into a run, then what they may not, with the reason; oldest first."""
    payable = _payable(by)
    others = Claim.objects.filter(status=Claim.Status.APPROVED).exclude(pk__in=payable.values("pk"))
    left_out = [Candidate(claim, acts.why_not(claims.ACTS["pay"], claim, by) or NO_ACCOUNT) for claim in _oldest(others)]
    newer = payable.filter(claimant__payee__changed_at__gt=F("approved_at"))
    new = set(newer.values_list("pk", flat=True))
    return [*(Candidate(claim, has_new_account=claim.pk in new) for claim in _oldest(payable)), *left_out]


@transaction.atomic
def prepare(pays_on: datetime.date, *, by: User, chosen: Collection[uuid.UUID] | None = None) -> PaymentRun:
    """Put what this person may pay, or what they chose of it, into a run. What they may not pay waits for somebody else."""
    if not by.has_perm(STAFF[MAY_PAY]):
        raise errors.NotAllowed
    _judge_day(pays_on)
    held = _held(by, chosen)
    if not held:
        raise errors.DomainError(_("There is nothing that you can pay now."), code="nothing_to_pay")
    run = PaymentRun.objects.create(reference=codes.new(2), prepared_by=by, pays_on=pays_on)
    paid = _pay(held, run, by)
    run.count, run.total = len(paid), sum(payment.amount for payment in paid)
    run.save(update_fields=["count", "total"])
    audit.record("run.prepare", run, by=by, after=run.status)
    outbox.write("payment_run.prepared", payment_run=str(run.key))
    return run


@transaction.atomic
def reveal(run: PaymentRun, *, by: User) -> QuerySet[Payment]:
    """The payments, with the names on the accounts: each look leaves a trace."""
    run = _hold(run, "reveal", by)
    audit.record("run.reveal", run, by=by)
    return run.payments.select_related("claim").order_by("pk")


@transaction.atomic
def export(run: PaymentRun, *, by: User) -> bytes:
    """Make the file for the bank, once. It shows account numbers, so that each reading of it leaves a trace."""
    run = _hold(run, "export", by)
    _judge_still_to_come(run)
    _judge_sums(run)
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
    _let_go(run, by)
    workflow.move(run, Status.CANCELLED, by=by, act="run.cancel")
    outbox.write("payment_run.cancelled", payment_run=str(run.key))
    return run


@transaction.atomic
def refuse(run: PaymentRun, reason: str, *, by: User) -> PaymentRun:
    """The bank refused the file: nobody was paid by it. Which file that was stays in the trail by its digest."""
    run = _hold(run, "refuse", by)
    refusal = judging.words(judging.said(reason, "reason", _("Say why the bank refused the file")), "reason")
    _let_go(run, by)
    audit.record("run.refused_file", run, by=by, before=run.file_digest)
    workflow.move(run, Status.CANCELLED, by=by, act="run.refuse", refusal=refusal)
    outbox.write("payment_run.cancelled", payment_run=str(run.key))
    return run


@transaction.atomic
def mark_paid(run: PaymentRun, *, by: User) -> PaymentRun:
    """The bank has taken it. Everybody in it is told what came, and for what."""
    run = _hold(run, "mark_paid", by)
    paid = Claim.objects.filter(payment__run=run)
    workflow.move_all(paid, Claim.Status.PAID, by=by, act="claim.paid")
    workflow.move(run, Status.PAID, by=by, act="run.paid", paid_at=timezone.now())
    outbox.write_all("claim.paid", [{"claim": key} for key in paid.values_list("key", flat=True)])
    outbox.write("payment_run.paid", payment_run=str(run.key))
    for payment in run.payments.all():
        emails.tell_paid(payment)
    return run


def judge(run: PaymentRun, act: str, *, by: User) -> None:
    """Refuse what cannot be done with it now. The acts ask under their lock; a page that asks once more asks before."""
    acts.judge(ACTS[act], run, by=by)
    if act == "mark_paid" and not run.is_due:
        message = _("It is paid on %(day)s. Mark it as paid on that day or later: until then the letter would not be true.")
        raise errors.DomainError(message % {"day": formats.date_format(run.pays_on, "j F Y")}, code="not_yet")


def letters(run: PaymentRun) -> dict[str, int]:
    """How many letters marking it as paid sends, and to how many people."""
    told = Claim.objects.filter(payment__run=run, claimant__isnull=False)
    return told.aggregate(letters=Count("pk"), people=Count("claimant", distinct=True))


def _payable(by: User) -> QuerySet[Claim]:
    return Claim.objects.awaiting(claims.ACTS["pay"], by).filter(claimant__payee__isnull=False)


def _oldest(waiting: QuerySet[Claim]) -> QuerySet[Claim]:
    """With their sums. The first of them by key, because a sum over all of them would be made before the rest is cut off."""
    first = list(waiting.order_by("submitted_at", "pk").values_list("pk", flat=True)[:MOST])
    return (
        Claim.objects.filter(pk__in=first)
        .with_totals()
        .select_related("claimant")
        .prefetch_related("lowerings")
        .order_by("submitted_at", "pk")
    )


def _held(by: User, chosen: Collection[uuid.UUID] | None) -> list[Claim]:
    """Locked in one order, so that no two runs wait for each other; judged again by then, so that none takes the other's."""
    payable = _payable(by) if chosen is None else _payable(by).filter(key__in=chosen)
    first = list(payable.order_by("submitted_at", "pk").values_list("pk", flat=True)[:MOST])
    return list(_payable(by).filter(pk__in=first).select_for_update(of=("self",)).order_by("pk"))


def _pay(held: Sequence[Claim], run: PaymentRun, by: User) -> list[Payment]:
    accounts = {payee.person_id: payee for payee in Payee.objects.filter(person__in=[claim.claimant_id for claim in held])}
    sums = {claim.pk: claim for claim in Claim.objects.filter(pk__in=[claim.pk for claim in held]).with_totals()}
    paid = [_payment(run, accounts[claim.claimant_id or 0], sums[claim.pk]) for claim in held]
    Payment.objects.bulk_create(paid, batch_size=500)
    for claim, payment in zip(held, paid, strict=True):
        claim.payment = payment
    workflow.move_each(held, Claim.Status.IN_RUN, by=by, act="claim.in_run", also=["payment"])
    return paid


def _payment(run: PaymentRun, payee: Payee, claim: Any) -> Payment:
    """`claim` with its totals."""
    fee, expenses = money.pounds(claim.fee), money.pounds(claim.expenses)
    account = {name: getattr(payee, name) for name in ["name_on_account", "sort_code", "account_number", "roll_number"]}
    amounts = {"fee": fee, "expenses": expenses, "amount": fee + expenses}
    return Payment(run=run, reference=codes.new(3).replace("-", ""), **account, **amounts)


def _let_go(run: PaymentRun, by: User) -> None:
    """Its claims wait again as they did, and its payments never were."""
    held = Claim.objects.filter(payment__run=run)
    workflow.move_all(held, Claim.Status.APPROVED, by=by, act="claim.left_run", payment=None)
    run.payments.all().delete()


def _hold(run: PaymentRun, act: str, by: User) -> PaymentRun:
    run = workflow.lock(run)
    judge(run, act, by=by)
    return run


def _judge_day(pays_on: datetime.date) -> None:
    today = timezone.localdate()
    if pays_on < today:
        raise errors.DomainError(_("Choose a payment date that is not in the past"), code="past_day", field="pays_on")
    if pays_on > today + timedelta(days=DAYS_AHEAD):
        message = _("Choose a payment date in the next %(days)s days") % {"days": DAYS_AHEAD}
        raise errors.DomainError(message, code="far_day", field="pays_on")


def _judge_still_to_come(run: PaymentRun) -> None:
    if run.is_too_late:
        raise errors.DomainError(_("The payment day is past. Cancel this run and prepare another."), code="past_day")


def _judge_sums(run: PaymentRun) -> None:
    """Control totals: what goes into the file is what the run was prepared with, claim by claim."""
    found = run.payments.filter(claim__status=Claim.Status.IN_RUN).aggregate(total=Sum("amount"))
    counts = {run.count, run.payments.count(), Claim.objects.filter(payment__run=run).count()}
    if len(counts) > 1 or money.pounds(found["total"] or 0) != run.total:
        message = _("The payments no longer add up to what this run was prepared with. Make no file; ask for help.")
        raise errors.Conflict(message, code="sums_differ")
