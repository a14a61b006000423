"""Moderators: read, prepare what may be shown beside what was told, and a second one decides.

Two people go over everything before anybody else reads it: who prepared it does not decide on it. What may be done with it
is what the teller agrees to, judged under the lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import acts, audit, errors, outbox, workflow
from panels import emails, versions
from panels.experiences import publishing
from panels.models import Experience, Passage, Picture, Theme
from panels.models.experiences import MODERATOR, PREPARER
from people.models import District, User

Status = Experience.Status
SECOND = {PREPARER: gettext_lazy("You prepared this. Somebody else must go over it and decide.")}
ACTS = {
    "take": acts.Act(MODERATOR, frozenset({Status.RECEIVED, Status.DECLINED, Status.KEPT, Status.PUBLISHED})),
    "save": acts.Act(MODERATOR, frozenset({Status.READING})),
    "sort": acts.Act(MODERATOR, frozenset({Status.READING, Status.PREPARED})),
    "refer": acts.Act(MODERATOR, frozenset(set(Status) - {Status.DRAFT, *Experience.GONE})),
    "show_pictures": acts.Act(MODERATOR, frozenset({Status.READING})),
    "prepare": acts.Act(MODERATOR, frozenset({Status.READING})),
    "send_back": acts.Act(MODERATOR, frozenset({Status.PREPARED})),
    "publish": acts.Act(MODERATOR, frozenset({Status.PREPARED}), SECOND),
    "keep": acts.Act(MODERATOR, frozenset({Status.PREPARED}), SECOND),
    "decline": acts.Act(MODERATOR, frozenset({Status.READING})),
}
INSIDE = ["panel", "share", "quote"]  # any of these lets it be used without being published


def read(experience: Experience, *, by: User) -> list[Passage]:
    """The words as they were told. Each time leaves an audit row."""
    if MODERATOR not in experience.relations_of(by):
        raise errors.NotAllowed
    audit.record("experience.read", experience, by=by)
    return list(experience.passages.all())


def see(picture: Picture, *, by: User) -> None:
    """A picture as it came. Each time leaves an audit row."""
    if MODERATOR not in picture.experience.relations_of(by):
        raise errors.NotAllowed
    audit.record("experience.see_picture", picture.experience, by=by)


@transaction.atomic
def take(experience: Experience, *, by: User, seen: str = "") -> Experience:
    """Begin to read, or take up again what was decided on. What is published goes off the site until it is published anew."""
    experience = _hold(experience, "take", by, seen)
    _take_from_readers(experience)
    return workflow.move(experience, Status.READING, by=by, act="experience.take", prepared_by=None)


@transaction.atomic
def sort(experience: Experience, *, themes: Iterable[Theme], district: District | None, by: User, seen: str = "") -> Experience:
    """Say what it is about and where, so that it can be found."""
    experience = _hold(experience, "sort", by, seen)
    experience.district = district
    experience.save(update_fields=["district"])
    experience.themes.set(themes)
    audit.record("experience.sort", experience, by=by)
    return experience


@transaction.atomic
def refer(experience: Experience, concern: str, referral: str, *, by: User, seen: str = "") -> Experience:
    """Note a concern, and what was done about it. While somebody may be in danger, nothing of it is used."""
    experience = _hold(experience, "refer", by, seen)
    if concern and not referral.strip():
        message = _("Write what was done, by whom and when. “Nothing yet” is an answer too.")
        raise errors.DomainError(message, code="no_referral", field="referral")
    before, experience.concern, experience.referral = experience.concern, concern, referral.strip()
    experience.save(update_fields=["concern", "referral"])
    audit.record("experience.refer", experience, by=by, before=before, after=concern)
    if concern == Experience.Concern.DANGER and experience.status in Experience.USED:
        _end_use(experience, by)
    return experience


@transaction.atomic
def save(experience: Experience, shown: Mapping[str, str], *, note: str = "", by: User, seen: str = "") -> Experience:
    """Keep what may be shown as far as it is written. It is not passed on yet."""
    experience = _hold(experience, "save", by, seen)
    if _write(experience, shown) or experience.note != note.strip():
        experience.note = note.strip()
        experience.save(update_fields=["note"])
        audit.record("experience.save", experience, by=by)
    return experience


@transaction.atomic
def show_pictures(experience: Experience, shown: Mapping[uuid.UUID, str], *, by: User, seen: str = "") -> Experience:
    """Say which pictures may be shown, each with the words for whoever does not see it. The others are not shown."""
    experience = _hold(experience, "show_pictures", by, seen)
    for picture in experience.pictures.all():
        picture.is_shown = picture.key in shown
        picture.shown_description = shown.get(picture.key, "").strip()
        if picture.is_shown and not picture.shown_description:
            message = _("Write what it shows, for whoever does not see it")
            raise errors.DomainError(message, code="no_description", field=f"description_{picture.key}")
        picture.save(update_fields=["is_shown", "shown_description"])
    audit.record("experience.show_pictures", experience, by=by)
    return experience


@transaction.atomic
def prepare(experience: Experience, shown: Mapping[str, str], *, note: str = "", by: User, seen: str = "") -> Experience:
    """Write what may be shown of each part, and pass it on to a second reader. The teller's words stay as they are."""
    experience = _hold(experience, "prepare", by, seen)
    _write(experience, shown)
    if not any(passage.shown for passage in experience.passages.all()):
        raise errors.DomainError(_("Keep at least a sentence of it, or decline it."), code="nothing_shown", field="shown")
    facts: dict[str, Any] = {"prepared_by": by, "note": note.strip()}
    return workflow.move(experience, Status.PREPARED, by=by, act="experience.prepare", **facts)


