"""What the store knows of activities and agents, and how statements are written for a reader."""

from __future__ import annotations

import base64
import json

import pytest
from django.db import transaction

from learning.lrs import agents, credentials, vocabulary
from learning.models import Activity, Statement

pytestmark = pytest.mark.django_db
V2 = {"X-Experience-API-Version": "2.0.0"}
IRI = "https://example.org/ward"
WARD = {"name": {"en-GB": "A ward", "cy": "Ward"}, "type": "https://example.org/types/place"}


@pytest.fixture
def reader(db):
    return having("all/read")


def having(*scopes: str) -> dict[str, str]:
    credential, secret = credentials.create(f"For {' '.join(scopes)}", scopes)
    return V2 | {"Authorization": "Basic " + base64.b64encode(f"{credential.key}:{secret}".encode()).decode()}


@pytest.fixture
def ask(client, reader):
    def get(path, headers=None, **query):
        return client.get(f"/xapi/{path}", query, headers=reader | (headers or {}))

    return get


def about(**definition) -> dict:
    return {"object": {"objectType": "Activity", "id": IRI} | ({"definition": definition} if definition else {})}


# Activities ----------------------------------------------------------------------------------------


def test_an_activity_is_what_all_statements_say_of_it(ask, store, say):
    store(say(**about(**WARD)))
    store(say(**about(name={"en-GB": "The ward"}, moreInfo="https://example.org/more")))
    store(say(**about()))
    told = {"name": {"en-GB": "The ward", "cy": "Ward"}, "type": WARD["type"], "moreInfo": "https://example.org/more"}
    assert ask("activities", activityId=IRI).json() == {"objectType": "Activity", "id": IRI, "definition": told}


def test_it_is_known_wherever_it_was_mentioned(ask, store, say):
    inside = {"objectType": "SubStatement", "actor": agents.account("x"), "verb": vocabulary.verb("passed")} | about(**WARD)
    store(say(object=inside))
    assert ask("activities", activityId=IRI).json()["definition"] == WARD
    store(say(context={"contextActivities": {"grouping": {"id": IRI + "2", "definition": WARD}}}))
    assert ask("activities", activityId=IRI + "2").json()["definition"] == WARD


def test_of_one_that_nobody_described_its_id_is_told(ask):
    assert ask("activities", activityId=IRI).json() == {"objectType": "Activity", "id": IRI}


def test_what_was_refused_teaches_nothing(store, say):
    with pytest.raises(RuntimeError), transaction.atomic():
        store(say(**about(**WARD)))
        raise RuntimeError
    assert not Activity.objects.exists()


@pytest.mark.parametrize(("scope", "learns"), [("statements/write", False), ("define", True), ("all", True)])
def test_only_who_may_define_teaches_the_store(client, say, scope, learns):
    headers = having("statements/write", scope)
    said = json.dumps(say(**about(**WARD)))
    assert client.post("/xapi/statements", said, content_type="application/json", headers=headers).status_code == 200
    assert Activity.objects.exists() == learns


@pytest.mark.parametrize("query", [{}, {"activityId": "no iri"}, {"activityId": IRI, "agent": "{}"}, {"activityid": IRI}])
def test_a_question_about_no_activity_is_refused(ask, query):
    assert ask("activities", **query).status_code == 400


# Agents --------------------------------------------------------------------------------------------


def test_a_person_is_told_back_in_lists(ask):
    agent = {"objectType": "Agent", "name": "Ann", "mbox": "mailto:ann@example.com"}
    answer = ask("agents", agent=json.dumps(agent)).json()
    assert answer == {"objectType": "Person", "name": ["Ann"], "mbox": ["mailto:ann@example.com"]}


@pytest.mark.parametrize("agent", ["", "{", "{}", '{"name": "Ann"}', '{"mbox": "ann@example.com"}'])
def test_a_question_about_nobody_is_refused(ask, agent):
    assert ask("agents", agent=agent).status_code == 400


@pytest.mark.parametrize("path", ["agents?agent={}", f"activities?activityId={IRI}"])
def test_who_may_only_write_asks_nothing(client, path):
    assert client.get(f"/xapi/{path}", headers=having("statements/write")).status_code == 403
    assert client.get(f"/xapi/{path}", headers=V2).status_code == 401


# Canonical -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("languages", "named"),
    [("cy", "Ward"), ("en-GB, cy;q=0.5", "A ward"), ("en", "A ward"), ("fr, cy;q=0.2", "Ward"), ("fr", "A ward"), ("", "A ward")],
)
def test_a_text_is_in_the_language_of_its_reader(ask, store, say, languages, named):
    [row] = store(say(**about(**WARD)))
    answer = ask("statements", {"Accept-Language": languages}, statementId=row.pk, format="canonical").json()
    assert list(answer["object"]["definition"]["name"].values()) == [named]


def test_an_activity_is_written_as_it_is_known(ask, store, say):
    store(say(**about(**WARD)))
    [row] = store(say(**about()))
    for format_, definition in [("exact", None), ("canonical", {"name": {"en-GB": "A ward"}, "type": WARD["type"]})]:
        found = ask("statements", statementId=row.pk, format=format_).json()["object"].get("definition")
        assert found == definition
    assert Statement.objects.get(pk=row.pk).body["object"] == {"objectType": "Activity", "id": IRI}


# What refers to it ---------------------------------------------------------------------------------


def test_what_refers_to_a_statement_that_fits_fits_too(ask, store, say, void):
    first, other = store(say(), say("completed"))
    [voiding] = store(void(first.pk))
    [comment] = store(say("responded", object={"objectType": "StatementRef", "id": str(other.pk)}))

    def found(**query):
        return [one["id"] for one in ask("statements", **query).json()["statements"]]

    assert found(verb=vocabulary.VERBS["initialized"]) == [str(voiding.pk)]
    assert found(verb=vocabulary.COMPLETED) == [str(comment.pk), str(other.pk)]
    assert found(verb=vocabulary.COMPLETED, ascending="true") == [str(other.pk), str(comment.pk)]
    assert found(verb=vocabulary.COMPLETED, limit=1) == [str(comment.pk)]


def test_more_loses_and_repeats_none_of_them(ask, client, reader, store, say):
    rows = store(*[say() for _each in range(3)])
    rows += store(*[say("responded", object={"objectType": "StatementRef", "id": str(row.pk)}) for row in rows])
    page = ask("statements", verb=vocabulary.VERBS["initialized"], limit=2).json()
    seen = [one["id"] for one in page["statements"]]
    while page["more"]:
        page = client.get(page["more"], headers=reader).json()
        seen += [one["id"] for one in page["statements"]]
    assert seen == [str(row.pk) for row in reversed(rows)]
