"""What recompense sends to people. Neutral outside and inside: no message names a panel."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from core import audit, mail
from core.models import AuditEvent
from people.models import User
from recompense import documents
from recompense.models import Claim, Payment

TOLD = "claim.tell_paid"


def received(claim: Claim) -> None:
    """Each time that it was sent."""
    _write(claim, _("We have what you sent"), "recompense/email/received")


def asked(claim: Claim) -> None:
    """A checker or approver has a question. The question itself is read on the site."""
    _write(claim, _("A question for you"), "recompense/email/asked")


def rejected(claim: Claim) -> None:
    _write(claim, _("About your claim"), "recompense/email/rejected")


def account_changed(person: User) -> None:
    context = {"url": settings.BASE_URL + reverse("recompense:account")}
    mail.send(person, _("Your bank details have changed"), "recompense/email/account_changed", context)


def tell_paid(payment: Payment) -> None:
    """By the queue, in the transaction of the act: no letter is lost between the two."""
    send_remittance.enqueue(payment.pk)


@task()
def send_remittance(payment_pk: int) -> None:
    """Once for each payment, however often the queue repeats this. The audit row is written after the mail, so that a mail
    server that is down makes the queue try again: a second letter is better than none.
    """
    payment = Payment.objects.select_related("run", "claim__claimant").get(pk=payment_pk)
    claim, claimant = payment.claim, payment.claim.claimant
    if claimant is None or AuditEvent.objects.filter(act=TOLD, subject=claim.audit_key).exists():
        return
    with translation.override(mail.language(claimant)):
        attachment = (documents.file_name(payment), documents.remittance_pdf(payment), "application/pdf")
        context = {**documents.remittance(payment), "url": _address(claim)}
    mail.send(claimant, _("We have paid you"), "recompense/email/paid", context, attachments=[attachment])
    audit.record(TOLD, claim)


def _write(claim: Claim, subject, template: str) -> None:
    if claim.claimant:
        mail.send(claim.claimant, subject, template, {"reference": claim.reference, "url": _address(claim)})


def _address(claim: Claim) -> str:
    return settings.BASE_URL + reverse("recompense:claim", args=[claim.key])
