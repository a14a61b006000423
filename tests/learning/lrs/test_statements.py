"""Storing: whole batches or nothing, the same statement once, voiding in either order."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import errors
from learning.lrs import agents, bulk, statements, validation, vocabulary
from learning.lrs.equality import is_same
from learning.lrs.models import Mention, column
from learning.models import Statement


def test_a_statement_is_kept_as_received_with_what_the_store_sets(store, say):
    said = say(result={"score": {"scaled": 0.5}, "extensions": {"https://example.org/x": None}})
    row = Statement.objects.get(pk=store(said)[0].pk)
    assert {key: row.body[key] for key in said} == said
    assert row.body["version"] == "2.0.0"
    assert row.body["authority"]["account"]["name"] == "player"
    assert row.body["stored"].endswith("Z")


def test_what_is_missing_is_set(store, say):
    said = say()
    del said["id"], said["timestamp"]
    row = store(said)[0]
    assert row.body["id"] == str(row.id)
    assert row.body["timestamp"] == row.body["stored"]
    assert row.timestamp == row.stored


def test_what_the_sender_says_of_storing_and_authority_is_not_believed(store, say):
    row = store(say(stored="2001-01-01T00:00:00Z", authority={"mbox": "mailto:forger@example.org"}))[0]
    assert row.stored.year > 2001
    assert "forger" not in str(row.body)


def test_queries_find_a_statement_by_its_columns(store, say):
    module = {"id": vocabulary.activity_iri(uuid.uuid4())}
    registration, session = uuid.uuid4(), uuid.uuid4()
    row = store(
        say(
            context={
                "registration": str(registration).upper(),
                "contextActivities": {"parent": module},
                "extensions": {vocabulary.SESSION_ID: str(session)},
            }
        )
    )[0]
    assert row.actor.startswith("account|https://alongside.example/xapi/people|")
    assert (row.verb, row.parent, row.registration, row.session) == (vocabulary.INITIALIZED, module["id"], registration, session)
    assert row.body["context"]["contextActivities"] == {"parent": [module]}


def test_an_offset_is_turned_into_utc(store, say):
    row = store(say(timestamp="2026-07-01T10:00:00+01:00"))[0]
    assert row.body["timestamp"] == "2026-07-01T09:00:00.000000Z"


def test_a_batch_keeps_its_order(store, say):
    rows = store(*[say() for _ in range(20)])
    assert list(Statement.objects.order_by("stored", "id")) == rows


def test_a_batch_with_one_bad_statement_stores_none(store, say):
    with pytest.raises(validation.Invalid) as refusal:
        store(say(), say(verb_="x"), say())
    assert refusal.value.path == "[1].verb_"
    assert not Statement.objects.exists()


def test_the_same_statement_again_is_found_and_not_stored(store, say):
    said = say()
    store(said)
    with transaction.atomic():
        again = statements.store([said], source="player", authority=agents.account("x"))
    assert [item.created for item in again] == [False]
    assert Statement.objects.count() == 1


def test_another_statement_with_the_same_id_is_a_conflict_and_changes_nothing(store, say):
    said = say()
    store(said)
    with pytest.raises(errors.Conflict):
        store(say(), say("completed", id=said["id"].upper()))
    assert Statement.objects.get().verb == vocabulary.INITIALIZED


def test_a_missing_id_is_new_for_every_statement(store, say):
    said = say()
    del said["id"]
    assert len({row.id for row in store(said, said)}) == 2


def test_an_id_stands_once_in_a_batch(store, say):
    said = say()
    with pytest.raises(validation.Invalid):
        store(said, said)


@pytest.mark.parametrize(
    "changes",
    [
        {"verb": {"id": vocabulary.INITIALIZED, "display": {"cy": "dechrau"}}},
        {"timestamp": "2026-11-23T10:30:00+01:00"},
        {"stored": "2001-01-01T00:00:00Z"},
        {"authority": {"mbox": "mailto:lee@example.org"}},
        {"version": "1.0.3"},
        {"result": {}},
    ],
    ids=str,
)
def test_what_the_store_sets_or_is_said_in_other_words_makes_no_other_statement(say, changes):
    assert is_same(say(), say(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": agents.account("someone-else")},
        {"timestamp": "2026-11-23T09:31:00Z"},
        {"result": {"success": True}},
        {"context": {"language": "en"}},
    ],
    ids=str,
)
def test_what_is_said_differently_is_another_statement(say, changes):
    assert not is_same(say(), say(**changes))


def test_every_part_of_a_statement_can_be_compared():
    agent = {"mbox": "mailto:lee@example.org"}
    group = {"objectType": "Group", "member": [agent, {"openid": "https://example.org/a"}]}
    activity = {"id": "https://example.org/a"}
    ref = {"objectType": "StatementRef", "id": str(uuid.uuid4())}
    file = {"usageType": "https://x.org/u", "display": {"en": "x"}, "contentType": "text/plain", "length": 1, "sha2": "a" * 64}
    context = {"instructor": group, "team": group, "statement": ref, "contextActivities": {"parent": activity, "other": []}}
    inner = {"objectType": "SubStatement", "actor": group, "verb": {"id": "https://x.org/v"}, "timestamp": "2026-11-23T09:30:00Z"}
    one = inner | {"object": activity, "result": {"duration": "PT1.999S"}, "context": context, "attachments": [file]}
    turned = {"objectType": "Group", "member": group["member"][::-1]}
    other = inner | {
        "actor": turned,
        "timestamp": "2026-11-23T10:30:00+01:00",
        "object": activity | {"objectType": "Activity", "definition": {"name": {"en": "A"}}},
        "result": {"duration": "PT1.99S"},
        "context": context | {"statement": ref | {"id": ref["id"].upper()}, "contextActivities": {"parent": [activity]}},
        "attachments": [file | {"display": {"cy": "y"}}],
    }
    outer = {"actor": agent, "verb": {"id": "https://x.org/v"}}
    for statement in (outer | {"object": one}, outer | {"object": other}):
        validation.check(statement)
    assert is_same(outer | {"object": one}, outer | {"object": other})
    assert not is_same(outer | {"object": one}, outer | {"object": other | {"object": {"id": "https://example.org/b"}}})
    assert is_same(outer | {"object": ref}, outer | {"object": ref | {"id": ref["id"].upper()}})


def test_what_is_too_long_for_an_index_is_kept_and_found(store, say):
    iri = "https://example.org/" + "x" * 5000
    row = store(say(object={"id": iri}))[0]
    assert row.body["object"]["id"] == iri
    assert row.activity == column(iri) != iri


def test_storing_outside_a_transaction_is_a_mistake_of_ours(say):
    with pytest.raises(RuntimeError):
        statements.store([say()], source="player", authority=agents.account("x"))


# Voiding ------------------------------------------------------------------------------------------


def is_voided(said):
    return Statement.objects.get(pk=said["id"]).is_voided


def test_voiding_marks_the_statement_and_not_the_voider(store, say, void):
    said = say()
    store(said)
    voiding = void(said["id"])
    store(voiding)
    assert is_voided(said)
    assert not is_voided(voiding)


def test_a_statement_that_arrives_after_its_voider_is_stored_voided(store, say, void):
    said = say()
    store(void(said["id"]))
    assert store(said)[0].is_voided
    assert is_voided(said)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_batch_may_hold_a_statement_and_its_voider_in_either_order(store, say, void, turn):
    said = say()
    store(*[said, void(said["id"])][::turn])
    assert is_voided(said)


def test_a_voiding_statement_cannot_be_voided(store, say, void):
    said = say()
    voiding = void(said["id"])
    store(said, voiding)
    store(void(voiding["id"]))
    assert is_voided(said)
    assert not is_voided(voiding)


def test_a_voiding_statement_that_arrives_after_its_voider_is_not_voided(store, say, void):
    said = say()
    voiding = void(said["id"])
    store(void(voiding["id"]))
    store(voiding)
    assert not is_voided(voiding)


def test_voiding_what_is_not_here_is_accepted_and_may_be_repeated(store, void):
    voiding = void(uuid.uuid4())
    store(voiding)
    store(voiding)
    assert Statement.objects.count() == 1


# What it costs ------------------------------------------------------------------------------------


def test_what_goes_while_it_is_repeated_is_not_said_to_be_here(store, say, monkeypatch):
    monkeypatch.setattr(statements, "_insert", lambda drafts: [])
    with pytest.raises(errors.Conflict):
        store(say())


def cost(*said) -> int:
    """Queries of one batch."""
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        statements.store(list(said), source="player", authority=agents.account("x"))
    return len(queries)


@pytest.mark.parametrize("size", [1, 50])
def test_a_batch_costs_two_queries(size, say, db):
    """Its moment and its insert."""
    assert cost(*[say() for _ in range(size)]) == 2


def test_more_statements_than_one_insert_takes_are_stored(store, say):
    """SQLite counts parameters, and has a chunk for each so many rows."""
    parents = {"contextActivities": {"parent": [{"id": "https://example.org/course"}]}}
    rows = store(*[say(context=parents) for _ in range(bulk.CHUNK + 1)])
    assert Statement.objects.count() == Mention.objects.count() == len(rows) == bulk.CHUNK + 1


def test_voiding_costs_one_more(store, say, void):
    said = say()
    store(said)
    assert cost(void(said["id"])) == 3
