"""What a member does with a claim: begin, add, send, answer, take back. What staff do has its own tests."""

from __future__ import annotations

import datetime
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import errors
from core.models import AuditEvent, OutboxEvent
from panels import meetings, membership
from panels.models import Attendance, Membership
from recompense import claims, judging, receipts, standing
from recompense.judging import Cost
from recompense.models import Claim, Line, Rate, Receipt
from tests.factories.panels import attend, make_meeting, make_member
from tests.factories.recompense import (
    bus,
    cost,
    make_approved,
    make_checked,
    make_draft,
    make_paid,
    make_payee,
    make_run,
    make_submitted,
    photo,
)

pytestmark = pytest.mark.django_db


def refused(act, *given, **options) -> errors.DomainError:
    with pytest.raises(errors.DomainError) as caught, transaction.atomic():
        act(*given, **options)
    return caught.value


@pytest.fixture
def draft(card, member, kit):
    return make_draft(member, kit)


@pytest.fixture
def payee(mo):
    return make_payee(mo)


# Beginning -----------------------------------------------------------------------------------------


def test_a_claim_begins_with_the_fee_of_the_meeting_filled_in(draft, mo):
    line = draft.lines.get()
    assert (line.rate.code, line.amount, draft.status, draft.claimant) == ("MEETING_HALF", None, "draft", mo)
    assert [amount for _line, amount in claims.preview(draft)] == [Decimal("82.50")]


def test_begun_twice_it_is_the_same_claim(draft, mo):
    assert claims.start(draft.attendance, by=mo) == draft
    assert Claim.objects.count() == 1


def test_the_database_keeps_it_to_one_claim_for_each_time_that_somebody_was_there(draft, mo):
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(claimant=mo, attendance=draft.attendance, day=draft.day, reference="OTHER")


def test_nobody_begins_a_claim_for_somebody_else(draft, sam):
    assert refused(claims.start, draft.attendance, by=sam).code == "not_allowed"


def test_without_rates_for_the_day_nothing_begins_and_the_reason_is_kind(member, kit, mo):
    attendance = attend(make_meeting(member.panel, kit), member, kit)
    error = refused(claims.start, attendance, by=mo)
    assert error.code == "no_rate_card"
    assert "nothing that you have typed is lost" in str(error)


def test_work_outside_a_meeting_has_no_fee_of_itself(card, member, mo):
    claim = claims.start_other(timezone.localdate(), "  Read a plan ", by=mo)
    assert (claim.what_for, claim.lines.count(), claim.attendance) == ("Read a plan", 0, None)
    claims.add_line(claim, cost(claim, "HOURLY", quantity=Decimal("1.2")), by=mo)
    assert claim.lines.get().quantity == Decimal("1.5")  # in whole half hours


def test_the_same_work_begun_twice_is_one_draft(card, member, mo):
    day = timezone.localdate()
    first = claims.start_other(day, "Read a plan", by=mo)
    assert claims.start_other(day, "Read a plan", by=mo) == first
    assert claims.start_other(day, "Read another plan", by=mo) != first


@pytest.mark.parametrize(
    ("days", "words", "code", "field"),
    [
        (1, "Read a plan", "future_day", "day"),
        (-800, "Read a plan", "not_a_member", "day"),
        (0, "   ", "no_work", "what_for"),
        (0, "x" * 501, "too_many_words", "what_for"),
    ],
)
def test_work_that_cannot_be_claimed_for_is_refused_beside_its_field(card, member, mo, days, words, code, field):
    error = refused(claims.start_other, timezone.localdate() + timedelta(days=days), words, by=mo)
    assert (error.code, error.field) == (code, field)


def test_a_stranger_has_no_work_to_claim_for(card, member, sam):
    assert refused(claims.start_other, timezone.localdate(), "Read a plan", by=sam).code == "not_a_member"


def codes(claim):
    return sorted(claim.lines.values_list("rate__code", flat=True))


def test_the_fee_is_for_the_role_on_the_day_whatever_somebody_becomes(card, member, kit, mo, panel):
    attendance = attend(make_meeting(panel, kit), member, kit)
    membership.set_role(member, "chair", by=kit)
    assert codes(claims.start(attendance, by=mo)) == ["MEETING_HALF"]
    chaired = claims.start(attend(make_meeting(panel, kit), Membership.objects.get(), kit), by=mo)
    both = codes(chaired)
    membership.set_role(member, "member", by=kit)
    claims.bring_up_to_date(chaired)
    assert codes(chaired) == both and len(both) == 2
    meetings.record(chaired.attendance.meeting, {member: 149}, by=kit)
    assert Attendance.objects.get(pk=chaired.attendance_id).role == "chair", "a correction of minutes leaves it"


