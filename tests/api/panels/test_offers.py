"""Offers over the interface: accepted, declined and taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from panels.models import Membership, Offer
from tests.api.panels.conftest import PLACE, at, keys, problem
from tests.factories.panels import make_application, make_campaign, make_offer

OFFERS = f"{PLACE}/offers"
ACTS = ["accept", "decline", "take-back"]


@pytest.fixture
def offer(sent, kit):
    return make_offer(sent, kit)


def test_whoever_accepts_is_a_member_and_nothing_of_it_is_public(ana_, ana, offer, act):
    assert ana_.get(at(offer)).json()["can"] == ["accept", "decline"]
    answer = act(ana_, offer, "accept")
    member = Membership.objects.get()
    assert (answer.status_code, answer.json()["key"], answer.json()["status"]) == (200, str(member.key), "active")
    assert answer.json()["person"] == {"key": str(ana.key), "name": ana.display_name}
    assert (answer.json()["shows_name"], member.person) == (False, ana)
    assert ana_.get(at(offer)).json()["status"] == "accepted"


def test_to_accept_again_by_the_same_request_answers_the_same_membership(ana_, offer, send):
    first, again = (send(ana_, "post", f"{at(offer)}/accept", key="yes") for _ in range(2))
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, first.json(), "true")
    assert problem(send(ana_, "post", f"{at(offer)}/accept")) == (409, "wrong_state")
    assert Membership.objects.count() == 1


def test_to_decline_erases_the_application_and_answers_nothing(ana_, offer, send):
    for _ in range(2):
        assert send(ana_, "post", f"{at(offer)}/decline", key="no").status_code == 204
    assert ana_.get(at(offer)).status_code == 404
    offer.refresh_from_db()
    assert (offer.status, offer.application.applicant) == ("declined", None)


def test_what_is_taken_back_puts_the_applicant_on_the_shortlist_again(kit_, ana_, offer, act):
    assert kit_.get(at(offer)).json()["can"] == ["take-back"]
    answer = act(kit_, offer, "take-back")
    assert (answer.status_code, answer.json()["status"], answer.json()["can"]) == (200, "withdrawn", [])
    offer.application.refresh_from_db()
    assert offer.application.status == "shortlisted"
    assert problem(act(ana_, offer, "accept")) == (409, "wrong_state")


def test_each_side_does_its_own(ana_, kit_, offer, act):
    assert problem(act(ana_, offer, "take-back")) == (403, "not_allowed")
    assert {problem(act(kit_, offer, name)) for name in ["accept", "decline"]} == {(403, "not_allowed")}


def test_to_others_an_offer_is_not_there(cora_, sam_, offer, act):
    for client in [cora_, sam_]:
        assert client.get(at(offer)).status_code == 404
        assert keys(client.get(OFFERS)) == []
        assert {act(client, offer, name).status_code for name in ACTS} == {404}
    assert Offer.objects.get().status == "open"


def test_an_offer_whose_time_has_passed_is_not_accepted(ana_, offer, act):
    Offer.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    assert problem(act(ana_, offer, "accept")) == (409, "offer_lapsed")


@pytest.mark.parametrize(("client", "name"), [("ana_", "accept"), ("ana_", "decline"), ("kit_", "take-back")])
def test_an_act_on_something_else_than_was_read_is_refused(request, offer, act, client, name):
    client = request.getfixturevalue(client)
    read = client.get(at(offer))["ETag"]
    assert problem(act(client, offer, name, **{"If-Match": '"other"'})) == (412, "precondition_failed")
    assert act(client, offer, name, **{"If-Match": read}).status_code in {200, 204}


def test_nothing_else_can_be_written(kit_, offer, send):
    for method in ["put", "patch", "delete"]:
        assert send(kit_, method, at(offer), {"status": "accepted"}).status_code == 405
    assert send(kit_, "post", OFFERS, {}).status_code == 405


def test_a_program_that_reads_does_not_write(reader, offer, act):
    assert reader.get(at(offer)).status_code == 200
    assert problem(act(reader, offer, "take-back")) == (403, "scope_missing")


def test_offers_are_found_by_application_and_state(kit, kit_, panel, ana, offer):
    other = make_offer(make_application(make_campaign(panel, kit), ana), kit)
    assert keys(kit_.get(OFFERS, {"application": other.application.key})) == [str(other.key)]
    Offer.objects.filter(pk=offer.pk).update(status="lapsed")
    assert keys(kit_.get(OFFERS, {"status": "lapsed"})) == [str(offer.key)]


def test_a_list_costs_the_same_for_one_and_for_three(kit, kit_, panel, ana, offer, queries):
    one = queries(kit_, OFFERS)
    for _ in range(2):
        make_offer(make_application(make_campaign(panel, kit), ana), kit)
    assert len(keys(kit_.get(OFFERS))) == 3
    assert queries(kit_, OFFERS) == one
