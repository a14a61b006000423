"""Which card holds, what it pays, rounded once; and that what was sent is not repriced."""

from __future__ import annotations

import datetime
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import errors, page_cache
from core.models import AuditEvent
from panels import meetings
from recompense import claims, pricing, rates, standing
from recompense.models import Claim, Rate, RateCard
from tests.factories.panels import attend
from tests.factories.recompense import bus, cost, make_card, make_draft, make_payee, make_submitted

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def rate(**facts) -> Rate:
    """A rate that nobody keeps, for sums."""
    return Rate(**{"code": "X", "label": "X", "category": "travel", "unit": "actual", **facts})


# One line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "said", "amount"),
    [
        ({}, {"spent": "4.605"}, "4.61"),
        ({"cap": Decimal("10")}, {"spent": "12.30"}, "10.00"),
        ({"cap": Decimal("10")}, {"spent": "8.40"}, "8.40"),
        ({"unit": "hour", "cap": Decimal("20")}, {"spent": "66", "quantity": "3"}, "60.00"),
        ({"unit": "hour", "cap": Decimal("20")}, {"spent": "30", "quantity": "1.5"}, "30.00"),
        ({"unit": "mile", "amount": Decimal("0.45")}, {"quantity": "12.5"}, "5.63"),  # 5.625: half a penny goes up
        ({"unit": "hour", "amount": Decimal("27.50")}, {"quantity": "1.5"}, "41.25"),
        ({"unit": "session", "amount": Decimal("82.50")}, {"quantity": "1"}, "82.50"),
        ({"unit": "task", "amount": Decimal("27.50")}, {"quantity": "2"}, "55.00"),
    ],
)
def test_a_line_comes_to_what_its_rate_says(facts, said, amount):
    given = {"quantity": None, "spent": None} | {name: Decimal(value) for name, value in said.items()}
    assert str(rates.price(rate(**facts), **given)) == amount


MILES = {"unit": "mile", "amount": Decimal("0.45"), "miles_at_amount": 10_000, "amount_beyond": Decimal("0.25")}


@pytest.mark.parametrize(
    ("before", "miles", "amount"),
    [
        ("0", "100", "45.00"),
        ("9990", "10", "4.50"),
        ("9990", "30", "9.50"),  # ten at 45p, twenty at 25p
        ("10000", "10", "2.50"),
        ("12000", "10", "2.50"),
        ("9999.50", "1", "0.35"),
    ],
)
def test_after_ten_thousand_miles_a_mile_pays_less(before, miles, amount):
    paid = rates.price(rate(**MILES), quantity=Decimal(miles), spent=None, miles_before=Decimal(before))
    assert str(paid) == amount


@given(
    before=st.decimals(min_value=0, max_value=20_000, places=2),
    miles=st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2),
)
def test_miles_never_pay_more_than_the_first_rate_nor_less_than_the_second(before, miles):
    paid = rates.price(rate(**MILES), quantity=miles, spent=None, miles_before=before)
    assert miles * Decimal("0.25") - Decimal("0.01") <= paid <= miles * Decimal("0.45") + Decimal("0.01")
    assert paid.as_tuple().exponent == -2


@given(spent=st.decimals(min_value=0, max_value=10_000, places=2), cap=st.decimals(min_value=1, max_value=100, places=2))
def test_nobody_is_paid_more_than_they_spent_nor_than_the_limit(spent, cap):
    paid = rates.price(rate(cap=cap), quantity=None, spent=spent)
    assert paid == min(spent, cap)


@pytest.mark.parametrize(
    ("hours", "counted"), [("0.1", "0.5"), ("0.5", "0.5"), ("1", "1"), ("1.01", "1.5"), ("2.25", "2.5"), ("3.5", "3.5")]
)
def test_hours_are_counted_in_whole_parts(hours, counted):
    assert rates.whole_increments(rate(unit="hour", increment_minutes=30), Decimal(hours)) == Decimal(counted)
    assert rates.whole_increments(rate(unit="hour"), Decimal(hours)) == Decimal(hours)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ((2026, 4, 5), (2025, 4, 6), (2026, 4, 5)),
        ((2026, 4, 6), (2026, 4, 6), (2027, 4, 5)),
        ((2026, 12, 31), (2026, 4, 6), (2027, 4, 5)),
        ((2027, 1, 1), (2026, 4, 6), (2027, 4, 5)),
    ],
)
def test_a_tax_year_begins_on_the_sixth_of_april(day, first, last):
    assert rates.tax_year(datetime.date(*day)) == (datetime.date(*first), datetime.date(*last))