def test_a_fee_that_was_not_due_before_comes_with_the_corrected_record(card, member, kit, mo, panel):
    Rate.objects.filter(code="MEETING_HALF").update(min_minutes=60)
    claim = claims.start(attend(make_meeting(panel, kit), member, kit, minutes=30), by=mo)
    for minutes, due in [(30, []), (150, ["MEETING_HALF"]), (30, []), (150, ["MEETING_HALF"])]:
        meetings.record(claim.attendance.meeting, {member: minutes}, by=kit)
        claim = Claim.objects.get(pk=claim.pk)
        claims.bring_up_to_date(claim)
        assert codes(claim) == due, minutes


def test_a_fee_that_was_taken_off_stays_off_when_the_record_is_corrected(draft, member, kit, mo):
    claims.remove_line(draft.lines.get(), by=mo)
    for minutes in [149, 300]:
        meetings.record(draft.attendance.meeting, {member: minutes}, by=kit)
        draft = Claim.objects.get(pk=draft.pk)
        claims.bring_up_to_date(draft)
        assert codes(draft) == []


def test_a_claim_from_before_fees_were_written_down_gains_none(draft, mo):
    claims.remove_line(draft.lines.get(), by=mo)
    Claim.objects.update(fees_offered=None)
    claims.bring_up_to_date(Claim.objects.get())
    assert codes(draft) == []


def test_one_meeting_is_claimed_once_also_with_two_memberships(draft, mo, panel):
    membership.leave(Membership.objects.get(), by=mo)
    again = make_member(panel, mo, since=draft.day)
    twice = Attendance.objects.create(meeting=draft.attendance.meeting, membership=again, minutes=150)
    assert refused(claims.start, twice, by=mo).code == "claimed_already"
    assert standing.waiting(mo) == []
    claims.withdraw(draft, by=mo)
    assert claims.start(twice, by=mo).attendance == twice


# Costs ---------------------------------------------------------------------------------------------


def test_a_cost_is_added_changed_and_taken_off(draft, mo):
    line = claims.add_line(draft, bus(draft), by=mo)
    claims.change_line(line, bus(draft, "5.20"), by=mo)
    assert draft.lines.get(pk=line.pk).spent == Decimal("5.20")
    claims.remove_line(line, by=mo)
    assert draft.lines.count() == 1


def test_the_same_cost_sent_twice_is_there_once(draft, mo):
    key = uuid.uuid4()
    first = claims.add_line(draft, bus(draft), by=mo, key=key)
    assert claims.add_line(draft, bus(draft, "9.99"), by=mo, key=key) == first
    assert draft.lines.filter(rate__code="PUBLIC_TRANSPORT").count() == 1


def test_a_key_of_somebody_elses_line_is_no_way_to_it(draft, card, panel, kit, person, mo):
    theirs = draft.lines.get()
    claim = claims.start_other(timezone.localdate(), "Read a plan", by=mo)
    line = claims.add_line(claim, bus(claim), by=mo, key=theirs.key)
    assert line.key != theirs.key
    assert line.claim == claim


def test_only_what_the_rate_asks_for_is_kept(draft, mo):
    line = claims.add_line(draft, cost(draft, "CAR", quantity=Decimal(12), spent=Decimal(40), hours_away=3), by=mo)
    line.refresh_from_db()
    assert (line.quantity, line.spent, line.hours_away) == (Decimal(12), None, None)


@pytest.mark.parametrize(
    ("code", "said", "field"),
    [
        ("PUBLIC_TRANSPORT", {}, "spent"),
        ("PUBLIC_TRANSPORT", {"spent": Decimal(0)}, "spent"),
        ("PUBLIC_TRANSPORT", {"spent": Decimal(-5)}, "spent"),
        ("PUBLIC_TRANSPORT", {"spent": Decimal("10000.01")}, "spent"),
        ("CAR", {}, "quantity"),
        ("CAR", {"quantity": Decimal(0)}, "quantity"),
        ("CAR", {"quantity": Decimal("1000.01")}, "quantity"),
        ("TAXI", {"spent": Decimal(5)}, "reason"),
        ("TAXI", {"spent": Decimal(5), "reason": "  "}, "reason"),
        ("TAXI", {"spent": Decimal(5), "reason": "x" * 501}, "reason"),
        ("MEAL", {"spent": Decimal(5)}, "hours_away"),
        ("MEAL", {"spent": Decimal(5), "hours_away": 4}, "hours_away"),
        ("MEAL", {"spent": Decimal(5), "hours_away": 40_000}, "hours_away"),
        ("SUPPORT_WORKER_PA", {"spent": Decimal(5)}, "quantity"),
        ("SUPPORT_WORKER_PA", {"quantity": Decimal(1)}, "spent"),
        ("MEETING_FULL", {"quantity": Decimal(1)}, "rate"),
        ("HOURLY", {"quantity": Decimal(1)}, "rate"),  # preparing is in the meeting's fee
        ("BSL", {"quantity": Decimal(1)}, "rate"),
    ],
)
def test_a_cost_that_does_not_fit_is_refused_beside_its_field(draft, mo, code, said, field):
    assert refused(claims.add_line, draft, cost(draft, code, **said), by=mo).field == field
    assert draft.lines.count() == 1


