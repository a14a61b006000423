"""Documents over the wire: state, agent profiles and activity profiles, in both versions of xAPI."""

import base64
import io
import json
import uuid
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from learning.lrs import credentials
from learning.models import Document
from tests.factories.together import together

AGENT = '{"objectType": "Agent", "account": {"homePage": "https://example.org", "name": "lee"}}'
ACTIVITY = "https://example.org/activity"
OLD, NEW = "1.0.3", "2.0.0"
STATE = ("/xapi/activities/state", {"activityId": ACTIVITY, "agent": AGENT, "stateId": "bookmark"})
AGENT_PROFILE = ("/xapi/agents/profile", {"agent": AGENT, "profileId": "colours"})
ACTIVITY_PROFILE = ("/xapi/activities/profile", {"activityId": ACTIVITY, "profileId": "colours"})
PROFILES = [AGENT_PROFILE, ACTIVITY_PROFILE]
ALL = [STATE, *PROFILES]
JSON = "application/json"
FREE = {"If-None-Match": "*"}


def with_scope(*scopes):
    credential, secret = credentials.create(f"Keeper {uuid.uuid4()}", scopes)
    return {"Authorization": "Basic " + base64.b64encode(f"{credential.key}:{secret}".encode()).decode()}


def unnamed(resource):
    path, query = resource
    return path, {key: value for key, value in query.items() if key not in {"stateId", "profileId"}}


@pytest.fixture
def opened(db):
    return with_scope("all")


@pytest.fixture
def send(client, opened):
    """`send(method, (path, query), body, type)`: in 2.0.0 unless another version is said."""

    def go(method, resource, body=b"", kind=JSON, version=NEW, headers=(), **changes):
        path, query = resource
        sent = opened | {"X-Experience-API-Version": version} | dict(headers)
        body = json.dumps(body) if isinstance(body, dict) else body
        address = f"{path}?{urlencode(query | changes, doseq=True)}"
        return client.generic(method, address, body, content_type=kind, headers=sent)

    return go


# Kept and given back ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("resource", ALL)
def test_a_document_is_given_back_as_it_came(send, resource, version):
    body = bytes(range(256))
    assert send("PUT", resource, body, "image/x-odd; a=b", version, FREE).status_code == 204
    response = send("GET", resource, version=version)
    assert (response.status_code, response.content) == (200, body)
    assert response["Content-Type"] == "image/x-odd; a=b"
    assert len(response["ETag"]) == 42
    assert response["Last-Modified"].endswith("GMT")
    assert response["X-Experience-API-Version"] == version


@pytest.mark.parametrize("resource", ALL)
def test_a_document_of_html_runs_nothing_on_our_origin(send, resource):
    send("POST", resource, b"<script>alert(1)</script>", "text/html")
    response = send("GET", resource)
    assert response["Content-Type"] == "text/html"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == "attachment"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("resource", ALL)
def test_head_answers_the_same_headers_and_no_body(send, resource):
    send("POST", resource, {"a": 1})
    full, bare = send("GET", resource), send("HEAD", resource)
    assert (bare.status_code, bare.content) == (200, b"")
    assert {**full.headers, "X-Request-Id": ""} == {**bare.headers, "X-Request-Id": ""}


@pytest.mark.parametrize("resource", ALL)
def test_who_has_it_already_is_told_so(send, resource):
    send("POST", resource, {"a": 1})
    tag = send("GET", resource)["ETag"]
    response = send("GET", resource, headers={"If-None-Match": tag})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("resource", ALL)
def test_what_is_not_there_is_not_found_and_is_deleted_with_success(send, resource):
    assert send("GET", resource).status_code == 404
    assert send("DELETE", resource).status_code == 204
    send("POST", resource, {"a": 1})
    assert send("DELETE", resource).status_code == 204
    assert send("GET", resource).json()["code"] == "not_found"


@pytest.mark.parametrize("resource", ALL)
def test_objects_are_merged_at_their_first_level(send, resource):
    send("POST", resource, {"car": {"make": "a", "model": "b"}, "kept": 1})
    assert send("POST", resource, {"car": {"make": "c"}, "ünï": "new"}).status_code == 204
    response = send("GET", resource)
    assert response.json() == {"car": {"make": "c"}, "kept": 1, "ünï": "new"}
    assert response["Content-Type"] == JSON


