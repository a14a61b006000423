"""When a panel meets, and who was there."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from panels import meetings
from panels.forms_coordinator import AttendanceForm, ConfirmForm, MeetingForm
from panels.models import Meeting, Panel
from panels.views_coordinator.base import attempt, for_coordinators, page, pages_of, posted, told, too_late


def find(request: HttpRequest, key: uuid.UUID) -> Meeting:
    return get_object_or_404(Meeting.objects.coordinated_by(request.user).select_related("panel"), key=key)


@for_coordinators
def index(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    rows = panel.meetings.all()
    past = rows.exclude(pk__in=rows.coming().values("pk")).exclude(pk__in=rows.to_note().values("pk")).with_attendance()
    context = {"to_note": rows.to_note(), "coming": rows.coming(), "page_obj": pages_of(request, past)}
    return page(request, "meetings", panel=panel, **context)


@for_coordinators
def plan(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    panel = get_object_or_404(Panel.objects.coordinated_by(request.user), key=key)
    form = MeetingForm(posted(request))
    if attempt(form, lambda: meetings.plan(panel, **form.facts(), by=request.user)):
        return told(request, _("The meeting is planned."), "panels:desk_meetings", key)
    return page(request, "meeting_form", form, panel=panel)


@for_coordinators
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := too_late(request, meetings.ACTS["move"], meeting, "panels:desk_meetings", meeting.panel.key):
        return away
    form = MeetingForm(posted(request), initial=MeetingForm.about(meeting))
    if attempt(form, lambda: meetings.move(meeting, **form.facts(), by=request.user)):
        return told(request, _("The meeting is moved."), "panels:desk_meetings", meeting.panel.key)
    return page(request, "meeting_form", form, panel=meeting.panel, meeting=meeting)


@for_coordinators
def cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := too_late(request, meetings.ACTS["cancel"], meeting, "panels:desk_meetings", meeting.panel.key):
        return away
    form = ConfirmForm(posted(request))
    if attempt(form, lambda: meetings.cancel(meeting, by=request.user)):
        return told(request, _("The meeting is called off."), "panels:desk_meetings", meeting.panel.key)
    return page(request, "meeting_cancel", form, meeting=meeting)


@for_coordinators
def attendance(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    meeting = find(request, key)
    if away := too_late(request, meetings.ACTS["record"], meeting, "panels:desk_meetings", meeting.panel.key):
        return away
    noted = dict(meeting.attendances.values_list("membership_id", "minutes"))
    form = AttendanceForm(posted(request), meeting=meeting, expected=meetings.expected(meeting), noted=noted)
    if attempt(form, lambda: meetings.record(meeting, form.minutes(), by=request.user)):
        return told(request, _("Who was there is noted. They can claim now."), "panels:desk_meetings", meeting.panel.key)
    return page(request, "attendance", form, meeting=meeting)
