"""Checking, asking, paying less, approving, turning down: by whom, in which state, and never by one pair of hands."""

from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from core import audit
from core.errors import Conflict, DomainError, NotAllowed, WrongState
from core.models import AuditEvent, OutboxEvent
from recompense import claims, payments, receipts
from recompense.models import Claim, PaymentRun
from tests.factories.panels import make_member
from tests.factories.recompense import bus, cost, make_approved, make_checked, make_draft, make_payee, make_submitted, photo

REASON = "The form for taxis was not agreed before."


@pytest.fixture
def with_costs(card, member, kit, mo):
    """Sent, with a fee and two costs: £82.50, £4.60 and £18.60."""
    claim = make_draft(member, kit)
    claims.add_line(claim, bus(claim), by=mo)
    taxi = claims.add_line(claim, cost(claim, "TAXI", spent=Decimal("18.60"), reason="No bus so late"), by=mo)
    receipts.add(taxi, photo(), by=mo)
    make_payee(mo)
    return claims.submit(claim, by=mo)


def taxi_of(claim):
    return claim.lines.get(rate__code="TAXI")


def acts_on(claim):
    return list(AuditEvent.objects.filter(subject=claim.key).order_by("pk").values_list("act", flat=True))


# Checking and approving ---------------------------------------------------------------------------


def test_a_claim_is_checked_by_one_and_approved_by_another(submitted, cas, pat):
    claims.check(submitted, by=cas)
    approved = claims.approve(submitted, by=pat)
    assert (approved.status, approved.checked_by, approved.approved_by) == (Claim.Status.APPROVED, cas, pat)
    assert approved.checked_at < approved.approved_at
    assert acts_on(approved)[-2:] == ["claim.check", "claim.approve"]
    names = OutboxEvent.objects.filter(ids={"claim": str(approved.key)}).values_list("name", flat=True)
    assert {"claim.checked", "claim.approved"} <= set(names)


def test_nobody_checks_what_they_claim(card, panel, kit, cas):
    claim = make_submitted(make_member(panel, cas), kit)
    with pytest.raises(NotAllowed, match="your own claim") as refused:
        claims.check(claim, by=cas)
    assert refused.value.code == "not_the_same_person"


def test_nobody_approves_what_they_checked(submitted, ash):
    claims.check(submitted, by=ash)
    with pytest.raises(NotAllowed, match="You checked this claim"):
        claims.approve(submitted, by=ash)


def test_nobody_approves_what_they_claim(card, panel, kit, cas, ash):
    claim = make_checked(make_member(panel, ash), kit, cas)
    with pytest.raises(NotAllowed, match="your own claim"):
        claims.approve(claim, by=ash)


@pytest.mark.parametrize("act", [claims.check, claims.approve])
def test_members_strangers_and_other_roles_decide_nothing(submitted, act, mo, sam, kit, fin):
    for person in [mo, sam, kit, fin]:
        with pytest.raises(NotAllowed):
            act(submitted, by=person)
    submitted.refresh_from_db()
    assert submitted.status == Claim.Status.SUBMITTED


def test_what_was_not_checked_is_not_approved(submitted, pat):
    with pytest.raises(WrongState, match="Sent"):
        claims.approve(submitted, by=pat)


def test_deciding_twice_is_refused_and_says_where_it_is(checked, cas, pat):
    with pytest.raises(WrongState, match="Checked"):
        claims.check(checked, by=cas)
    claims.approve(checked, by=pat)
    with pytest.raises(WrongState, match="Approved"):
        claims.approve(checked, by=pat)


def test_a_role_that_was_taken_away_decides_nothing_more(submitted, cas):
    cas.is_active = False
    cas.save()
    with pytest.raises(NotAllowed):
        claims.check(submitted, by=type(cas).objects.get(pk=cas.pk))


def test_nothing_is_not_approved(with_costs, cas, pat):
    claims.check(with_costs, by=cas)
    for line in with_costs.lines.all():
        claims.lower(line, Decimal(0), REASON, by=pat)
    with pytest.raises(DomainError, match="nothing left to pay"):
        claims.approve(with_costs, by=pat)
    assert claims.reject(with_costs, REASON, by=pat).status == Claim.Status.REJECTED


