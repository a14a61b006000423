"""The demonstration's claims: one in every state, of invented people, the same each time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Attendance
from people import roles
from recompense import history, standing
from recompense.demo import claims as demo
from recompense.models import Claim, PaymentRun, RateCard, Receipt
from tests.factories.panels import make_member, make_panel

pytestmark = pytest.mark.django_db
STAFF = {"kit": "coordinator", "cas": "claims checker", "pat": "claims approver", "fin": "finance officer"}


@pytest.fixture
def people(person, synced_roles, reference_data):
    """The accounts that the demonstration has, and five others on Mo's panel."""
    made = {}
    for name, role in STAFF.items():
        made[name] = person(name.title(), f"{name}@demo.example")
        roles.grant(made[name], role)
    panel = make_panel(coordinators=[made["kit"]])
    made["mo"] = person("Mo", "mo@demo.example")
    for somebody in [made["mo"], *(person(f"{letter} Example") for letter in ["Ash", "Bea", "Cai", "Dee", "Eli"])]:
        make_member(panel, somebody)
    return made


def test_there_is_a_claim_in_every_state_and_mo_has_none(people):
    demo.load()
    assert {claim.status for claim in Claim.objects.all()} == set(Claim.Status)
    assert Claim.objects.count() == len(demo.STORIES)
    assert not Claim.objects.filter(claimant=people["mo"]).exists()
    assert Receipt.objects.exists()
    assert set(PaymentRun.objects.values_list("status", flat=True)) == {"paid", "exported"}


def test_the_same_claims_come_out_each_time(people):
    demo.load()
    stories = [(row.claimant.display_name, row.status, len(row.lines.all())) for row in Claim.objects.order_by("pk")]
    assert stories[:3] == [("Ash Example", "paid", 2), ("Bea Example", "paid", 3), ("Cai Example", "in_run", 2)]
    assert Attendance.objects.count() == 15


def test_the_queue_has_some_age_in_it(people):
    demo.load()
    ages = {step.at.date() for step in standing.steps(Claim.objects.filter(status="paid").first())}
    assert len(ages) == 4
    assert RateCard.objects.get().is_example


def test_what_has_happened_stands_in_the_order_of_its_days(people):
    demo.load()
    for claim in Claim.objects.exclude(status="draft"):
        times = [step.at for step in history.of(claim)]
        assert times == sorted(times)
    lowered = [step.at for claim in Claim.objects.all() for step in history.of(claim) if "line changed" in step.sentence]
    assert lowered and all(timezone.now() - at > timedelta(days=4) for at in lowered)


def test_where_there_is_no_panel_there_is_nothing_to_claim(synced_roles):
    demo.load()
    assert not Claim.objects.exists()
