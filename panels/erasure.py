"""What goes when somebody goes, and what goes with time: answers, names and addresses. That a seat was filled stays counted."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet

from core import outbox, workflow
from panels import membership, recruitment
from panels.models import Application, Membership, Offer
from people.models import User

Status = Application.Status


def forget(person: User) -> None:
    """Called in the transaction that deletes the person; nothing is mailed, since they asked to be gone."""
    for application in applications_of(person):
        _forget(workflow.lock(application))
    for row in person.memberships.filter(status=Membership.Status.ACTIVE):
        membership.end(row, by=None)
    hidden = {"shows_name": False, "shows_district": False, "shows_about": False}
    person.memberships.update(about="", district=None, **hidden)


def applications_of(person: User) -> QuerySet[Application]:
    """Those of their account, and those that were written from an address that they have shown to be theirs."""
    addresses = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    indexes = [recruitment.email_index(address) for address in addresses]
    return Application.objects.filter(Q(applicant=person) | Q(applicant=None, email_index__in=indexes))


@transaction.atomic
def forget_old_applications(closed_before: datetime) -> None:
    """What was written to campaigns that closed long ago. Members stay members; what they had answered goes too."""
    old = Application.objects.filter(campaign__closes_at__lt=closed_before)
    for application in old.exclude(status=Status.APPOINTED).exclude(email_index=""):
        _forget(workflow.lock(application))
    for application in old.filter(status=Status.APPOINTED, answers__isnull=False).distinct():
        application.answers.all().delete()


def _forget(application: Application) -> None:
    if application.status == Status.DRAFT:
        application.delete()
        return
    _withdraw(application)
    application.answers.all().delete()
    application.links.all().delete()
    application.applicant = application.district = None
    application.written_name = application.written_email = ""
    # An appointed one keeps its place among those in play, which are told apart by address.
    application.email_index = secrets.token_hex(32) if application.status == Status.APPOINTED else ""
    application.save(update_fields=["applicant", "district", "written_name", "written_email", "email_index"])


def _withdraw(application: Application) -> None:
    if Status.WITHDRAWN not in workflow.moves_of(Application)[application.status]:
        return
    for offer in application.offers.filter(status=Offer.Status.OPEN):
        workflow.move(workflow.lock(offer), Offer.Status.DECLINED, by=None, act="offer.decline")
    workflow.move(application, Status.WITHDRAWN, by=None, act="application.withdraw")
    outbox.write("application.withdrawn", application=str(application.key))
