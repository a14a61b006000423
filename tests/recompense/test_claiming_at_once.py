"""A member with two telephones and no patience: on PostgreSQL, where transactions do run beside each other.

The whole file commits, and so runs last.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from recompense import claims, payees, payments, receipts
from recompense.models import Claim, Line, Payee, Payment, Receipt
from tests.factories.panels import attend, make_meeting
from tests.factories.recompense import bus, cost, make_approved, make_draft, make_payee, photo
from tests.factories.together import at_once
from website import privacy

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 8


def test_a_claim_begun_many_times_is_begun_once(card, member, kit, mo):
    attendance = attend(make_meeting(member.panel, kit), member, kit)
    assert at_once(*[partial(claims.start, attendance, by=mo)] * MANY) == []
    assert Claim.objects.count() == 1
    assert Line.objects.count() == 1


def test_the_same_work_begun_many_times_is_one_draft(card, member, mo):
    assert at_once(*[partial(claims.start_other, timezone.localdate(), "Read a plan", by=mo)] * MANY) == []
    assert Claim.objects.count() == 1


def test_a_cost_sent_many_times_is_there_once(card, member, kit, mo):
    draft, key = make_draft(member, kit), uuid.uuid4()
    assert at_once(*[partial(claims.add_line, draft, bus(draft), by=mo, key=key)] * MANY) == []
    assert draft.lines.filter(rate__code="PUBLIC_TRANSPORT").count() == 1


def test_a_photo_sent_many_times_is_kept_once(card, member, kit, mo):
    draft = make_draft(member, kit)
    line = claims.add_line(draft, bus(draft), by=mo)
    assert at_once(*[lambda: receipts.add(line, photo(), by=mo)] * MANY) == []
    assert Receipt.objects.count() == 1


def test_one_photo_for_two_claims_at_once_is_taken_for_one(card, member, kit, mo):
    """Whoever comes second is told, sent or not."""
    lines = [make_draft(member, kit, ago=timedelta(days=days)).lines.get() for days in [2, 9]]
    lines = [claims.add_line(line.claim, bus(line.claim), by=mo) for line in lines]
    wrong = at_once(*[partial(receipts.add, line, photo(), by=mo) for line in lines])
    assert [error.code for error in wrong] == ["receipt_used_already"]
    assert Receipt.objects.count() == 1


def test_two_claims_at_once_do_not_both_use_the_last_lost_receipt(card, member, kit, mo):
    make_payee(mo)
    drafts = [make_draft(member, kit, ago=timedelta(days=days)) for days in [2, 3, 4, 5]]
    for draft in drafts:
        lost = cost(draft, "PUBLIC_TRANSPORT", spent=Decimal(12), receipt_is_lost=True)
        claims.add_line(draft, lost, by=mo)
    wrong = at_once(*[partial(claims.submit, draft, by=mo) for draft in drafts])
    assert [error.code for error in wrong] == ["lost_too_often"]
    assert Claim.objects.filter(status="submitted").count() == 3


def test_a_cost_added_while_the_claim_is_sent_is_in_it_or_refused(card, member, kit, mo):
    make_payee(mo)
    draft = make_draft(member, kit)
    wrong = at_once(partial(claims.submit, draft, by=mo), partial(claims.add_line, draft, bus(draft), by=mo))
    assert all(isinstance(error, errors.WrongState) for error in wrong)
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert draft.lines.filter(amount=None).count() == 0
    assert draft.lines.count() == 2 - len(wrong)


def test_an_account_given_many_times_is_one(mo):
    given = {"name": "M Example", "sort_code": "309430", "account_number": "00733445"}
    assert at_once(*[partial(payees.change, mo, **given, by=mo)] * MANY) == []
    assert Payee.objects.count() == 1
    assert AuditEvent.objects.filter(act__startswith="payee").count() == 1


def test_who_is_erased_while_a_run_is_prepared_is_paid_or_withdrawn(card, member, kit, cas, pat, fin, mo):
    claim = make_approved(member, kit, cas, pat)
    wrong = at_once(partial(privacy.erase, mo, by=mo), partial(payments.prepare, timezone.localdate(), by=fin))
    assert all(isinstance(error, errors.DomainError) for error in wrong), wrong
    claim.refresh_from_db()
    assert claim.claimant is None
    assert (claim.status, Payment.objects.count()) in {("withdrawn", 0), ("in_run", 1)}