@pytest.mark.parametrize("resource", ALL)
@pytest.mark.parametrize(
    ("there", "sent"),
    [
        ((b'{"a": 1}', JSON), (b"abc", "not/json")),
        ((b'{"a": 1}', JSON), (b'{"b": 2}', "application/octet-stream")),
        ((b"abc", "application/octet-stream"), (b'{"b": 2}', JSON)),
        ((b'{"a": 1}', JSON), (b'{"b": 2}{', JSON)),
        ((b'{"a": 1}', JSON), (b'["b"]', JSON)),
        ((b"[1]", JSON), (b'{"b": 2}', JSON)),
    ],
)
def test_what_cannot_be_merged_changes_nothing(send, resource, there, sent):
    send("PUT", resource, *there)
    response = send("POST", resource, *sent)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_document")
    assert send("GET", resource).content == there[0]


@pytest.mark.parametrize("resource", ALL)
def test_without_an_id_the_names_are_listed_and_since_narrows_them(send, resource):
    id_ = next(key for key in resource[1] if key in {"stateId", "profileId"})
    for name in ["b", "a"]:
        send("POST", resource, {"a": 1}, **{id_: name})
    assert send("GET", unnamed(resource)).json() == ["a", "b"]
    since = Document.objects.get(name="b").updated.isoformat()
    assert send("GET", unnamed(resource), since=since).json() == ["a"]
    assert send("HEAD", unnamed(resource)).status_code == 200


def test_registrations_are_kept_apart_and_listed_together(send):
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    send("POST", STATE, {"in": "none"})
    send("POST", STATE, {"in": "one"}, registration=one)
    send("POST", STATE, {"in": "other"}, registration=other, stateId="x")
    assert send("GET", STATE).json() == {"in": "none"}
    assert send("GET", STATE, registration=one.upper()).json() == {"in": "one"}
    assert send("GET", STATE, registration=other).status_code == 404
    assert send("GET", unnamed(STATE)).json() == ["bookmark", "x"]
    assert send("GET", unnamed(STATE), registration=one).json() == ["bookmark"]


def test_all_states_of_a_registration_or_of_an_activity_are_deleted_at_once(send):
    one = str(uuid.uuid4())
    send("POST", STATE, {"a": 1})
    send("POST", STATE, {"a": 1}, registration=one)
    send("POST", STATE, {"a": 1}, activityId=f"{ACTIVITY}/other")
    assert send("DELETE", unnamed(STATE), registration=one).status_code == 204
    assert Document.objects.count() == 2
    assert send("DELETE", unnamed(STATE)).status_code == 204
    assert Document.objects.get().activity == f"{ACTIVITY}/other"


def test_a_condition_cannot_be_about_all_states_at_once(send):
    send("POST", STATE, {"a": 1})
    assert send("DELETE", unnamed(STATE), headers={"If-Match": "*"}).status_code == 400
    assert Document.objects.exists()


@pytest.mark.parametrize("resource", PROFILES)
def test_profiles_are_not_deleted_all_at_once(send, resource):
    send("POST", resource, {"a": 1})
    assert send("DELETE", unnamed(resource)).status_code == 400
    assert Document.objects.exists()


def test_an_agent_is_the_same_by_whatever_else_is_said(send):
    send("POST", AGENT_PROFILE, {"a": 1})
    again = json.dumps({"name": "Lee", **json.loads(AGENT)})
    assert send("GET", AGENT_PROFILE, agent=again).status_code == 200


# Concurrency --------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", PROFILES)
def test_in_1_0_3_a_new_profile_has_to_say_that_it_is_new(send, resource):
    response = send("PUT", resource, {"a": 1}, version=OLD)
    assert (response.status_code, response.json()["code"]) == (400, "precondition_required")
    assert send("GET", resource).status_code == 404


def test_in_1_0_3_a_state_is_overwritten_without_a_word(send):
    for value in [1, 2]:
        assert send("PUT", STATE, {"a": value}, version=OLD).status_code == 204
    assert send("GET", STATE).json() == {"a": 2}


@pytest.mark.parametrize("resource", ALL)
def test_in_2_0_0_a_new_document_needs_no_condition(send, resource):
    assert send("PUT", resource, {"a": 1}).status_code == 204


