"""A dozen claims in every state, of the members of Mo's panel. Mo has none: theirs is the one to make.

The same claims come out each time, counted back from the day of loading; everybody and everything in them is invented.
What the acts write down is theirs, but for the days: those are put back, so that there is a queue with some age in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils import timezone

from panels import meetings
from panels.models import Attendance, Membership
from people.models import User
from recompense import claims, judging, payees, payments, rates, receipts
from recompense.demo.till import till_roll
from recompense.judging import Cost
from recompense.models import Claim, Payee, PaymentRun, RateCard

MINUTES = [150, 150, 270, 120]  # of attendance, in turn
SORT_CODE = "08-99-99"  # the one that Vocalink's description of account checks makes up its examples with
MOST_MEETINGS = 8
AMOUNTS = {"spent", "quantity"}


@dataclass(frozen=True)
class Staff:
    kit: User  # coordinates
    cas: User  # checks
    pat: User  # approves
    fin: User  # pays


@dataclass(frozen=True)
class Story:
    """How far a claim has come, and what it is for besides the fee."""

    state: str
    costs: tuple[tuple[str, dict], ...] = ()
    sent_days_ago: int = 0
    words: str = ""  # a question, or why less or nothing is paid


BUS = ("PUBLIC_TRANSPORT", {"spent": "4.60"})
TAXI = ("TAXI", {"spent": "18.60", "reason": "The tram was not running, and I walk with two sticks."})
CARE = ("REPLACEMENT_CARE", {"quantity": "3", "spent": "66.00"})  # above the limit of £20 an hour
MEAL = ("MEAL", {"spent": "8.40", "hours_away": 6})
CAR = ("CAR", {"quantity": "14"})
LOST = ("PARKING", {"spent": "9.50", "receipt_is_lost": True})
STORIES = [
    Story("paid", (BUS,), 34),
    Story("paid", (TAXI, MEAL), 33),
    Story("in_run", (CAR,), 12),
    Story("approved", (BUS,), 9),
    Story("approved", (), 8),
    Story("checked", (CARE,), 6, "The meeting and the way there took two hours."),
    Story("checked", (CAR, LOST), 5),
    Story("rejected", (TAXI,), 7, "Your employer pays you for this day and told us so. If that is a mistake, write to us."),
    Story("returned", (TAXI,), 4, "The photo cuts off the date. Can you take another one, or tell us the day?"),
    Story("submitted", (TAXI, BUS), 3),
    Story("submitted", (CARE,), 2),
    Story("submitted", (), 1),
    Story("draft", (BUS,)),
    Story("withdrawn", (BUS,), 2),
]


def load() -> None:
    """Needs Mo on a panel, and the staff who pay; where they are not, there is nobody to pay."""
    staff = _staff()
    mo = Membership.objects.filter(person__email="mo@demo.example").select_related("panel").first()
    if mo is None or staff is None:
        return
    rates.load_example()
    claimed = [_claim(story, attendance) for story, attendance in zip(STORIES, _attendances(mo, staff.kit), strict=False)]
    for state, pays_in_days in [("paid", -30), ("in_run", 3)]:
        _pay([claim for story, claim in claimed if story.state == state], state, pays_in_days, staff)
    for story, claim in claimed:
        _decide(story, claim, staff)


def _staff() -> Staff | None:
    found = {name: User.objects.filter(email=f"{name}@demo.example").first() for name in ["kit", "cas", "pat", "fin"]}
    return None if None in found.values() else Staff(**found)  # type: ignore[arg-type]


# Meetings and claims ------------------------------------------------------------------------------


def _attendances(mo: Membership, kit: User) -> list[Attendance]:
    """One for each story, of the others on the panel, at as many meetings as that takes."""
    noted: list[Attendance] = []
    for number in range(MOST_MEETINGS):
        if len(noted) < len(STORIES):
            noted += _note(mo, kit, timezone.now() - timedelta(days=36 + 14 * number))
    return noted


def _note(mo: Membership, kit: User, begun: datetime) -> list[Attendance]:
    starts_at = timezone.localtime(begun).replace(hour=17, minute=30, second=0, microsecond=0)
    length = timedelta(hours=2, minutes=30)
    meeting = meetings.plan(mo.panel, starts_at=starts_at, ends_at=starts_at + length, place="Example Library", by=kit)
    others = [member for member in meetings.expected(meeting) if member.person_id not in {None, mo.person_id}]
    minutes = {member: MINUTES[place % len(MINUTES)] for place, member in enumerate(others)}
    meetings.record(meeting, minutes, by=kit)
    rows = meeting.attendances.select_related("membership__person", "meeting")
    return list(rows.order_by("membership__starts_on", "membership__person__display_name"))


def _claim(story: Story, attendance: Attendance) -> tuple[Story, Claim]:
    """Begun, with its costs; and sent, unless it is to stay a draft."""
    person = cast(User, attendance.membership.person)
    claim = claims.start(attendance, by=person)
    card = rates.card_on(claim.day)
    for code, said in story.costs:
        _add_cost(claim, card, code, said, person)
    _open_account(person)
    if story.state != "draft":
        claim = claims.submit(claim, by=person, late_reason="I was away." if judging.is_late(claim) else "")
        _put_back(claim, submitted_at=story.sent_days_ago, began_at=story.sent_days_ago)
    return story, claim


def _add_cost(claim: Claim, card: RateCard, code: str, said: dict, person: User) -> None:
    rate = card.rates.get(code=code)
    amounts: dict[str, Any] = {name: Decimal(value) if name in AMOUNTS else value for name, value in said.items()}
    line = claims.add_line(claim, Cost(rate, **amounts), by=person)
    if judging.needs_receipt(line) and not line.receipt_is_lost:
        receipts.add(line, till_roll(rate.label, said["spent"], claim), by=person)


def _open_account(person: User) -> None:
    """The same person has the same account each time: its figures are counted from how many there are."""
    if not Payee.objects.filter(person=person).exists():
        number = f"{66_374_900 + Payee.objects.count()}"
        payee = payees.change(person, name=person.display_name, sort_code=SORT_CODE, account_number=number, by=person)
        Payee.objects.filter(pk=payee.pk).update(changed_at=timezone.now() - timedelta(days=300))


# What staff did -----------------------------------------------------------------------------------


def _decide(story: Story, claim: Claim, staff: Staff) -> None:
    if story.state in {"checked", "approved", "rejected"}:
        _check(story, claim, staff)
    if story.state == "approved":
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


def _pay(chosen: list[Claim], state: str, pays_in_days: int, staff: Staff) -> None:
    """A run holds whatever is approved, so that these come before the others are."""
    if not chosen:
        return
    for claim in chosen:
        claims.check(claim, by=staff.cas)
        claims.approve(claim, by=staff.pat)
        _put_back(claim, checked_at=max(11, -pays_in_days + 2), approved_at=max(10, -pays_in_days + 1))
    run = payments.prepare(timezone.localdate() + timedelta(days=max(pays_in_days, 0)), by=staff.fin)
    payments.export(run, by=staff.fin)
    if state == "paid":
        payments.mark_paid(run, by=staff.fin)
        paid_on = timezone.now() + timedelta(days=pays_in_days)
        times = dict.fromkeys(["prepared_at", "exported_at", "paid_at"], paid_on)
        PaymentRun.objects.filter(pk=run.pk).update(pays_on=timezone.localdate(paid_on), **times)


def _put_back(claim: Claim, **days_ago: int) -> None:
    times = {name: timezone.now() - timedelta(days=days, hours=2) for name, days in days_ago.items()}
    Claim.objects.filter(pk=claim.pk).update(**times)
