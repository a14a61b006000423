"""The demonstration's claims: some in every state, of invented people, the same each time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from panels import meetings
from people import roles
from recompense import emails, history, payment_file, pricing, standing
from recompense.demo import claims as demo
from recompense.models import Claim, Payment, PaymentRun, RateCard, Receipt
from tests.factories.panels import make_member, make_panel

pytestmark = pytest.mark.django_db
STAFF = {"kit": "coordinator", "cas": "claims checker", "pat": "claims approver", "fin": "finance officer"}
MEETINGS = [5, 5.1, 5.2, 5.3, 33, 33.1, 33.2, 33.3, 33.4, 33.5, 33.6, 33.7, 33.8, 60, 88, 116]  # days ago


@pytest.fixture
def people(person, roles_without_pages, reference_data):
    """The accounts that the demonstration has, and five others on Mo's panel who were at every meeting."""
    made = {}
    for name, role in STAFF.items():
        made[name] = person(name.title(), f"{name}@demo.example")
        roles.grant(made[name], role)
    panel = make_panel(coordinators=[made["kit"]])
    made["mo"] = person("Mo", "mo@demo.example")
    members = [made["mo"], *(person(f"{letter} Example") for letter in ["Ash", "Bea", "Cai", "Dee", "Eli"])]
    rows = [make_member(panel, somebody) for somebody in members]
    for days in MEETINGS:
        starts_at = timezone.now() - timedelta(days=days)
        facts = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "place": "Example Hall"}
        meetings.record(meetings.plan(panel, **facts, by=made["kit"]), dict.fromkeys(rows, 120), by=made["kit"])
    return made


def there_are_claims_in_every_state_and_mo_has_none(mo):
    assert len(demo.STORIES) < demo.CLAIMS == 400
    assert {claim.status for claim in Claim.objects.all()} == set(Claim.Status)
    assert Claim.objects.count() == len(demo.STORIES) + 15
    assert not Claim.objects.filter(claimant=mo).exists()
    assert Receipt.objects.count() == len(set(Receipt.objects.values_list("digest", flat=True))) > 15
    assert set(PaymentRun.objects.values_list("status", flat=True)) == {"paid", "exported"}


def loading_twice_makes_nothing_twice():
    before = Claim.objects.count()
    demo.load()
    assert Claim.objects.count() == before


def test_what_is_not_paid_yet_fits_on_one_page_of_each_list():
    waiting = [story.state for story in demo.STORIES]
    assert max(waiting.count(state) for state in ["submitted", "checked", "approved"]) < 15


def each_run_is_what_its_payments_come_to_and_its_file_is_the_one_that_was_made():
    for run in PaymentRun.objects.all():
        assert sum(payment.amount for payment in run.payments.all()) == run.total
        assert hashlib.sha256(payment_file.write(run)).hexdigest() == run.file_digest
    for claim in Claim.objects.filter(status="paid").with_totals():
        assert claim.total == claim.payment.amount


def what_was_put_down_is_priced_as_the_rates_say():
    for claim in Claim.objects.filter(status="paid"):
        lines = list(claim.lines.select_related("rate"))
        assert [(line, line.amount) for line in lines] == pricing.priced(claim, lines)
        assert pricing.is_up_to_date(claim)


def the_days_of_a_claim_follow_each_other_and_none_lies_ahead():
    for claim in Claim.objects.filter(status="paid").select_related("payment__run"):
        paid_at = claim.payment.run.paid_at
        assert claim.day <= claim.submitted_at.date()
        assert claim.submitted_at < claim.checked_at < claim.approved_at < paid_at < timezone.now()
        assert claim.payment.run.pays_on == timezone.localdate(paid_at)


def the_queue_has_some_age_in_it():
    for claim in Claim.objects.filter(status="paid"):
        assert len({step.at.date() for step in standing.steps(claim)}) >= 4
    assert RateCard.objects.get().is_example


def what_has_happened_stands_in_the_order_of_its_days():
    for claim in Claim.objects.exclude(status="draft"):
        steps = history.of(claim)
        assert steps
        assert [step.at for step in steps] == sorted(step.at for step in steps)
    lowered = [step.at for claim in Claim.objects.all() for step in history.of(claim) if "line changed" in step.sentence]
    assert lowered and all(timezone.now() - at > timedelta(days=4) for at in lowered)


def no_letter_goes_out_now_about_what_was_paid_then():
    for payment in Payment.objects.filter(run__status="paid"):
        emails.send_remittance.call(payment.pk)
    assert mail.outbox == []


def test_where_there_is_no_panel_there_is_nothing_to_claim(roles_without_pages):
    demo.load()
    assert not Claim.objects.exists()


def test_all_of_this_holds_of_one_loading(people):
    """One, because loading it takes seconds."""
    demo.load()
    there_are_claims_in_every_state_and_mo_has_none(people["mo"])
    for holds in [
        loading_twice_makes_nothing_twice,
        each_run_is_what_its_payments_come_to_and_its_file_is_the_one_that_was_made,
        what_was_put_down_is_priced_as_the_rates_say,
        the_days_of_a_claim_follow_each_other_and_none_lies_ahead,
        the_queue_has_some_age_in_it,
        what_has_happened_stands_in_the_order_of_its_days,
        no_letter_goes_out_now_about_what_was_paid_then,
    ]:
        holds()
