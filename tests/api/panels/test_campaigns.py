"""Campaigns over the interface."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.fields import DateTimeField

from panels import campaigns
from panels.models import Campaign
from tests.api.panels.conftest import PLACE, at, field, keys, problem
from tests.factories.panels import CRITERIA, QUESTIONS, campaign_facts, make_application, make_campaign

CAMPAIGNS = f"{PLACE}/campaigns"
WRITES = ["open", "close", "complete", "cancel"]


def facts(**changes):
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in campaign_facts(**changes).items()
    }


@pytest.fixture
def new(panel):
    return {"panel": str(panel.key), **facts(), "criteria": CRITERIA, "questions": QUESTIONS}


def test_a_campaign_is_drafted_changed_opened_extended_closed_and_completed(kit_, send, act, change, new):
    made = send(kit_, "post", CAMPAIGNS, new)
    campaign = Campaign.objects.get()
    assert (made.status_code, made["Location"]) == (201, at(campaign))
    assert (made.json()["status"], made.json()["criteria"]) == ("draft", CRITERIA)
    assert [{part: row[part] for part in ["prompt", "hint", "max_words"]} for row in made.json()["questions"]] == QUESTIONS
    assert made.json()["can"] == ["change", "open", "cancel"]
    changed = change(kit_, campaign, {"title": "Two seats", "criteria": ["Listens"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["criteria"]) == (200, "Two seats", ["Listens"])
    assert [row["prompt"] for row in changed.json()["questions"]] == [row["prompt"] for row in QUESTIONS]
    opened = act(kit_, campaign, "open")
    assert (opened.status_code, opened.json()["status"], opened.json()["inviting"]) == (200, "open", True)
    later = campaign.closes_at + timedelta(days=3)
    extended = act(kit_, campaign, "extend", {"closes_at": later.isoformat()})
    assert extended.json()["closes_at"] == DateTimeField().to_representation(later)
    assert act(kit_, campaign, "close").json()["status"] == "closed"
    assert act(kit_, campaign, "complete").json()["status"] == "completed"


def test_a_draft_is_there_for_whoever_coordinates_its_panel_and_nobody_else(kit_, cora_, sam_, draft_campaign, act, send):
    assert kit_.get(at(draft_campaign)).status_code == 200
    for client in [cora_, sam_]:
        assert client.get(at(draft_campaign)).status_code == 404
        assert keys(client.get(CAMPAIGNS)) == []
        assert {act(client, draft_campaign, name).status_code for name in WRITES} == {404}
        assert send(client, "patch", at(draft_campaign), {"title": "x"}, **{"If-Match": "*"}).status_code == 404


def test_what_is_published_can_be_read_by_everybody_and_worked_on_by_its_coordinator(cora_, sam_, campaign, act, send):
    for client in [cora_, sam_]:
        read = client.get(at(campaign))
        assert (read.status_code, read.json()["can"]) == (200, [])
        for name in WRITES:
            assert problem(act(client, campaign, name)) == (403, "not_allowed")
        assert problem(send(client, "patch", at(campaign), {"title": "x"}, **{"If-Match": "*"})) == (403, "not_allowed")
    campaign.refresh_from_db()
    assert campaign.status == "open"


def test_nobody_drafts_for_a_panel_that_they_do_not_coordinate(cora_, sam_, send, new):
    for client in [cora_, sam_]:
        answer = send(client, "post", CAMPAIGNS, new)
        assert (problem(answer), field(answer)) == ((400, "invalid"), ["panel"])
    assert not Campaign.objects.exists()


def test_a_program_that_reads_does_not_write(reader, campaign, act, send, new):
    assert reader.get(at(campaign)).status_code == 200
    for answer in [act(reader, campaign, "close"), send(reader, "post", CAMPAIGNS, new)]:
        assert problem(answer) == (403, "scope_missing")


def test_a_request_that_comes_again_makes_nothing_more(kit_, send, new):
    first, again = (send(kit_, "post", CAMPAIGNS, new, key="one") for _ in range(2))
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert Campaign.objects.count() == 1
    other = send(kit_, "post", CAMPAIGNS, new | {"title": "Other"}, key="one")
    assert problem(other) == (422, "idempotency_key_reused")


def test_an_act_that_comes_again_is_done_once(kit_, draft_campaign, send):
    first, again = (send(kit_, "post", f"{at(draft_campaign)}/open", key="open") for _ in range(2))
    assert (again.status_code, again.json()) == (200, first.json())
    assert problem(send(kit_, "post", f"{at(draft_campaign)}/open")) == (409, "wrong_state")


def test_a_change_of_something_else_than_was_read_is_refused(kit_, draft_campaign, send, act):
    read = kit_.get(at(draft_campaign))["ETag"]
    assert send(kit_, "patch", at(draft_campaign), {"seats": 3}, **{"If-Match": read}).status_code == 200
    assert problem(send(kit_, "patch", at(draft_campaign), {"seats": 4}, **{"If-Match": read})) == (412, "precondition_failed")
    assert problem(act(kit_, draft_campaign, "open", **{"If-Match": read})) == (412, "precondition_failed")
    assert problem(send(kit_, "patch", at(draft_campaign), {"seats": 4})) == (428, "precondition_required")


def test_what_people_have_read_is_changed_no_more(kit_, campaign, change):
    assert problem(change(kit_, campaign, {"title": "Other"})) == (409, "wrong_state")


def test_a_status_is_never_written(kit_, draft_campaign, change, send, new):
    assert change(kit_, draft_campaign, {"status": "open", "opened_at": "2020-01-01T00:00:00Z"}).json()["status"] == "draft"
    assert send(kit_, "post", CAMPAIGNS, new | {"status": "open"}).json()["status"] == "draft"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"lead": "\x00"}, "lead"),
        ({"seats": 0}, "seats"),
        ({"seats": 101}, "seats"),
        ({"term_months": 0}, "term_months"),
        ({"closes_at": "soon"}, "closes_at"),
        ({"closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
        ({"opens_at": "0001-01-01T00:00:00+14:00"}, "opens_at"),
        ({"decides_on": "2020-01-01"}, "decides_on"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"contact": "nobody"}, "contact"),
        ({"criteria": [""]}, "criteria.0"),
        ({"criteria": ["x"] * 21}, "criteria"),
        ({"questions": [{"prompt": "", "max_words": 100}]}, "questions.0.prompt"),
        ({"questions": [{"prompt": "Why?", "max_words": 9}]}, "questions.0.max_words"),
        ({"questions": "Why?"}, "questions.non_field_errors"),
        ({"panel": "none"}, "panel"),
    ],
)
def test_what_is_wrong_is_named(kit_, send, new, fields, name):
    answer = send(kit_, "post", CAMPAIGNS, new | fields)
    assert (answer.status_code, field(answer)) == (400, [name])
    assert not Campaign.objects.exists()


def test_a_question_is_sent_whole_whether_it_is_new_or_changed(kit_, draft_campaign, change, send, new):
    said = {"questions": [{"max_words": 100}]}
    for answer in [change(kit_, draft_campaign, said), send(kit_, "post", CAMPAIGNS, new | said)]:
        assert (problem(answer), field(answer)) == ((400, "invalid"), ["questions.0.prompt"])
    assert draft_campaign.questions.count() == len(QUESTIONS)


def test_it_opens_only_when_it_is_whole(kit_, send, act, new):
    key = send(kit_, "post", CAMPAIGNS, new | {"questions": [], "criteria": []}).json()["key"]
    answer = act(kit_, Campaign.objects.get(key=key), "open")
    assert (problem(answer), field(answer)) == ((400, "campaign_incomplete"), ["questions"])


def test_it_is_extended_to_a_later_time_alone(kit_, campaign, act):
    answer = act(kit_, campaign, "extend", {"closes_at": campaign.closes_at.isoformat()})
    assert (problem(answer), field(answer)) == ((400, "not_later"), ["closes_at"])
    assert field(act(kit_, campaign, "extend")) == ["closes_at"]


def test_it_is_not_completed_while_people_wait(kit_, campaign, sent, act):
    act(kit_, campaign, "close")
    assert problem(act(kit_, campaign, "complete")) == (400, "people_wait")


def test_to_call_it_off_answers_everybody(kit_, campaign, sent, act):
    assert act(kit_, campaign, "cancel").json()["status"] == "cancelled"
    sent.refresh_from_db()
    assert sent.status == "unsuccessful"


def test_campaigns_are_found_by_panel_state_and_whether_they_invite(kit, kit_, cora, cora_, campaign, draft_campaign, elsewhere):
    other = make_campaign(elsewhere, cora)
    coming = make_campaign(elsewhere, cora, opens_at=timezone.now() + timedelta(days=1))
    assert keys(kit_.get(CAMPAIGNS, {"panel": elsewhere.key})) == [str(coming.key), str(other.key)]
    assert keys(kit_.get(CAMPAIGNS, {"status": "draft"})) == [str(draft_campaign.key)]
    assert set(keys(kit_.get(CAMPAIGNS, {"inviting": "true"}))) == {str(campaign.key), str(other.key)}
    assert set(keys(kit_.get(CAMPAIGNS, {"inviting": "false"}))) == {str(draft_campaign.key), str(coming.key)}
    campaigns.close(campaign, by=kit)
    assert keys(kit_.get(CAMPAIGNS, {"inviting": "true", "panel": campaign.panel.key})) == []
    for wrong in [{"inviting": "perhaps"}, {"status": "lost"}, {"panel": "x"}]:
        assert problem(kit_.get(CAMPAIGNS, wrong)) == (400, "invalid")


@pytest.mark.parametrize("is_list", [True, False])
def test_it_costs_the_same_for_one_and_for_three(kit, kit_, panel, campaign, person, queries, is_list):
    address = CAMPAIGNS if is_list else at(campaign)
    one = queries(kit_, address)
    for _ in range(2):
        make_application(make_campaign(panel, kit), kit)
    assert queries(kit_, address) == one