def test_the_fee_is_taken_off_and_never_written_by_hand(draft, mo):
    fee = draft.lines.get()
    assert refused(claims.change_line, fee, Cost(fee.rate, quantity=Decimal(3)), by=mo).code == "fee_is_fixed"
    claims.remove_line(fee, by=mo)
    assert not draft.lines.exists()


def test_nobody_writes_in_somebody_elses_claim(draft, sam, cas):
    for person in [sam, cas]:
        assert refused(claims.add_line, draft, bus(draft), by=person).code == "not_allowed"
        assert refused(claims.remove_line, draft.lines.get(), by=person).code == "not_allowed"
        assert refused(claims.submit, draft, by=person).code == "not_allowed"
        assert refused(claims.withdraw, draft, by=person).code == "not_allowed"


def test_what_was_sent_is_changed_no_more(card, member, kit, mo):
    claim = make_submitted(member, kit)
    for act, given in [(claims.add_line, bus(claim)), (claims.put_fee_back, None)]:
        assert refused(act, claim, *([given] if given else []), by=mo).code == "wrong_state"
    assert refused(claims.remove_line, claim.lines.get(), by=mo).code == "wrong_state"


# Sending -------------------------------------------------------------------------------------------


def test_sending_fixes_the_amounts_and_says_so_to_higher_rooms(draft, payee, mo):
    claims.add_line(draft, bus(draft), by=mo)
    claim = claims.submit(draft, by=mo, total=Decimal("87.10"))
    assert claim.status == "submitted"
    assert claim.submitted_at is not None
    assert claim.declaration_version == len(claims.DECLARATIONS)
    assert claims.totals(claim) == (Decimal("82.50"), Decimal("4.60"))
    assert OutboxEvent.objects.last().name == "claim.submitted"
    assert AuditEvent.objects.last().act == "claim.submit"


def test_nothing_is_sent_while_the_sum_is_not_the_one_that_was_shown(draft, payee, mo):
    claims.add_line(draft, bus(draft), by=mo)
    error = refused(claims.submit, draft, by=mo, total=Decimal("82.50"))
    assert error.code == "sum_changed"
    assert "£87.10" in str(error)
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert draft.lines.filter(amount__isnull=False).count() == 0


def test_an_empty_claim_is_not_sent(draft, payee, mo):
    claims.remove_line(draft.lines.get(), by=mo)
    assert refused(claims.submit, draft, by=mo).code == "empty"


def test_without_an_account_nothing_is_sent(draft, mo):
    assert refused(claims.submit, draft, by=mo).field == "payee"


def test_twice_sent_is_sent_once(draft, payee, mo):
    claims.submit(draft, by=mo)
    assert refused(claims.submit, draft, by=mo).code == "wrong_state"
    assert AuditEvent.objects.filter(act="claim.submit").count() == 1


def test_after_ninety_days_a_reason_is_wanted_and_enough(card, member, kit, mo, payee):
    in_time = make_draft(member, kit, ago=timedelta(days=90))
    assert not judging.is_late(in_time)
    claim = make_draft(member, kit, ago=timedelta(days=91))
    assert judging.is_late(claim)
    assert refused(claims.submit, claim, by=mo).field == "late_reason"
    assert claims.submit(claim, by=mo, late_reason=" I was in hospital. ").late_reason == "I was in hospital."


def test_a_claim_that_was_sent_in_time_stays_in_time(card, member, kit, mo, cas):
    claim = make_submitted(member, kit)
    with time_machine.travel(timezone.now() + timedelta(days=120), tick=False):
        claims.ask(claim, "Which bus?", by=cas)
        assert claims.submit(claim, by=mo).status == "submitted"


