"""On PostgreSQL: what commits late is never passed over by a reader with a cursor."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from core import errors, prepared, transactions
from learning.lrs import queries, statements
from learning.models import Statement

# The whole file commits, and so runs last: the flush after each test empties what migrations put in.
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_record_is_consistent_up_to_now_while_nobody_writes(db):
    assert abs(transactions.consistent_through() - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.postgres
def test_a_reader_waits_for_the_oldest_transaction_that_writes(say):
    began, finish = threading.Event(), threading.Event()
    early, late = say(), say()
    thread = threading.Thread(target=_write_slowly, args=(early, began, finish))
    thread.start()
    began.wait(10)
    try:
        _write(late)
        assert queries.find()[0] == []
        assert transactions.consistent_through() < Statement.objects.get(pk=late["id"]).stored
    finally:
        finish.set()
        thread.join(10)
    assert [str(row.pk) for row in queries.find(ascending=True)[0]] == [early["id"], late["id"]]


@pytest.mark.postgres
def test_a_younger_transaction_with_an_older_clock_is_not_passed_over(say, monkeypatch):
    """Who took an id of a transaction first may be the last to read the clock."""
    began, finish, own = threading.Event(), threading.Event(), transactions.moment
    early, late = say(), say()
    other = threading.Thread(target=_write_slowly, args=(early, began, finish))

    def interrupted(asking):
        prepared.rows("SELECT pg_current_xact_id()")
        monkeypatch.setattr(transactions, "moment", own)
        other.start()  # takes the next id, reads the clock, and stays open
        began.wait(10)
        return own(asking)

    monkeypatch.setattr(transactions, "moment", interrupted)
    try:
        _write(late)
        assert queries.find(ascending=True)[0] == []
    finally:
        finish.set()
        other.join(10)
    assert [str(row.pk) for row in queries.find(ascending=True)[0]] == [early["id"], late["id"]]


@pytest.mark.postgres
def test_two_who_store_the_same_id_at_once_do_not_both_succeed(say):
    began, finish = threading.Event(), threading.Event()
    said = say()
    thread = threading.Thread(target=_write_slowly, args=(said, began, finish))
    thread.start()
    began.wait(10)
    threading.Timer(0.5, finish.set).start()
    with pytest.raises(errors.Conflict):
        _write(say("completed", id=said["id"]))
    thread.join(10)
    assert Statement.objects.get().body["verb"] == said["verb"]


def _write(said):
    with transaction.atomic():
        statements.store([said], source="player", authority={"mbox": "mailto:lee@example.org"})


def _write_slowly(said, began, finish):
    try:
        with transaction.atomic():
            statements.store([said], source="player", authority={"mbox": "mailto:lee@example.org"})
            began.set()
            finish.wait(10)
    finally:
        connection.close()
