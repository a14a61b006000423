"""From an open campaign to a membership over the interface alone: Ana by her session, Kit by a token that Kit makes."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys import client

pytestmark = pytest.mark.journey
NOW = datetime.now(UTC)
ANSWER = "I have counted the kerbs between my flat and the tram: forty-one. Zażółć 🙂"
SCOPES = ["panels/read", "campaigns/read", "campaigns/write", "applications/read", "applications/write"]
CAMPAIGN = {
    "title": "One seat, by another program",
    "lead": "Example text.",
    "role_description": "Example text.",
    "looking_for": "Example text.",
    "pay": "£82.50 for each meeting",
    "time_needed": "About 5 hours a month",
    "place": "Online",
    "seats": 1,
    "opens_at": (NOW - timedelta(hours=1)).isoformat(),
    "closes_at": (NOW + timedelta(days=7)).isoformat(),
    "decides_on": str((NOW + timedelta(days=14)).date()),
    "starts_on": str((NOW + timedelta(days=21)).date()),
    "criteria": ["Knows the subject from life"],
    "questions": [{"prompt": "Why do you want to join?", "max_words": 100}],
}


@pytest.fixture
def ana(platform, accounts):
    with client.browser(platform.url) as http:
        yield client.sign_in(http, accounts["ana"])


@pytest.fixture
def kit(program):
    """Kit's program."""
    return program("kit", *SCOPES)


@pytest.fixture
def campaign(kit):
    """Open for a panel; called off at the end, so that other journeys find what was there."""
    panel = kit.get("/panels", limit="1").json()["results"][0]["key"]
    made = kit.twice("/campaigns", CAMPAIGN | {"panel": panel}).json()
    assert made["status"] == "draft"
    yield kit.twice(f"/campaigns/{made['key']}/open").json()
    assert kit.post(f"/campaigns/{made['key']}/cancel").json()["status"] == "cancelled"


def write(ana, campaign) -> str:
    """Where Ana's application is, once it is sent."""
    assert campaign["key"] in [row["key"] for row in ana.get("/campaigns", inviting="true").json()["results"]]
    begun = ana.twice("/applications", {"campaign": campaign["key"]})
    place = begun.headers["location"].removeprefix(client.V1)
    refused = ana.post(f"{place}/submit")
    assert (refused.status_code, refused.json()["code"]) == (400, "unanswered")
    answers = [{"question": row["key"], "text": ANSWER} for row in campaign["questions"]]
    assert ana.change(place, {"answers": answers, "district": "E08000004"}).json()["answers"] == answers
    assert ana.twice(f"{place}/submit").json()["status"] == "submitted"
    return place


def decide(kit, place: str, name: str) -> str:
    """Kit reads without a name, looks it up on purpose, and offers; answers where the offer is."""
    read = kit.get(place)
    assert read.json()["answers"][0]["text"] == ANSWER
    assert name not in read.text
    assert kit.get(f"{place}/contact").json()["name"] == name
    late = kit.post(f"{place}/shortlist", **{"If-Match": '"something-else"'})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert kit.post(f"{place}/shortlist", **{"If-Match": read.headers["etag"]}).json()["status"] == "shortlisted"
    return f"/offers/{kit.twice(f'{place}/offer').json()['key']}"


def test_from_an_application_to_a_membership(ana, kit, campaign, accounts):
    place = write(ana, campaign)
    found = kit.get("/applications", campaign=campaign["key"], status="submitted").json()["results"]
    assert [f"/applications/{row['key']}" for row in found] == [place]
    offer = decide(kit, place, accounts["ana"]["name"])
    assert ana.get(place).json()["offer"] == offer.rpartition("/")[2]
    member = ana.twice(f"{offer}/accept").json()
    assert (member["panel"], member["status"], member["shows_name"]) == (campaign["panel"], "active", False)
    assert ana.get(place).json()["status"] == "appointed"
    assert ana.change(f"/memberships/{member['key']}", {"shows_name": True}).json()["shows_name"] is True
    assert ana.twice(f"/memberships/{member['key']}/leave").json()["status"] == "ended"


def test_a_token_does_what_it_was_made_for_and_a_stranger_nothing(platform, kit, campaign):
    refused = kit.get("/memberships")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    with client.browser(platform.url) as stranger:
        assert client.Interface(stranger).get("/campaigns").status_code == 401


def test_a_change_by_session_needs_the_csrf_token(ana):
    del ana.http.headers["X-CSRFToken"]
    refused = ana.post("/applications", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
