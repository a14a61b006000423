"""Taking out of the database what an applicant wrote, and that it was they."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core import audit, outbox, workflow
from panels.models import Application, Campaign, Offer
from people.models import User

Status = Application.Status
UNSENT_IS_KEPT = timedelta(days=30)  # after its campaign has closed


def take_out(application: Application, *, by: User | None) -> Application:
    """End an application that is held, an open offer with it, and erase it."""
    for offer in application.offers.filter(status=Offer.Status.OPEN):
        workflow.move(workflow.lock(offer), Offer.Status.DECLINED, by=by, act="offer.decline")
    workflow.move(application, Status.WITHDRAWN, by=by, act="application.withdraw")
    outbox.write("application.withdrawn", application=str(application.key))
    return erase(application)


def erase(application: Application) -> Application:
    """What was written, and by whom. The row stays, so that it stays counted."""
    application.answers.all().delete()
    application.applicant = application.district = None
    application.written_name = application.written_email = ""
    application.email_index = uuid.uuid4().hex  # found by no address, and one to a row
    application.save(update_fields=["applicant", "district", "written_name", "written_email", "email_index"])
    return application


def clear_due() -> None:
    """Erase what was never sent, some time after its campaign closed. To be called once a day."""
    over = Campaign.objects.ended_before(timezone.now() - UNSENT_IS_KEPT)
    gone = Application.objects.filter(status=Status.DRAFT, campaign__in=over.values("pk"))
    for application in gone:
        with transaction.atomic():
            audit.record("application.clear", application, before=application.status)
            application.delete()


@transaction.atomic
def forget_old(closed_before: datetime) -> None:
    """Erase what was written to campaigns that closed long ago, decided or not. Members stay members without their answers."""
    over = Campaign.objects.ended_before(closed_before)
    old = Application.objects.filter(campaign__in=over.values("pk"), answers__isnull=False).exclude(status=Status.DRAFT)
    for row in old.distinct():
        application = workflow.lock(row)
        if application.status == Status.APPOINTED:
            application.answers.all().delete()
        elif Status.WITHDRAWN in workflow.moves_of(Application)[application.status]:
            take_out(application, by=None)
        else:
            erase(application)
