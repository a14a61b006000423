"""What panels send to people. Neutral outside and inside: no message names a panel, nor the characteristic it is about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from core import audit, mail
from core.models import AuditEvent
from panels import moments
from panels.models import Application, Experience, Membership, Offer

CALLED_OFF = "application.tell_called_off"


def link(application: Application, secret: str) -> None:
    """The way back to an application."""
    _write(application, secret, _("Your link"), "link")


def received(application: Application, secret: str) -> None:
    campaign = application.campaign
    when = {"closes_at": moments.at(campaign.closes_at), "decides_on": moments.day(campaign.decides_on)}
    _write(application, secret, _("We have what you sent"), "received", **when)


def withdrawn(application: Application) -> None:
    campaign = application.campaign
    open_until = moments.at(campaign.closes_at) if campaign.is_inviting else ""
    _write(application, "", _("What you wrote is erased"), "withdrawn", open_until=open_until)


def turned_down(application: Application, secret: str, feedback: str) -> None:
    _write(application, secret, _("News for you"), "turned_down", feedback=feedback)


def offered(application: Application, secret: str, offer: Offer) -> None:
    _write(application, secret, _("Good news for you"), "offered", answer_by=moments.at(offer.answer_by))


def offer_ended(application: Application, secret: str, offer: Offer) -> None:
    lapsed_at = moments.at(offer.answer_by) if offer.status == Offer.Status.LAPSED else ""
    _write(application, secret, _("News for you"), "offer_ended", lapsed_at=lapsed_at)


@task()
def called_off(application_pk: int) -> None:
    """By the queue, as there may be many. Once each, however often the queue repeats this."""
    application = Application.objects.select_related("campaign", "applicant").get(pk=application_pk)
    if AuditEvent.objects.filter(act=CALLED_OFF, subject=application.audit_key).exists():
        return
    _write(application, "", _("News for you"), "called_off")
    audit.record(CALLED_OFF, application)


def membership_ended(row: Membership) -> None:
    """To somebody whose membership was ended for them. Whoever leaves by themselves knows."""
    if row.person and row.ends_on:
        context = {"ends_on": moments.day(row.ends_on)}
        mail.send(row.person, _("News for you"), "panels/email/membership_ended", context)


def _write(application: Application, secret: str, subject: Promise, template: str, **context: Any) -> None:
    """To whoever wrote it, with the way to it: by `secret`, or with none by their account. Where they were erased, nobody."""
    if not application.email:
        return
    path = reverse("panels:link", args=[secret]) if secret else reverse("panels:application", args=[application.key])
    known = {"reference": application.reference, "url": settings.BASE_URL + path}
    mail.send(application, subject, f"panels/email/{template}", {**known, **context})


# Experiences --------------------------------------------------------------------------------------
# Without a link: its secret is the teller's alone, and we do not have it.


def experience_received(experience: Experience) -> None:
    _write_to_teller(experience, _("We have what you sent"), "experience_received")


def experience_decided(experience: Experience) -> None:
    _write_to_teller(experience, _("News for you"), "experience_decided")


def experience_withdrawn(experience: Experience) -> None:
    _write_to_teller(experience, _("What you sent is erased"), "experience_withdrawn")


def _write_to_teller(experience: Experience, subject: Promise, template: str) -> None:
    """To whoever left an address; the way back is their reference and the passphrase that they keep."""
    if not experience.email:
        return
    known = {"reference": experience.reference, "url": settings.BASE_URL + reverse("panels:come_back")}
    mail.send(experience, subject, f"panels/email/{template}", known)
