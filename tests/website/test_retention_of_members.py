"""Applications, receipts, accounts and reasons are kept for their time and no longer; nobody who is owed money is forgotten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from core.models import AuditEvent
from panels import membership, recruitment
from panels.models import Answer, Application
from people.models import User
from recompense import claims, payments, receipts
from recompense.models import Claim, Line, Payment, Receipt
from tests.factories.panels import make_application, make_offer
from tests.factories.recompense import cost, make_checked, make_draft, make_payee, make_run, make_submitted, pay, photo
from website import privacy, retention

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


@pytest.fixture
def after(django_capture_on_commit_callbacks):
    """`after(days=3)`: what is called once a day, so long from now."""

    def run(**how_long):
        then = timezone.now() + timedelta(**how_long)
        with time_machine.travel(then, tick=False), django_capture_on_commit_callbacks(execute=True):
            retention.run()

    return run


@pytest.fixture
def paid(card, member, kit, cas, pat, fin, mo):
    """With a receipt and a reason."""
    claim = make_draft(member, kit)
    line = claims.add_line(claim, cost(claim, "TAXI", spent=Decimal("18.60"), reason="No tram at night."), by=mo)
    receipts.add(line, photo(), by=mo)
    make_payee(mo)
    claims.approve(claims.check(claims.submit(claim, by=mo), by=cas), by=pat)
    pay(make_run(fin), fin)
    return Claim.objects.get()


# Payments ------------------------------------------------------------------------------------------


def test_receipts_accounts_and_reasons_of_a_paid_claim_go_after_seven_years_and_the_amounts_stay(paid, after):
    name = Receipt.objects.get().file.name
    after(days=7 * 365 - 3)
    assert Receipt.objects.exists()
    assert Payment.objects.get().account_number == "00733445"
    after(days=7 * 365 + 3)
    assert not Receipt.objects.exists()
    assert not Receipt._meta.get_field("file").storage.exists(name)
    payment = Payment.objects.get()
    assert [payment.name_on_account, payment.sort_code, payment.account_number, payment.ending] == [""] * 4
    assert payment.amount == Decimal("101.10")
    assert {line.reason for line in Line.objects.all()} == {""}
    assert claims.totals(paid) == (Decimal("82.50"), Decimal("18.60"))


def test_what_was_wiped_is_wiped_once(paid, after):
    after(days=8 * 365)
    after(days=8 * 365 + 1)
    assert AuditEvent.objects.filter(act="claim.wiped").count() == 1


def test_the_years_are_a_setting(paid, after, settings):
    settings.RETENTION_PAYMENT_YEARS = 1
    after(days=370)
    assert not Receipt.objects.exists()


def test_what_was_never_paid_goes_by_the_day_it_was_sent(card, member, kit, cas, pat, mo, after):
    claims.reject(make_checked(member, kit, cas), "No.", by=pat)
    claim = make_submitted(member, kit, ago=timedelta(days=9))
    after(days=7 * 365 + 3)
    assert {row.question for row in Claim.objects.all()} == {""}
    claim.refresh_from_db()
    assert claim.status == "submitted"  # a decision that nobody has taken stays open


def test_a_file_of_a_wiped_run_is_not_made_again(paid, after, fin):
    after(days=8 * 365)
    with pytest.raises(payments.errors.Conflict):
        payments.download(Payment.objects.get().run, by=fin)


def test_the_members_page_of_a_wiped_claim_still_opens(client, home, paid, after, mo):
    after(days=8 * 365)
    client.force_login(User.objects.get(pk=mo.pk))
    assert client.get(f"/claims/{paid.key}/").status_code == 200
    assert client.get(f"/claims/{paid.key}/letter/").status_code == 200


def test_files_that_nobody_knows_are_swept(paid, after):
    storage = Receipt._meta.get_field("file").storage
    storage.save("receipts/left.jpg", photo())
    after(days=3)
    assert not storage.exists("receipts/left.jpg")
    assert storage.exists(Receipt.objects.get().file.name)


def test_a_claim_whose_claimant_is_gone_does_not_wait_for_ever(card, member, kit, cas, pat, fin, mo, after):
    claim = claims.approve(make_checked(member, kit, cas), by=pat)
    run = make_run(fin)
    privacy.erase(mo, by=mo)
    payments.cancel(run, by=fin)
    after(days=1)
    claim.refresh_from_db()
    assert claim.status == "withdrawn"


# Applications --------------------------------------------------------------------------------------


def test_applications_are_forgotten_half_a_year_after_their_campaign_closed(campaign, ana, kit, person, after):
    recruitment.turn_down(make_application(campaign, ana), "Come again.", by=kit)
    make_application(campaign, person("Ben Waits"))
    after(days=21 + 180)
    assert Answer.objects.count() == 4
    after(days=21 + 185)
    assert not Answer.objects.exists()
    assert sorted(Application.objects.values_list("status", "applicant")) == [("unsuccessful", None), ("withdrawn", None)]


def test_a_member_stays_a_member_and_only_their_answers_go(campaign, ana, kit, after):
    recruitment.accept(make_offer(make_application(campaign, ana), kit), by=ana)
    after(days=21 + 370)
    assert not Answer.objects.exists()
    application = Application.objects.get()
    assert (application.status, application.applicant) == ("appointed", ana)
    assert ana.memberships.get().status == "active"


def test_the_months_are_a_setting(campaign, ana, after, settings):
    settings.RETENTION_APPLICATION_MONTHS = 1
    make_application(campaign, ana)
    after(days=21 + 32)
    assert not Answer.objects.exists()


# Accounts ------------------------------------------------------------------------------------------


def remains(person):
    return User.objects.filter(pk=person.pk).exists()


def stay_away(after):
    after(days=4 * 365)
    after(days=4 * 365 + 40)


def test_a_member_is_not_erased_for_staying_away_and_a_former_one_is(member, mo, after):
    stay_away(after)
    assert remains(mo)
    membership.leave(member, by=mo)
    stay_away(after)
    assert not remains(mo)


def test_who_is_owed_money_is_not_erased_before_it_is_paid(card, member, kit, cas, mo, after):
    make_submitted(member, kit)
    membership.leave(member, by=mo)
    stay_away(after)
    assert remains(mo)
    claims.withdraw(Claim.objects.get(), by=mo)
    stay_away(after)
    assert not remains(mo)


def test_who_waits_to_hear_is_not_erased(campaign, ana, after, settings):
    settings.RETENTION_APPLICATION_MONTHS = 1200
    application = make_application(campaign, ana)
    stay_away(after)
    assert remains(ana)
    recruitment.withdraw(application, by=ana)
    stay_away(after)
    assert not remains(ana)