# Asking -------------------------------------------------------------------------------------------


def test_a_question_sends_it_back_and_is_read_on_the_site_alone(submitted, cas, mo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        asked = claims.ask(submitted, " Which taxi was it? ", by=cas)
    assert (asked.status, asked.question) == (Claim.Status.RETURNED, "Which taxi was it?")
    (letter,) = mail.outbox
    assert letter.to == [mo.email]
    assert "taxi" not in letter.body + letter.subject


def test_what_comes_back_is_checked_anew_by_anybody_who_may(checked, cas, pat, mo):
    asked = claims.ask(checked, "Which day?", by=pat)
    assert asked.checked_by is None and asked.checked_at is None
    again = claims.submit(asked, by=mo)
    assert (again.status, again.question) == (Claim.Status.SUBMITTED, "")
    with pytest.raises(WrongState):
        claims.approve(again, by=pat)
    claims.check(again, by=cas)
    assert claims.approve(again, by=pat).status == Claim.Status.APPROVED


def test_asking_nothing_is_refused(submitted, cas):
    with pytest.raises(DomainError) as refused:
        claims.ask(submitted, " \n ", by=cas)
    assert refused.value.field == "question"


def test_a_checker_does_not_ask_about_what_an_approver_has(checked, cas, pat):
    with pytest.raises(NotAllowed):
        claims.ask(checked, "Which day?", by=cas)


def test_nobody_asks_themselves(card, panel, kit, cas):
    claim = make_submitted(make_member(panel, cas), kit)
    with pytest.raises(NotAllowed, match="your own claim"):
        claims.ask(claim, "Which day?", by=cas)


# Paying less --------------------------------------------------------------------------------------


def test_less_is_paid_for_a_line_with_the_reason_that_the_member_reads(with_costs, cas):
    line = claims.lower(taxi_of(with_costs), Decimal("9.30"), f" {REASON} ", by=cas)
    line.refresh_from_db()
    assert (line.amount, line.allowed, line.allowed_reason) == (Decimal("18.60"), Decimal("9.30"), REASON)
    assert claims.totals(with_costs) == (Decimal("82.50"), Decimal("13.90"))
    event = AuditEvent.objects.get(act="claim.lower")
    assert (event.subject, event.before, event.after) == (with_costs.key, "18.60", "9.30")


def test_the_whole_amount_takes_it_back_and_needs_no_reason(with_costs, cas, pat):
    claims.lower(taxi_of(with_costs), Decimal(0), REASON, by=cas)
    line = claims.lower(taxi_of(with_costs), Decimal("18.60"), "", by=cas)
    line.refresh_from_db()
    assert (line.allowed, line.allowed_reason, line.counted) == (None, "", Decimal("18.60"))
    assert AuditEvent.objects.filter(act="claim.lower").last().before == "0.00"


def test_what_is_paid_already_is_not_less(with_costs, cas):
    with pytest.raises(DomainError, match=r"what is paid now\. Enter less than £18\.60") as refused:
        claims.lower(taxi_of(with_costs), Decimal("18.60"), REASON, by=cas)
    assert refused.value.field == "allowed"
    assert not AuditEvent.objects.filter(act="claim.lower").exists()


@pytest.mark.parametrize("to", ["18.61", "-0.01", "1000000"])
def test_never_more_than_was_claimed_and_never_less_than_nothing(with_costs, cas, to):
    with pytest.raises(DomainError, match=r"from £0\.00 to £18\.60") as refused:
        claims.lower(taxi_of(with_costs), Decimal(to), REASON, by=cas)
    assert refused.value.field == "allowed"


def test_less_without_a_reason_is_refused(with_costs, cas):
    with pytest.raises(DomainError) as refused:
        claims.lower(taxi_of(with_costs), Decimal(1), " ", by=cas)
    assert refused.value.field == "reason"


def test_a_claim_that_comes_back_is_counted_whole_again(with_costs, cas, mo):
    claims.lower(taxi_of(with_costs), Decimal(0), REASON, by=cas)
    claims.ask(with_costs, "Which taxi?", by=cas)
    again = claims.submit(with_costs, by=mo)
    assert sum(claims.totals(again)) == Decimal("105.70")


def test_who_checked_it_lowers_nothing_of_what_an_approver_has(with_costs, ash, pat):
    claims.check(with_costs, by=ash)
    with pytest.raises(NotAllowed, match="You checked this claim"):
        claims.lower(taxi_of(with_costs), Decimal(0), REASON, by=ash)
    assert claims.lower(taxi_of(with_costs), Decimal(0), REASON, by=pat).counted == 0


def test_what_is_approved_is_lowered_by_nobody(approved, cas, pat):
    line = approved.lines.get()
    for person in [cas, pat]:
        with pytest.raises((NotAllowed, WrongState)):
            claims.lower(line, Decimal(0), REASON, by=person)


def test_an_approver_lowers_further_and_raises_nothing_that_a_checker_lowered(with_costs, cas, pat, mo):
    claims.lower(taxi_of(with_costs), Decimal(9), REASON, by=cas)
    claims.check(with_costs, by=cas)
    for to in ["9.01", "18.60"]:
        with pytest.raises(DomainError, match=r"lowered this to £9\.00") as refused:
            claims.lower(taxi_of(with_costs), Decimal(to), REASON, by=pat)
        assert (refused.value.code, refused.value.field) == ("above_check", "allowed")
    assert claims.lower(taxi_of(with_costs), Decimal(5), REASON, by=pat).counted == 5
    assert claims.lower(taxi_of(with_costs), Decimal(9), REASON, by=pat).counted == 9, "their own slip they can put right"
    claims.ask(with_costs, "Which taxi?", by=pat)
    claims.check(claims.submit(with_costs, by=mo), by=cas)
    assert claims.lower(taxi_of(with_costs), Decimal(18), REASON, by=pat).counted == 18


def test_who_lowered_it_as_checker_neither_approves_nor_pays_it(with_costs, ash, cas, pat, fin):
    claims.lower(taxi_of(with_costs), Decimal(9), REASON, by=ash)
    claims.lower(taxi_of(with_costs), Decimal(8), REASON, by=cas)
    claims.check(with_costs, by=cas)
    for act in [lambda: claims.approve(with_costs, by=ash), lambda: claims.reject(with_costs, REASON, by=ash)]:
        with pytest.raises(NotAllowed, match="You lowered an amount in this claim"):
            act()
    claims.approve(with_costs, by=pat)
    assert [str(each.why_not) for each in payments.candidates(ash)] == [
        "You lowered an amount in this claim, so somebody else must do this."
    ]
    run = payments.prepare(timezone.localdate(), by=fin)
    with pytest.raises(NotAllowed, match="in which you lowered an amount"):
        payments.export(run, by=ash)


def test_who_lowered_it_as_approver_may_approve_and_does_not_pay_it(with_costs, ash, cas, pat, fin):
    claims.check(with_costs, by=cas)
    claims.lower(taxi_of(with_costs), Decimal(9), REASON, by=ash)
    assert list(Claim.objects.awaiting(claims.ACTS["approve"], ash)) == [with_costs]
    claims.approve(with_costs, by=pat)
    assert not Claim.objects.awaiting(claims.ACTS["pay"], ash).exists()
    payments.export(payments.prepare(timezone.localdate(), by=fin), by=fin)
    with pytest.raises(NotAllowed, match="in which you lowered an amount"):
        payments.mark_paid(PaymentRun.objects.get(), by=ash)


def test_what_was_lowered_before_a_question_is_in_nobodys_way_afterwards(with_costs, ash, cas, mo):
    claims.lower(taxi_of(with_costs), Decimal(9), REASON, by=ash)
    claims.ask(with_costs, "Which taxi?", by=cas)
    claims.check(claims.submit(with_costs, by=mo), by=cas)
    assert claims.approve(with_costs, by=ash).status == Claim.Status.APPROVED


# Not paying ---------------------------------------------------------------------------------------


def test_a_claim_that_is_not_paid_says_why_and_can_be_made_anew(checked, pat, mo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        rejected = claims.reject(checked, REASON, by=pat)
    assert (rejected.status, rejected.question) == (Claim.Status.REJECTED, REASON)
    assert REASON not in mail.outbox[0].body
    assert claims.start(checked.attendance, by=mo).pk != checked.pk


def test_without_a_reason_nothing_is_turned_down(checked, pat):
    with pytest.raises(DomainError) as refused:
        claims.reject(checked, "", by=pat)
    assert refused.value.field == "reason"


def test_a_checker_turns_nothing_down(submitted, checked, cas):
    for claim in [submitted, checked]:
        with pytest.raises(NotAllowed):
            claims.reject(claim, REASON, by=cas)


# Deciding on what one saw ---------------------------------------------------------------------------


def test_who_looked_at_an_older_claim_decides_nothing(with_costs, cas, ash):
    seen = audit.latest(with_costs)
    claims.lower(taxi_of(with_costs), Decimal(0), REASON, by=ash)
    with pytest.raises(Conflict, match="since you opened it"):
        claims.check(with_costs, by=cas, seen=seen)
    assert claims.check(with_costs, by=cas, seen=audit.latest(with_costs)).status == Claim.Status.CHECKED


def test_a_claim_that_went_back_and_returned_is_not_the_one_that_was_seen(with_costs, cas, ash, mo):
    seen = audit.latest(with_costs)
    claims.ask(with_costs, "Which taxi?", by=ash)
    claims.remove_line(taxi_of(with_costs), by=mo)
    claims.submit(with_costs, by=mo)
    for act in [
        lambda: claims.check(with_costs, by=cas, seen=seen),
        lambda: claims.ask(with_costs, "Which?", by=cas, seen=seen),
        lambda: claims.lower(with_costs.lines.first(), Decimal(0), REASON, by=cas, seen=seen),
    ]:
        with pytest.raises(Conflict):
            act()
    with_costs.refresh_from_db()
    assert with_costs.status == Claim.Status.SUBMITTED


def test_a_claim_can_be_taken_back_until_it_is_approved(checked, mo, pat):
    assert claims.withdraw(checked, by=mo).status == Claim.Status.WITHDRAWN
    with pytest.raises(WrongState):
        claims.approve(checked, by=pat)


def test_what_is_approved_is_not_taken_back(approved, mo):
    with pytest.raises(WrongState):
        claims.withdraw(approved, by=mo)


# What may be seen, and what waits -----------------------------------------------------------------------


def test_finance_sees_what_was_sent_and_nobody_elses_draft(card, member, kit, cas, pat, fin, sam, mo):
    draft = make_draft(member, kit)
    sent = make_submitted(member, kit)
    for person in [cas, pat, fin]:
        assert list(Claim.objects.sent_to(person)) == [sent]
        assert list(Claim.objects.visible_to(person)) == [sent]
    for person in [sam, mo, kit]:
        assert not Claim.objects.sent_to(person).exists()
    assert set(Claim.objects.visible_to(mo)) == {draft, sent}


def test_what_awaits_somebody_leaves_out_what_they_had_a_hand_in(card, member, panel, kit, cas, pat, ash):
    own = make_submitted(make_member(panel, ash), kit)
    other = make_submitted(member, kit)
    mine, theirs = make_checked(member, kit, ash), make_checked(member, kit, cas)
    assert list(Claim.objects.awaiting(claims.ACTS["check"], ash)) == [other]
    assert list(Claim.objects.awaiting(claims.ACTS["approve"], ash)) == [theirs]
    assert set(Claim.objects.awaiting(claims.ACTS["approve"], pat)) == {mine, theirs}
    assert set(Claim.objects.awaiting(claims.ACTS["check"], cas)) == {own, other}
    assert not Claim.objects.awaiting(claims.ACTS["check"], pat).exists()


def test_an_approved_claim_awaits_somebody_third(card, member, kit, cas, pat, ash, fin):
    approved = make_approved(member, kit, cas, ash)
    assert not Claim.objects.awaiting(claims.ACTS["pay"], ash).exists()
    assert list(Claim.objects.awaiting(claims.ACTS["pay"], fin)) == [approved]
