"""Many hands at the same moment: on PostgreSQL, where transactions do run beside each other.

The whole file commits, and so runs last.
"""

from functools import partial

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from core import errors
from core.models import AuditEvent, OutboxEvent
from people import roles
from people.models import User
from recompense import claims, payees, payments
from recompense.models import Claim, Payment, PaymentRun
from tests.factories.panels import make_member
from tests.factories.recompense import (
    make_approved,
    make_checked,
    make_draft,
    make_exported,
    make_payee,
    make_run,
    make_submitted,
)
from tests.factories.together import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 16
Status = Claim.Status


def again(row):
    return type(row).objects.get(pk=row.pk)


def acts_of(claim, act):
    return AuditEvent.objects.filter(subject=claim.key, act=act).count()


def many(person, role):
    """Sixteen people with a role, each as a web process would know them."""
    made = [person(f"N{number} {role.title()}") for number in range(MANY)]
    for each in made:
        roles.grant(each, role)
    return [User.objects.get(pk=each.pk) for each in made]


def refused_kindly(wrong):
    return all(isinstance(error, errors.DomainError) for error in wrong)


def test_of_sixteen_approvers_at_once_one_wins(person, checked):
    approvers = many(person, "claims approver")
    wrong = at_once(*[lambda by=by: claims.approve(again(checked), by=by) for by in approvers])
    assert len(wrong) == MANY - 1
    assert all(isinstance(error, errors.WrongState) for error in wrong), wrong
    claim = again(checked)
    assert claim.status == Status.APPROVED
    assert claim.approved_by in approvers
    assert acts_of(claim, "claim.approve") == OutboxEvent.objects.filter(name="claim.approved").count() == 1


def test_of_sixteen_checkers_at_once_one_wins(person, submitted):
    checkers = many(person, "claims checker")
    wrong = at_once(*[lambda by=by: claims.check(again(submitted), by=by) for by in checkers])
    assert len(wrong) == MANY - 1 and refused_kindly(wrong), wrong
    assert acts_of(submitted, "claim.check") == 1


def test_a_claim_that_is_taken_back_while_it_is_approved_is_one_or_the_other(card, member, kit, cas, pat, mo):
    for _ in range(6):
        claim = make_checked(member, kit, cas)
        wrong = at_once(partial(claims.approve, claim, by=pat), partial(claims.withdraw, claim, by=mo))
        assert len(wrong) == 1 and isinstance(wrong[0], errors.WrongState), wrong
        done = {again(claim).status}
        assert done <= {Status.APPROVED, Status.WITHDRAWN}
        assert acts_of(claim, "claim.approve") + acts_of(claim, "claim.withdraw") == 1


def test_lowering_while_somebody_approves_never_changes_what_was_approved(card, member, kit, cas, pat, person):
    other = many(person, "claims approver")[0]
    for _ in range(6):
        claim = make_checked(member, kit, cas)
        seen = AuditEvent.objects.filter(subject=claim.key).latest("pk").pk
        line = claim.lines.get()
        wrong = at_once(
            partial(claims.approve, claim, by=pat, seen=seen),
            partial(claims.lower, line, 1, "It was not agreed.", by=other),
        )
        assert len(wrong) == 1 and isinstance(wrong[0], errors.DomainError), wrong
        total = sum(claims.totals(claim))
        assert total == (82.5 if again(claim).status == Status.APPROVED else 1)


def test_two_runs_prepared_at_once_never_share_a_claim(card, member, kit, cas, pat, fin, person):
    gil = many(person, "finance officer")[0]
    made = [make_approved(member, kit, cas, pat) for _ in range(12)]
    wrong = at_once(*[lambda by=by: payments.prepare(timezone.localdate(), by=by) for by in [fin, gil]])
    assert refused_kindly(wrong), wrong
    assert Payment.objects.count() == len(made)
    assert sum(run.count for run in PaymentRun.objects.all()) == len(made)
    assert {again(claim).status for claim in made} == {Status.IN_RUN}
    assert PaymentRun.objects.count() == 2 - len(wrong)


def test_runs_prepared_and_cancelled_at_once_never_lock_each_other_out(card, member, kit, cas, pat, fin, person):
    made = [make_approved(member, kit, cas, pat) for _ in range(8)]
    payers = many(person, "finance officer")[:4]
    for _ in range(3):
        run = make_run(fin)
        prepares = [lambda by=by: payments.prepare(timezone.localdate(), by=by) for by in payers]
        wrong = at_once(lambda run=run: payments.cancel(run, by=fin), *prepares)
        assert refused_kindly(wrong), wrong
        held = [again(claim) for claim in made]
        assert all(claim.payment_id for claim in held if claim.status == Status.IN_RUN)
        assert Payment.objects.count() == sum(claim.status == Status.IN_RUN for claim in held)
        for left in PaymentRun.objects.filter(status="prepared"):
            payments.cancel(left, by=fin)


