"""What learning sends to people. The course is named in the body alone."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from core import audit, mail
from core.models import AuditEvent
from learning import documents
from learning.models import Certificate

MAILED = "certificate.mail"


@task()
def send_certificate(certificate_pk: int) -> None:
    """Once for each certificate, however often the queue repeats this; not when it was withdrawn or its learner erased.
    Two workers at the very same moment could both send: a second letter is better than none.
    """
    certificate = _to_be_mailed(certificate_pk)
    if certificate and not AuditEvent.objects.filter(act=MAILED, subject=certificate.audit_key).exists():
        certificate_ready(certificate)
        audit.record(MAILED, certificate)


def certificate_ready(certificate: Certificate) -> None:
    """Tell the learner, if there still is one, with the certificate attached."""
    learner = certificate.registration.learner
    if learner is None:
        return
    with translation.override(mail.language(learner)):
        context = _context(certificate)
        attachment = (documents.FILE_NAME, documents.certificate_pdf(certificate), "application/pdf")
    mail.send(learner, _("Your certificate is ready"), "learning/email/certificate_ready", context, attachments=[attachment])


def _to_be_mailed(certificate_pk: int) -> Certificate | None:
    valid = Certificate.objects.filter(status=Certificate.Status.VALID).exclude(registration__learner=None)
    return valid.select_related("registration__learner").filter(pk=certificate_pk).first()


def _context(certificate: Certificate) -> dict:
    return {
        "certificate": certificate,
        "name": documents.holder(certificate),
        "completed_on": documents.completed_on(certificate),
        "facts": documents.facts(certificate),
        "certificate_url": settings.BASE_URL + reverse("learning:certificate", args=[certificate.key]),
        "check_url": documents.check_url(),
        "check_address": documents.check_address(),
    }
