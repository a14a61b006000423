"""What is looked at for a checker already, and what wants an eye; what waits, and what has happened."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from panels import coordination, meetings
from recompense import checks, claims, history, payees, payments, queues, receipts
from recompense.models import Claim, Payee
from tests.factories.panels import make_member
from tests.factories.recompense import (
    bus,
    cost,
    make_approved,
    make_checked,
    make_draft,
    make_exported,
    make_payee,
    make_run,
    make_submitted,
    pay,
    photo,
)


def findings(claim):
    lines = list(claim.lines.select_related("rate__card").prefetch_related("receipts"))
    return checks.of(Claim.objects.select_related("attendance").get(pk=claim.pk), lines)  # as the page of a claim reads it


def eyes(claim):
    return [finding.sentence for finding in findings(claim) if not finding.is_right]


def sent(member, kit, *costs, late_reason="", **options):
    """A claim with these costs, each as (code, what is said, receipt or None)."""
    claim = make_draft(member, kit, **options)
    for code, said, receipt in costs:
        line = claims.add_line(claim, cost(claim, code, **said), by=member.person)
        if receipt:
            receipts.add(line, receipt, by=member.person)
    if not Payee.objects.filter(person=member.person).exists():
        make_payee(member.person)
    return claims.submit(claim, by=member.person, late_reason=late_reason)


TAXI = {"spent": Decimal("18.60"), "reason": "No bus so late"}


# Findings -----------------------------------------------------------------------------------------


def test_a_plain_claim_needs_no_eye(card, member, kit):
    claim = sent(member, kit, ("TAXI", TAXI, photo()))
    assert eyes(claim) == []
    said = [finding.sentence for finding in findings(claim)]
    assert "They were noted at the meeting, for 150 minutes." in said
    assert "Nothing else is claimed for this day." in said
    assert "Each cost that needs a receipt has one." in said


def test_what_wants_an_eye_comes_first(card, member, kit):
    claim = sent(member, kit, ("TAXI", TAXI | {"receipt_is_lost": True}, None))
    assert [finding.is_right for finding in findings(claim)] == sorted(finding.is_right for finding in findings(claim))
    assert eyes(claim) == ["Taxi: the receipt is said to be lost."]


def test_a_limit_that_cut_a_cost_is_shown_with_both_sums(card, member, kit):
    claim = sent(member, kit, ("CHILDCARE", {"quantity": Decimal(3), "spent": Decimal(60)}, photo()))
    assert eyes(claim) == ["Childcare: £60.00 was spent, and the limit allows £45.00."]


def test_a_cost_that_should_have_been_agreed_before_is_shown(card, member, kit):
    claim = sent(member, kit, ("TAXI", TAXI | {"spent": Decimal("25.01")}, photo()))
    assert eyes(claim) == ["Taxi: over £25.00 it should have been agreed before. See whether it was."]
    assert eyes(sent(member, kit, ("TAXI", TAXI | {"spent": Decimal("25.00")}, photo("blue")))) == [
        "They have another claim for the same day."
    ]


def test_work_outside_a_meeting_and_a_late_claim_want_an_eye(card, member, kit, mo):
    claim = claims.start_other(timezone.localdate() - timedelta(days=120), "Read the draft plan", by=mo)
    claims.add_line(claim, cost(claim, "REVIEW_SHORT", quantity=Decimal(1)), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo, late_reason="I was in hospital")
    assert eyes(claim) == ["There was no meeting: see what the work was.", "It came late, and says why."]


def test_a_record_that_was_corrected_after_the_claim_was_sent_wants_an_eye(card, member, kit):
    claim = sent(member, kit)
    meetings.record(claim.attendance.meeting, {member: 300}, by=kit)
    assert eyes(claim) == ["The meeting record was changed after the claim was sent: its fee is for another length."]


def test_a_coordinator_who_noted_their_own_attendance_wants_an_eye(card, panel, kit, cora):
    claim = sent(make_member(panel, kit), kit)
    assert eyes(claim) == ["They noted this attendance themselves."]
    other = make_member(panel, cora)
    coordination.assign(cora, panel, by=None)
    claim = sent(other, kit)
    assert eyes(claim) == ["Somebody else is paid to the same account."]
    meetings.record(claim.attendance.meeting, {other: 150}, by=cora)
    assert "They noted this attendance themselves." in eyes(claim)


def test_the_same_file_from_two_people_wants_an_eye_at_both(card, member, bo, kit):
    first = sent(member, kit, ("TAXI", TAXI, photo()))
    second = sent(bo, kit, ("TAXI", TAXI, photo()))
    assert eyes(first) == eyes(second) == ["Somebody else has claimed with the same file."]
    claims.withdraw(second, by=bo.person)
    assert eyes(first) == []


def test_the_same_file_with_two_costs_wants_an_eye(card, member, kit):
    parking = {"spent": Decimal("9.50")}
    claim = sent(member, kit, ("TAXI", TAXI, photo()), ("PARKING", parking, photo()))
    assert eyes(claim) == ["The same file stands with more than one cost."]


def test_an_account_that_two_people_share_wants_an_eye(submitted, bo):
    assert eyes(submitted) == []
    make_payee(bo.person, account_number="733445")  # the same, written shorter
    assert eyes(submitted) == ["Somebody else is paid to the same account."]


def test_an_account_that_changed_since_it_was_paid_wants_an_eye(card, member, kit, cas, pat, fin, mo):
    make_approved(member, kit, cas, pat)
    pay(make_run(fin), fin)
    claim = make_submitted(member, kit, ago=timedelta(days=9))
    assert eyes(claim) == []
    payees.change(mo, name="M Other", sort_code="112233", account_number="12345678", by=mo)
    assert eyes(claim) == ["The account has changed since the last payment."]


def test_a_claim_without_an_account_says_so(submitted):
    Payee.objects.all().delete()
    assert eyes(submitted) == ["We do not know where to send the money."]


# What waits ---------------------------------------------------------------------------------------


def test_a_list_stands_oldest_first_with_sums_and_days(card, member, bo, kit, cas):
    newer, older = sent(member, kit, ("PUBLIC_TRANSPORT", {"spent": Decimal("4.60")}, None)), make_submitted(bo, kit)
    Claim.objects.filter(pk=older.pk).update(submitted_at=timezone.now() - timedelta(days=23))
    check = queues.QUEUES[0]
    entries = queues.entries(check.claims(), cas, check)
    assert [(entry.claim, entry.total, entry.days, entry.days_over) for entry in entries] == [
        (older, Decimal("82.50"), 23, 2),
        (newer, Decimal("87.10"), 0, 0),
    ]
    standing = queues.standing(check)
    assert (standing.count, standing.total, standing.days) == (2, Decimal("169.60"), 23)


def test_a_list_says_what_is_late_or_over_a_limit_or_somebody_elses(card, member, panel, kit, cas, ash):
    plain = make_submitted(member, kit)
    over = sent(member, kit, ("CHILDCARE", {"quantity": Decimal(1), "spent": Decimal(60)}, photo()))
    late = sent(member, kit, ago=timedelta(days=100), late_reason="I was in hospital")
    own = make_submitted(make_member(panel, cas), kit)
    check = queues.QUEUES[0]
    found = {entry.claim: entry for entry in queues.entries(check.claims(), cas, check)}
    assert [each for each in found if found[each].is_over_a_limit] == [over]
    assert [each for each in found if found[each].came_late] == [late]
    assert [each for each in found if found[each].why_not] == [own]
    assert not found[plain].why_not


def test_each_list_is_open_to_its_role_alone(cas, pat, fin, ash, mo):
    assert [[each.act for each in queues.open_to(person)] for person in [cas, pat, fin, ash, mo]] == [
        ["check"],
        ["approve"],
        ["pay"],
        ["check", "approve", "pay"],
        [],
    ]


def test_a_list_of_three_costs_the_queries_of_a_list_of_one(card, member, kit, cas, django_assert_num_queries):
    check = queues.QUEUES[0]
    for number in [1, 3]:
        for _ in range(number):
            sent(member, kit, ("TAXI", TAXI, photo(size=(50 + number * 10, 60 + _))))
        person = type(cas).objects.get(pk=cas.pk)
        with django_assert_num_queries(5):  # the page, its lines, and three for the role
            assert queues.entries(check.claims(), person, check)


def test_neighbours_and_what_comes_next(card, member, panel, kit, cas):
    made = [make_submitted(member, kit) for _ in range(4)]
    own = make_submitted(make_member(panel, cas), kit)
    check = queues.QUEUES[0]
    assert queues.around(check, made[2]) == [*made, own]
    assert queues.following(check, made[3]) == own
    assert queues.following(check, own) == made[0]
    assert queues.next_for(cas, check, made[0]) == made[1]
    assert queues.next_for(cas, check, made[3]) == made[0], "their own is left out, and the list begins again"
    for claim in made[1:]:
        claims.check(claim, by=cas)
    assert queues.next_for(cas, check, made[0]) is None
    assert queues.around(check, made[1])[0].status == Claim.Status.SUBMITTED


def test_claims_that_were_sent_at_the_same_moment_each_have_their_turn(card, member, kit):
    for _ in range(3):
        make_submitted(member, kit)
    Claim.objects.update(submitted_at=timezone.now())
    check, made = queues.QUEUES[0], list(Claim.objects.order_by("pk"))
    assert [queues.following(check, claim) for claim in made] == [made[1], made[2], made[0]]


# What has happened ----------------------------------------------------------------------------------


def test_the_history_says_who_did_what_in_which_role(card, member, kit, cas, pat, fin, mo):
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    claims.ask(claim, "Which bus?", by=cas)
    claims.submit(claim, by=mo)
    claims.lower(line, Decimal("2.30"), "One way only", by=cas)
    claims.check(claim, by=cas)
    claims.lower(line, Decimal(2), "A day ticket is £2", by=pat)
    claims.approve(claim, by=pat)
    payments.cancel(make_run(fin), by=fin)
    payments.mark_paid(make_exported(fin), by=fin)
    assert [step.sentence for step in history.of(claim)] == [
        "Sent by Mo Member",
        "Sent back with a question by Cas Claims Checker, checking",
        "Sent by Mo Member",
        "A line changed from £4.60 to £2.30 by Cas Claims Checker, checking",
        "Checked by Cas Claims Checker",
        "A line changed from £2.30 to £2.00 by Pat Claims Approver, approving",
        "Approved by Pat Claims Approver",
        "Put into a payment run by Fin Finance Officer",
        "Taken out of the run by Fin Finance Officer",
        "Put into a payment run by Fin Finance Officer",
        "Marked as paid by Fin Finance Officer",
        "The letter about the payment was sent",
    ]


def test_who_is_gone_is_named_no_more(checked, cas):
    cas.delete()
    assert history.of(checked)[-1].sentence == "Checked by somebody whose account is gone"


def test_a_run_has_a_history_of_its_own(approved, fin, pat):
    run = pay(make_run(fin), fin)
    payments.download(run, by=fin)
    assert [step.sentence for step in history.of_run(run)] == [
        "Prepared by Fin Finance Officer",
        "File made by Fin Finance Officer",
        "Marked as paid by Fin Finance Officer",
        "File downloaded by Fin Finance Officer",
    ]


def test_checking_many_lines_costs_the_queries_of_one(card, member, kit, django_assert_max_num_queries):
    one = sent(member, kit, ("TAXI", TAXI, photo()))
    three = sent(member, kit, *[("TAXI", TAXI, photo(size=(80 + n, 90))) for n in range(3)], ago=timedelta(days=8))
    for claim in [one, three]:
        with django_assert_max_num_queries(10):
            findings(claim)


def test_somebody_else_checks_what_was_checked_by_oneself(card, member, kit, ash):
    claim = make_checked(member, kit, ash)
    approve = queues.QUEUES[1]
    (entry,) = queues.entries([claim], ash, approve)
    assert entry.why_not == "You checked this claim, so somebody else must do this."
