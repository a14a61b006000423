"""A load client for the record store: raw sockets that are kept, bodies and ids made beforehand from a seed.

    python storm.py --url http://127.0.0.1:8000/xapi/statements --auth KEY:SECRET --clients 8 --size 50 --seconds 5

prints statements a second, milliseconds of a request and what was answered. `--get "limit=50"` or `--get finding` reads
instead, and `--pid` adds the CPU of a server. Other scripts and tests use `store`, `drive`, `ask` and `pages`. It needs
nothing but Python.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import selectors
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain, cycle, repeat
from urllib.parse import quote, urlsplit

SEED = 2026
LEARNERS, ACTIVITIES = 1_000, 40
LENGTH = (860, 890)  # bytes of a statement
POOL = 500  # statements of a client that differ in more than their id
VERBS = [
    f"http://adlnet.gov/expapi/verbs/{name}"
    for name in ["initialized", "progressed", "answered", "experienced", "interacted", "scored", "passed", "completed"]
]
HOME = "https://learn.example.org"
WORDS = [
    "the",
    "person",
    "next",
    "to",
    "me",
    "was",
    "asked",
    "twice",
    "whether",
    "she",
    "had",
    "understood",
    "and",
    "nobody",
    "wrote",
]
BLANK = "00000000-0000-4000-8000-000000000000"  # where an id comes
WAIT = 0.05  # seconds before a connection that was lost is made anew


@dataclass(frozen=True)
class Request:
    """What goes over the wire, and the statements in it."""

    wire: bytes
    ids: tuple[str, ...] = ()


@dataclass
class Run:
    """What the clients saw. A lost connection is counted as the status 0."""

    seconds: float = 0
    times: list[float] = field(default_factory=list)  # milliseconds, of what was answered
    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)  # ids in answers of 200 and 204
    batches: list[tuple[str, ...]] = field(default_factory=list)  # ids of each request that was sent
    refused: list[bytes] = field(default_factory=list)  # the first answers of 400 and more

    def ms(self, share: float) -> float:
        ordered = sorted(self.times) or [0.0]
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))], 1)

    @property
    def sent(self) -> set[str]:
        return {one for batch in self.batches for one in batch}

    @property
    def per_second(self) -> float:
        return round(len(self.acknowledged) / self.seconds, 1)

    @property
    def requests_per_second(self) -> float:
        return round(len(self.times) / self.seconds, 1)


# Statements ---------------------------------------------------------------------------------------


def activity(number: int) -> str:
    return f"{HOME}/courses/listening/activities/{number:03}"


def account(learner: int) -> dict:
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": f"learner-{learner:06}"}}


def agent(learner: int) -> str:
    """As a parameter of a query."""
    return quote(compact(account(learner)))


def statement(chance: random.Random) -> dict:
    """One of 860 to 890 bytes as compact JSON, with an empty id."""
    learner, number = chance.randrange(LEARNERS), chance.randrange(ACTIVITIES)
    verb = chance.choice(VERBS)
    made = {
        "id": BLANK,
        "actor": account(learner),
        "verb": {"id": verb, "display": {"en-GB": verb.rpartition("/")[2]}},
        "object": {
            "id": activity(number),
            "definition": {"type": "http://adlnet.gov/expapi/activities/question", "name": {"en-GB": f"Activity {number}"}},
        },
        "result": {
            "score": {"scaled": chance.randrange(101) / 100},
            "success": chance.random() < 0.7,
            "duration": f"PT{chance.randrange(1, 600)}S",
            "response": "",
        },
        "context": {
            "registration": str(uuid.UUID(int=learner << 64 | number, version=4)),
            "contextActivities": {
                "parent": [{"id": f"{HOME}/courses/listening/modules/{number // 8}"}],
                "grouping": [{"id": f"{HOME}/courses/listening"}],
            },
            "extensions": {f"{HOME}/session": str(uuid.UUID(int=chance.getrandbits(128), version=4))},
        },
        "timestamp": f"2026-11-{chance.randrange(1, 28):02}T{chance.randrange(24):02}:15:42.{chance.randrange(1000):03}Z",
    }
    missing = chance.randint(*LENGTH) - len(compact(made))
    made["result"]["response"] = " ".join(chance.choices(WORDS, k=missing))[:missing]
    return made


def compact(made: object) -> bytes:
    return json.dumps(made, separators=(",", ":")).encode()


def new_id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def head(method: str, target: str, host: str, auth: str, *more: str) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "X-Experience-API-Version: 2.0.0", *more]
    if auth:
        lines.append("Authorization: Basic " + base64.b64encode(auth.encode()).decode())
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(url: str, auth: str, body: bytes, kind: str = "application/json") -> Request:
    parts = urlsplit(url)
    own = head("POST", parts.path, parts.netloc, auth, f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    return Request(own + body)


def posts(url: str, auth: str, size: int, *, client: int = 0, run: int = 0, count: int = 1000) -> Iterator[Request]:
    """`count` requests of `size` statements each. Other runs and clients have other ids, and always the same."""
    chance = random.Random(f"{SEED} {run} {client}")
    pool = [_body(chance, size) for _ in range(min(count, max(1, POOL // size)))]
    ready = [post(url, auth, body).wire for body in pool]
    places = [_places(wire) for wire in ready]
    ids = [tuple(new_id(chance) for _ in range(size)) for _ in range(count)]
    for number, own in enumerate(ids):
        wire = bytearray(ready[number % len(ready)])
        for place, one in zip(places[number % len(ready)], own, strict=True):
            wire[place : place + 36] = one.encode()
        yield Request(bytes(wire), own)


def _body(chance: random.Random, size: int) -> bytes:
    return compact(statement(chance)) if size == 1 else compact([statement(chance) for _ in range(size)])


def _places(wire: bytes) -> list[int]:
    """Where the ids come."""
    found, mark = [], f'"id":"{BLANK}"'.encode()
    place = wire.find(mark)
    while place >= 0:
        found.append(place + 6)
        place = wire.find(mark, place + 1)
    return found


def get(url: str, auth: str, query: str) -> Request:
    """`query` is what comes after the question mark, or a whole relative address such as `more` has."""
    parts = urlsplit(url)
    target = query if query.startswith("/") else f"{parts.path}?{query}"
    return Request(head("GET", target, parts.netloc, auth))


def finding(limit: int = 50) -> list[str]:
    """A query for each verb with each activity."""
    return [f"limit={limit}&verb={verb}&activity={activity(number)}" for number in range(ACTIVITIES) for verb in VERBS]


# The wire -----------------------------------------------------------------------------------------


class Client:
    """One connection, with one request on its way at a time."""

    def __init__(self, address: tuple[str, int], requests: Iterator[Request]):
        self.address, self.requests = address, requests
        self.socket: socket.socket | None = None
        self.request: Request | None = None
        self.begun = 0.0
        self.received = bytearray()

    def connect(self) -> None:
        self.socket = socket.create_connection(self.address, 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)

    def send(self) -> None:
        if self.socket is None:
            self.connect()
        self.received.clear()
        self.begun = time.perf_counter()
        self.socket.sendall(self.request.wire)

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket = None

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body, once all of it is here. Raises ConnectionError if the other side ends before."""
        if not (piece := self.socket.recv(1 << 18)):
            raise ConnectionResetError
        self.received += piece
        return parsed(self.received)


