"""When a panel meets, and who was there."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from panels import meetings
from panels.forms_coordinator import AttendanceForm, ConfirmForm, MeetingForm
from panels.models import Meeting, Panel
from panels.views_desk import (
    attempt,
    for_coordinators,
    is_refused_as,
    page,
    pages_of,
    posted,
    seen_after,
    seen_in,
    told,
    too_late,
)


def find(request: HttpRequest, key: uuid.UUID) -> Meeting:
    return get_object_or_404(Meeting.objects.coordinated_by(request.user).select_related("panel"), key=key)


@for_coordinators
def index(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    rows = panel.meetings.all()
    past = rows.exclude(pk__in=rows.ahead().values("pk")).exclude(pk__in=rows.to_note().values("pk")).with_attendance()
    context = {"to_note": rows.to_note(), "coming": rows.ahead(), "page_obj": pages_of(request, past)}
    return page(request, "meetings", panel=panel, **context)


@for_coordinators
def plan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    form = MeetingForm(posted(request))
    if made := attempt(form, lambda: meetings.plan(panel, **form.facts(), by=request.user)):
        return told(request, _planned(made), "panels:desk_meetings", key)
    return page(request, "meeting_form", form, panel=panel)


def _planned(meeting: Meeting) -> str:
    if meeting.day < timezone.localdate():
        return _("The meeting is planned. This day is past. You can note who was there now.")
    return _("The meeting is planned.")


@for_coordinators
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := _too_late(request, "move", meeting):
        return away
    form, seen = MeetingForm(posted(request), initial=MeetingForm.about(meeting)), seen_in(request, meeting)
    if attempt(form, lambda: meetings.move(meeting, **form.facts(), by=request.user, seen=seen)):
        return told(request, _("The meeting is moved."), "panels:desk_meetings", meeting.panel.key)
    return page(request, "meeting_form", form, panel=meeting.panel, meeting=meeting, seen=seen_after(form, meeting, seen))


@for_coordinators
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := _too_late(request, "cancel", meeting):
        return away
    form, seen = ConfirmForm(posted(request)), seen_in(request, meeting)
    if attempt(form, lambda: meetings.cancel(meeting, by=request.user, seen=seen)):
        return told(request, _("The meeting is called off."), "panels:desk_meetings", meeting.panel.key)
    return page(request, "meeting_cancel", form, meeting=meeting, seen=seen_after(form, meeting, seen))


@for_coordinators
def attendance(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := _too_late(request, "record", meeting):
        return away
    seen = seen_in(request, meeting)
    form = AttendanceForm(posted(request), meeting=meeting, expected=meetings.expected(meeting), noted=_noted(meeting))
    if attempt(form, lambda: meetings.record(meeting, form.minutes(), by=request.user, seen=seen)):
        return told(request, _recorded(meeting, len(form.minutes())), "panels:desk_meetings", meeting.panel.key)
    seen = seen_after(form, meeting, seen)
    shown = form.as_noted(_noted(meeting)) if is_refused_as(form, "changed") else form
    return page(request, "attendance", shown, meeting=meeting, seen=seen)


def _noted(meeting: Meeting) -> dict[int, int]:
    return dict(meeting.attendances.values_list("membership_id", "minutes"))


def _recorded(before: Meeting, count: int) -> str:
    if before.status != Meeting.Status.HELD:
        return _("Who was there is noted. They can claim now.")
    said = ngettext("The record is corrected: %(count)s was there.", "The record is corrected: %(count)s were there.", count)
    return said % {"count": count}


def _too_late(request: HttpRequest, act: str, meeting: Meeting) -> HttpResponse | None:
    return too_late(request, meetings.ACTS[act], meeting, "panels:desk_meetings", meeting.panel.key, whose=meeting.when)
