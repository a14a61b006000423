"""The record store is killed, restarted, crowded and read while it is written: nothing acknowledged is lost or doubled.

With real processes, on the tests' database. `make torture` does the same for longer.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote

import pytest
from django.db import connection

from tests.benchmarks import storm
from tests.torture.conftest import PATIENCE, SECONDS, at

pytestmark = pytest.mark.django_db  # or the tests' database, of which the store has a copy, would not be made
LANGUAGES = ["en-GB", "cy", "pl", "ur", "bn", "pa", "gu", "ar", "pt", "so", "ro", "fr"]
TOPICS = 10


def test_nothing_acknowledged_is_lost_when_workers_are_killed(store):
    acts = {0.3: lambda: store.kill(1), 0.6: lambda: store.kill(2), 1: store.kill_all}
    run = storm.drive(store.url, store.posts(clients=8, size=10), 1.2 * SECONDS, meanwhile=at(acts))
    store.platform.start()
    assert run.statuses[0] and run.acknowledged, run
    assert run.statuses.keys() <= {0, 200}, (run.statuses, run.refused)
    found = store.found_with(set(run.acknowledged))
    assert set(run.acknowledged) - found.keys() == set()
    assert [batch for batch in run.batches if 0 < sum(one in found for one in batch) < len(batch)] == []
    assert found.keys() <= run.sent


def test_who_sends_again_is_never_refused(store):
    """After a killed worker, a reload and a restart: the same ids again, until they are answered."""
    restart = threading.Thread(target=store.restart)
    acts = {0.2: lambda: store.kill(1), 0.5: store.reload, 1: restart.start}
    run = storm.drive(store.url, store.posts(clients=8, size=10), 1.5 * SECONDS, again=[0], meanwhile=at(acts))
    restart.join()
    assert run.statuses[0], run.statuses
    assert run.statuses.keys() <= {0, 200}, (run.statuses, run.refused)
    assert store.found_with(run.sent).keys() == run.sent == set(run.acknowledged)


# Many who write the same --------------------------------------------------------------------------


def about(number: int, chance: random.Random, name: int) -> dict:
    """A statement that says what its activity is called, in one of the languages."""
    made = storm.statement(chance) | {"id": storm.new_id(chance)}
    language = LANGUAGES[number % len(LANGUAGES)]
    made["object"] = {"id": topic(name, number), "definition": {"name": {language: f"Topic in {language}"}}}
    made["actor"] = storm.account(number % 10)
    return made


def topic(name: int, number: int) -> str:
    return f"{storm.HOME}/torture/{name}/topics/{number % TOPICS}"


def some_of(store, pool: list[dict], client: int) -> Iterator[storm.Request]:
    chance = random.Random(client)
    while True:
        chosen = chance.sample(pool, 20)
        yield storm.Request(storm.post(store.url, store.auth, storm.compact(chosen)).wire, tuple(one["id"] for one in chosen))


def names_of(store, activity: str) -> dict[str, str]:
    url = store.url.replace("/statements", "/activities")
    status, body = storm.ask(url, storm.get(url, store.auth, f"activityId={quote(activity)}"))
    assert status == 200, body
    return json.loads(body)["definition"]["name"]


def test_thirty_two_writers_of_the_same_people_activities_and_statements(store):
    """Whoever comes while another stores the same statement may be told to send it again; nobody deadlocks."""
    name = time.time_ns()
    pool = [about(number, random.Random(f"{name} {number}"), name) for number in range(600)]
    store.posts(clients=1, size=1)
    writers = [some_of(store, pool, client) for client in range(32)]
    run = storm.drive(store.url, writers, SECONDS, again=[409])
    assert run.statuses.keys() <= {200, 409}, (run.statuses, run.refused)
    assert run.statuses[200] > 32, run.statuses
    stored = set(run.acknowledged)
    assert store.found_with(stored).keys() == stored
    said = {topic(name, number): set() for number in range(TOPICS)}
    for one in pool:
        if one["id"] in stored:
            said[one["object"]["id"]] |= one["object"]["definition"]["name"].keys()
    assert {activity: set(names_of(store, activity)) for activity in said} == said


# Read while others write --------------------------------------------------------------------------


@pytest.fixture
def writing(store):
    """`writing()` begins a storm and gives what is known of it so far; at the end it is over."""
    drive = storm.Drive(store.url, store.posts(clients=8, size=5), SECONDS, (), None)
    thread = threading.Thread(target=drive.run)
    thread.start()
    yield thread, drive.result
    thread.join()


def test_who_follows_from_the_beginning_misses_and_doubles_nothing(store, writing):
    """Ascending: by `more` to the end, and from the last one on again, until nothing comes any more."""
    thread, run = writing
    followers = [Follower(store, thread, run, limit) for limit in [3, 20, 100]]
    for follower in followers:
        follower.start()
    for follower in followers:
        follower.join()
    assert [follower.fault for follower in followers] == ["", "", ""]
    for follower in followers:
        assert [one for one, times in Counter(follower.seen).items() if times > 1] == []
        assert set(run.acknowledged) - set(follower.seen) == set()


class Follower(threading.Thread):
    def __init__(self, store, writer: threading.Thread, run: storm.Run, limit: int):
        super().__init__()
        self.store, self.writer, self.acknowledged, self.limit = store, writer, run.acknowledged, limit
        self.seen: list[str] = []
        self.fault = ""

    def run(self) -> None:
        since, deadline = self.store.begun, time.monotonic() + 20 * SECONDS + PATIENCE
        try:
            while time.monotonic() < deadline and not self.is_done():
                query = f"limit={self.limit}&ascending=true&since={since}"
                for page in storm.pages(self.store.url, self.store.auth, query):
                    self.seen += [statement["id"] for statement in page]
                    since = page[-1]["stored"] if page else since
        except Exception as error:  # noqa: BLE001 - the test shows it
            self.fault = repr(error)

    def is_done(self) -> bool:
        return not self.writer.is_alive() and set(self.acknowledged) <= set(self.seen)


def test_who_goes_back_from_the_newest_misses_and_doubles_nothing(store, writing):
    """Descending, again and again: all that the first page promises, and on PostgreSQL all that Consistent-Through does."""
    thread, run = writing
    descents = []
    for _number in count():
        before = set(run.acknowledged)
        through, seen = descent(store)
        descents.append((before, through, seen))
        if not thread.is_alive():
            break
    stored = store.found_with(set(run.acknowledged))
    for before, through, seen in descents:
        assert [one for one, times in Counter(seen).items() if times > 1] == []
        if connection.vendor == "postgresql":
            before = {one for one, when in stored.items() if when < through}
        assert before - set(seen) == set()
    assert len(descents) > 2


def descent(store) -> tuple[str, list[str]]:
    """What the first answer promised, and the ids."""
    client = storm.Client((store.platform.host, store.platform.port), iter(()))
    query = f"limit=50&since={store.begun}"
    seen, through = [], ""
    while query:
        status, body = storm.ask(store.url, storm.get(store.url, store.auth, query), client)
        assert status == 200, body
        head = bytes(client.received).partition(b"\r\n\r\n")[0].decode()
        through = through or head.partition("Consistent-Through: ")[2].partition("\r\n")[0]
        page = json.loads(body)
        seen += [statement["id"] for statement in page["statements"]]
        query = page.get("more", "")
    client.close()
    return through, seen