# Receipts that are wanted --------------------------------------------------------------------------


def test_a_receipt_is_wanted_only_above_the_limit(draft, payee, mo):
    line = claims.add_line(draft, bus(draft, "10.00"), by=mo)
    assert not judging.needs_receipt(line)
    claims.change_line(line, bus(draft, "10.01"), by=mo)
    error = refused(claims.submit, draft, by=mo)
    assert (error.code, error.field) == ("no_receipt", f"line_{line.key}")
    receipts.add(line, photo(), by=mo)
    assert claims.submit(draft, by=mo).status == "submitted"


def lose(claim, spent="12.00"):
    return claims.add_line(claim, cost(claim, "PUBLIC_TRANSPORT", spent=Decimal(spent), receipt_is_lost=True), by=claim.claimant)


def test_a_lost_receipt_is_believed_up_to_a_sum(draft, payee, mo):
    error = refused(lose, draft, "25.01")
    assert (error.code, error.field) == ("lost_too_much", "receipt_is_lost")
    line = lose(draft, "25.00")
    more = cost(draft, "PUBLIC_TRANSPORT", spent=Decimal("25.01"), receipt_is_lost=True)
    assert refused(claims.change_line, line, more, by=mo).code == "lost_too_much"
    assert claims.submit(draft, by=mo).status == "submitted"


def test_what_is_said_to_be_lost_and_has_a_photo_is_judged_by_its_photo_also_when_sent(draft, payee, mo):
    held = receipts.hold(draft, photo(), by=mo)
    said = cost(draft, "PUBLIC_TRANSPORT", spent=Decimal("30.00"), receipt_is_lost=True)
    line = claims.add_line(draft, said, by=mo, held=[held])
    claims.change_line(line, said, by=mo)
    receipts.remove(line.receipts.get(), by=mo)
    error = refused(claims.submit, draft, by=mo)
    assert (error.code, error.field) == ("lost_too_much", f"line_{line.key}")


def test_three_lost_receipts_a_year_are_believed_and_a_fourth_is_talked_about(card, member, kit, mo, payee):
    for _each in range(3):
        claim = make_draft(member, kit)
        lose(claim)
        claims.submit(claim, by=mo)
    fourth = make_draft(member, kit)
    line = lose(fourth)
    error = refused(claims.submit, fourth, by=mo)
    assert (error.code, error.field) == ("lost_too_often", f"line_{line.key}")
    assert "Write to us" in str(error)


def test_a_loss_that_needed_no_receipt_is_not_counted(card, member, kit, mo, payee):
    for _each in range(4):
        claim = make_draft(member, kit)
        lose(claim, "3.00")
        claims.submit(claim, by=mo)
    assert Claim.objects.filter(status="submitted").count() == 4


# Answering, taking back ----------------------------------------------------------------------------


def test_a_question_is_answered_by_changing_the_claim_and_sending_it_again(card, member, kit, cas, mo):
    claim = claims.ask(make_submitted(member, kit), "Was there a bus?", by=cas)
    first_sent = claim.submitted_at
    claims.add_line(claim, bus(claim), by=mo)
    claim = claims.submit(claim, by=mo)
    assert (claim.status, claim.question, claim.submitted_at) == ("submitted", "", first_sent)
    assert claims.totals(claim) == (Decimal("82.50"), Decimal("4.60"))


def test_taking_a_claim_back_deletes_what_showed_it_and_frees_the_meeting(card, member, kit, cas, mo):
    claim = make_draft(member, kit)
    taxi = cost(claim, "TAXI", spent=Decimal("18.60"), reason="No tram ran.")
    receipts.add(claims.add_line(claim, taxi, by=mo), photo(), by=mo)
    make_payee(mo)
    claims.check(claims.submit(claim, by=mo), by=cas)
    claims.withdraw(claim, by=mo)
    claim.refresh_from_db()
    assert claim.status == "withdrawn"
    assert not Receipt.objects.exists()
    assert {line.reason for line in Line.objects.all()} == {""}
    assert claims.start(claim.attendance, by=mo) != claim


def test_what_is_approved_is_taken_back_no_more(card, member, kit, cas, pat, fin, mo):
    approved = make_approved(member, kit, cas, pat)
    assert refused(claims.withdraw, approved, by=mo).code == "wrong_state"
    make_run(fin)
    assert refused(claims.withdraw, approved, by=mo).code == "wrong_state"


