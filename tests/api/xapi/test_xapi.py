"""The record read from outside: by credential only, every parameter judged."""

import base64
import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning.lrs import agents, credentials, vocabulary

VERSION = {"X-Experience-API-Version": "2.0.0"}
UUID = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"


def basic(key, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def with_scope(*scopes):
    credential, secret = credentials.create(f"Reader {' '.join(scopes)}", scopes)
    return basic(credential.key, secret) | VERSION


@pytest.fixture
def opened(db):
    """The headers of a credential that may do everything."""
    return with_scope("all")


@pytest.fixture
def ask(client, opened):
    def get(**query):
        return client.get("/xapi/statements", query, headers=opened)

    return get


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_nobody_reads_or_writes_without_a_credential(client, db, method):
    response = getattr(client, method)("/xapi/statements", headers=VERSION)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert response["X-Experience-API-Consistent-Through"].endswith("Z")


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic eA==",
        "Bearer x",
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic Og==",
        "Basic AAo6eA==",
    ],
)
def test_a_wrong_authorization_is_answered_401(client, db, header):
    assert client.get("/xapi/statements", headers=VERSION | {"Authorization": header}).status_code == 401


def test_a_wrong_secret_or_one_switched_off_opens_nothing(client, db):
    credential, secret = credentials.create("A", ["all"])
    for headers in [basic(credential.key, "wrong"), basic("wrong", secret)]:
        assert client.get("/xapi/statements", headers=VERSION | headers).status_code == 401
    credentials.switch_off(credential, by=None)
    who = [basic(credential.key, secret), basic("wrong", "wrong"), {}]
    answers = [client.get("/xapi/statements", headers=VERSION | each) for each in who]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    off, wrong, nobody = (answer.json()["detail"] for answer in answers)
    assert off == wrong and "switched off" in off and nobody.startswith("Send the key")


def test_no_session_opens_the_record(client, second_factor, val):
    assert second_factor(client, val).get("/xapi/statements", headers=VERSION).status_code == 401


@pytest.mark.parametrize("scope", ["all", "all/read", "statements/read"])
def test_a_reading_scope_reads_all(client, store, say, scope):
    store(say())
    assert len(client.get("/xapi/statements", headers=with_scope(scope)).json()["statements"]) == 1


def test_a_narrow_scope_reads_what_the_credential_wrote(client, store, say):
    headers = with_scope("statements/read/mine")
    mine = store(say(), source="credential", credential=credentials.Credential.objects.get())[0]
    other = store(say())[0]
    assert [one["id"] for one in client.get("/xapi/statements", headers=headers).json()["statements"]] == [str(mine.pk)]
    assert client.get("/xapi/statements", {"statementId": other.pk}, headers=headers).status_code == 404


def test_a_narrow_scope_gets_no_further_with_the_address_of_another(client, ask, store, say):
    store(say(), say())
    more = ask(limit=1).json()["more"]
    assert client.get(more, headers=with_scope("statements/read/mine")).json()["statements"] == []


def test_a_narrow_scope_learns_nothing_of_what_it_points_at(client, opened, store, say):
    """Whether a reference matches would say what stands in the statement of somebody else."""
    credential = credentials.Credential.objects.get()
    (theirs,) = store(say("failed", actor={"mbox": "mailto:robin@example.org"}))
    reference = {"object": {"objectType": "StatementRef", "id": str(theirs.pk)}}
    (mine,) = store(say(**reference), source="credential", credential=credential)
    asked = {"verb": theirs.verb}
    found = client.get("/xapi/statements", asked, headers=opened).json()["statements"]
    assert {one["id"] for one in found} == {str(theirs.pk), str(mine.pk)}
    credentials.Credential.objects.update(scopes=["statements/read/mine"])
    for query in [asked, {"agent": '{"mbox": "mailto:robin@example.org"}'}, {"activity": theirs.activity}]:
        assert client.get("/xapi/statements", query, headers=opened).json()["statements"] == []
    own = {"verb": vocabulary.verb("passed")["id"]}
    (first,) = store(say("passed"), source="credential", credential=credential)
    store(say(object={"objectType": "StatementRef", "id": str(first.pk)}), source="credential", credential=credential)
    assert len(client.get("/xapi/statements", own, headers=opened).json()["statements"]) == 2


def test_a_credential_without_a_reading_scope_reads_nothing(client, opened):
    credentials.Credential.objects.update(scopes=["profile"])
    assert client.get("/xapi/statements", headers=opened).status_code == 403


@pytest.mark.parametrize("method", ["delete", "patch", "trace"])
def test_other_methods_are_not_known(client, opened, method):
    response = getattr(client, method)("/xapi/statements", headers=opened)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


# Versions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "answered"), [("1.0.3", "1.0.3"), ("1.0.1", "1.0.3"), ("1.0", "1.0.3"), ("2.0.0", "2.0.0")])
def test_the_version_asked_for_is_answered(client, opened, asked, answered):
    response = client.get("/xapi/statements", headers=opened | {"X-Experience-API-Version": asked})
    assert (response.status_code, response["X-Experience-API-Version"]) == (200, answered)


@pytest.mark.parametrize("asked", ["", "0.95", "1.1.0", "3.0.0", "latest"])
def test_an_unknown_version_is_refused(client, opened, asked):
    response = client.get("/xapi/statements", headers=opened | {"X-Experience-API-Version": asked})
    assert response.status_code == 400
    assert response["X-Experience-API-Version"] == "2.0.0"


def test_a_request_without_a_version_is_refused(client, opened):
    del opened["X-Experience-API-Version"]
    response = client.get("/xapi/statements", headers=opened)
    assert (response.status_code, response.json()["code"]) == (400, "no_version")
    assert response["X-Experience-API-Consistent-Through"]


