"""What we hold about members is given whole; what is erased is gone, and what law asks for stays sealed."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from panels import membership, recruitment
from panels.models import Answer, Application, Attendance, Membership, Offer
from people.models import User
from recompense import claims, payments, receipts
from recompense.models import Claim, Line, Payee, Payment, Receipt
from tests.conftest import PASSWORD
from tests.factories.panels import make_application, make_member, make_offer
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
    pay,
    photo,
)
from website import privacy

pytestmark = pytest.mark.django_db
MARKER = "heron-under-the-viaduct"


def dump() -> str:
    """Every row of every table as text, as it lies there."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


def opened() -> str:
    """Everything that somebody wrote, with the keys: what an operator could still read."""
    texts = [
        *[(row.written_name, row.written_email) for row in Application.objects.all()],
        *[row.text for row in Answer.objects.all()],
        *[(row.what_for, row.late_reason, row.question) for row in Claim.objects.all()],
        *[(row.reason, row.allowed_reason) for row in Line.objects.all()],
        *[(row.name_on_account, row.account_number) for row in Payee.objects.all()],
    ]
    return str(texts)


@pytest.fixture
def private(db):
    storage = Receipt._meta.get_field("file").storage
    return lambda: {receipt.file.name for receipt in Receipt.objects.all() if storage.exists(receipt.file.name)}


def erase(person, on_commit):
    with on_commit(execute=True):
        privacy.erase(person, by=person)


def taxi(claim, mo):
    """A reason and a receipt with somebody's own words in it."""
    said = cost(claim, "TAXI", spent=Decimal("18.60"), reason=f"{MARKER} at night")
    line = claims.add_line(claim, said, by=mo)
    receipts.add(line, photo(), by=mo)
    return line


# What we hold --------------------------------------------------------------------------------------


def test_nobody_loses_an_application_because_somebody_else_gave_their_address(
    campaign, person, django_capture_on_commit_callbacks
):
    """An account whose address was never confirmed is erased after a month; the address may be another's."""
    recruitment.invite(campaign, "Ana", "ana@example.com")
    thief = person("Somebody Else", "ana@example.com")
    thief.emailaddress_set.update(verified=False)
    erase(thief, django_capture_on_commit_callbacks)
    assert Application.objects.get().email == "ana@example.com"


def test_a_membership_and_the_meetings_are_in_the_file(member, kit, mo, card):
    membership.publish(member, name=True, district=False, about=True, text=MARKER, by=mo)
    make_draft(member, kit)
    held = privacy.held_about(mo)
    assert held["memberships"][0]["about"] == MARKER
    assert held["memberships"][0]["shows_name"] is True
    assert [row["minutes"] for row in held["meetings"]] == [150]


def test_a_claim_is_in_the_file_with_its_lines_reasons_and_what_was_decided(card, member, kit, cas, mo):
    claim = make_draft(member, kit)
    line = taxi(claim, mo)
    make_payee(mo)
    claims.submit(claim, by=mo)
    claims.lower(line, Decimal("10.00"), "Half the way.", by=cas)
    claims.ask(claim, "Which way?", by=cas)
    (held,) = privacy.held_about(mo)["claims"]
    assert (held["reference"], held["status"], held["question"]) == (claim.reference, "returned", "Which way?")
    fee, cab = held["lines"]
    assert (fee["what"], cab["reason"]) == ("Meeting of up to 4 hours, preparation included", f"{MARKER} at night")
    assert (cab["amount"], cab["allowed"], cab["allowed_reason"]) == (Decimal("18.60"), Decimal("10.00"), "Half the way.")
    assert [receipt["kind"] for receipt in cab["receipts"]] == ["image/jpeg"]


def test_the_account_is_in_the_file_whole_and_so_are_payments(card, member, kit, cas, pat, fin, mo):
    make_paid(member, kit, cas, pat, fin)
    held = json.loads("".join(privacy.as_json(mo)))
    assert held["account_for_payment"][0]["account_number"] == "00733445"
    (payment,) = held["payments"]
    assert (payment["amount"], payment["sort_code"], payment["fee"]) == ("82.50", "309430", "82.50")


def test_coordinators_learn_which_panels_they_are_in_charge_of(panel, kit):
    assert [row["panel__name"] for row in privacy.held_about(kit)["coordinations"]] == [panel.name]


