"""Four hundred claims in every state. Mo has none: theirs is the one to make.

The same claims come out each time, counted back from the day of loading; everybody and everything in them is invented. Those of
the last weeks go through the acts of real use; what was paid in the months before is put down by `books`. The days are put back,
so that there is a queue with some age in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from core import mail
from panels.models import Attendance
from people.models import User
from recompense import claims, judging, payments, rates, receipts
from recompense.demo import books, till
from recompense.demo.books import Staff
from recompense.judging import Cost
from recompense.models import Claim, RateCard

CLAIMS = 400  # altogether: those that are not in STORIES were paid in the months before
AMOUNTS = {"spent", "quantity"}
FRESH, RECENT = 20, 50  # days since the meeting, at most


@dataclass(frozen=True)
class Story:
    """How far a claim has come, and what it is for besides the fee."""

    state: str
    costs: tuple[tuple[str, dict], ...] = ()
    sent_days_ago: int = 0
    words: str = ""  # a question, or why less or nothing is paid


BUS = ("PUBLIC_TRANSPORT", {"spent": "4.60"})
TRAIN = ("PUBLIC_TRANSPORT", {"spent": "9.20"})
TAXI = ("TAXI", {"spent": "18.60", "reason": "The tram was not running, and I walk with two sticks."})
HOME = ("TAXI", {"spent": "11.40", "reason": "No bus goes to where I live after eight."})
CARE = ("REPLACEMENT_CARE", {"quantity": "3", "spent": "66.00"})  # above the limit of £20 an hour
CHILD = ("CHILDCARE", {"quantity": "3", "spent": "36.00"})
MEAL = ("MEAL", {"spent": "8.40", "hours_away": 6})
CAR = ("CAR", {"quantity": "14"})
BICYCLE = ("CYCLE", {"quantity": "9"})
LOST = ("PARKING", {"spent": "9.50", "receipt_is_lost": True})
COSTS = [(BUS,), (HOME,), (), (CAR,), (CHILD, BUS), (TRAIN,), (TAXI, MEAL), (BICYCLE,), (BUS,), (CAR, LOST)]
QUESTION = "The photo cuts off the date. Can you take another one, or tell us the day?"
EMPLOYER = "Your employer pays you for this day and told us so. If that is a mistake, write to us."
TWICE = "You have claimed for this journey with another meeting of the same day."
LOWERED = "The meeting and the way there took two hours."


def _several(state: str, how_many: int, first_day: int, words: str = "") -> list[Story]:
    """In one state, sent one day after the other, with the costs in turn."""
    return [Story(state, COSTS[place % len(COSTS)], first_day + place, words) for place in range(how_many)]


FRESH_STORIES = [
    Story("submitted", (TAXI, BUS), 3),
    Story("submitted", (CARE,), 2),
    Story("submitted", (), 1),
    *[Story("submitted", COSTS[place], 1) for place in range(4)],
    *[Story("draft", COSTS[place % len(COSTS)]) for place in range(8)],
    Story("withdrawn", (BUS,), 2),
]
RECENT_STORIES = [
    *_several("paid", 6, 26),
    *_several("in_run", 8, 12),
    Story("approved", (BUS,), 9),
    Story("approved", (), 8),
    *_several("approved", 5, 9),
    Story("checked", (CARE,), 6, LOWERED),
    Story("checked", (CAR, LOST), 5),
    *_several("checked", 4, 7),
    Story("rejected", (TAXI,), 7, EMPLOYER),
    *_several("rejected", 5, 8, TWICE),
    Story("returned", (TAXI,), 4, QUESTION),
    *_several("returned", 4, 6, QUESTION),
    *_several("withdrawn", 5, 3),
]
STORIES = [*FRESH_STORIES, *RECENT_STORIES]


def load() -> None:
    """Needs members who were at meetings, and the staff who pay; where they are not, there is nobody to pay."""
    staff = _staff()
    if staff is None or Claim.objects.exists():
        return
    rates.load_example()
    with mail.off(), transaction.atomic():
        _tell(staff, _attendances())


def _tell(staff: Staff, waiting: list[Attendance]) -> None:
    fresh = [row for row in waiting if _age(row) <= FRESH][: len(FRESH_STORIES)]
    recent = [row for row in waiting if FRESH < _age(row) <= RECENT][: len(RECENT_STORIES)]
    older = [row for row in waiting if _age(row) > RECENT][: CLAIMS - len(STORIES)]
    books.open_accounts(dict.fromkeys(cast(User, row.membership.person) for row in [*fresh, *recent, *older]))
    told = [*_claims(FRESH_STORIES, fresh), *_claims(RECENT_STORIES, recent)]
    for story, claim in told:
        _decide(story, claim, staff)
    books.pay_off([*books.write_down(older, staff), *_in_state("paid", told)], staff)
    if in_run := _in_state("in_run", told):
        run = payments.prepare(timezone.localdate() + timedelta(days=3), by=staff.fin, chosen=[claim.key for claim in in_run])
        payments.export(run, by=staff.fin)


def _staff() -> Staff | None:
    found = {name: User.objects.filter(email=f"{name}@demo.example").first() for name in ["cas", "pat", "fin"]}
    return None if None in found.values() else Staff(**found)  # type: ignore[arg-type]


def _attendances() -> list[Attendance]:
    """Those that rates hold for, but of the accounts to try things out with: of all panels mixed, the newest month first."""
    first = RateCard.objects.order_by("effective_from")[0].effective_from
    rows = Attendance.objects.filter(meeting__status="held", meeting__day__gte=first, membership__person__isnull=False)
    rows = rows.exclude(membership__person__email__endswith="@demo.example").order_by("pk")
    rows = rows.select_related("meeting", "membership__person__pseudonym")
    return sorted(rows, key=lambda row: (_age(row) // 28, row.pk * 7 % 101))


def _age(attendance: Attendance) -> int:
    return (timezone.localdate() - attendance.meeting.day).days


# Claims -------------------------------------------------------------------------------------------


def _claims(stories: list[Story], attendances: list[Attendance]) -> Iterator[tuple[Story, Claim]]:
    for story, attendance in zip(stories, attendances, strict=False):
        yield story, _claim(story, attendance)


def _claim(story: Story, attendance: Attendance) -> Claim:
    """Begun, with its costs; and sent, unless it is to stay a draft."""
    person = cast(User, attendance.membership.person)
    claim = claims.start(attendance, by=person)
    card = rates.card_on(claim.day)
    for code, said in story.costs:
        _add_cost(claim, card, code, said, person)
    if story.state != "draft":
        claim = claims.submit(claim, by=person, late_reason="I was away." if judging.is_late(claim) else "")
        sent = min(story.sent_days_ago, max(_age(attendance) - 1, 0))
        _put_back(claim, submitted_at=sent, began_at=sent)
    return claim


def _add_cost(claim: Claim, card: RateCard, code: str, said: dict, person: User) -> None:
    rate = card.rates.get(code=code)
    amounts: dict[str, Any] = {name: Decimal(value) if name in AMOUNTS else value for name, value in said.items()}
    line = claims.add_line(claim, Cost(rate, **amounts), by=person)
    if judging.needs_receipt(line) and not line.receipt_is_lost:
        receipts.keep(line, till.taken(till.till_roll(rate.label, said["spent"], claim)), by=person)


# What staff did -----------------------------------------------------------------------------------


def _decide(story: Story, claim: Claim, staff: Staff) -> None:
    if story.state in {"checked", "approved", "rejected", "paid", "in_run"}:
        _check(story, claim, staff)
    if story.state in {"approved", "paid", "in_run"}:
        _approve(story, claim, staff)
    if story.state == "rejected":
        claims.reject(claim, story.words, by=staff.pat)
    if story.state == "returned":
        claims.ask(claim, story.words, by=staff.cas)
    if story.state == "withdrawn":
        claims.withdraw(claim, by=claim.claimant)


def _check(story: Story, claim: Claim, staff: Staff) -> None:
    care = claim.lines.filter(rate__code="REPLACEMENT_CARE").first()
    if care:
        claims.lower(care, Decimal("40.00"), story.words, by=staff.cas)
    claims.check(claim, by=staff.cas)
    _put_back(claim, checked_at=max(story.sent_days_ago - 1, 0))


def _approve(story: Story, claim: Claim, staff: Staff) -> None:
    claims.approve(claim, by=staff.pat)
    _put_back(claim, approved_at=max(story.sent_days_ago - 2, 0))


def _in_state(state: str, told: Iterable[tuple[Story, Claim]]) -> list[Claim]:
    """As they stand by now."""
    wanted = [claim.pk for story, claim in told if story.state == state]
    return list(Claim.objects.filter(pk__in=wanted).order_by("pk"))


def _put_back(claim: Claim, **days_ago: int) -> None:
    times = {name: timezone.now() - timedelta(days=days, hours=2) for name, days in days_ago.items()}
    Claim.objects.filter(pk=claim.pk).update(**times)
