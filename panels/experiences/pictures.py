"""Photos, drawings and scanned pages that come with an experience: sent by its teller, kept privately, drawn anew.

What was sent is kept nowhere: each picture is the drawing that `core.uploads` made of it, and of a PDF each page is one.
Which of them may be shown a moderator says (`moderating.show_pictures`).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import errors, private_files, uploads
from panels.experiences import telling
from panels.models import Experience, Picture, StoryPage
from panels.models.experiences import ExperienceQuerySet

FOLDER = "experiences"
MOST = 6  # with one experience
LONGEST = 500  # characters, of one description


def add(experience: Experience, upload: IO[bytes], description: str = "") -> list[Picture]:
    """Keep a picture, or each page of a PDF as one, before the experience is sent. One that is there is not kept twice."""
    drawn = uploads.draw(upload, field="picture")  # takes seconds: nothing is held meanwhile
    return _keep(experience, {hashlib.sha256(page).hexdigest(): page for page in drawn.pages}, description)


@transaction.atomic
def describe(experience: Experience, descriptions: Mapping[uuid.UUID, str]) -> None:
    """What each shows, in the teller's words."""
    experience = telling.hold_draft(experience)
    for picture in experience.pictures.filter(key__in=descriptions):
        _describe(picture, descriptions[picture.key])
    telling.touch(experience)


@transaction.atomic
def remove(picture: Picture) -> None:
    """Before the experience is sent. Its file goes when this is done."""
    experience = telling.hold_draft(picture.experience)
    picture.discard()
    telling.touch(experience)


def content(picture: Picture) -> bytes:
    """JPEG. Where a broken act took the file, `FileNotFoundError`."""
    with picture.file.storage.open(str(picture.file)) as file:
        return file.read()


def published() -> QuerySet[Picture]:
    """What everybody may see: of an experience whose story stands on the site."""
    stories = StoryPage.objects.live().public()
    return Picture.objects.filter(is_shown=True, experience__status=Experience.Status.PUBLISHED, experience__page__in=stories)


def with_published(rows: ExperienceQuerySet) -> ExperienceQuerySet:
    """For readers on panels. Tellers are promised that a picture is shown only where their words are published, to panels too."""
    return rows.prefetch_related(Prefetch("pictures", published()))


def sweep() -> None:
    """Delete files that no row knows. Called once a day."""
    known = set(Picture.objects.values_list("file", flat=True))
    private_files.sweep(Picture._meta.get_field("file").storage, FOLDER, known)


@transaction.atomic
def _keep(experience: Experience, pages: Mapping[str, bytes], description: str) -> list[Picture]:
    experience = telling.hold_draft(experience)
    there = {picture.digest: picture for picture in experience.pictures.all()}
    _judge_room(len(pages.keys() - there.keys()), MOST - len(there))
    kept = [there.get(digest) or _write(experience, digest, page) for digest, page in pages.items()]
    for picture in kept:
        if description.strip():
            _describe(picture, description)
    telling.touch(experience)
    return kept


def _write(experience: Experience, digest: str, page: bytes) -> Picture:
    picture = Picture(experience=experience, digest=digest)
    picture.file.save(f"{uuid.uuid4()}.jpg", ContentFile(page), save=False)
    picture.save()
    return picture


def _describe(picture: Picture, description: str) -> None:
    if len(description.strip()) > LONGEST:
        message = _("A description can hold %(most)s characters. You have written %(count)s.")
        facts = {"most": LONGEST, "count": len(description.strip())}
        raise errors.DomainError(message % facts, code="description_too_long", field="description")
    picture.description = description.strip()
    picture.save(update_fields=["description"])


def _judge_room(wanted: int, room: int) -> None:
    if wanted <= room:
        return
    if room <= 0:
        message = _("You have sent %(most)s pictures, which is as many as we can take. Remove one to send another")
        raise errors.DomainError(message % {"most": MOST}, code="picture_too_many", field="picture")
    message = ngettext(
        "There is room for one more picture, and this file has %(wanted)s pages. Send the page that matters most",
        "There is room for %(room)s more pictures, and this file has %(wanted)s pages. Send the pages that matter most",
        room,
    )
    raise errors.DomainError(message % {"room": room, "wanted": wanted}, code="picture_too_many", field="picture")