@pytest.mark.parametrize(
    ("version", "resource"), [(OLD, AGENT_PROFILE), (OLD, ACTIVITY_PROFILE), *[(NEW, resource) for resource in ALL]]
)
def test_nothing_is_overwritten_without_a_condition(send, version, resource):
    send("POST", resource, {"a": 1}, version=version)
    response = send("PUT", resource, {"a": 2}, version=version)
    assert (response.status_code, response.json()["code"]) == (409, "document_exists")
    assert "ETag" in response.json()["detail"]
    assert send("GET", resource).json() == {"a": 1}


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize("resource", ALL)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_only_what_was_read_is_changed(send, method, resource, version):
    send("POST", resource, {"a": 1})
    tag = send("GET", resource)["ETag"]
    for wrong in [{"If-Match": '"1234"'}, {"If-None-Match": "*"}, {"If-None-Match": f'"x", {tag}'}]:
        response = send(method, resource, {"a": 2}, version=version, headers=wrong)
        assert (response.status_code, response.json()["code"]) == (412, "precondition_failed")
    assert send("GET", resource).json() == {"a": 1}
    right = {"If-Match": f'"x", W/{tag}'}
    assert send(method, resource, {"a": 2}, version=version, headers=right).status_code == 204
    assert send(method, resource, {"a": 3}, version=version, headers=right).status_code == 412


@pytest.mark.parametrize("resource", ALL)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_star_matches_only_what_is_there(send, method, resource):
    assert send(method, resource, {"a": 1}, headers={"If-Match": "*"}).status_code == 412
    assert not Document.objects.exists()


@pytest.mark.parametrize("tag", ["", "abc", "*, *", '"a" "b"', '"a', "x*"])
def test_a_condition_that_is_none_is_refused(send, tag):
    send("POST", STATE, {"a": 1})
    for header in ["If-Match", "If-None-Match"]:
        assert send("PUT", STATE, {"a": 2}, headers={header: tag}).json()["code"] == "bad_condition"


def asking(method, place, body, headers):
    """To be done at once with others: what is answered."""
    address = f"{place[0]}?{urlencode(place[1])}"
    return lambda: Client().generic(method, address, json.dumps(body), content_type=JSON, headers=headers).status_code


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("version", "headers", "lost"), [(OLD, FREE, 412), (NEW, FREE, 412), (NEW, {}, 409)])
def test_of_two_who_create_at_once_one_is_first(version, headers, lost):
    sent = with_scope("all") | {"X-Experience-API-Version": version} | headers
    answers = together(*[asking("PUT", AGENT_PROFILE, {"by": number}, sent) for number in range(4)])
    assert sorted(answers) == [204, lost, lost, lost]
    assert Document.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_merges_at_once_lose_nothing():
    sent = with_scope("all") | {"X-Experience-API-Version": NEW}
    together(*[asking("POST", STATE, {str(number): 1}, sent) for number in range(4)])
    assert json.loads(Document.objects.get().body) == {str(number): 1 for number in range(4)}


# Bad input ----------------------------------------------------------------------------------------

BAD = [
    {"activityId": "no-iri"},
    {"activityId": ""},
    {"activityId": "https://x.org/\0"},
    {"agent": "not JSON"},
    {"agent": "true"},
    {"agent": '{"mbox": "lee@example.org"}'},
    {"agent": '{"account": {"homePage": "https://example.org", "name": "\\ud800"}}'},
    {"agent": '{"objectType": "Group", "member": [{"mbox": "mailto:lee@example.org"}]}'},
    {"agent": "[" * 50_000},
    {"agent": [AGENT, AGENT]},
    {"registration": "true"},
    {"registration": ""},
    {"stateId": ""},
    {"stateId": "a\0b"},
    {"stateId": "x" * 501},
    {"stateId": ["a", "b"]},
    {"stateID": "a"},
    {"Agent": AGENT},
    {"profileId": "a"},
    {"since": "2026-11-23T00:00:00Z"},
    {"colour": "red"},
    {"": "x"},
]


@pytest.mark.parametrize("query", BAD, ids=lambda query: repr(query)[:50])
def test_a_wrong_parameter_is_refused_by_name_and_nothing_is_kept(send, query):
    for method in ["GET", "HEAD", "PUT", "POST", "DELETE"]:
        response = send(method, STATE, {"a": 1}, **query)
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert not Document.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("resource", ALL)
def test_a_missing_parameter_is_named(send, resource, method):
    path, query = resource
    may_miss = {"stateId"} if method == "DELETE" else {"stateId", "profileId"} if method == "GET" else set()
    for name in query.keys() - may_miss:
        response = send(method, (path, {key: value for key, value in query.items() if key != name}), {"a": 1})
        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, name)