# What a meeting earns ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "role", "fees"),
    [
        (1, "member", ["MEETING_HALF"]),
        (240, "member", ["MEETING_HALF"]),
        (241, "member", ["MEETING_FULL"]),
        (150, "chair", ["MEETING_HALF", "CHAIR_SUPPLEMENT"]),
        (300, "co_chair", ["MEETING_FULL", "CHAIR_SUPPLEMENT"]),
    ],
)
def test_the_fee_follows_from_the_minutes_and_the_role(card, minutes, role, fees):
    assert [fee.code for fee in rates.session_fees(card, minutes, role)] == fees


def test_what_is_booked_for_people_is_told_and_never_claimed(card):
    assert {each.code for each in rates.booked(card)} == {"BSL", "SPOKEN_INTERPRETER", "PALANTYPE_STTR"}
    offered = {each.code for each in rates.to_claim(card, for_meeting=True)}
    assert not offered & {"BSL", "MEETING_HALF", "HOURLY"}
    assert "HOURLY" in {each.code for each in rates.to_claim(card, for_meeting=False)}


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("CAR", ["45p for each mile, and 25p after 10,000 miles in a tax year", "No receipt needed"]),
        ("PUBLIC_TRANSPORT", ["What you paid", "Receipt needed above £10"]),
        ("TAXI", ["What you paid", "Receipt needed"]),
        ("MEAL", ["Up to £10", "When you are away for 5 hours or more", "Receipt needed"]),
        ("SUPPORT_WORKER_PA", ["Up to £20 for each hour", "Receipt needed"]),
        ("HOURLY", ["£27.50 for each hour, in parts of 30 minutes"]),
        ("MEETING_FULL", ["£165"]),
        ("BSL", ["£125 for half a day, £245 for a day"]),
    ],
)
def test_a_rule_is_said_in_plain_words(card, code, rule):
    assert rates.rule(card.rates.get(code=code)) == rule


# Which card ------------------------------------------------------------------------------------------


@pytest.fixture
def two_cards(db):
    """The fee goes up on 1 November."""
    make_card(code="OLD", effective_from=datetime.date(2026, 4, 1))
    facts = rates.read(rates.EXAMPLE) | {"code": "NEW", "effective_from": datetime.date(2026, 11, 1)}
    facts["fees"] = [{**row, "amount": "90.00"} if row["code"] == "MEETING_HALF" else row for row in facts["fees"]]
    return rates.publish(facts, by=None)


def meet(member, kit, starts_at):
    with time_machine.travel(starts_at + timedelta(hours=3), tick=False):
        meeting = meetings.plan(
            member.panel, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), place="Town hall", by=kit
        )
        return claims.start(attend(meeting, member, kit, minutes=60), by=member.person)


@pytest.mark.parametrize(
    ("begun", "fee"),
    [
        (datetime.datetime(2026, 10, 31, 23, 59, tzinfo=LONDON), "82.50"),
        (datetime.datetime(2026, 11, 1, 0, 0, tzinfo=LONDON), "90.00"),
    ],
)
def test_the_card_changes_at_midnight_in_london(two_cards, member, kit, begun, fee):
    claim = meet(member, kit, begun)
    assert [str(amount) for _line, amount in claims.preview(claim)] == [fee]


def test_in_summer_midnight_in_london_is_not_midnight_in_greenwich(two_cards, member, kit):
    make_card(code="JUNE", effective_from=datetime.date(2026, 6, 15))
    claim = meet(member, kit, datetime.datetime(2026, 6, 14, 23, 30, tzinfo=datetime.UTC))
    assert claim.day == datetime.date(2026, 6, 15)
    assert claim.lines.get().rate.card.code == "JUNE"


