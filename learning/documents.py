"""Certificates as documents. The holder's name is read at that moment, so that a changed name shows at once."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext, pgettext

from core import pdf
from learning.models import Certificate

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
FILE_NAME = "certificate.pdf"  # seen in lists of downloads: the number would tell anybody name and topic


def certificate_pdf(certificate: Certificate) -> bytes:
    """The certificate as a tagged PDF in the active language. Its title names no course: a mail client shows it."""
    return pdf.render(TEMPLATE, _certificate(certificate))


def holder(certificate: Certificate) -> str:
    """The name its holder goes by now; none when they have been erased."""
    learner = certificate.registration.learner
    return learner.display_name if learner else ""


def check_url() -> str:
    """Where anybody can check a certificate's number."""
    return settings.BASE_URL + reverse("learning:check")


def check_address() -> str:
    """The same, as people read it."""
    return check_url().split("://", 1)[-1].rstrip("/")


def facts(certificate: Certificate) -> list[tuple[str, str]]:
    """What stands on a certificate beside name and title, as (label, value)."""
    rows = [
        (pgettext("certificate", "Completed"), completed_on(certificate)),
        (gettext("Learning time"), learning_time(certificate.minutes)),
        (pgettext("certificate", "Version"), str(certificate.version or "")),
        (pgettext("certificate", "Number"), certificate.code),
    ]
    return [(label, value) for label, value in rows if value]


def completed_on(certificate: Certificate) -> str:
    """18 November 2026, in Europe/London."""
    return formats.date_format(timezone.localtime(certificate.issued_at), "j F Y")


def learning_time(minutes: int) -> str:
    """1 hour 12 minutes; nothing for nought."""
    hours, rest = divmod(minutes, 60)
    parts = [
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest} if rest else "",
    ]
    return " ".join(filter(None, parts))


def _certificate(certificate: Certificate) -> dict:
    return {
        "title": gettext("Certificate"),
        "name": holder(certificate),
        "course_or_module": certificate.title,
        "facts": facts(certificate),
        "check_url": check_url(),
        "check_address": check_address(),
        "demonstration": gettext("Demonstration content") if settings.DEMO else "",
        "words": {
            "opening": gettext("This is to say that"),
            "completed": pgettext("certificate, followed by a title", "completed"),
            "check": gettext("Check this certificate, with its number, at"),
            "undrawn": gettext(
                "□ stands for a letter that this document cannot draw. The name is whole where the certificate is checked."
            ),
        },
    }