def test_a_claim_that_was_not_paid_can_be_made_again(card, member, kit, cas, pat, mo):
    claim = claims.reject(make_checked(member, kit, cas), "Paid by an employer.", by=pat)
    assert claims.start(claim.attendance, by=mo) != claim


# Who sees ------------------------------------------------------------------------------------------


def test_a_draft_is_its_writers_alone(draft, mo, sam, cas, pat, fin, kit, django_user_model):
    for person, sees in [(mo, True), (sam, False), (cas, False), (pat, False), (fin, False), (kit, False)]:
        fresh = django_user_model.objects.get(pk=person.pk)
        assert Claim.objects.visible_to(fresh).filter(pk=draft.pk).exists() is sees
        assert Claim.objects.own(fresh).filter(pk=draft.pk).exists() is sees


def test_what_was_sent_is_seen_by_those_who_decide_and_by_no_coordinator(card, member, kit, cas, pat, fin, sam):
    claim = make_submitted(member, kit)
    for person, sees in [(cas, True), (pat, True), (fin, True), (sam, False), (kit, False)]:
        assert Claim.objects.visible_to(person).filter(pk=claim.pk).exists() is sees


# Where a member stands -----------------------------------------------------------------------------


def test_meetings_wait_until_they_are_claimed_for(card, member, kit, mo, sam):
    old = attend(make_meeting(member.panel, kit, ago=timedelta(days=100)), member, kit)
    new = attend(make_meeting(member.panel, kit, ago=timedelta(days=2)), member, kit)
    assert [(each.attendance, each.is_late) for each in standing.waiting(mo)] == [(old, True), (new, False)]
    claims.start(old, by=mo)
    assert [each.attendance for each in standing.waiting(mo)] == [new]
    assert standing.waiting(sam) == []


def test_a_meeting_that_is_only_planned_waits_for_nothing(card, member, kit, mo):
    make_meeting(member.panel, kit, ago=timedelta(days=-3))
    assert standing.waiting(mo) == []


def test_a_meeting_on_a_day_without_rates_is_shown_without_a_sum(member, kit, mo):
    attend(make_meeting(member.panel, kit), member, kit)
    (waiting,) = standing.waiting(mo)
    assert (waiting.fee, waiting.due_on, waiting.is_late) == (None, None, False)


def test_after_leaving_a_panel_the_meetings_before_can_still_be_claimed_for(card, member, kit, mo):
    attend(make_meeting(member.panel, kit), member, kit)
    membership.leave(member, by=mo)
    (waiting,) = standing.waiting(mo)
    assert claims.start(waiting.attendance, by=mo).lines.count() == 1


def words(claim):
    return [str(step.words) for step in standing.steps(claim)]


def test_the_steps_say_what_happened_and_what_comes_and_name_nobody(card, member, kit, cas, pat, fin, mo):
    claim = make_submitted(member, kit)
    day = f"{timezone.localdate() + timedelta(days=21):%-d %B %Y}"
    begun = ["You began it", "You sent it"]
    coming = ["We check it against our records", "A second person approves it", f"We pay it, by {day}"]
    assert words(claim) == [*begun, *coming]
    assert [step.state for step in standing.steps(claim)] == ["done", "done", "now", "to come", "to come"]
    claim = claims.approve(claims.check(claim, by=cas), by=pat)
    assert words(claim) == [*begun, "Checked against our records", "Approved by a second person", f"We pay it, by {day}"]
    everything = " ".join(words(claim))
    assert not any(person.display_name in everything for person in [cas, pat, fin, mo])


def test_a_claim_that_came_back_and_went_again_says_so(card, member, kit, cas, mo):
    claim = claims.submit(claims.ask(make_submitted(member, kit), "Which bus?", by=cas), by=mo)
    assert words(claim)[:4] == ["You began it", "You sent it", "We asked you a question", "You sent it again"]


def test_a_paid_claim_has_nothing_to_come(card, member, kit, cas, pat, fin):
    claim = make_paid(member, kit, cas, pat, fin)
    assert words(claim)[-1] == "Paid"
    assert {step.state for step in standing.steps(claim)} == {"done"}


def test_no_day_is_promised_that_has_passed(card, member, kit):
    claim = make_submitted(member, kit)
    claim.submitted_at = timezone.now() - timedelta(days=30)
    assert words(claim)[-1] == "We pay it"


def test_attendance_of_others_is_never_theirs_to_claim(card, member, kit, sam):
    attend(make_meeting(member.panel, kit), member, kit)
    assert not Attendance.objects.of(sam).exists()
    assert not Attendance.objects.of(member.person).filter(meeting__day=datetime.date(2000, 1, 1)).exists()
