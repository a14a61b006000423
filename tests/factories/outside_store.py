"""A record store outside, on this machine: takes statements as the specification says, unless it is told to fail."""

import json
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from learning.lrs import equality
from learning.models import Forwarder

KEY, SECRET = "our-key", "a-secret-of-theirs-0123456789"
FACTS = {
    "name": "Record store of the region",
    "username": KEY,
    "secret": SECRET,
    "decided_by": "Head of workforce",
    "basis": "Public task: the region reports training (agreement of 3 March 2026).",
}


class Store(ThreadingHTTPServer):
    """`held`: statements by id, in the order in which they came. `asked`: method, path, headers and statements of each request.

    `answers`: statuses for the next POSTs, in place of the right ones. `invalid`: ids that it does not like.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.held, self.asked, self.answers, self.invalid, self.files = {}, [], [], {}, {}
        self.versions, self.reading, self.slow = ["1.0.3", "2.0.0"], 200, threading.Event()
        self.slow.set()
        self.url = f"http://127.0.0.1:{self.server_port}/xapi/"

    @property
    def batches(self):
        """The ids of each POST."""
        return [[each["id"] for each in said] for method, _path, _headers, said in self.asked if method == "POST"]

    def judge(self, said):
        if self.answers and (answer := self.answers.pop(0)):
            return answer
        for each in said:
            if each["id"] in self.invalid:
                return self.invalid[each["id"]]
            if each["id"] in self.held and not equality.is_same(each, self.held[each["id"]]):
                return 409
        self.held |= {each["id"]: each for each in said}
        return 200


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            return None
        if self.headers["Content-Type"].startswith("multipart/mixed"):
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            first, *others = message_from_bytes(head + body).get_payload()
            body = first.get_payload(decode=True)
            self.server.files |= {each["X-Experience-API-Hash"]: each.get_payload(decode=True) for each in others}
        said = json.loads(body)
        self.server.asked.append(("POST", self.path, dict(self.headers), said))
        self.server.slow.wait(20)
        status = self.server.judge(said)
        return self.answer(status, "No good" if status >= 400 else [each["id"] for each in said])

    def do_GET(self):
        place = urlsplit(self.path)
        self.server.asked.append(("GET", self.path, dict(self.headers), None))
        if place.path == "/xapi/about":
            return self.answer(200, {"version": self.server.versions})
        if self.server.reading != 200:
            return self.answer(self.server.reading, "No")
        wanted = parse_qs(place.query).get("statementId", [""])[0]
        if not wanted:
            return self.answer(200, {"statements": [], "more": ""})
        return self.answer(200, self.server.held[wanted]) if wanted in self.server.held else self.answer(404, "")

    def answer(self, status, content):
        content = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Location", "/elsewhere/statements")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Says nothing between the tests."""


@pytest.fixture
def outside_store(settings):
    settings.FORWARDING_INSIDE = ["127.0.0.1"]
    store = Store()
    thread = threading.Thread(target=store.serve_forever, daemon=True)
    thread.start()
    yield store
    store.slow.set()
    store.shutdown()
    store.server_close()
    thread.join()


@pytest.fixture
def forwarder(outside_store, db):
    """To that store, from the beginning."""
    return Forwarder.objects.create(endpoint=outside_store.url, **FACTS)
