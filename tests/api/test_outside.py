"""News goes to addresses of the internet, whatever a name leads to; what is inside hears nothing and is not found out."""

import socket
import socketserver
import threading
import uuid

import pytest
from django.db import transaction

from api import deliveries
from api.models import Delivery, Webhook
from core import outbox
from core.models import OutboxEvent
from tests.factories.waiting import until_settled

pytestmark = pytest.mark.django_db(transaction=True)
PROXIES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"]
look_up = socket.getaddrinfo


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in [*PROXIES, *(name.lower() for name in PROXIES)]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def inside():
    """A system inside: `inside.heard` has what was said by each who came."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.heard.append(self.request.recv(100))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.heard, server.port = [], server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def leads_to(monkeypatch):
    """`leads_to("1.1.1.1", "127.0.0.1")`: what the name news.example.org is when it is first looked up, then, and so on."""

    def lead(*addresses):
        left = list(addresses)

        def answer(host, *args, **kwargs):
            if host == "news.example.org":
                host = left.pop(0) if len(left) > 1 else left[0]
            return look_up(host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", answer)

    return lead


def tell(url):
    """The delivery of a piece of news to this address."""
    Webhook.objects.update(url=url)
    with transaction.atomic():
        outbox.write("course.registered", registration=uuid.uuid4())
    until_settled(OutboxEvent)
    deliveries.run()
    return Delivery.objects.get()


def outcome(delivery):
    return delivery.status, delivery.attempts, delivery.last_answer


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "127.1", "2130706433"])
def test_inside_nobody_is_asked(webhook, inside, scheme, host):
    delivery = tell(f"{scheme}://{host}:{inside.port}/news")
    assert outcome(delivery) == ("waiting", 1, deliveries.NOT_ALLOWED)
    assert inside.heard == []


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[::1]", "[fe80::1]"])
def test_whether_somebody_listens_there_or_not_the_answer_is_the_same(webhook, host):
    assert outcome(tell(f"https://{host}:9/")) == ("waiting", 1, deliveries.NOT_ALLOWED)


def test_a_name_that_leads_inside_is_refused(webhook, inside, leads_to):
    leads_to("127.0.0.1")
    assert outcome(tell(f"https://news.example.org:{inside.port}/")) == ("waiting", 1, deliveries.NOT_ALLOWED)
    assert inside.heard == []


def test_a_name_that_leads_inside_a_moment_later_is_told_nothing_and_looks_as_if_nobody_answered(webhook, inside, leads_to):
    leads_to("1.1.1.1", "127.0.0.1")
    assert outcome(tell(f"https://news.example.org:{inside.port}/")) == ("waiting", 1, None)
    assert inside.heard in ([], [b""])


def test_a_name_that_is_none_is_as_if_nobody_answered(webhook):
    assert outcome(tell("https://news.invalid/")) == ("waiting", 1, None)


def test_it_fails_in_the_end_like_every_other(webhook):
    delivery = tell("https://127.0.0.1:9/")
    Delivery.objects.update(attempts=len(deliveries.WAITS), next_at=delivery.made_at)
    deliveries.run()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_answer) == ("failed", deliveries.NOT_ALLOWED)


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
def test_who_tries_things_out_reaches_this_machine_and_no_other(webhook, receiver, settings, mode):
    settings.WEBHOOKS_INSIDE = False
    setattr(settings, mode, True)
    assert outcome(tell(receiver.url)) == ("delivered", 1, 204)
    Delivery.objects.all().delete()
    assert outcome(tell("https://10.0.0.1/")) == ("waiting", 1, deliveries.NOT_ALLOWED)


def test_passwords_of_this_machine_are_not_given_away(webhook, receiver, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alongside password of-this-machine\n")
    monkeypatch.setenv("NETRC", str(netrc))
    tell(receiver.url)
    ((headers, _body),) = receiver.told
    assert "Authorization" not in headers


def test_a_proxy_of_the_environment_is_used_and_judges_for_itself(webhook, inside, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{inside.port}")
    assert outcome(tell("https://news.example.org/")) == ("waiting", 1, None)
    assert inside.heard[0].startswith(b"CONNECT news.example.org:443")