@transaction.atomic
def send_back(experience: Experience, note: str, *, by: User, seen: str = "") -> Experience:
    """To be prepared anew, with what is to be changed."""
    experience = _hold(experience, "send_back", by, seen)
    return workflow.move(experience, Status.READING, by=by, act="experience.send_back", note=note.strip(), prepared_by=None)


@transaction.atomic
def publish(experience: Experience, *, number: int | None = None, by: User, seen: str = "") -> Experience:
    """Put it on the site, where the teller agreed to that. Its number is drawn by lot, but for the demonstration's."""
    experience = _hold(experience, "publish", by, seen)
    if why := why_not_publish(experience):
        raise why
    workflow.move(experience, Status.PUBLISHED, by=by, act="experience.publish", note="")
    publishing.make(experience, number)
    outbox.write("experience.published", experience=str(experience.key))
    emails.experience_decided(experience)
    return experience


@transaction.atomic
def keep(experience: Experience, *, by: User, seen: str = "") -> Experience:
    """Use it inside, as far as the teller agreed: by a panel, by the body that it is about, in a report."""
    experience = _hold(experience, "keep", by, seen)
    if why := why_not_keep(experience):
        raise why
    workflow.move(experience, Status.KEPT, by=by, act="experience.keep", note="")
    outbox.write("experience.kept", experience=str(experience.key))
    emails.experience_decided(experience)
    return experience


@transaction.atomic
def decline(experience: Experience, reason: str, *, by: User, seen: str = "") -> Experience:
    """Not to be used, with the reason as the teller will read it."""
    experience = _hold(experience, "decline", by, seen)
    if not reason.strip():
        raise errors.DomainError(_("Say why, in words that you would say to the person"), code="no_reason", field="reason")
    workflow.move(experience, Status.DECLINED, by=by, act="experience.decline", reason=reason.strip(), note="")
    outbox.write("experience.declined", experience=str(experience.key))
    emails.experience_decided(experience)
    return experience


def judge_use_again(experience: Experience) -> None:
    """After the teller changed what they agree to, the experience being held: what it no longer covers ends now."""
    agreed = experience.agreed
    is_covered = "publish" in agreed if experience.status == Status.PUBLISHED else bool(agreed & set(INSIDE))
    if is_covered:
        publishing.refresh(experience)
        return
    _end_use(experience, None)


def why_not_publish(experience: Experience) -> errors.DomainError | None:
    """What stands against it besides who decides and when."""
    if "publish" not in experience.agreed:
        return errors.DomainError(_("The person did not agree that it is published."), code="not_agreed")
    return _danger(experience, _("Somebody may be in danger. Nothing is published until that is settled and noted."))


def why_not_keep(experience: Experience) -> errors.DomainError | None:
    if not experience.agreed & set(INSIDE):
        return errors.DomainError(_("The person agreed to no use inside. Publish it, or decline it."), code="not_agreed")
    return _danger(experience, _("Somebody may be in danger. Nothing is passed on until that is settled and noted."))


def _danger(experience: Experience, message: str) -> errors.DomainError | None:
    is_danger = experience.concern == Experience.Concern.DANGER
    return errors.DomainError(message, code="danger") if is_danger else None


def _write(experience: Experience, shown: Mapping[str, str]) -> bool:
    """What may be shown of each part of one that is held; whether that is new."""
    passages = list(experience.passages.all())
    before = [passage.shown for passage in passages]
    for passage in passages:
        passage.shown = shown.get(passage.kind, "").strip()
    Passage.objects.bulk_update(passages, ["shown"])
    return before != [passage.shown for passage in passages]


def _end_use(experience: Experience, by: User | None) -> None:
    """Off the site and out of the panel's hands, and back to whoever reads."""
    _take_from_readers(experience)
    workflow.move(experience, Status.READING, by=by, act="experience.end_use", prepared_by=None)


def _take_from_readers(experience: Experience) -> None:
    """Off the site, and told to whoever keeps a copy."""
    publishing.remove(experience)
    if experience.status in Experience.USED:
        outbox.write("experience.end_use", experience=str(experience.key))


def _hold(experience: Experience, act: str, by: User, seen: str) -> Experience:
    """`seen`: the version that a page was opened with (`panels.versions`)."""
    experience = workflow.lock(experience)
    acts.judge(ACTS[act], experience, by=by)
    versions.judge(experience, seen)
    return experience
