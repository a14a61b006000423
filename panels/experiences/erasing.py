"""Taking out of the database, the site and its search what somebody told us: at their word, and when its time is over.

The row stays without a word in it, so that it stays counted; so do the audit rows, which never had one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit, outbox, workflow
from panels.experiences import publishing
from panels.models import Experience
from people.models import User

Status = Experience.Status
DRAFT_IS_KEPT = timedelta(days=14)  # after it was touched last
EMPTY: dict[str, Any] = {"passphrase_digest": "", "email": "", "language": "", "whose": "", "season": "", "concern": ""}
EMPTY |= {"referral": "", "reason": "", "note": "", "district": None, "panel": None, "year": None, "prepared_by": None}


def take_out(experience: Experience, to: str, *, by: User | None, act: str) -> Experience:
    """End an experience that is held and was sent, and erase it: page, words, pictures, agreements."""
    publishing.remove(experience)
    for picture in experience.pictures.all():
        picture.discard()
    experience.passages.all().delete()
    experience.agreements.all().delete()
    experience.themes.clear()
    workflow.move(experience, to, by=by, act=act, **EMPTY)
    outbox.write(act, experience=str(experience.key))
    return experience


def discard(draft: Experience) -> None:
    """A draft that is held goes whole: it was never ours to count."""
    audit.record("experience.discard", draft, before=draft.status)
    for picture in draft.pictures.all():
        picture.discard()
    draft.delete()


def clear_due() -> None:
    """Drafts that nobody came back to, and experiences whose time is over. To be called once a day."""
    now = timezone.now()
    left = Experience.objects.filter(status=Status.DRAFT, changed_at__lt=now - DRAFT_IS_KEPT)
    for pk in left.values_list("pk", flat=True):
        _clear(pk)
    kept = timedelta(days=round(settings.RETENTION_EXPERIENCE_MONTHS * 365 / 12))
    for pk in Experience.objects.sent().filter(submitted_at__lt=now - kept).values_list("pk", flat=True):
        _expire(pk)


@transaction.atomic
def _clear(pk: int) -> None:
    draft = Experience.objects.select_for_update(of=("self",)).filter(pk=pk, status=Status.DRAFT).first()
    if draft and draft.changed_at < timezone.now() - DRAFT_IS_KEPT:
        discard(draft)


@transaction.atomic
def _expire(pk: int) -> None:
    experience = Experience.objects.select_for_update(of=("self",)).sent().filter(pk=pk).first()
    if experience:
        take_out(experience, Status.EXPIRED, by=None, act="experience.expire")
