"""News is read once, in order, and none is passed over."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from core import outbox
from core.models import OutboxEvent
from tests.factories.waiting import until_settled

# The whole file commits, and so runs last: the flush after each test empties what migrations put in.
pytestmark = pytest.mark.django_db(transaction=True)


def names(reader, **limit):
    return [event.name for event in outbox.unread(reader, **limit)]


def test_a_reader_goes_on_where_it_stopped():
    for name in ["first", "second", "third"]:
        outbox.write(name, registration=uuid.uuid4())
    until_settled(OutboxEvent)
    assert names("webhooks", limit=2) == ["first", "second"]
    outbox.mark_read("webhooks", outbox.unread("webhooks")[1])
    assert names("webhooks") == ["third"]


def test_readers_do_not_know_each_other():
    outbox.write("first")
    until_settled(OutboxEvent)
    outbox.mark_read("webhooks", outbox.unread("webhooks")[0])
    assert names("webhooks") == []
    assert names("budgets") == ["first"]


def test_a_cursor_never_goes_back():
    outbox.write("first")
    outbox.write("second")
    until_settled(OutboxEvent)
    first, second = outbox.unread("webhooks")
    outbox.mark_read("webhooks", second)
    outbox.mark_read("webhooks", first)
    assert names("webhooks") == []


def test_ids_are_kept_as_numbers_and_text(db):
    key = uuid.uuid4()
    outbox.write("registered", registration=key, page=7)
    assert OutboxEvent.objects.get().ids == {"registration": str(key), "page": 7}


def test_the_same_news_of_many_is_read_in_their_order():
    keys = [uuid.uuid4() for _number in range(3)]
    outbox.write_all("paid", [{"claim": key} for key in keys])
    outbox.write_all("paid", [])
    until_settled(OutboxEvent)
    assert [event.ids for event in outbox.unread("webhooks")] == [{"claim": str(key)} for key in keys]


def test_an_act_that_fails_leaves_no_news():
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.write("never")
        raise RuntimeError
    assert names("webhooks") == []


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_row_that_commits_late_is_not_passed_over():
    written, go_on = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                outbox.write("early, commits late")
                written.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    outbox.write("late, commits early")
    assert names("webhooks") == []  # the reader waits for the open transaction
    go_on.set()
    thread.join()
    until_settled(OutboxEvent)
    assert names("webhooks") == ["early, commits late", "late, commits early"]