def test_everybody_may_ask_what_this_is(client, db):
    response = client.get("/xapi/about")
    assert response.json()["version"] == ["1.0.3", "2.0.0"]
    assert response["X-Experience-API-Version"] == "2.0.0"


def test_there_is_nothing_at_other_addresses(client, db):
    response = client.get("/xapi/nothing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


# Answers ------------------------------------------------------------------------------------------


def test_a_statement_is_answered_as_it_is_kept(ask, store, say):
    row = store(say(result={"score": {"scaled": 0.5}}))[0]
    response = ask(statementId=str(row.pk))
    assert response.json() == row.body
    assert response["Last-Modified"]
    assert ask().json() == {"statements": [row.body], "more": ""}


def test_head_answers_the_same_headers_and_no_body(client, opened, store, say):
    store(say())
    answers = [getattr(client, method)("/xapi/statements", headers=opened) for method in ("get", "head")]
    assert answers[1].content == b""
    assert answers[0].headers.keys() == answers[1].headers.keys()


def test_what_was_just_stored_is_consistent(ask, store, say):
    row = store(say())[0]
    assert ask()["X-Experience-API-Consistent-Through"] >= row.body["stored"]


def test_no_answer_is_kept_on_the_way(ask):
    assert ask()["Cache-Control"] == "private, no-store"


def test_a_voided_statement_is_answered_only_by_its_own_parameter(ask, store, say, void):
    said = say()
    store(said, void(said["id"]))
    assert ask(statementId=said["id"]).status_code == 404
    assert ask(voidedStatementId=said["id"]).json()["id"] == said["id"]
    assert [one["verb"]["id"] for one in ask().json()["statements"]] == [vocabulary.VOIDED]


def test_an_unknown_statement_is_not_found(ask):
    assert ask(statementId=UUID).json()["code"] == "not_found"


def test_more_leads_through_all_pages(client, opened, ask, store, say):
    rows = store(*[say() for _ in range(7)])
    page, seen = ask(limit=3, ascending="true").json(), []
    while True:
        seen += [one["id"] for one in page["statements"]]
        if not page["more"]:
            break
        assert page["more"].startswith("/xapi/statements?")
        page = client.get(page["more"], headers=opened).json()
    assert seen == [str(row.pk) for row in rows]


def test_each_parameter_finds(ask, store, say):
    registration = str(uuid.uuid4())
    store(say())
    row = store(
        say("passed", actor=agents.account("lee"), object={"id": "https://x.org/a"}, context={"registration": registration})
    )[0]
    for query in [
        {"agent": json.dumps(agents.account("lee"))},
        {"verb": vocabulary.PASSED},
        {"activity": "https://x.org/a"},
        {"activity": "https://x.org/a", "related_activities": "true"},
        {"registration": registration.upper()},
        {"limit": "1", "format": "exact", "attachments": "false", "related_agents": "true"},
    ]:
        assert [one["id"] for one in ask(**query).json()["statements"]] == [str(row.pk)], query
    assert ask(since=row.body["stored"]).json()["statements"] == []
    assert len(ask(until=row.body["stored"]).json()["statements"]) == 2


BAD = [
    {"statementid": UUID},
    {"StatementId": UUID},
    {"colour": "red"},
    {"statementId": ""},
    {"statementId": "x"},
    {"voidedStatementId": "x"},
    {"statementId": UUID, "voidedStatementId": UUID},
    *[
        {"statementId": UUID, name: value}
        for name, value in [("limit", "1"), ("verb", "https://x.org"), ("ascending", "true"), ("cursor", "x")]
    ],
    {"voidedStatementId": UUID, "since": "2026-11-23T00:00:00Z"},
    {"agent": "lee"},
    {"agent": "[]"},
    {"agent": "null"},
    {"agent": '{"mbox": "lee@example.org"}'},
    {"agent": '{"account": {"homePage": "https://example.org", "name": "\\ud800"}}'},
    {"agent": '{"account": {"homePage": "https://example.org", "name": "\\u0000"}}'},
    {"agent": '{"objectType": "Group", "member": [{"mbox": "mailto:lee@example.org"}]}'},
    {"agent": "[" * 100_000},
    {"agent": '{"mbox": NaN}'},
    {"verb": "passed"},
    {"verb": ""},
    {"verb": "https://x.org/\0"},
    {"activity": "module"},
    {"registration": "1"},
    {"registration": [UUID, UUID]},
    {"since": "yesterday"},
    {"since": "2026-11-23T00:00:00-00:00"},
    {"until": "2026-02-30T00:00:00Z"},
    {"limit": "-1"},
    {"limit": "1.5"},
    {"limit": "ten"},
    {"limit": "9" * 5000},
    {"limit": "١"},
    {"ascending": "True"},
    {"ascending": "1"},
    {"related_agents": "yes"},
    {"related_activities": ""},
    {"format": "Exact"},
    {"format": "IDS"},
    {"attachments": "True"},
    {"cursor": "forged"},
    {"cursor": ""},
    {"cursor": "x", "limit": "1"},
]


@pytest.mark.parametrize("query", BAD, ids=lambda query: str(query)[:60])
def test_a_wrong_parameter_is_refused_by_name(ask, query):
    response = ask(**query)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"].endswith(".")
    assert response["X-Experience-API-Consistent-Through"]


def test_reading_costs_the_same_for_one_statement_and_for_many(ask, client, opened, store, say):
    ask()
    costs = set()
    for _ in range(3):
        store(say())
        with CaptureQueriesContext(connection) as queries:
            ask()
        costs.add(len(queries))
    assert len(costs) == 1
    assert costs.pop() <= 3
