"""Adi administers; programs come with a token; news is received by a server of our own."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.models import Webhook
from people import roles
from tests.factories.tokens import make_token

SECRET = "a-secret-of-the-receiver-0123456789abcdef"
HOOK = {
    "name": "Case system",
    "url": "https://cases.example.org/news",
    "events": ["registration.made"],
    "secret": SECRET,
}


@pytest.fixture
def queries():
    """`queries(client, address)`: how many reading it takes, once roles and sessions are known."""

    def count(client, address, data=None):
        client.get(address, data)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, data).status_code == 200
        return len(captured)

    return count


@pytest.fixture
def adi(person, synced_roles):
    """An administrator."""
    user = person("Adi Administrator")
    roles.grant(user, "administrator")
    return user


@pytest.fixture
def machine():
    """`machine(person, *scopes)`: a program with a token of theirs."""

    def make(person, *scopes, **fields) -> Client:
        _row, plaintext = make_token(person, *scopes, **fields)
        return Client(headers={"Authorization": f"Bearer {plaintext}"})

    return make


@pytest.fixture
def program(adi, machine):
    """A program that may do all that an administrator does with webhooks."""
    return machine(adi, "webhooks/read", "webhooks/write")


@pytest.fixture
def send():
    """`send(client, "post", address, data)`: as JSON, and a POST with a new key unless one is given."""

    def ask(client, method, address, data=None, key="", **headers):
        if method == "post":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return client.generic(method.upper(), address, json.dumps(data or {}), "application/json", headers=headers)

    return ask


@pytest.fixture
def webhook(adi):
    return Webhook.objects.create(**HOOK, made_by=adi)


@pytest.fixture
def receiver(settings):
    """Another system, on this machine: keeps what it is told, and answers as `receiver.answer` says."""
    settings.WEBHOOKS_INSIDE = True

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.told.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(self.server.answer)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            """Says nothing between the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.told, server.answer, server.url = [], 204, f"http://127.0.0.1:{server.server_port}/news"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
