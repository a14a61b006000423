"""One run, one file, each claim paid once: by whom, and that the database holds to it whatever is tried."""

import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.errors import Conflict, DomainError, NotAllowed, WrongState
from core.models import AuditEvent, OutboxEvent
from people import roles
from recompense import claims, payees, payments
from recompense.emails import send_remittance
from recompense.models import Claim, Payee, Payment, PaymentRun
from tests.factories.panels import make_member
from tests.factories.recompense import bus, make_approved, make_draft, make_exported, make_payee, make_run, pay

TODAY = timezone.localdate
Status = PaymentRun.Status


@pytest.fixture
def gil(person, roles_without_pages):
    """Another finance officer."""
    user = person("Gil Pays")
    roles.grant(user, "finance officer")
    return user


@pytest.fixture
def run(approved, fin):
    return make_run(fin)


def again(row):
    return type(row).objects.get(pk=row.pk)


# Preparing ----------------------------------------------------------------------------------------


def test_a_run_holds_what_was_approved_with_the_account_as_it_is_now(approved, fin, mo):
    run = payments.prepare(TODAY(), by=fin)
    (payment,) = run.payments.all()
    assert (run.status, run.count, run.total, run.prepared_by) == (Status.PREPARED, 1, Decimal("82.50"), fin)
    assert (payment.fee, payment.expenses, payment.amount) == (Decimal("82.50"), 0, Decimal("82.50"))
    payees.change(mo, name="M Changed", sort_code="112233", account_number="87654321", by=mo)
    payment = again(payment)
    assert (payment.name_on_account, payment.sort_code, payment.account_number) == ("M Example", "309430", "00733445")
    assert again(approved).payment == payment
    assert again(approved).status == Claim.Status.IN_RUN