def test_a_card_that_has_ended_holds_no_longer(db):
    make_card(code="SHORT", effective_from=datetime.date(2026, 4, 1), effective_to=datetime.date(2026, 4, 30))
    assert rates.card_on(datetime.date(2026, 4, 30)).code == "SHORT"
    for day in [datetime.date(2026, 3, 31), datetime.date(2026, 5, 1)]:
        with pytest.raises(errors.DomainError) as refused:
            rates.card_on(day)
        assert refused.value.code == "no_rate_card"


def test_lists_choose_the_card_as_everything_else_does(two_cards):
    cards = list(RateCard.objects.all())
    for day in [datetime.date(2026, 4, 1), datetime.date(2026, 10, 31), datetime.date(2026, 11, 1), datetime.date(2030, 1, 1)]:
        held = max((card for card in cards if card.holds_on(day)), key=lambda card: card.effective_from)
        assert held == RateCard.objects.in_force(day)


# Frozen ----------------------------------------------------------------------------------------------


def dearer(code: str, day: datetime.date) -> RateCard:
    facts = rates.read(rates.EXAMPLE) | {"code": code, "effective_from": day}
    for group in ["fees", "travel"]:
        facts[group] = [{**row, "amount": "200.00"} if row.get("amount") else row for row in facts[group]]
    return rates.publish(facts, by=None)


def test_what_was_sent_is_not_repriced_by_a_card_that_comes_later(card, member, kit):
    claim = make_submitted(member, kit)
    dearer("LATER", claim.day)
    claim.refresh_from_db()
    claims.bring_up_to_date(claim)
    line = claim.lines.get()
    assert (line.amount, line.unit, line.unit_amount) == (Decimal("82.50"), "session", Decimal("82.50"))
    assert claims.totals(claim) == (Decimal("82.50"), Decimal("0.00"))


def test_a_draft_follows_a_card_that_comes_later_and_holds_on_its_day(card, member, kit, mo):
    claim = make_draft(member, kit)
    claims.add_line(claim, cost(claim, "CAR", quantity=Decimal(10)), by=mo)
    assert pricing.is_up_to_date(claim)
    dearer("LATER", claim.day)
    assert not pricing.is_up_to_date(claim)
    claims.bring_up_to_date(claim)
    assert [str(amount) for _line, amount in claims.preview(claim)] == ["200.00", "2000.00"]


def test_a_draft_follows_the_meeting_record_when_it_is_corrected(card, member, kit, mo):
    claim = make_draft(member, kit)
    meetings.record(claim.attendance.meeting, {member: 300}, by=kit)
    claim.refresh_from_db()
    claims.bring_up_to_date(claim)
    assert claim.lines.get().rate.code == "MEETING_FULL"


def test_a_fee_that_was_taken_off_is_not_put_back_by_itself(card, member, kit, mo):
    claim = make_draft(member, kit)
    claims.remove_line(claim.lines.get(), by=mo)
    claims.add_line(claim, bus(claim), by=mo)
    dearer("LATER", claim.day)
    claims.bring_up_to_date(claim)
    assert [line.rate.code for line in claim.lines.all()] == ["PUBLIC_TRANSPORT"]
    claims.put_fee_back(claim, by=mo)
    claims.put_fee_back(claim, by=mo)
    assert [line.rate.code for line in claim.lines.all()] == ["MEETING_HALF", "PUBLIC_TRANSPORT"]


def test_a_cost_that_the_new_card_does_not_know_stops_the_claim_with_a_reason(card, member, kit, mo):
    claim = make_draft(member, kit)
    make_payee(mo)
    line = claims.add_line(claim, bus(claim), by=mo)
    facts = rates.read(rates.EXAMPLE) | {"code": "BARE", "effective_from": claim.day, "travel": []}
    rates.publish(facts, by=None)
    with pytest.raises(errors.DomainError) as refused:
        claims.submit(claim, by=mo)
    assert (refused.value.code, refused.value.field) == ("not_offered", f"line_{line.key}")