def test_the_file_is_made_once_however_many_press(approved, fin, person):
    run = make_run(fin)
    payers = many(person, "finance officer")
    files = []
    wrong = at_once(*[lambda by=by: files.append(payments.export(again(run), by=by)) for by in payers])
    assert len(files) == 1 and len(wrong) == MANY - 1 and refused_kindly(wrong), wrong
    assert AuditEvent.objects.filter(subject=run.key, act="run.export").count() == 1


def test_a_run_that_is_cancelled_while_its_file_is_made_is_one_or_the_other(card, member, kit, cas, pat, fin):
    for _ in range(4):
        claim = make_approved(member, kit, cas, pat)
        run = make_run(fin)
        wrong = at_once(partial(payments.export, run, by=fin), partial(payments.cancel, run, by=fin))
        assert len(wrong) == 1 and isinstance(wrong[0], errors.WrongState), wrong
        is_exported = again(run).status == "exported"
        assert again(claim).status == (Status.IN_RUN if is_exported else Status.APPROVED)
        if is_exported:
            payments.mark_paid(run, by=fin)


def test_a_run_marked_as_paid_many_times_at_once_pays_and_tells_once(approved, fin, person):
    run = make_exported(fin)
    payers = many(person, "finance officer")
    mail.outbox = []
    wrong = at_once(*[lambda by=by: payments.mark_paid(again(run), by=by) for by in payers])
    assert len(wrong) == MANY - 1 and refused_kindly(wrong), wrong
    assert again(approved).status == Status.PAID
    assert acts_of(approved, "claim.paid") == acts_of(approved, "claim.tell_paid") == 1
    assert len(mail.outbox) == 1


def test_a_claim_that_is_sent_many_times_at_once_is_sent_once(card, member, kit, mo):
    draft = make_draft(member, kit)
    make_payee(mo)
    wrong = at_once(*[lambda: claims.submit(again(draft), by=mo)] * MANY)
    assert len(wrong) == MANY - 1 and refused_kindly(wrong), wrong
    assert acts_of(draft, "claim.submit") == 1


def test_an_account_that_changes_while_a_run_is_prepared_is_the_old_one_or_the_new_whole(card, member, kit, cas, pat, fin, mo):
    old, new = ("M Example", "309430", "00733445"), ("M New", "112233", "87654321")
    for _ in range(4):
        make_approved(member, kit, cas, pat)
        make_payee(mo)
        wrong = at_once(
            lambda: payments.prepare(timezone.localdate(), by=fin),
            lambda: payees.change(mo, name=new[0], sort_code=new[1], account_number=new[2], by=mo),
        )
        assert wrong == []
        payment = Payment.objects.latest("pk")
        assert (payment.name_on_account, payment.sort_code, payment.account_number) in {old, new}


def test_everybody_at_once_never_locks_anybody_out(card, panel, person, kit, cas, pat, fin):
    """Members send and take back, checkers check, approvers approve, payers prepare: whoever loses is told so kindly."""
    people = [person(f"M{number} Member") for number in range(4)]
    memberships = [make_member(panel, each) for each in people]
    for number, each in enumerate(people):
        make_payee(each, account_number=f"{number:08}")
    sent = [make_submitted(member, kit) for member in memberships]
    ready = [make_checked(member, kit, cas) for member in memberships]
    paid = [make_approved(member, kit, cas, pat) for member in memberships]
    acts = [
        *[lambda claim=claim: claims.withdraw(again(claim), by=claim.claimant) for claim in [*sent, *ready]],
        *[lambda claim=claim: claims.check(again(claim), by=User.objects.get(pk=cas.pk)) for claim in sent],
        *[lambda claim=claim: claims.approve(again(claim), by=User.objects.get(pk=pat.pk)) for claim in ready],
        *[lambda: payments.prepare(timezone.localdate(), by=User.objects.get(pk=fin.pk))] * 3,
    ]
    wrong = at_once(*acts)
    assert refused_kindly(wrong), wrong
    for claim in [*sent, *ready, *paid]:
        row = again(claim)
        assert bool(row.payment_id) == (row.status == Status.IN_RUN)
        assert AuditEvent.objects.filter(subject=row.key).latest("pk").after == row.status