def test_fee_and_expenses_stand_apart_with_what_was_lowered(card, member, kit, cas, pat, fin, mo):
    claim = make_draft(member, kit)
    line = claims.add_line(claim, bus(claim, "0.30"), by=mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    claims.lower(line, Decimal("0.20"), "Too much", by=cas)
    claims.lower(claim.lines.exclude(pk=line.pk).get(), Decimal("0.10"), "Too much", by=cas)
    claims.check(claim, by=cas)
    claims.approve(claim, by=pat)
    payment = make_run(fin).payments.get()
    assert (payment.fee, payment.expenses, payment.amount) == (Decimal("0.10"), Decimal("0.20"), Decimal("0.30"))


def test_pence_that_no_float_can_hold_add_up(approved, fin, db):
    """0.10 + 0.20 is not 0.30 where decimals are floats, as in SQLite."""
    run = make_run(fin)
    for pence in range(1, 400, 7):
        fee, expenses = Decimal(pence) / 100, Decimal(3 * pence) / 100
        facts = {"name_on_account": "A", "sort_code": "112233", "account_number": "12345678"}
        Payment.objects.create(run=run, reference=f"R{pence:06}", fee=fee, expenses=expenses, amount=fee + expenses, **facts)


def test_what_one_may_not_pay_waits_for_somebody_else_and_says_why(card, member, panel, person, kit, cas, pat, ash, fin):
    own = make_approved(make_member(panel, ash), kit, cas, pat)
    checked = make_approved(member, kit, ash, pat)
    approved = make_approved(member, kit, cas, ash)
    free = make_approved(member, kit, cas, pat)
    homeless = make_approved(make_member(panel, person("Noa Account")), kit, cas, pat)
    Payee.objects.filter(person=homeless.claimant).delete()
    found = {candidate.claim.pk: str(candidate.why_not) for candidate in payments.candidates(ash)}
    assert found == {
        free.pk: "",
        own.pk: "This is your own claim, so somebody else must do this.",
        checked.pk: "You checked this claim, so somebody else must do this.",
        approved.pk: "You approved this claim, so somebody else must do this.",
        homeless.pk: "We do not know where to send the money.",
    }
    assert [payment.claim for payment in payments.prepare(TODAY(), by=ash).payments.all()] == [free]
    assert {payment.claim for payment in make_run(fin).payments.all()} == {own, checked, approved}


def test_only_what_was_chosen_goes_into_a_run(card, member, panel, person, kit, cas, pat, ash, fin):
    kept, chosen = make_approved(member, kit, cas, pat), make_approved(member, kit, cas, pat)
    own_hand = make_approved(member, kit, cas, ash)
    run = payments.prepare(TODAY(), by=ash, chosen=[chosen.key, own_hand.key])
    assert [payment.claim for payment in run.payments.all()] == [chosen]
    assert again(kept).status == again(own_hand).status == Claim.Status.APPROVED
    with pytest.raises(DomainError, match="nothing that you can pay"):
        payments.prepare(TODAY(), by=fin, chosen=[])


def test_a_run_is_bounded_and_takes_the_oldest(monkeypatch, card, member, kit, cas, pat, fin):
    monkeypatch.setattr(payments, "MOST", 2)
    made = [make_approved(member, kit, cas, pat) for _ in range(3)]
    Claim.objects.filter(pk=made[2].pk).update(submitted_at=timezone.now() - timedelta(days=9))
    assert [candidate.claim.pk for candidate in payments.candidates(fin)] == [made[2].pk, made[0].pk]
    assert {payment.claim for payment in make_run(fin).payments.all()} == {made[2], made[0]}
    assert [payment.claim for payment in make_run(fin).payments.all()] == [made[1]]


def test_an_empty_run_is_not_made(fin, checked):
    with pytest.raises(DomainError) as refused:
        make_run(fin)
    assert refused.value.code == "nothing_to_pay"
    assert not PaymentRun.objects.exists()


@pytest.mark.parametrize(("days", "code"), [(-1, "past_day"), (32, "far_day"), (365 * 36, "far_day")])
def test_the_payment_date_is_today_or_soon(approved, fin, days, code):
    with pytest.raises(DomainError) as refused:
        payments.prepare(TODAY() + timedelta(days=days), by=fin)
    assert (refused.value.code, refused.value.field) == (code, "pays_on")


def test_only_who_may_pay_prepares(approved, cas, pat, mo, sam, kit):
    for person in [cas, pat, mo, sam, kit]:
        with pytest.raises(NotAllowed):
            make_run(person)
        assert payments.candidates(person) == [] or all(candidate.why_not for candidate in payments.candidates(person))


def test_a_run_of_three_costs_the_queries_of_a_run_of_one(
    card, member, panel, person, kit, cas, pat, fin, django_assert_num_queries
):
    for number in [1, 3]:
        for turn in range(number):
            person_ = person(f"P{number}{turn} Example")
            make_approved(make_member(panel, person_), kit, cas, pat)
        fin = again(fin)
        with django_assert_num_queries(18):
            assert make_run(fin).count == number


def test_no_reference_tells_anything_or_is_refused_by_a_bank(card, member, kit, cas, pat, fin):
    for _ in range(5):
        make_approved(member, kit, cas, pat)
    references = list(make_run(fin).payments.values_list("reference", flat=True))
    assert len(set(references)) == 5
    for reference in references:
        assert 6 < len(reference) <= 18
        assert reference.isascii() and reference.isalnum() and reference == reference.upper()
        assert len(set(reference)) > 1
        assert not reference.startswith("DDIC")


# The file -----------------------------------------------------------------------------------------


def test_the_file_is_made_once_and_can_be_fetched_again_to_the_byte(run, fin, gil):
    content = payments.export(run, by=fin)
    run = again(run)
    assert (run.status, run.file_digest) == (Status.EXPORTED, hashlib.sha256(content).hexdigest())
    with pytest.raises(WrongState, match="File made"):
        payments.export(run, by=gil)
    assert payments.download(run, by=gil) == content == payments.download(run, by=fin)
    acts = list(AuditEvent.objects.filter(subject=run.key).order_by("pk").values_list("act", flat=True))
    assert acts == ["run.prepare", "run.export", "run.download", "run.download"]


def test_what_was_not_made_cannot_be_fetched(run, fin):
    with pytest.raises(WrongState):
        payments.download(run, by=fin)


def test_a_file_that_would_differ_is_not_handed_out(run, fin):
    payments.export(run, by=fin)
    run.payments.update(reference="CHANGED99")
    with pytest.raises(Conflict, match="not be the same"):
        payments.download(run, by=fin)


@pytest.mark.parametrize("change", [{"amount": "82.51", "fee": "82.51"}, {"run": None}])
def test_no_file_is_made_of_payments_that_no_longer_add_up(run, fin, change):
    if "run" in change:
        Payment.objects.create(run=run, reference="SLIPPEDIN1", fee=1, expenses=0, amount=1, name_on_account="X")
    else:
        run.payments.update(**change)
    with pytest.raises(Conflict, match="no longer add up"):
        payments.export(run, by=fin)
    assert again(run).status == Status.PREPARED


def test_each_look_at_the_names_leaves_a_trace(run, fin, gil):
    assert [payment.name_on_account for payment in payments.reveal(run, by=gil)] == ["M Example"]
    event = AuditEvent.objects.get(act="run.reveal")
    assert (event.subject, event.actor) == (run.key, gil.audit_key)


# Cancelling ---------------------------------------------------------------------------------------


def test_a_cancelled_run_lets_its_claims_wait_as_they_did(run, approved, fin, gil):
    cancelled = payments.cancel(run, by=fin)
    claim = again(approved)
    assert (cancelled.status, claim.status, claim.payment) == (Status.CANCELLED, Claim.Status.APPROVED, None)
    assert claim.approved_by == approved.approved_by
    assert not Payment.objects.exists()
    assert make_run(gil).payments.get().claim == claim


def test_a_run_whose_file_was_made_is_not_cancelled(approved, fin):
    run = make_exported(fin)
    with pytest.raises(WrongState, match="File made"):
        payments.cancel(run, by=fin)


def test_a_cancelled_run_makes_no_file_and_pays_nobody(run, fin):
    run = payments.cancel(run, by=fin)
    for act in [payments.export, payments.download, payments.mark_paid, payments.cancel]:
        with pytest.raises(WrongState):
            act(run, by=fin)


def test_no_file_is_made_after_its_day(run, fin):
    PaymentRun.objects.update(pays_on=TODAY() - timedelta(days=1))
    with pytest.raises(DomainError, match="Cancel this run and prepare another") as refused:
        payments.export(run, by=fin)
    assert (refused.value.code, again(run).status) == ("past_day", Status.PREPARED)
    assert payments.cancel(run, by=fin).status == Status.CANCELLED


def test_a_file_that_the_bank_refused_lets_its_claims_wait_and_stays_provable(approved, fin, gil):
    run = make_exported(fin)
    refused = payments.refuse(run, " It came after the last hour. ", by=gil)
    claim = again(approved)
    assert (refused.status, refused.refusal) == (Status.CANCELLED, "It came after the last hour.")
    assert (claim.status, claim.payment, claim.approved_by) == (Claim.Status.APPROVED, None, approved.approved_by)
    assert not Payment.objects.exists()
    assert again(run).file_digest == run.file_digest != ""
    file, refusal = AuditEvent.objects.filter(subject=run.key).order_by("pk")[2:]
    assert (file.act, file.before, file.actor) == ("run.refused_file", run.file_digest, gil.audit_key)
    assert (refusal.act, refusal.before, refusal.after) == ("run.refuse", "exported", "cancelled")
    assert OutboxEvent.objects.filter(name="payment_run.cancelled").count() == 1
    assert pay(make_run(fin), fin).status == Status.PAID


def test_a_file_is_refused_with_a_reason_alone(approved, fin):
    run = make_exported(fin)
    with pytest.raises(DomainError) as refused:
        payments.refuse(run, "  ", by=fin)
    assert (refused.value.field, again(run).status) == ("reason", Status.EXPORTED)


def test_what_was_not_made_or_is_paid_is_not_refused(run, fin):
    with pytest.raises(WrongState, match="Prepared"):
        payments.refuse(run, "Too late", by=fin)
    pay(run, fin)
    with pytest.raises(WrongState, match="Paid"):
        payments.refuse(run, "Too late", by=fin)


# Marking as paid -----------------------------------------------------------------------------------


def test_marking_as_paid_tells_each_person_once(approved, fin, mo, django_capture_on_commit_callbacks):
    run = make_exported(fin)
    with django_capture_on_commit_callbacks(execute=True):
        paid = payments.mark_paid(run, by=fin)
    assert (paid.status, again(approved).status) == (Status.PAID, Claim.Status.PAID)
    (letter,) = mail.outbox
    assert letter.to == [mo.email]
    assert "£82.50" in letter.body
    for act in [payments.mark_paid, payments.export, payments.cancel]:
        with pytest.raises(WrongState):
            act(run, by=fin)
    with django_capture_on_commit_callbacks(execute=True):
        send_remittance.call(run.payments.get().pk)
    assert len(mail.outbox) == 1
    assert OutboxEvent.objects.filter(name="payment_run.paid").count() == 1


def test_nobody_is_told_before_the_day(approved, fin):
    run = payments.prepare(TODAY() + timedelta(days=3), by=fin)
    payments.export(run, by=fin)
    with pytest.raises(DomainError, match="would not be true") as refused:
        payments.mark_paid(run, by=fin)
    assert refused.value.code == "not_yet"
    assert again(approved).status == Claim.Status.IN_RUN


def test_a_claim_whose_owner_is_gone_is_paid_without_a_letter(approved, fin, mo, django_capture_on_commit_callbacks):
    run = make_exported(fin)
    assert payments.letters(run) == {"letters": 1, "people": 1}
    Claim.objects.update(claimant=None)
    assert payments.letters(run) == {"letters": 0, "people": 0}
    with django_capture_on_commit_callbacks(execute=True):
        payments.mark_paid(run, by=fin)
    assert mail.outbox == []


def test_a_run_that_was_not_exported_is_not_paid(run, fin):
    with pytest.raises(WrongState, match="Prepared"):
        payments.mark_paid(run, by=fin)


# Whose hands ---------------------------------------------------------------------------------------


def test_nobody_pays_a_run_with_their_own_claim_in_it_whoever_prepared_it(card, panel, kit, cas, pat, gil, fin):
    make_approved(make_member(panel, gil), kit, cas, pat)
    run = make_run(fin)
    with pytest.raises(NotAllowed, match="Your own claim is in this run"):
        payments.export(run, by=gil)
    payments.export(run, by=fin)
    with pytest.raises(NotAllowed, match="Your own claim is in this run"):
        payments.mark_paid(run, by=gil)
    payments.mark_paid(run, by=fin)


@pytest.mark.parametrize(("checker", "approver", "words"), [("ash", "pat", "you checked"), ("cas", "ash", "you approved")])
def test_nobody_pays_what_they_checked_or_approved(request, card, member, kit, ash, cas, pat, fin, checker, approver, words):
    make_approved(member, kit, request.getfixturevalue(checker), request.getfixturevalue(approver))
    run = make_run(fin)
    with pytest.raises(NotAllowed, match=words):
        payments.export(run, by=ash)
    payments.export(run, by=fin)
    with pytest.raises(NotAllowed, match=words):
        payments.mark_paid(run, by=ash)


@pytest.mark.parametrize("act", ["reveal", "export", "download", "cancel", "mark_paid"])
def test_others_do_nothing_with_a_run(run, act, cas, pat, mo, sam, kit):
    for person in [cas, pat, mo, sam, kit]:
        with pytest.raises(NotAllowed):
            getattr(payments, act)(run, by=person)
        assert not PaymentRun.objects.visible_to(person).exists()


# What the database itself refuses -------------------------------------------------------------------


def sql(statement, *values):
    """Past every act of ours; what is checked at commit is checked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        connection.check_constraints()


BREACHES = {
    "a paid claim without its payment": "UPDATE recompense_claim SET payment_id = NULL WHERE id = {claim}",
    "a payment for two claims": "UPDATE recompense_claim SET payment_id = {payment}, status = 'paid' WHERE id = {other}",
    "paid without a payment": "UPDATE recompense_claim SET status = 'paid' WHERE id = {other}",
    "in a run without a payment": "UPDATE recompense_claim SET status = 'in_run' WHERE id = {other}",
    "waiting again with its payment": "UPDATE recompense_claim SET status = 'approved' WHERE id = {claim}",
    "withdrawn with its payment": "UPDATE recompense_claim SET status = 'withdrawn' WHERE id = {claim}",
    "a payment that is deleted": "DELETE FROM recompense_payment WHERE id = {payment}",
    "a payment of another run's": "UPDATE recompense_payment SET run_id = 0 WHERE id = {payment}",
    "a run that is deleted": "DELETE FROM recompense_paymentrun WHERE id = {run}",
    "an amount that is not the sum": "UPDATE recompense_payment SET amount = amount + 0.01 WHERE id = {payment}",
    "a payment of nothing": "UPDATE recompense_payment SET amount = 0, fee = 0, expenses = 0 WHERE id = {payment}",
    "a payment that takes": "UPDATE recompense_payment SET fee = -1, amount = expenses - 1 WHERE id = {payment}",
    "a reference twice": "UPDATE recompense_payment SET reference = {taken} WHERE id = {payment}",
    "an exported run without its file": "UPDATE recompense_paymentrun SET file_digest = '' WHERE id = {run}",
    "a paid run without its time": "UPDATE recompense_paymentrun SET paid_at = NULL WHERE id = {run}",
    "more than was claimed": "UPDATE recompense_line SET allowed = amount + 1 WHERE claim_id = {claim}",
    "less than nothing": "UPDATE recompense_line SET allowed = -1 WHERE claim_id = {claim}",
    "a second claim for one attendance": "UPDATE recompense_claim SET attendance_id = {attendance} WHERE id = {other}",
}


@pytest.fixture
def ledger(card, member, kit, cas, pat, fin):
    """A claim that is paid, one that is approved, and one in a run of its own."""
    in_run = make_approved(member, kit, cas, pat)
    make_run(fin)
    claim = make_approved(member, kit, cas, pat)
    run = pay(make_run(fin), fin)
    other = make_approved(member, kit, cas, pat)
    taken = f"(SELECT reference FROM recompense_payment WHERE id = {again(in_run).payment_id})"
    row = again(claim)
    facts = {"claim": claim.pk, "payment": row.payment_id, "run": run.pk, "other": other.pk}
    return facts | {"taken": taken, "attendance": row.attendance_id}


@pytest.mark.parametrize("breach", BREACHES.values(), ids=BREACHES)
def test_the_database_refuses(ledger, breach):
    with pytest.raises(DatabaseError):
        sql(breach.format(**ledger))
    claim = Claim.objects.get(pk=ledger["claim"])
    assert (claim.status, claim.payment_id) == ("paid", ledger["payment"])


def test_a_paid_claim_keeps_its_payment_in_the_models_too(ledger):
    with pytest.raises(DatabaseError):
        Payment.objects.filter(pk=ledger["payment"]).delete()
