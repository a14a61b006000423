"""Other systems are told that something came of a claim or a run: its name and its key, and nothing else."""

import json

import pytest

from api import deliveries
from api.events import EVENTS, TYPES
from api.models import Delivery, Webhook
from core.models import OutboxEvent
from recompense import claims, payments
from tests.api.conftest import SECRET
from tests.factories import recompense as make


@pytest.fixture
def told(adi):
    """`told()`: the bodies of what is told of money by now."""
    Webhook.objects.create(name="Books", url="https://books.example.org/news", secret=SECRET, events=TYPES, made_by=adi)

    def bodies():
        deliveries.follow(list(OutboxEvent.objects.all()))
        of_money = Delivery.objects.filter(type__regex="^(claim|payment_run)").order_by("pk")
        return [json.loads(deliveries.body(delivery)) for delivery in of_money]

    return bodies


def types(bodies):
    return [body["type"] for body in bodies if not body["type"].startswith("payment_run")]


def test_the_way_to_the_money_is_told_step_by_step(told, card, member, kit, cas, pat, fin):
    claim = make.make_approved(member, kit, cas, pat)
    run = make.pay(make.make_run(fin), fin)
    bodies = told()
    assert types(bodies) == ["claim.submitted", "claim.checked", "claim.approved", "claim.paid"]
    assert {json.dumps(body["data"]) for body in bodies} == {
        json.dumps({"claim": str(claim.key)}),
        json.dumps({"payment_run": str(run.key)}),
    }
    assert [body["type"] for body in bodies if "payment_run" in body["data"]] == [
        "payment_run.prepared",
        "payment_run.exported",
        "payment_run.paid",
    ]


def test_each_claim_of_a_run_is_told(told, card, member, bo, kit, cas, pat, fin):
    paid = [make.make_approved(owner, kit, cas, pat) for owner in [member, bo]]
    make.pay(make.make_run(fin), fin)
    told_of = {body["data"]["claim"] for body in told() if body["type"] == "claim.paid"}
    assert told_of == {str(claim.key) for claim in paid}


def test_what_comes_back_or_ends_is_told_too(told, card, member, kit, cas, pat, mo):
    claims.reject(make.make_checked(member, kit, cas), "Your employer pays you.", by=pat)
    back = claims.ask(make.make_submitted(member, kit), "Which tram?", by=cas)
    claims.withdraw(back, by=mo)
    assert types(told()) == [
        *["claim.submitted", "claim.checked", "claim.rejected"],
        *["claim.submitted", "claim.returned", "claim.withdrawn"],
    ]


def test_a_run_that_is_cancelled_is_told(told, card, member, kit, cas, pat, fin):
    make.make_approved(member, kit, cas, pat)
    payments.cancel(make.make_run(fin), by=fin)
    assert [body["type"] for body in told()][-1] == "payment_run.cancelled"


def test_a_published_name_is_never_taken_away():
    assert {
        *[
            "claim.submitted",
            "claim.withdrawn",
            "claim.checked",
            "claim.returned",
            "claim.approved",
            "claim.rejected",
            "claim.paid",
        ],
        *["payment_run.prepared", "payment_run.exported", "payment_run.cancelled", "payment_run.paid"],
    } <= {event.type for event in EVENTS.values()}
