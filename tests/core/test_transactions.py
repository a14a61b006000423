"""Turns at SQLite's one writer, and the time of a transaction."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from core import prepared, transactions
from tests.factories.turns import lone

__all__ = ["lone"]


def take_turn(log, name, entered, leave):
    with transactions.in_turn():
        log.append(name)
        entered.set()
        leave.wait(10)
        log.append(name)


def test_one_writes_after_another(lone):
    log, leave = [], threading.Event()
    entered = [threading.Event(), threading.Event()]
    threads = [threading.Thread(target=take_turn, args=(log, name, entered[name], leave)) for name in (0, 1)]
    threads[0].start()
    assert entered[0].wait(10)
    threads[1].start()
    time.sleep(0.1)
    assert not entered[1].is_set()
    leave.set()
    for thread in threads:
        thread.join(10)
    assert log == [0, 0, 1, 1]


def test_the_turn_goes_on_after_a_failure(lone):
    with pytest.raises(ValueError, match="broken"), transactions.in_turn():
        raise ValueError("broken")
    with transactions.in_turn():
        pass


def test_inside_a_transaction_nobody_waits(lone):
    with transactions.in_turn():
        lone.in_atomic_block = True
        with transactions.in_turn():
            pass


@pytest.mark.parametrize(("changes", "times"), [(transactions.TIDIED_EVERY - 1, 0), (transactions.TIDIED_EVERY, 1), (5_000, 1)])
def test_the_log_of_sqlite_is_tidied_after_many_rows(lone, monkeypatch, changes, times):
    asked = []
    monkeypatch.setattr(prepared, "rows", asked.append)
    with transactions.in_turn():
        lone.connection.total_changes += changes
    assert len(asked) == times


def test_the_moment_of_a_transaction_is_now_and_answers_a_question(db):
    moment, answer = transactions.moment(asking="1 = 1")
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)
    assert answer is True
    assert transactions.moment(asking="1 = 2")[1] is False


@pytest.mark.postgres
def test_each_moment_of_a_long_transaction_is_its_own(db):
    assert transactions.moment()[0] < transactions.moment()[0]


@pytest.mark.postgres
def test_who_asked_for_the_moment_holds_readers_back(db):
    """The transaction has its id by then: others see that it may still write."""
    transactions.moment()
    ((is_known,),) = prepared.rows("SELECT backend_xid IS NOT NULL FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    assert is_known


def test_moments_are_asked_in_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        transactions.moment(asking="EXISTS (SELECT 1 FROM core_auditevent)")
