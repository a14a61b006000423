"""Keeping nothing longer than it is needed. `run` is safe to repeat; it is called once a day by the queue."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure

from core import audit, mail
from learning.lrs import attachments
from learning.lrs import retention as record
from panels import erasure as applications
from panels.experiences import pictures
from panels.models import Application, Membership
from people.models import User
from recompense import erasure as claims
from recompense import receipts
from recompense.models import Claim
from website import privacy

UNCONFIRMED = timedelta(days=30)
WARNING = timedelta(days=30)  # between the warning and the end of an account
MAIL_FILES = timedelta(days=7)
FAILED_TASKS = timedelta(days=30)


def run() -> None:
    clear_sessions()
    for pk in unconfirmed().values_list("pk", flat=True):
        delete_unconfirmed(pk)
    for pk in to_warn().values_list("pk", flat=True):
        warn(pk)
    for pk in to_delete().values_list("pk", flat=True):
        delete_unused(pk)
    clear_mail_files()
    clear_failed_tasks()
    forget_what_was_kept_by_law()
    clear_record()


def unconfirmed() -> QuerySet[User]:
    """Accounts whose address nobody confirmed within thirty days."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    waiting = User.objects.filter(Exists(addresses), ~Exists(addresses.filter(verified=True)), is_staff=False, is_superuser=False)
    return waiting.filter(date_joined__lt=timezone.now() - UNCONFIRMED)


def to_warn() -> QuerySet[Any]:
    """Learners whose account ends in thirty days unless they come back, and who have not been told since they were last here."""
    not_told = Q(warned_at=None) | Q(warned_at__lt=F("last_here"))
    return _learners().filter(not_told, last_here__lt=_end_of_keeping() + WARNING)


def to_delete() -> QuerySet[Any]:
    """Learners who were told thirty days ago and have not come back."""
    told = _learners().filter(last_here__lt=_end_of_keeping(), warned_at__gte=F("last_here"))
    return told.filter(warned_at__lte=timezone.now() - WARNING)


@transaction.atomic
def warn(pk: int) -> None:
    person = to_warn().filter(pk=pk).first()
    if person is None:
        return
    now = timezone.now()
    User.objects.filter(pk=pk).update(warned_at=now)
    audit.record("account.end_announced", person)
    day = max(now + WARNING, person.last_here + timedelta(days=_keeping_days()))
    context = {"day": formats.date_format(timezone.localdate(day), "j F Y"), "url": settings.BASE_URL + reverse("account_login")}
    mail.send(person, _("Your account"), "website/email/account_unused", context)


def delete_unused(pk: int) -> None:
    person = to_delete().filter(pk=pk).first()
    if person is not None:
        privacy.erase(person, by=None)


def delete_unconfirmed(pk: int) -> None:
    person = unconfirmed().filter(pk=pk).first()
    if person is not None:
        privacy.erase(person, by=None)


def clear_sessions() -> None:
    """Sessions past their end, and the list's rows of devices whose session is gone."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(known)).delete()


def clear_mail_files() -> None:
    """Mail that was written to files, where it is: the embedded default and the demonstration."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "")
    if not getattr(settings, "EMAIL_FILE_PATH", None) or not folder.is_dir():
        return
    oldest = time.time() - MAIL_FILES.total_seconds()
    for file in folder.glob("*.log"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def clear_failed_tasks() -> None:
    """What the queue gave up, with what it was called with: long enough to be looked into."""
    Failure.objects.filter(stopped__lt=timezone.now() - FAILED_TASKS).delete()


def forget_what_was_kept_by_law() -> None:
    """Applications after their time; receipts, accounts and reasons after theirs; files that no row knows."""
    now = timezone.now()
    applications.forget_old(now - timedelta(days=_days(settings.RETENTION_APPLICATION_MONTHS)))
    claims.withdraw_left()
    claims.wipe(timezone.localdate() - timedelta(days=_days(12 * settings.RETENTION_PAYMENT_YEARS)))
    receipts.sweep()
    pictures.sweep()


def clear_record() -> None:
    """Of the record store: what programs keep about people who do not come, what others said long ago, and files of neither."""
    now = timezone.now()
    record.forget_documents(now - timedelta(days=_days(settings.RETENTION_DOCUMENT_MONTHS)))
    if settings.RETENTION_STATEMENT_YEARS:
        record.forget_statements(now - timedelta(days=_days(12 * settings.RETENTION_STATEMENT_YEARS)))
    attachments.drop_unused()
    attachments.sweep()


def _learners() -> QuerySet[Any]:
    """Everybody who holds no role, with the last time they were here: signing in, or an act in a module.

    Who sits on a panel, waits to hear, or is owed money stays, however seldom they come.
    """
    last_act = Coalesce(Max("registrations__progress__last_act_at"), F("date_joined"))
    sits = Membership.objects.filter(person=OuterRef("pk"), status=Membership.Status.ACTIVE)
    applies = Application.objects.filter(applicant=OuterRef("pk"), status__in=Application.IN_PLAY)
    owed = Claim.objects.filter(claimant=OuterRef("pk"), status__in=[*claims.UNPAID, Claim.Status.IN_RUN])
    learners = User.objects.filter(~Exists(sits), ~Exists(applies), ~Exists(owed), is_staff=False, is_superuser=False)
    return learners.annotate(last_here=Greatest("date_joined", Coalesce("last_login", "date_joined"), last_act))


def _end_of_keeping() -> datetime:
    return timezone.now() - timedelta(days=_keeping_days())


def _keeping_days() -> int:
    return _days(settings.RETENTION_LEARNER_MONTHS)


def _days(months: int) -> int:
    return round(months * 365 / 12)
