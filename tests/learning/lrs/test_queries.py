"""Reading the record: every filter, and pages that lose and repeat nothing."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from core import errors
from learning.lrs import agents, queries, vocabulary, weights
from learning.models import Statement

MODULE = vocabulary.activity_iri(uuid.UUID("5e0f0f52-7a64-4bb5-9d2c-3b0b6f7a2c11"))


def found(**filters):
    return [row.pk for row in queries.find(**filters)[0]]


def test_each_filter_finds_its_own(store, say):
    registration = uuid.uuid4()
    others = store(say(), say())
    one = store(
        say(
            "completed",
            actor=agents.account("lee"),
            object={"id": MODULE + "/steps/1"},
            context={"registration": str(registration), "contextActivities": {"parent": [{"id": MODULE}]}},
        )
    )[0]
    assert found(agent=agents.account("lee")) == [one.pk]
    assert found(verb=vocabulary.COMPLETED) == [one.pk]
    assert found(activity=MODULE + "/steps/1") == [one.pk]
    assert found(registration=registration) == [one.pk]
    assert found(since=others[-1].stored) == [one.pk]
    assert found(until=others[0].stored) == [others[0].pk]
    assert one.pk not in found(activity=MODULE)
    assert one.pk in found(activity=MODULE, related_activities=True)
    assert found(agent=agents.account("lee"), verb=vocabulary.PASSED) == []


def test_newest_first_or_oldest_first(store, say):
    rows = [row.pk for row in store(say(), say(), say())]
    assert found() == rows[::-1]
    assert found(ascending=True) == rows
    assert found(limit=1) == rows[-1:]


def test_a_voided_statement_is_found_only_by_asking_for_it(store, say, void):
    said = say()
    store(said, void(said["id"]))
    voided = uuid.UUID(said["id"])
    assert voided not in found()
    assert found(statement_id=voided) == []
    assert found(voided_statement_id=voided) == [voided]


def test_a_statement_in_force_is_not_found_as_voided(store, say):
    row = store(say())[0]
    assert found(statement_id=row.pk) == [row.pk]
    assert found(voided_statement_id=row.pk) == []


@pytest.mark.parametrize("ascending", [True, False])
def test_pages_lose_and_repeat_nothing_while_statements_arrive(store, say, ascending):
    """Many share a moment; more come between the pages."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    expected = {store(say(), now=moment)[0].pk for _ in range(12)}
    expected |= {store(say(), now=moment + timedelta(seconds=n))[0].pk for n in range(1, 12)}
    seen, cursor = [], ""
    rows, cursor = queries.find(limit=5, ascending=ascending)
    while True:
        seen += [row.pk for row in rows]
        assert len(rows) <= 5
        if not cursor:
            break
        if not ascending:
            store(say(), now=moment + timedelta(hours=1))
        rows, cursor = queries.find(cursor=cursor)
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_a_page_keeps_the_filters_of_its_question(store, say):
    store(*[say() for _ in range(3)], *[say("completed") for _ in range(3)])
    rows, cursor = queries.find(verb=vocabulary.COMPLETED, limit=2)
    rest, end = queries.find(cursor=cursor)
    assert {row.verb for row in [*rows, *rest]} == {vocabulary.COMPLETED}
    assert (len(rest), end) == (1, "")


@pytest.mark.parametrize("cursor", ["x", "eyJhIjoxfQ:1x:forged", "::", "é"])
def test_a_cursor_that_is_not_ours_is_refused(db, cursor):
    with pytest.raises(errors.DomainError) as refusal:
        queries.find(cursor=cursor)
    assert refusal.value.code == "bad_cursor"


def test_a_page_holds_five_hundred_at_most(store, say):
    assert queries.MOST == 500
    store(*[say() for _ in range(3)])
    assert len(found(limit=0)) == 3


def test_a_page_costs_the_same_whatever_its_length(store, say):
    for _ in range(3):
        store(say())
        with CaptureQueriesContext(connection) as asked:
            queries.find()
        assert len(asked) == (2 if connection.vendor == "postgresql" else 1)


@pytest.mark.parametrize("ascending", [True, False])
def test_a_page_of_long_statements_ends_sooner(store, say, monkeypatch, ascending):
    """At least one is on it, however long; and all come, each once."""
    monkeypatch.setattr(weights, "MOST", 3000)
    monkeypatch.setattr(weights, "LIGHT", 1000)
    rows = store(*(say(result={"response": "long " * (100 * number)}) for number in range(8)))
    found, cursor = queries.find(ascending=ascending)
    sizes = [len(found)]
    while cursor:
        page, cursor = queries.find(cursor=cursor)
        sizes.append(len(page))
        found += page
    assert found == (rows if ascending else rows[::-1])
    assert max(sizes) > 1 and min(sizes) == 1


def test_what_is_deleted_while_a_page_is_read_is_left_out(store, say, monkeypatch):
    monkeypatch.setattr(weights, "LIGHT", 0)
    gone, *rows = store(*(say() for _ in range(3)))
    read = list(weights.weighed(Statement.objects.order_by("stored")))
    gone.delete()
    assert weights.take(read) == rows
    assert weights.take(read[:1]) == []


@pytest.mark.parametrize(
    ("way", "index"),
    [
        (queries.Way(), "statements_by_time (stored>?)"),
        (queries.Way().where(Q(activity=MODULE, verb="x")), "statements_by_activity_verb (activity=? AND verb=? AND stored>?)"),
        (queries.Way().mentioning(MODULE, ["activity"]), "mentions_by_value (value=? AND stored>?)"),
    ],
)
def test_pages_are_read_by_an_index(db, way, index):
    if connection.vendor != "sqlite":
        return  # PostgreSQL's planner prefers a scan of a table so small
    place = queries.Place("2026-11-23T00:00:00+00:00", str(uuid.uuid4()))
    rows = Statement.objects.filter(way.condition, queries._beyond(place, True, way))
    plan = rows.order_by(way.stored, way.key).explain()
    assert index in plan.replace("COVERING ", "")
    assert "TEMP B-TREE" not in plan.replace("TEMP B-TREE FOR RIGHT PART", "").replace("TEMP B-TREE FOR LAST TERM", "")