def parsed(received: bytearray) -> tuple[int, bytes] | None:
    """Status and body of an answer, or nothing if some of it is still to come."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    top, first = bytes(received[:end]).lower(), end + 4
    status, place = int(top[9:12]), top.find(b"content-length:")
    if place >= 0:
        whole = len(received) - first >= int(top[place + 15 : place + 40].split(b"\r\n")[0])
        return (status, bytes(received[first:])) if whole else None
    if b"transfer-encoding: chunked" in top:
        return (status, unchunked(bytes(received[first:]))) if received.endswith(b"0\r\n\r\n") else None
    return status, b""


def unchunked(body: bytes) -> bytes:
    whole, place = bytearray(), 0
    while length := int(body[place : (end := body.index(b"\r\n", place))], 16):
        whole += body[end + 2 : end + 2 + length]
        place = end + 4 + length
    return bytes(whole)


def ask(url: str, request: Request, client: Client | None = None) -> tuple[int, bytes]:
    """One answer. Raises OSError if there is none; a kept connection may have been ended since, and is made anew once."""
    parts = urlsplit(url)
    client = client or Client((parts.hostname, parts.port or 80), iter(()))
    client.request, was_kept = request, client.socket is not None
    try:
        client.send()
        while (answer := client.receive()) is None:
            pass
    except ConnectionError:
        client.close()
        if not was_kept:
            raise
        return ask(url, request, client)
    return answer


def pages(url: str, auth: str, query: str = "limit=500&ascending=true") -> Iterator[list[dict]]:
    """The statements of a page, and of those that its `more` leads to."""
    parts = urlsplit(url)
    client = Client((parts.hostname, parts.port or 80), iter(()))
    while query:
        status, body = ask(url, get(url, auth, query), client)
        if status != 200:
            raise AssertionError((status, body[:500]))
        page = json.loads(body)
        yield page["statements"]
        query = page.get("more", "")
    client.close()


def drive(
    url: str,
    requests: list[Iterator[Request]],
    seconds: float,
    *,
    again: Collection[int] = (),
    meanwhile: Callable[[float], None] | None = None,
) -> Run:
    """One client for each iterator, until the time is over or nothing is left to send; what is on its way is awaited.

    What ends with a status in `again` (0: the connection was lost) is sent again until it does not, at most for a minute.
    `meanwhile` is called with the seconds so far, some twenty times a second or more.
    """
    return Drive(url, requests, seconds, again, meanwhile).run()


def _begun(requests: Iterator[Request]) -> Iterator[Request]:
    """The same, with what is made for the first of them made now, before the clock starts."""
    return chain([next(requests)], requests)


class Drive:
    """All clients in one loop: threads would cost more than what they wait for."""

    def __init__(self, url, requests, seconds, again, meanwhile):
        parts = urlsplit(url)
        self.clients = [Client((parts.hostname, parts.port or 80), _begun(one)) for one in requests]
        self.seconds, self.again, self.meanwhile = seconds, again, meanwhile
        self.selector, self.result = selectors.DefaultSelector(), Run()
        self.later: list[tuple[float, Client, Callable[[Client], None]]] = []  # when, who, and what then

    def run(self) -> Run:
        for client in self.clients:
            client.connect()
        self.begun = last = time.perf_counter()
        for client in self.clients:
            self.next(client)
        while self.selector.get_map() or self.later:
            for key, _events in self.selector.select(WAIT):
                last = self.read(key.data) or last
            self.go_on()
            if self.meanwhile:
                self.meanwhile(time.perf_counter() - self.begun)
        self.result.seconds = last - self.begun
        return self.result

    def next(self, client: Client) -> None:
        client.request = next(client.requests, None) if time.perf_counter() - self.begun < self.seconds else None
        if client.request is None:
            client.close()
            return
        self.result.batches.append(client.request.ids)
        self.send(client)

    def send(self, client: Client) -> None:
        try:
            client.send()
        except OSError:
            self.lost(client)
            return
        self.selector.register(client.socket, selectors.EVENT_READ, client)

    def read(self, client: Client) -> float:
        """The time at which an answer was complete, or 0."""
        try:
            answer = client.receive()
        except OSError:
            self.selector.unregister(client.socket)
            self.lost(client)
            return 0
        if answer is None:
            return 0
        now = time.perf_counter()
        self.selector.unregister(client.socket)
        self.answered(client, *answer, now)
        return now

    def answered(self, client: Client, status: int, body: bytes, now: float) -> None:
        self.result.statuses[status] += 1
        self.result.times.append((now - client.begun) * 1000)
        if b"\r\nconnection: close" in client.received[:2000].lower():
            client.close()
        if status in (200, 204):
            self.result.acknowledged.extend(client.request.ids)
        elif len(self.result.refused) < 5:
            self.result.refused.append(body[:500])
        if status in self.again:
            self.wait(client)
        else:
            self.next(client)

    def lost(self, client: Client) -> None:
        self.result.statuses[0] += 1
        client.close()
        self.wait(client)

    def wait(self, client: Client) -> None:
        """A little, and then the same or the next; a server that is gone would be asked thousands of times a second."""
        is_time_left = time.perf_counter() - self.begun < self.seconds + 60
        act = self.send if self.again and is_time_left else self.next
        self.later.append((time.perf_counter() + WAIT, client, act))

    def go_on(self) -> None:
        now = time.perf_counter()
        due = [one for one in self.later if one[0] <= now]
        self.later = [one for one in self.later if one[0] > now]
        for _at, client, act in due:
            act(client)


def wake(url: str, auth: str) -> None:
    """Each process of a server loads much with its first request: more connections than either would take alone."""
    drive(url, [repeat(get(url, auth, "limit=1")) for _ in range(16)], 1)


def store(url: str, auth: str, *, clients: int, size: int, seconds: float, run: int, **options) -> Run:
    """Statements for some seconds. What is to be sent is made before the clock starts, and more than can be stored."""
    count = int(seconds * (20_000 if size > 1 else 5_000) / size / clients) + 10
    requests = [posts(url, auth, size, client=number, run=run, count=count) for number in range(clients)]
    return drive(url, requests, seconds, **options)


# Alone --------------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of the resource: http://127.0.0.1:8000/xapi/statements")
    parser.add_argument("--auth", default="", help="KEY:SECRET")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--size", type=int, default=1, help="statements in a request")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--get", default="", metavar="QUERY", help="read; `finding` is each verb with each activity")
    parser.add_argument("--run", type=int, default=time.time_ns(), help="another number makes other ids (now)")
    parser.add_argument("--pid", type=int, help="the server, whose CPU and memory are then told too (needs psutil)")
    given = parser.parse_args()
    wake(given.url, given.auth)
    before = family(given.pid)
    if given.get:
        queries = [given.get] if given.get != "finding" else finding()
        asked = [get(given.url, given.auth, query) for query in queries]
        run = drive(given.url, [cycle(asked[number:] + asked[:number]) for number in range(given.clients)], given.seconds)
    else:
        run = store(given.url, given.auth, clients=given.clients, size=given.size, seconds=given.seconds, run=given.run)
    print(f"{run.per_second} statements/s, {run.requests_per_second} requests/s in {run.seconds:.1f} s")
    print(f"p50 {run.ms(50)} ms, p95 {run.ms(95)}, p99 {run.ms(99)}, worst {run.ms(100)}; {dict(run.statuses)} (0: lost)")
    if given.pid and run.times:
        cpu, memory = (after - was for after, was in zip(family(given.pid), (before[0], 0), strict=True))
        print(f"CPU {1000 * cpu / len(run.times):.2f} ms a request; the largest process has {memory:.0f} MB")
    for body in run.refused:
        print(body.decode("utf-8", "replace"))


def family(pid: int | None) -> tuple[float, float]:
    """CPU seconds of a process and its children, and the memory of the largest."""
    if not pid:
        return 0, 0
    import psutil  # only where it is asked for

    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in processes), max(one.memory_info().rss for one in processes) / 1e6


if __name__ == "__main__":
    main()
