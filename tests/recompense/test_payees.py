"""Bank details: taken as people write them, kept so that nobody can read them, and their change told."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection

from core import errors
from core.models import AuditEvent
from recompense import claims, judging, payees, payments
from recompense.models import Payee, Payment
from tests.factories.recompense import ACCOUNT, make_approved, make_draft, make_paid, make_payee, make_run

pytestmark = pytest.mark.django_db
NAME, SORT_CODE, NUMBER, ROLL = "M Quillfeather", "309430", "00733445", "QF-4471/9"
MINE = {"name": NAME, "sort_code": SORT_CODE, "account_number": NUMBER, "roll_number": ROLL}


def dump() -> str:
    """Every row of every table as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


def refused(person, **changes) -> errors.DomainError:
    with pytest.raises(errors.DomainError) as caught:
        payees.change(person, **{**ACCOUNT, **changes}, by=person)
    return caught.value


# As people write them ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["309430", "30-94-30", "30 94 30", "30–94–30", "30.94.30", " 309430\u200b", "３０９４３０", "30\u201194\u201130"]
)
def test_a_sort_code_is_read_however_it_is_written(mo, typed):
    assert make_payee(mo, sort_code=typed).sort_code == "309430"


@pytest.mark.parametrize(
    ("typed", "kept"), [("00733445", "00733445"), ("0073 3445", "00733445"), ("123456", "123456"), (" 1234567", "1234567")]
)
def test_an_account_number_keeps_its_noughts(mo, typed, kept):
    assert make_payee(mo, account_number=typed).account_number == kept


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  ", "Enter the name on the account"),
        ("name", "x" * 101, "Name on the account must be 100 characters or fewer"),
        ("sort_code", "", "Enter a sort code"),
        ("sort_code", "30-94-3", "Enter a valid sort code like 309430"),
        ("sort_code", "3094300", "Enter a valid sort code like 309430"),
        ("sort_code", "3O9430", "The sort code has the letter O in it. Type the figure 0 in its place"),
        ("account_number", "-", "Enter an account number"),
        ("account_number", "12345", "Account number must be between 6 and 8 digits"),
        ("account_number", "123456789", "Account number must be between 6 and 8 digits"),
        ("account_number", "12E45678", "Enter a valid account number like 00733445"),
        ("roll_number", "x" * 19, "Roll number must be between 1 and 18 characters"),
        (
            "roll_number",
            "12_34",
            "Roll number must only include letters a to z, numbers, hyphens, spaces, forward slashes and full stops",
        ),
    ],
)
def test_a_slip_is_named_in_the_words_of_the_pattern(mo, field, typed, said):
    error = refused(mo, **{field: typed})
    assert (error.field, str(error)) == (field, said)
    assert not Payee.objects.exists()


# Kept ----------------------------------------------------------------------------------------------


def test_nothing_of_an_account_can_be_read_in_the_database(card, member, kit, cas, pat, fin, mo):
    payees.change(mo, **MINE, by=mo)
    claim = make_approved(member, kit, cas, pat)
    payments.export(make_run(fin), by=fin)
    assert Payment.objects.get().account_number == NUMBER
    kept = dump()
    assert str(claim.reference) in kept
    for secret in [NAME, "Quillfeather", SORT_CODE, NUMBER, ROLL]:
        assert secret not in kept


def test_what_somebody_wrote_about_a_claim_cannot_be_read_either(card, member, kit, cas, mo):
    claim = make_draft(member, kit)
    rate = claim.lines.get().rate.card.rates.get(code="TAXI")
    claims.add_line(claim, judging.Cost(rate, spent=5, reason="heron-under-the-viaduct", receipt_is_lost=True), by=mo)
    make_payee(mo)
    claims.ask(claims.submit(claim, by=mo), "heron-by-the-lock", by=cas)
    assert "heron" not in dump()


def test_the_same_account_is_found_without_being_read(mo, sam):
    mine, theirs = make_payee(mo), make_payee(sam, name="Somebody Else", sort_code="30 94 30")
    assert mine.account_index == theirs.account_index
    assert payees.is_shared(mine)
    assert not payees.is_shared(make_payee(sam, account_number="12345678"))


def test_six_figures_and_the_same_with_noughts_before_are_one_account(mo, sam):
    assert make_payee(mo, account_number="733445").account_index == make_payee(sam).account_index


def test_only_its_end_is_shown(mo):
    assert make_payee(mo).ending == "3445"


def test_an_account_is_seen_by_its_owner_alone(mo, sam, cas, fin):
    payee = make_payee(mo)
    assert list(Payee.objects.visible_to(mo)) == [payee]
    for person in [sam, cas, fin]:
        assert not Payee.objects.visible_to(person).exists()


# Changed -------------------------------------------------------------------------------------------


def test_the_first_account_is_kept_without_a_mail_and_a_change_is_told(mo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_payee(mo)
    assert mail.outbox == []
    with django_capture_on_commit_callbacks(execute=True):
        make_payee(mo, account_number="12345678")
    (message,) = mail.outbox
    assert message.to == [mo.email]
    assert message.subject == "Your bank details have changed"
    assert "tell us at once" in message.body
    for part in [message.body, str(message.message())]:
        assert "12345678" not in part
        assert "5678" not in part
    assert list(AuditEvent.objects.filter(act__startswith="payee").values_list("act", flat=True)) == ["payee.add", "payee.change"]


def test_the_same_account_again_changes_nothing_and_tells_nobody(mo, django_capture_on_commit_callbacks):
    before = make_payee(mo).changed_at
    with django_capture_on_commit_callbacks(execute=True):
        assert make_payee(mo, sort_code="309430").changed_at == before
    assert mail.outbox == []


def test_one_person_has_one_account(mo):
    make_payee(mo)
    make_payee(mo, account_number="12345678")
    assert Payee.objects.get().account_number == "12345678"


def test_a_change_after_a_payment_is_seen_by_the_checker_and_the_payment_keeps_what_it_paid_to(
    card, member, kit, cas, pat, fin, mo
):
    paid = make_paid(member, kit, cas, pat, fin)
    assert not payees.changed_since_last_payment(paid)
    make_payee(mo, account_number="12345678")
    assert payees.changed_since_last_payment(paid)
    assert Payment.objects.get().account_number == "00733445"
