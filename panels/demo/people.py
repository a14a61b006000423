"""Members of the demonstration's panels, what they let be shown, and their meetings. Everybody is invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from panels import meetings, membership
from panels.models import Meeting, Membership, Panel
from people.models import District, User

FIRST_NAMES = [
    *["Aisha", "Ben", "Carmen", "Dilys", "Emeka", "Farah", "Gwen", "Hamid", "Imani", "Joan", "Kwame", "Lin"],
    *["Mariam", "Nia", "Owen", "Priya", "Rosa", "Sol", "Tariq", "Uma", "Vik", "Wren", "Yusuf", "Zofia"],
]
# How many sit on it, beside whoever has an account to try things out with; and whether any of them may be named.
MEMBERS = {
    "women-and-girls": (13, True),
    "race-equality": (12, True),
    "faith-and-belief": (14, True),
    "lgbtq": (12, True),
    "disabled-people": (10, True),
    "youth": (17, False),
    "older-people": (12, True),
}
WORDS = [
    "Example text. Here a member says in a sentence or two what they bring to the table.",
    "Example text. Some members write what they would like to change, some what they do on other days.",
    "Example text. Nobody has to write anything here.",
]
TERM = timedelta(days=730)
FRIDAY = 4
PLACES = ["Example Hall, step-free, and online", "Example Library, first floor by lift, and online"]


def load_members(panels: dict[str, Panel], kit: User) -> None:
    number = 0
    districts = list(District.objects.all())
    for name, (count, may_be_named) in MEMBERS.items():
        for place in range(count):
            number += 1
            person = _person(number)
            row = join(panels[name], person, districts[number % len(districts)], since=120 + 31 * (place % 9))
            if may_be_named:
                _show(row, number)
        _choose_chair(panels[name], kit)


def join(panel: Panel, person: User, district: District, *, since: int) -> Membership:
    """A seat taken before this platform was there: no application led to it."""
    starts_on = timezone.localdate() - timedelta(days=since)
    facts = {"starts_on": starts_on, "ends_on": starts_on + TERM, "district": district}
    return Membership.objects.create(panel=panel, person=person, **facts)


def _person(number: int) -> User:
    email = f"member{number:03}@people.example"
    name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Example"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, display_name=name)


def _show(row: Membership, number: int) -> None:
    """A third shows nothing, a third the name, a third all of it."""
    if number % 3 == 0:
        return
    says_more = number % 3 == 1
    text = WORDS[number // 3 % len(WORDS)] if says_more else ""
    membership.publish(row, name=True, district=number % 2 == 0, about=says_more, text=text, by=row.person)


def _choose_chair(panel: Panel, kit: User) -> None:
    named = panel.memberships.filter(shows_name=True).first()
    if named:
        membership.set_role(named, Membership.Role.CHAIR, by=kit)


def load_meetings(panels: dict[str, Panel], kit: User) -> None:
    """Three that were held and two to come, for each panel on another evening."""
    for place, panel in enumerate(panels.values()):
        for days in [-62, -34, -6, 22, 50]:
            meeting = _plan(panel, days + place % 5, kit)
            if days < 0:
                _note(meeting, kit)


def _plan(panel: Panel, days: int, kit: User) -> Meeting:
    starts_at = at(days, hour=17, minute=30)
    place = PLACES[panel.pk % len(PLACES)]
    return meetings.plan(panel, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2, minutes=30), place=place, by=kit)


def _note(meeting: Meeting, kit: User) -> None:
    """All but one in six were there; one came late."""
    there = [row for place, row in enumerate(meetings.expected(meeting)) if (place + meeting.day.month) % 6]
    minutes = {row: 90 if place == 1 else meeting.minutes for place, row in enumerate(there)}
    meetings.record(meeting, minutes, by=kit)


def at(days: int, *, hour: int, minute: int = 0) -> datetime:
    """So many days from now, or a little further on where that is a weekend, at that time in London."""
    day = timezone.localtime() + timedelta(days=days)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1 if days > 0 else -1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
