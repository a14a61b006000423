"""Planning a meeting, and noting who was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import acts, audit, errors, outbox, page_cache, workflow
from panels import versions
from panels.models import Attendance, Meeting, Membership, Panel
from panels.models.panel import COORDINATOR
from people.models import User

Status = Meeting.Status
FURTHEST_BACK = timedelta(days=366)
ACTS = {
    "move": acts.Act(COORDINATOR, frozenset({Status.PLANNED})),
    "cancel": acts.Act(COORDINATOR, frozenset({Status.PLANNED})),
    "record": acts.Act(COORDINATOR, frozenset({Status.PLANNED, Status.HELD})),
}


@transaction.atomic
def plan(panel: Panel, *, starts_at: datetime, ends_at: datetime, place: str, by: User) -> Meeting:
    if COORDINATOR not in panel.relations_of(by):
        raise errors.NotAllowed
    _judge_times(starts_at, ends_at)
    _judge_only(workflow.lock(panel).meetings.all(), starts_at)
    meeting = Meeting.objects.create(panel=panel, starts_at=starts_at, ends_at=ends_at, place=place)
    audit.record("meeting.plan", meeting, by=by, after=meeting.status)
    outbox.write("meeting.planned", meeting=str(meeting.key))
    page_cache.clear()
    return meeting


@transaction.atomic
def move(meeting: Meeting, *, starts_at: datetime, ends_at: datetime, place: str, by: User, seen: str = "") -> Meeting:
    """Another time or place."""
    meeting = workflow.lock(meeting)
    acts.judge(ACTS["move"], meeting, by=by)
    versions.judge(meeting, seen)
    _judge_times(starts_at, ends_at)
    _judge_only(workflow.lock(meeting.panel).meetings.exclude(pk=meeting.pk), starts_at)
    meeting.starts_at, meeting.ends_at, meeting.place = starts_at, ends_at, place
    meeting.save(update_fields=["starts_at", "ends_at", "place", "day"])
    audit.record("meeting.move", meeting, by=by, before=meeting.status, after=meeting.status)
    outbox.write("meeting.moved", meeting=str(meeting.key))
    page_cache.clear()
    return meeting


@transaction.atomic
def cancel(meeting: Meeting, *, by: User, seen: str = "") -> Meeting:
    meeting = workflow.lock(meeting)
    acts.judge(ACTS["cancel"], meeting, by=by)
    versions.judge(meeting, seen)
    workflow.move(meeting, Status.CANCELLED, by=by, act="meeting.cancel")
    outbox.write("meeting.cancelled", meeting=str(meeting.key))
    page_cache.clear()
    return meeting


@transaction.atomic
def record(meeting: Meeting, minutes: Mapping[Membership, int], *, by: User, seen: str = "") -> Meeting:
    """Note who was there, and for how many minutes each. Noting again corrects it, except where somebody has claimed."""
    meeting = workflow.lock(meeting)
    acts.judge(ACTS["record"], meeting, by=by)
    versions.judge(meeting, seen)
    if not meeting.has_begun:
        raise errors.WrongState(_("This meeting has not begun yet. Note who was there afterwards."), code="not_begun")
    _judge_members(meeting, minutes)
    _write(meeting, minutes)
    if meeting.status == Status.PLANNED:
        workflow.move(meeting, Status.HELD, by=by, act="meeting.record")
        page_cache.clear()
    else:
        audit.record("meeting.correct", meeting, by=by, before=meeting.status, after=meeting.status)
    outbox.write("attendance.recorded", meeting=str(meeting.key))
    return meeting


def expected(meeting: Meeting) -> list[Membership]:
    """Those who could have been there, each once: by the membership that is noted already, else by the present one."""
    noted = set(meeting.attendances.values_list("membership_id", flat=True))
    terms = _terms(meeting)
    by_weight = sorted(terms, key=lambda row: (row.pk in noted, row.status == Membership.Status.ACTIVE, row.starts_on))
    chosen = {row.person_id or str(row.key): row.pk for row in by_weight}
    return [row for row in terms if row.pk in chosen.values()]


def _terms(meeting: Meeting) -> list[Membership]:
    """Whose term covers its day. On the day between two terms somebody has both."""
    return list(Membership.objects.on(meeting.day).filter(panel=meeting.panel_id).select_related("person"))


def _write(meeting: Meeting, minutes: Mapping[Membership, int]) -> None:
    """Minutes are put right in place: an open claim follows them, and what was sent is fixed. Whoever claimed stays noted.

    The role is the one at the first noting, because it is paid for: whom the members choose later changes nothing here.
    """
    noted = {row.membership_id: row for row in meeting.attendances.select_related("membership")}
    for row in noted.values():
        if row.membership not in minutes:
            _take_out(row)
    new = [member for member in minutes if member.pk not in noted]
    meeting.attendances.bulk_create(
        Attendance(meeting=meeting, membership=member, minutes=minutes[member], role=member.role) for member in new
    )
    kept = [row for row in noted.values() if row.membership in minutes]
    for row in kept:
        row.minutes = minutes[row.membership]
    Attendance.objects.bulk_update(kept, ["minutes"])


def _take_out(row: Attendance) -> None:
    try:
        row.delete()
    except ProtectedError as error:
        message = _("%(name)s has begun a claim for this meeting, so they stay noted. Finance can correct the claim.")
        message %= {"name": row.membership.name}
        raise errors.Conflict(message, code="claimed_already", field=f"member_{row.membership.key}") from error


def _judge_members(meeting: Meeting, minutes: Mapping[Membership, int]) -> None:
    if not minutes:
        raise errors.DomainError(_nobody(meeting), code="nobody", field="attendance")
    _judge_once(minutes)
    if strangers := set(minutes) - set(_terms(meeting)):
        message = _("%(count)s of these people were not on this panel on that day.") % {"count": len(strangers)}
        raise errors.DomainError(message, code="not_a_member", field="attendance")
    if any(not 1 <= length <= 24 * 60 for length in minutes.values()):
        raise errors.DomainError(_("Enter minutes from 1 to 1440"), code="minutes", field="attendance")


def _nobody(meeting: Meeting) -> str:
    """What was held is called off no more."""
    if meeting.status == Status.PLANNED:
        return _("Tick who was there. If nobody came, call the meeting off")
    return _("Tick who was there. A meeting that was held cannot be without anybody")


def _judge_once(members: Iterable[Membership]) -> None:
    """Somebody who left and came back on one day has two memberships, and was there once."""
    people = Counter(member.person for member in members if member.person)
    for person, times in people.items():
        if times > 1:
            message = _("%(name)s is on the list twice: note them once") % {"name": person.display_name}
            raise errors.DomainError(message, code="twice", field="attendance")


def _judge_times(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise errors.DomainError(_("It must end after it starts"), code="ends_before_starting", field="ends_at")
    if (ends_at - starts_at).total_seconds() > 24 * 3600:
        raise errors.DomainError(_("A meeting lasts at most a day"), code="too_long", field="ends_at")
    now = timezone.now()
    if starts_at < now - FURTHEST_BACK or starts_at.year > now.year + 1:
        raise errors.DomainError(_("Check the year"), code="far_away", field="starts_at")


def _judge_only(others: QuerySet[Meeting], starts_at: datetime) -> None:
    if others.filter(starts_at=starts_at).exclude(status=Status.CANCELLED).exists():
        raise errors.DomainError(_("There is a meeting at this time already"), code="same_time", field="starts_at")
