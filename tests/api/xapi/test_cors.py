"""Pages of other sites speak to the store from a browser, where the settings name their origin; nowhere else on the platform."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.xapi.alternate import FORM
from api.xapi.urls import RESOURCES
from learning.lrs import credentials
from learning.lrs.models import Document, Statement
from tests.api.xapi.test_xapi import VERSION, basic

ORIGIN = "https://course.example.org"
OTHER = "https://other.example.org"
ADDRESSES = [f"{mount}{resource.pattern}" for mount in ["/xapi/", "/xapi/1.0.3/"] for resource in RESOURCES]
STATE = {"activityId": "https://x.org/a", "agent": '{"mbox": "mailto:lee@example.org"}', "stateId": "place"}
ASKING = {  # as a browser asks before @xapi/xapi puts a document
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "authorization,content-type,if-match,if-none-match,x-experience-api-version",
}


@pytest.fixture(autouse=True)
def origins(settings):
    settings.XAPI_ORIGINS = [ORIGIN]


@pytest.fixture
def opened(db):
    credential, secret = credentials.create("A page", ["all"])
    return basic(credential.key, secret) | VERSION | {"Origin": ORIGIN}


def said(response, header):
    return {word.strip().lower() for word in response.get(header, "").split(",")} - {""}


def of_cors(response):
    return {name for name in response.headers if name.startswith("Access-Control-")}


# Asked beforehand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_browser_is_told_what_it_may_send_without_a_credential(client, db, address):
    response = client.options(address, headers=ASKING)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert said(response, "Access-Control-Allow-Headers") >= said(ASKING, "Access-Control-Request-Headers")
    assert said(response, "Access-Control-Allow-Methods") == said(response, "Allow") >= {"get", "head", "options"}
    assert int(response["Access-Control-Max-Age"]) > 0
    assert "Origin" in response["Vary"]
    assert response["X-Experience-API-Version"] == ("1.0.3" if "1.0.3" in address else "2.0.0")


@pytest.mark.parametrize(
    ("resource", "methods"),
    [
        ("about", {"get", "head", "options"}),
        ("activities", {"get", "head", "options"}),
        ("statements", {"get", "head", "post", "put", "options"}),
        ("activities/state", {"get", "head", "post", "put", "delete", "options"}),
    ],
)
def test_what_is_allowed_is_what_the_resource_knows(client, db, opened, resource, methods):
    assert said(client.options(f"/xapi/{resource}", headers=ASKING), "Allow") == methods
    assert said(client.patch(f"/xapi/{resource}", headers=opened), "Allow") == methods


def test_asking_beforehand_opens_and_changes_nothing(client, opened):
    asked = client.options("/xapi/activities/state", query_params=STATE, headers=ASKING | opened)
    assert (asked.status_code, asked.content) == (204, b"")
    assert client.options("/xapi/statements?method=PUT", b"{}", headers=ASKING).content == b""
    assert not Document.objects.exists() and not Statement.objects.exists()
    assert credentials.Credential.objects.get().last_used_at is None
    assert client.put("/xapi/activities/state", headers=ASKING | VERSION).status_code == 401


def test_asking_beforehand_costs_no_query(client, db):
    with CaptureQueriesContext(connection) as queries:
        client.options("/xapi/activities/state", headers=ASKING)
    assert len(queries) == 0


def test_options_answers_without_an_origin_too(client, db, settings):
    settings.XAPI_ORIGINS = []
    response = client.options("/xapi/statements")
    assert (response.status_code, of_cors(response)) == (204, set())
    assert said(response, "Allow") >= {"get", "put", "post"}


# Answers ------------------------------------------------------------------------------------------


def test_a_page_reads_what_it_has_stored(client, opened):
    address = f"/xapi/activities/state?{urlencode(STATE)}"
    assert client.put(address, "here", content_type="text/plain", headers=opened).status_code == 204
    response = client.get(address, headers=opened)
    assert (response.content, response["Access-Control-Allow-Origin"]) == (b"here", ORIGIN)
    assert {"etag", "last-modified", "x-experience-api-version"} <= said(response, "Access-Control-Expose-Headers")
    unchanged = client.get(address, headers=opened | {"If-None-Match": response["ETag"]})
    assert (unchanged.status_code, unchanged["Access-Control-Allow-Origin"]) == (304, ORIGIN)


@pytest.mark.parametrize(
    ("address", "change", "status"),
    [
        ("/xapi/statements", {"Authorization": "Basic eDp4"}, 401),
        ("/xapi/statements", {"X-Experience-API-Version": "3.0"}, 400),
        ("/xapi/statements?statementId=39e24cc4-69af-4b01-a824-1fdc6ea8a3af", {}, 404),
        ("/xapi/nothing", {}, 404),
        ("/xapi/1.0.3/nothing", {}, 404),
    ],
)
def test_a_refusal_can_be_read_too(client, opened, address, change, status):
    response = client.get(address, headers=opened | change)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (status, ORIGIN)
    assert response["X-Experience-API-Version"]
    assert {"www-authenticate", "retry-after", "x-experience-api-consistent-through"} <= said(
        response, "Access-Control-Expose-Headers"
    )


def test_a_credential_without_the_scope_hears_so(client, opened):
    credentials.Credential.objects.update(scopes=["state"])
    response = client.get("/xapi/statements", headers=opened)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (403, ORIGIN)


def test_the_form_of_old_browsers_needs_no_asking_and_its_answer_can_be_read(client, opened, store, say):
    """A simple request in the sense of the Fetch standard. An Origin in the form is no header, but a parameter too many."""
    store(say())
    form = {"Authorization": opened["Authorization"], "X-Experience-API-Version": "1.0.3", "limit": "1"}
    for sent, status in [(form, 200), (form | {"Origin": ORIGIN}, 400)]:
        response = client.post("/xapi/statements?method=GET", urlencode(sent), FORM, headers={"Origin": ORIGIN})
        assert (response.status_code, response["Access-Control-Allow-Origin"]) == (status, ORIGIN)
        assert of_cors(client.post("/xapi/statements?method=GET", urlencode(sent), FORM, headers={"Origin": OTHER})) == set()


# Who ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [OTHER, "null", ORIGIN + ".evil.example", "http://course.example.org", f"{ORIGIN}/", ""])
def test_a_page_of_another_origin_reads_nothing(client, opened, origin):
    for response in [
        client.get("/xapi/about", headers=opened | {"Origin": origin}),
        client.options("/xapi/statements", headers=ASKING | {"Origin": origin}),
    ]:
        assert of_cors(response) == set()
        assert "Origin" in response["Vary"]  # what is kept for this one is not for the next


def test_everybody_is_answered_alike(client, settings, opened):
    settings.XAPI_ORIGINS = ["*"]
    for response in [client.get("/xapi/about", headers={"Origin": OTHER}), client.get("/xapi/about")]:
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Origin" not in response.get("Vary", "")


def test_by_default_no_page_of_another_site_reads_anything(client, settings, opened):
    settings.XAPI_ORIGINS = []
    for response in [client.get("/xapi/statements", headers=opened), client.options("/xapi/statements", headers=ASKING)]:
        assert of_cors(response) == set()


@pytest.mark.parametrize("origins", [["*"], [ORIGIN]])
def test_no_cookie_is_ever_asked_for(client, settings, second_factor, val, opened, origins):
    settings.XAPI_ORIGINS = origins
    second_factor(client, val)
    del opened["Authorization"]
    for response in [client.get("/xapi/statements", headers=opened), client.options("/xapi/statements", headers=ASKING)]:
        assert "Access-Control-Allow-Credentials" not in response
        assert not response.cookies
    assert client.get("/xapi/statements", headers=opened).status_code == 401


@pytest.mark.parametrize("origins", [["*"], [ORIGIN]])
def test_nothing_else_of_the_platform_can_be_read_by_other_sites(client, settings, home, origins):
    settings.XAPI_ORIGINS = origins
    for address in ["/", "/api/v1/me", "/api/schema/", "/api/nothing", "/learning/check/", "/account/login/", "/health/live"]:
        for ask in [client.get, client.options, client.post]:
            response = ask(address, headers=ASKING)
            assert of_cors(response) == set(), address
