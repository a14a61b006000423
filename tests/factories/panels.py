"""Panels, campaigns, applications, members and meetings, in the states that their traits name."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from panels import campaigns, coordination, meetings, recruitment
from panels.models import Application, Attendance, Campaign, Meeting, Membership, Offer, Panel
from people.models import District, User

TEXT = "I know what a phone queue does to a day, and I want to say so where it counts."


def make_panel(name: str = "Canal People’s Panel", *, coordinators: Iterable[User] = (), seats: int = 16) -> Panel:
    panel = Panel.objects.create(name=name, seats=seats)
    for person in coordinators:
        coordination.assign(person, panel, by=None)
    return panel


def campaign_facts(**changes) -> dict:
    now = timezone.now()
    return {
        "title": "Five seats, and one could be yours",
        "lead": "Bring what you know to the people who plan.",
        "role_description": "Look at plans while they can still be changed.",
        "looking_for": "People who live, work or study in the city-region.",
        "pay": "£82.50 for each meeting",
        "time_needed": "About 5 hours a month",
        "place": "City centre and online",
        "seats": 2,
        "term_months": 24,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=21),
        "decides_on": timezone.localdate() + timedelta(days=40),
        "starts_on": timezone.localdate() + timedelta(days=60),
    } | changes


CRITERIA = ["Knows the subject from life", "Works well with others"]
QUESTIONS = [
    {"prompt": "Why do you want to join?", "hint": "A few sentences are enough.", "max_words": 150},
    {"prompt": "What would you change first?", "hint": "", "max_words": 150},
]


def make_campaign(panel: Panel, by: User, *, is_open: bool = True, **changes) -> Campaign:
    campaign = campaigns.draft(panel, campaign_facts(**changes), CRITERIA, QUESTIONS, by=by)
    return campaigns.open_(campaign, by=by) if is_open else campaign


def make_application(campaign: Campaign, applicant: User, *, is_sent: bool = True) -> Application:
    """Written whole; sent unless said otherwise."""
    application = recruitment.begin(campaign, by=applicant)
    texts = dict.fromkeys(campaign.questions.all(), TEXT)
    recruitment.write(application, texts, district=District.objects.first(), by=applicant)
    return recruitment.submit(application, by=applicant) if is_sent else application


def make_offer(application: Application, by: User) -> Offer:
    return recruitment.offer(recruitment.shortlist(application, by=by), by=by)


def make_member(panel: Panel, person: User, *, since: datetime.date | None = None, role: str = "member") -> Membership:
    since = since or timezone.localdate() - timedelta(days=365)
    return Membership.objects.create(panel=panel, person=person, starts_on=since, role=role)


def make_meeting(panel: Panel, by: User, *, ago: timedelta = timedelta(days=2), hours: float = 2.5) -> Meeting:
    starts_at = timezone.localtime() - ago  # by the clock on the wall: the day is that many days ago, whatever summer time does
    return meetings.plan(panel, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), place="Town hall", by=by)


def attend(meeting: Meeting, member: Membership, by: User, *, minutes: int = 150) -> Attendance:
    meetings.record(meeting, {member: minutes}, by=by)
    return Attendance.objects.get(meeting=meeting, membership=member)