# Miles in a year -----------------------------------------------------------------------------------


def drive(member, kit, miles, **options):
    claim = make_draft(member, kit, **options)
    claims.add_line(claim, cost(claim, "CAR", quantity=Decimal(miles)), by=member.person)
    return claim


def send(claim):
    claim = claims.submit(claim, by=claim.claimant)
    return claim.lines.get(rate__code="CAR").amount


@pytest.fixture
def far(card, member, kit, mo):
    """Mo has claimed for 9,990 miles in this tax year: ten claims, each within the limit of one line."""
    make_payee(mo)
    day = timezone.localdate()
    sent = [drive(member, kit, 999, ago=timedelta(days=2)) for _each in range(10)]
    for claim in sent:
        send(claim)
    return day


def test_miles_of_one_tax_year_are_counted_over_all_claims_that_were_sent(far, member, kit):
    draft = drive(member, kit, 500)
    assert pricing.miles_before(draft) == 9990
    claim = drive(member, kit, 30)
    assert send(claim) == Decimal("9.50")
    assert send(draft) == Decimal("125.00")


def test_a_claim_that_came_back_keeps_its_place_among_the_miles(far, member, kit, cas):
    first, second = drive(member, kit, 10), drive(member, kit, 10)
    assert (send(first), send(second)) == (Decimal("4.50"), Decimal("2.50"))
    claims.ask(first, "Which way did you drive?", by=cas)
    first.refresh_from_db()
    assert send(first) == Decimal("4.50")


def change(claim, miles):
    line = claim.lines.get(rate__code="CAR")
    claims.change_line(line, cost(claim, "CAR", quantity=Decimal(miles)), by=claim.claimant)


def back(claim, cas):
    return claims.ask(Claim.objects.get(pk=claim.pk), "Which way?", by=cas)


def test_the_first_rate_is_paid_once_whatever_comes_back_and_grows(far, member, kit, cas):
    """Sent small, sent back, and grown when others had taken the rest."""
    first, second = drive(member, kit, 1), drive(member, kit, 9)
    assert (send(first), send(second)) == (Decimal("0.45"), Decimal("4.05"))
    first = back(first, cas)
    change(first, 999)
    assert send(first) == Decimal("0.45") + 998 * Decimal("0.25")
    assert send(back(first, cas)) == Decimal("0.45") + 998 * Decimal("0.25"), "sent again as it is, it gains nothing"


def test_what_a_claim_that_came_back_gives_up_is_free_for_others_and_not_paid_twice(far, member, kit, cas):
    first, second = drive(member, kit, 10), drive(member, kit, 10)
    send(first), send(second)
    first = back(first, cas)
    change(first, 1)
    assert send(first) == Decimal("0.45")
    assert send(back(second, cas)) == 9 * Decimal("0.45") + Decimal("0.25")
    first = back(first, cas)
    change(first, 10)
    assert send(first) == Decimal("0.45") + 9 * Decimal("0.25")


def test_miles_begin_anew_on_the_sixth_of_april(card, member, kit, mo):
    make_card(code="LONG AGO", effective_from=datetime.date(2020, 4, 1))
    make_payee(mo)
    with time_machine.travel(datetime.datetime(2026, 4, 8, 12, tzinfo=LONDON), tick=False):
        member.starts_on = datetime.date(2025, 1, 1)
        member.save()
        before = drive(member, kit, 999, ago=timedelta(days=3))  # 5 April
        send(before)
        after = drive(member, kit, 10, ago=timedelta(days=2))  # 6 April
        assert (before.day, after.day) == (datetime.date(2026, 4, 5), datetime.date(2026, 4, 6))
        assert pricing.miles_before(after) == 0


def test_miles_of_others_and_of_claims_given_up_do_not_count(card, member, kit, mo):
    make_payee(mo)
    claim = drive(member, kit, 999)
    send(claim)
    claims.withdraw(claim, by=mo)
    assert pricing.miles_before(drive(member, kit, 1)) == 0