def test_nobody_elses_claims_and_applications_are_in_the_file(card, member, kit, cas, pat, fin, mo, campaign, ana, sam):
    make_application(campaign, ana)
    make_paid(member, kit, cas, pat, fin)
    for person in [sam, cas, kit]:
        file = "".join(privacy.as_json(person))
        for secret in ["00733445", "Ana Applies", "Mo Member", "phone queue"]:
            assert secret not in file


# Gone: applications and memberships ----------------------------------------------------------------


def test_an_application_loses_its_answers_and_its_name_and_no_mail_is_sent(
    campaign, ana, kit, django_capture_on_commit_callbacks
):
    application = make_application(campaign, ana)
    make_offer(application, kit)
    mail.outbox.clear()
    address, index = ana.email, application.email_index
    erase(ana, django_capture_on_commit_callbacks)
    application.refresh_from_db()
    assert (application.status, application.applicant, application.email, application.district) == ("withdrawn", None, "", None)
    assert not Answer.objects.exists()
    assert Offer.objects.get().status == "declined"
    assert mail.outbox == []
    assert index not in dump()
    assert address not in dump()
    assert AuditEvent.objects.get(act="application.withdraw").actor is None


def test_two_who_were_appointed_can_both_be_erased(campaign, ana, person, kit, django_capture_on_commit_callbacks):
    for somebody in [ana, person("Ben Applies")]:
        recruitment.accept(make_offer(make_application(campaign, somebody), kit), by=somebody)
    for somebody in User.objects.filter(display_name__endswith="Applies"):
        erase(somebody, django_capture_on_commit_callbacks)
    assert list(Application.objects.values_list("status", "applicant")) == [("appointed", None)] * 2
    assert Membership.objects.filter(person=None, status="ended").count() == 2


def test_a_membership_ends_and_loses_the_person_and_everything_shown(member, kit, mo, django_capture_on_commit_callbacks):
    membership.publish(member, name=True, district=True, about=True, text=MARKER, by=mo)
    assert MARKER in dump()
    erase(mo, django_capture_on_commit_callbacks)
    member.refresh_from_db()
    assert (member.person, member.status, member.about, member.district) == (None, "ended", "", None)
    assert not any([member.shows_name, member.shows_district, member.shows_about])
    assert MARKER not in dump()


def test_another_membership_of_the_same_panel_is_untouched(panel, member, person, mo, django_capture_on_commit_callbacks):
    other = make_member(panel, person("Ola Other"))
    erase(mo, django_capture_on_commit_callbacks)
    other.refresh_from_db()
    assert (other.status, other.person.display_name) == ("active", "Ola Other")


# Gone: claims --------------------------------------------------------------------------------------


def test_a_draft_claim_and_its_files_go(card, member, kit, mo, private, django_capture_on_commit_callbacks):
    claim = make_draft(member, kit)
    taxi(claim, mo)
    receipts.hold(claim, photo("black"), by=mo)
    names = private()
    assert len(names) == 2
    erase(mo, django_capture_on_commit_callbacks)
    assert not Claim.objects.exists()
    assert not Receipt.objects.exists()
    assert not any(Receipt._meta.get_field("file").storage.exists(name) for name in names)
    assert Attendance.objects.count() == 1  # that somebody was there stays counted


@pytest.mark.parametrize("state", ["submitted", "returned", "checked", "approved"])
def test_what_was_sent_and_not_paid_is_withdrawn_without_a_word_of_theirs(
    card, member, kit, cas, pat, mo, state, private, django_capture_on_commit_callbacks
):
    claim = make_draft(member, kit)
    taxi(claim, mo)
    make_payee(mo)
    claim = claims.submit(claim, by=mo)
    if state == "returned":
        claims.ask(claim, f"Why the {MARKER}?", by=cas)
    if state in {"checked", "approved"}:
        claims.check(claim, by=cas)
    if state == "approved":
        claims.approve(claim, by=pat)
    assert MARKER in opened()
    erase(mo, django_capture_on_commit_callbacks)
    claim.refresh_from_db()
    assert (claim.status, claim.claimant) == ("withdrawn", None)
    assert MARKER not in opened()
    assert not Receipt.objects.exists()


def test_what_was_not_paid_or_taken_back_keeps_no_word(card, member, kit, cas, pat, mo, django_capture_on_commit_callbacks):
    claims.reject(make_checked(member, kit, cas), f"We saw no {MARKER}.", by=pat)
    work = claims.start_other(timezone.localdate(), f"Looked for the {MARKER}", by=mo)
    claims.withdraw(work, by=mo)
    assert MARKER in opened()
    erase(mo, django_capture_on_commit_callbacks)
    assert MARKER not in opened()
    assert set(Claim.objects.values_list("status", "claimant")) == {("rejected", None), ("withdrawn", None)}


