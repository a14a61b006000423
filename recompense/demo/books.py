"""What was claimed and paid in the months before: put down in bulk, as one brings over books that were kept elsewhere.

Nobody sat at a screen of ours for these claims, and three hundred of them through the acts take twenty seconds. So accounts,
claims, lines and their trail are written together, priced by the same rates; no news and no letters come of them. They are put
into runs by `payments.prepare` and `export`, whose control totals judge what was written here. A run is not marked as paid by
`mark_paid`: the queue would write three hundred letters about money of last spring.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import cast

from django.utils import timezone

from core import audit, codes, workflow
from panels.models import Attendance
from people.models import User
from recompense import claims, emails, payees, payment_file, payments, pricing, rates
from recompense.models import Claim, Line, Payee, PaymentRun, RateCard

COSTS = [  # none that needs a receipt
    *[("PUBLIC_TRANSPORT", {"spent": Decimal("4.60")}), None, ("CAR", {"quantity": Decimal("11.00")}), None],
    *[("PUBLIC_TRANSPORT", {"spent": Decimal("7.80")}), None, ("CYCLE", {"quantity": Decimal("6.00")})],
]
SORT_CODE = "089999"  # the one that Vocalink's description of account checks makes up its examples with
FIRST_ACCOUNT = 66_380_000
LAST_RUN, BETWEEN_RUNS = 21, 28  # days
FRIDAY = 4


@dataclass(frozen=True)
class Staff:
    cas: User  # checks
    pat: User  # approves
    fin: User  # pays


def write_down(attendances: Sequence[Attendance], staff: Staff) -> list[Claim]:
    """A claim for each, checked and approved, with its lines and its trail."""
    cards = {day: _card(day) for day in {row.meeting.day for row in attendances}}
    made = Claim.objects.bulk_create(_claim(row, place, cards, staff) for place, row in enumerate(attendances))
    Line.objects.bulk_create(line for place, claim in enumerate(made) for line in _lines(claim, place, cards[claim.day]))
    _write_trail(made, staff)
    return made


def open_accounts(people: Iterable[User]) -> None:
    """Told long ago. The same person has the same account each time: its figures are counted."""
    told = timezone.now() - timedelta(days=300)
    accounts = [(person, f"{FIRST_ACCOUNT + place}") for place, person in enumerate(people)]
    rows = Payee.objects.bulk_create(
        Payee(
            person=person,
            name_on_account=person.display_name,
            sort_code=SORT_CODE,
            account_number=number,
            account_index=payees.account_index(SORT_CODE, number),
            changed_at=told,
        )
        for person, number in accounts
    )
    for row in rows:
        audit.record("payee.add", row, by=row.person)


def pay_off(approved: Sequence[Claim], staff: Staff) -> None:
    """Every four weeks a run, each claim in the first that came two days or more after it was approved."""
    runs: dict[int, list[Claim]] = defaultdict(list)
    for claim in approved:
        runs[_paid_days_ago(claim)].append(claim)
    for days in sorted(runs, reverse=True):
        _pay(runs[days], _workday(days), staff)


# Putting down -------------------------------------------------------------------------------------


def _card(day: date) -> RateCard:
    """The one that holds on a day, with its rates read once."""
    return RateCard.objects.prefetch_related("rates").get(pk=rates.card_on(day).pk)


def _claim(attendance: Attendance, place: int, cards: dict[date, RateCard], staff: Staff) -> Claim:
    day = attendance.meeting.day
    fees = rates.session_fees(cards[day], attendance.minutes, attendance.role)
    sent = attendance.meeting.ends_at + timedelta(days=1 + place % 9, hours=place % 5)
    return Claim(
        claimant=attendance.membership.person,
        reference=codes.new(2),
        attendance=attendance,
        fees_offered=[fee.code for fee in fees],
        day=day,
        status=Claim.Status.APPROVED,
        began_at=sent - timedelta(minutes=7),
        submitted_at=sent,
        declaration_version=len(claims.DECLARATIONS),
        checked_by=staff.cas,
        checked_at=sent + timedelta(days=2),
        approved_by=staff.pat,
        approved_at=sent + timedelta(days=4),
    )


def _lines(claim: Claim, place: int, card: RateCard) -> list[Line]:
    attendance = cast(Attendance, claim.attendance)
    lines = [Line(claim=claim, rate=fee, quantity=1) for fee in rates.session_fees(card, attendance.minutes, attendance.role)]
    if cost := COSTS[place % len(COSTS)]:
        rate = next(rate for rate in card.rates.all() if rate.code == cost[0])
        lines.append(Line(claim=claim, rate=rate, **cost[1]))
    pricing.fix(claim, lines)
    return lines


def _write_trail(made: Sequence[Claim], staff: Staff) -> None:
    """What a page about a claim shows: by whom it was begun, sent, checked and approved."""
    status = Claim.Status
    for act, before, after in [("claim.start", "", status.DRAFT), ("claim.submit", status.DRAFT, status.SUBMITTED)]:
        for claim in made:
            audit.record_all(act, [(claim, before, after)], by=claim.claimant)
    audit.record_all("claim.check", [(claim, status.SUBMITTED, status.CHECKED) for claim in made], by=staff.cas)
    audit.record_all("claim.approve", [(claim, status.CHECKED, status.APPROVED) for claim in made], by=staff.pat)


# Paying -------------------------------------------------------------------------------------------


def _paid_days_ago(claim: Claim) -> int:
    since = (timezone.now() - cast(datetime, claim.approved_at)).days - 2
    return LAST_RUN + max(since - LAST_RUN, 0) // BETWEEN_RUNS * BETWEEN_RUNS


def _workday(days_ago: int) -> datetime:
    """Nine in the morning so many days ago, or on the Friday before."""
    day = timezone.localtime() - timedelta(days=days_ago)
    day -= timedelta(days=max(day.weekday() - FRIDAY, 0))
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def _pay(approved: list[Claim], paid_at: datetime, staff: Staff) -> None:
    run = payments.prepare(timezone.localdate(), by=staff.fin, chosen=[claim.key for claim in approved])
    payments.export(run, by=staff.fin)
    run = PaymentRun.objects.get(pk=run.pk)
    run.pays_on, run.prepared_at, run.exported_at = timezone.localdate(paid_at), paid_at, paid_at
    run.file_digest = hashlib.sha256(payment_file.write(run)).hexdigest()  # the day of payment stands in the file
    run.save(update_fields=["pays_on", "prepared_at", "exported_at", "file_digest"])
    paid = Claim.objects.filter(payment__run=run)
    workflow.move_all(paid, Claim.Status.PAID, by=staff.fin, act="claim.paid")
    workflow.move(run, PaymentRun.Status.PAID, by=staff.fin, act="run.paid", paid_at=paid_at)
    audit.record_all(emails.TOLD, [(claim, claim.status, claim.status) for claim in paid])
