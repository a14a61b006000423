"""Members of the demonstration's panels, what they let be shown, and their meetings. Everybody is invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from panels import meetings, membership
from panels.models import Meeting, Membership, Panel
from people.models import District, User

FIRST_NAMES = [
    *["Aisha", "Ben", "Carmen", "Dilys", "Emeka", "Farah", "Gwen", "Hamid", "Imani", "Joan", "Kwame", "Lin"],
    *["Mariam", "Nia", "Owen", "Priya", "Rosa", "Sol", "Tariq", "Uma", "Vik", "Wren", "Yusuf", "Zofia"],
]
# How many sit on it, beside whoever came by a campaign or has an account to try things out with; and whether any may be named.
MEMBERS = {
    "women-and-girls": (18, True),
    "race-equality": (22, True),
    "faith-and-belief": (23, True),
    "lgbtq": (19, True),
    "disabled-people": (10, True),
    "youth": (30, False),
    "older-people": (23, True),
}
FORMER = 2  # of each panel, whose term ran out in the last year
WORDS = [
    "Example text. Here a member says in a sentence or two what they bring to the table.",
    "Example text. Some members write what they would like to change, some what they do on other days.",
    "Example text. Nobody has to write anything here.",
]
EVERY = {"faith-and-belief": 2}  # month; the others meet each month
CALLED_OFF = ("youth", -4)  # panel, and which month from now
TERM = timedelta(days=730)
FRIDAY = 4
PLACES = ["Example Hall, step-free, and online", "Example Library, first floor by lift, and online"]


def load_members(panels: dict[str, Panel], kit: User) -> None:
    numbers = count(1)
    for name, (members, may_be_named) in MEMBERS.items():
        for place in range(members):
            number = next(numbers)
            row = join(panels[name], _person(number), _home(number), since=95 + 37 * (place % 16))
            if may_be_named:
                _show(row, number)
        for place in range(FORMER):
            number = next(numbers)
            join(panels[name], _person(number), _home(number), since=TERM.days + 30 + 170 * place + number % 50)
        _choose_chair(panels[name], kit)
    membership.end_due()


def show_newcomers() -> None:
    """Those who came by a campaign say what may be shown of them, as the others did."""
    for number, row in enumerate(Membership.objects.exclude(offer=None).select_related("person").order_by("pk")):
        _show(row, number)


def _home(number: int) -> District:
    return District.objects.all()[number % District.objects.count()]


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
    if number % 3 == 0 or row.person is None:
        return
    says_more = number % 3 == 1
    text = WORDS[number // 3 % len(WORDS)] if says_more else ""
    membership.publish(row, name=True, district=number % 2 == 0, about=says_more, text=text, by=row.person)


def _choose_chair(panel: Panel, kit: User) -> None:
    named = panel.memberships.filter(shows_name=True).first()
    if named:
        membership.set_role(named, Membership.Role.CHAIR, by=kit)


def load_meetings(panels: dict[str, Panel], kit: User, mo: User) -> None:
    """Those of the last twelve months and the three to come, for each panel on another evening. One was called off."""
    for place, (name, panel) in enumerate(panels.items()):
        for number in range(-12, 4, EVERY.get(name, 1)):
            meeting = _plan(panel, 28 * number - 6 + place % 5, kit)
            if (name, number) == CALLED_OFF:
                meetings.cancel(meeting, by=kit)
            elif meeting.has_begun:
                _note(meeting, kit, mo)


def _plan(panel: Panel, days: int, kit: User) -> Meeting:
    starts_at = at(days, hour=17, minute=30)
    place = PLACES[panel.pk % len(PLACES)]
    return meetings.plan(panel, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2, minutes=30), place=place, by=kit)


def _note(meeting: Meeting, kit: User, mo: User) -> None:
    """All but one in six were there, and Mo always, so that Mo has something to claim for; one came late."""
    rows = enumerate(meetings.expected(meeting))
    there = [row for place, row in rows if row.person_id == mo.pk or (place + meeting.day.month) % 6]
    minutes = {row: 90 if place == 1 else meeting.minutes for place, row in enumerate(there)}
    meetings.record(meeting, minutes, by=kit)


def at(days: int, *, hour: int, minute: int = 0) -> datetime:
    """So many days from now, or a little further on where that is a weekend, at that time in London."""
    day = timezone.localtime() + timedelta(days=days)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1 if days > 0 else -1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
