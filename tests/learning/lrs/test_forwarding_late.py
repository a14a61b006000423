"""On PostgreSQL: what commits late is forwarded too, whatever was sent meanwhile."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from core import prepared, transactions
from learning.lrs import forwarding, statements
from learning.models import Forwarder
from tests.factories.outside_store import FACTS

# The whole file commits, and so runs last: the flush after each test empties what migrations put in.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch):
    monkeypatch.setattr(forwarding, "LATE", datetime.timedelta())


@pytest.fixture
def to_store(outside_store):
    return Forwarder.objects.create(endpoint=outside_store.url, **FACTS)


@pytest.fixture
def writer():
    """`writer(statement)`: another connection that has stored it and not committed; calling what it returns commits."""
    running = []

    def begin(said):
        began, finish = threading.Event(), threading.Event()

        def write():
            try:
                with transaction.atomic():
                    put(said)
                    began.set()
                    finish.wait(30)
            finally:
                connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        assert began.wait(10)

        def commit():
            finish.set()
            thread.join(10)

        running.append(commit)
        return commit

    yield begin
    for commit in running:
        commit()


def put(said):
    with transaction.atomic():
        statements.store([said], source="player", authority={"mbox": "mailto:lee@example.org"})


def test_one_that_commits_late_is_not_passed(say, to_store, outside_store, writer):
    early, late = say(), say()
    commit = writer(early)
    put(late)
    forwarding.forward(to_store.key, ())
    assert outside_store.held == {}
    commit()
    forwarding.forward(to_store.key, ())
    assert list(outside_store.held) == [early["id"], late["id"]]


def test_a_later_transaction_with_an_earlier_time_is_not_passed(say, to_store, outside_store, writer, monkeypatch):
    """The first was given its id, was held up, and read the clock after the second, which is still open when it commits."""
    slow, quick = say(), say()
    commits, own = [], transactions.moment

    def held_up(asking):
        prepared.rows("SELECT pg_current_xact_id()")
        monkeypatch.setattr(transactions, "moment", own)
        commits.append(writer(quick))
        return own(asking)

    monkeypatch.setattr(transactions, "moment", held_up)
    put(slow)
    forwarding.forward(to_store.key, ())
    assert outside_store.held == {}
    commits[0]()
    forwarding.forward(to_store.key, ())
    assert list(outside_store.held) == [quick["id"], slow["id"]]


def test_two_runs_at_once_send_each_statement_once(say, to_store, outside_store):
    for _number in range(3):
        put(say())
    outside_store.slow.clear()

    def run():
        try:
            forwarding.forward(to_store.key, ())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(3)]
    for thread in threads:
        thread.start()
    threading.Timer(1, outside_store.slow.set).start()
    for thread in threads:
        thread.join(20)
    assert [len(batch) for batch in outside_store.batches] == [3]