def test_what_was_paid_stays_without_its_claimant_and_its_payment_keeps_the_account_sealed(
    card, member, kit, cas, pat, fin, mo, private, django_capture_on_commit_callbacks
):
    claim = make_draft(member, kit)
    taxi(claim, mo)
    make_payee(mo)
    claims.approve(claims.check(claims.submit(claim, by=mo), by=cas), by=pat)
    pay(make_run(fin), fin)
    erase(mo, django_capture_on_commit_callbacks)
    claim.refresh_from_db()
    assert (claim.status, claim.claimant, claims.totals(claim)) == ("paid", None, (Decimal("82.50"), Decimal("18.60")))
    assert Payment.objects.get().account_number == "00733445"
    assert "00733445" not in dump()
    assert not Payee.objects.exists()
    assert len(private()) == 1


def test_what_is_on_its_way_is_still_paid_and_nobody_is_written_to(
    card, member, kit, cas, pat, fin, mo, django_capture_on_commit_callbacks
):
    claim = make_approved(member, kit, cas, pat)
    run = make_run(fin)
    erase(mo, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        pay(run, fin)
    claim.refresh_from_db()
    assert (claim.status, claim.claimant) == ("paid", None)
    assert mail.outbox == []


def test_a_claim_left_over_from_a_run_that_was_called_off_is_withdrawn(
    card, member, kit, cas, pat, fin, mo, django_capture_on_commit_callbacks
):
    claim = make_approved(member, kit, cas, pat)
    run = make_run(fin)
    erase(mo, django_capture_on_commit_callbacks)
    payments.cancel(run, by=fin)
    privacy.claim_erasure.withdraw_left()
    claim.refresh_from_db()
    assert claim.status == "withdrawn"


def test_a_checker_who_goes_leaves_the_claim_as_it_stands(card, member, kit, cas, mo, django_capture_on_commit_callbacks):
    claim = make_checked(member, kit, cas)
    erase(cas, django_capture_on_commit_callbacks)
    claim.refresh_from_db()
    assert (claim.status, claim.checked_by, claim.claimant) == ("checked", None, mo)


def test_after_erasure_no_word_of_theirs_is_anywhere(
    client, home, card, member, kit, cas, mo, campaign, django_capture_on_commit_callbacks
):
    User.objects.filter(pk=mo.pk).update(email=f"{MARKER}@example.com", display_name=f"Mo {MARKER}")
    mo.emailaddress_set.update(email=f"{MARKER}@example.com")
    mo.refresh_from_db()
    make_application(campaign, mo)
    membership.publish(member, name=True, district=False, about=True, text=MARKER, by=mo)
    claim = make_draft(member, kit)
    taxi(claim, mo)
    make_payee(mo, name=f"Mo {MARKER}")
    claims.ask(claims.submit(claim, by=mo), MARKER, by=cas)
    client.post(reverse("account_login"), {"login": mo.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("delete_account"), follow=True)
    assert "Your account is deleted" in answer.content.decode()
    assert MARKER not in dump()
    assert MARKER not in opened()


# Said beforehand -----------------------------------------------------------------------------------


@pytest.fixture
def browser(client, home, mo):
    client.post(reverse("account_login"), {"login": mo.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_the_page_that_asks_says_what_is_owed_and_what_stays(browser, card, member, kit, mo):
    claim = make_submitted(member, kit)
    page = browser.get(reverse("delete_account")).content.decode()
    assert "You have asked for £82.50" in page
    assert "for 7 years" in page
    claims.withdraw(claim, by=mo)
    assert "You have asked for" not in browser.get(reverse("delete_account")).content.decode()


def test_a_sum_that_is_owed_counts_every_claim_that_was_sent(card, member, kit, cas, pat, mo):
    claim = make_draft(member, kit, ago=timedelta(days=5))
    claims.add_line(claim, bus(claim), by=mo)
    make_approved(member, kit, cas, pat)
    make_submitted(member, kit, ago=timedelta(days=9))
    assert privacy.unpaid(mo) == Decimal("165.00")


def test_the_page_about_the_file_says_that_claims_are_in_it(browser):
    assert "your bank details in full" in browser.get(reverse("your_data")).content.decode()
