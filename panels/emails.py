"""What panels send to people. Neutral outside and inside: no message names a panel, nor the characteristic it is about."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import mail
from panels.models import Application, Offer


def link(application: Application, secret: str) -> None:
    """The way back to an application."""
    _write(application, secret, _("Your link"), "link")


def received(application: Application, secret: str) -> None:
    _write(application, secret, _("We have what you sent"), "received", decides_on=_day(application.campaign.decides_on))


def withdrawn(application: Application) -> None:
    _write(application, "", _("You have withdrawn"), "withdrawn")


def turned_down(application: Application, secret: str, feedback: str) -> None:
    _write(application, secret, _("News for you"), "turned_down", feedback=feedback)


def offered(application: Application, secret: str, offer: Offer) -> None:
    _write(application, secret, _("Good news for you"), "offered", answer_by=_day(timezone.localtime(offer.answer_by)))


def offer_ended(application: Application, secret: str) -> None:
    _write(application, secret, _("News for you"), "offer_ended")


def _write(application: Application, secret: str, subject: Promise, template: str, **context: str) -> None:
    """To whoever wrote it, with the way to it: by `secret`, or with none by their account. Where they were erased, nobody."""
    if not application.email:
        return
    path = reverse("panels:link", args=[secret]) if secret else reverse("panels:application", args=[application.key])
    known = {"reference": application.reference, "name": application.name, "url": settings.BASE_URL + path}
    mail.send(application, subject, f"panels/email/{template}", {**known, **context})


def _day(day: datetime.date) -> str:
    return formats.date_format(day, "j F Y")