@pytest.mark.parametrize("resource", ALL)
@pytest.mark.parametrize("since", ["true", "not a timestamp", "", "2026-02-30T00:00:00Z"])
def test_a_wrong_since_is_refused(send, resource, since):
    assert send("GET", unnamed(resource), since=since).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b" ", JSON),
        (b"{", JSON),
        (b'{"a": 1}[', JSON),
        (b'{"a": "\x00"}', JSON),
        (b'{"a": "\\u0000"}', JSON),
        (b'{"a": "\\\\\\u0000"}', JSON),
        (b'{"a": "\\ud800"}', JSON),
        (b'{"\\udfff": 1}', JSON),
        (b'{"a": "\xff"}', JSON),
        (b'{"a": NaN}', JSON),
        (b'{"a": -Infinity}', JSON),
        (b'{"a": 1e999}', JSON),
        (b'{"a": ' + b"9" * 5000 + b"}", JSON),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, JSON),
        ('{"a": "ü"}'.encode("latin-1"), f"{JSON}; charset=iso-8859-1"),
        ('{"a": 1}'.encode("utf-16"), f"{JSON}; charset=utf-16"),
        (b"x", "nothing"),
        (b"x", "text/" + "x" * 300),
        (b"x", "text/plain; a=\xfc"),
        (b"x" * 1001, "text/plain"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_document_is_refused_and_nothing_is_kept(send, settings, method, body, kind):
    settings.LRS_DOCUMENT_BYTES = 1000 if kind == "text/plain" else 1_000_000
    response = send(method, STATE, body, kind)
    assert response.status_code == (413 if kind == "text/plain" else 400)
    assert response["Content-Type"] == "application/problem+json"
    assert not Document.objects.exists()


def test_letters_that_only_look_like_a_nul_are_kept(send):
    body = b'{"a": "\\\\u0000", "b": "\\ud83d\\ude00"}'
    assert send("PUT", STATE, body).status_code == 204
    assert send("GET", STATE).content == body


def test_a_document_does_not_grow_beyond_the_limit(send, settings):
    settings.LRS_DOCUMENT_BYTES = 100
    send("POST", STATE, {"a": "x" * 60})
    assert send("POST", STATE, {"b": "x" * 60}).status_code == 413
    assert send("GET", STATE).json() == {"a": "x" * 60}


def test_what_does_not_say_its_length_or_did_not_arrive_whole_is_not_kept(send, client, opened):
    assert send("PUT", STATE, b"x", headers={"Transfer-Encoding": "chunked"}).status_code == 400
    address = f"{STATE[0]}?{urlencode(STATE[1])}"
    sent = opened | {"X-Experience-API-Version": NEW}
    cut = {"CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"x")}
    assert client.generic("PUT", address, b"xx", content_type="text/plain", headers=sent, **cut).json()["code"] == "incomplete"
    assert not Document.objects.exists()


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ALL)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_nobody_gets_in_without_a_credential(client, db, resource, method):
    response = client.generic(method, resource[0], headers={"X-Experience-API-Version": NEW})
    assert response.status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [
        ("all", {"state", "profile"}, {"state", "profile"}),
        ("all/read", {"state", "profile"}, set()),
        ("state", {"state"}, {"state"}),
        ("profile", {"profile"}, {"profile"}),
        ("statements/read", set(), set()),
        ("statements/read/mine", set(), set()),
    ],
)
def test_a_scope_opens_what_it_says(send, method, scope, reads, writes):
    keeper = with_scope(scope)
    for resource in ALL:
        send("POST", resource, {"a": 1})
        needed = "state" if resource is STATE else "profile"
        may = needed in (reads if method == "GET" else writes)
        response = send(method, resource, {"a": 2}, headers=keeper | ({"If-Match": "*"} if method == "PUT" else {}))
        assert (response.status_code == 403) != may
    assert Document.objects.filter(kind="state").exists() == (method != "DELETE" or "state" not in writes)


def test_reading_and_writing_cost_the_same_for_one_document_and_for_many(send):
    send("POST", STATE, {"a": 1})
    for number, (method, most) in enumerate([("GET", 2), ("POST", 6), ("PUT", 6)]):
        costs = set()
        for place in range(3):
            send("POST", STATE, {"a": 1}, stateId=f"{number}-{place}")
            with CaptureQueriesContext(connection) as queries:
                send(method, STATE, {"a": 1}, headers={"If-Match": "*"})
            costs.add(len(queries))
        assert len(costs) == 1
        assert costs.pop() <= most