# Publishing ------------------------------------------------------------------------------------------


def test_a_card_is_published_once_and_never_changed(db):
    first = make_card()
    again = rates.publish(rates.read(rates.EXAMPLE) | {"claim_within_days": 1}, by=None)
    assert again == first
    assert RateCard.objects.get().claim_within_days == 90
    assert AuditEvent.objects.filter(act="rate_card.publish").count() == 1


def test_two_cards_cannot_begin_on_one_day(card):
    with pytest.raises(errors.DomainError) as refused:
        make_card(code="OTHER")
    assert refused.value.field == "effective_from"


def test_the_example_says_that_it_is_one_and_names_its_sources(db):
    rates.load_example()
    rates.load_example()
    example = RateCard.objects.get()
    assert example.is_example
    assert "HM Revenue and Customs" in example.sources
    assert example.rates.get(code="CAR").amount == Decimal("0.45")


def load(tmp_path, text):
    file = tmp_path / "card.yaml"
    file.write_text(text)
    said = StringIO()
    call_command("load_rate_card", str(file), stdout=said)
    return said.getvalue()


CARD = """
code: OURS-2027
title: Our rates
effective_from: 2027-01-01
claim_within_days: 60
target_days_to_pay: 10
lost_receipt_most: "10.00"
lost_receipts_a_year: 2
fees:
  - {code: MEETING, label: "A meeting", unit: session, amount: "90.00"}
"""


def test_a_card_is_loaded_from_a_file(db, tmp_path):
    assert load(tmp_path, CARD) == "OURS-2027: 1 rates, in force from 01 January 2027.\n"
    assert not RateCard.objects.get().is_example


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "This is not a rate card"),
        ("code: [", "card.yaml"),
        ("title: Without a code", "The rate card lacks: claim_within_days, code"),
        (CARD.replace('"90.00"', "0.45"), "in quotes"),
        (CARD.replace('"90.00"', '"much"'), "decimal number"),
        (CARD.replace("session", "week"), "not a valid choice"),
        (CARD.replace("amount:", "ammount:"), "knows nothing called “ammount”"),
        (CARD.replace("effective_from: 2027-01-01", "effective_from: soon"), "invalid date format"),
        (CARD + '  - {code: MEETING, label: "Again", unit: session, amount: "1.00"}\n', "a code of its own"),
    ],
)
def test_a_card_that_is_written_wrongly_is_refused_with_a_reason_and_nothing_of_it_stays(db, tmp_path, text, said):
    with pytest.raises(CommandError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert not RateCard.objects.exists()


def test_a_file_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match=r"gone\.yaml"):
        call_command("load_rate_card", str(tmp_path / "gone.yaml"))


# For everybody -------------------------------------------------------------------------------------


def test_anybody_may_read_what_is_paid_with_its_sources_and_that_it_is_an_example(client, home, card):
    page = client.get(reverse("recompense:rates")).content.decode()
    for words in ["£82.50", "45p for each mile", "nobody’s policy", "HM Revenue and Customs", "British Sign Language"]:
        assert words in page


def test_without_a_card_the_page_says_so(client, home):
    assert "There are no rates yet" in client.get(reverse("recompense:rates")).content.decode()


def test_the_page_of_rates_is_kept_for_strangers_and_a_new_card_shows_at_once(client, home, card, django_assert_num_queries):
    address = reverse("recompense:rates")
    client.get(address)
    with django_assert_num_queries(1):
        client.get(address)
    before = page_cache.generation()
    dearer("LATER", timezone.localdate())
    assert page_cache.generation() > before
    assert "£200" in client.get(address).content.decode()


def test_waiting_says_what_a_meeting_earns_and_by_when(card, member, kit, mo):
    meeting = make_draft(member, kit).attendance.meeting
    claims.withdraw(meeting.attendances.get().claims.get(), by=mo)
    (waiting,) = standing.waiting(mo)
    assert waiting.fee == Decimal("82.50")
    assert waiting.due_on == meeting.day + timedelta(days=90)
