"""The same POST at the same moment: on PostgreSQL, where transactions do run beside each other."""

import threading

import pytest
from django.db import connection
from django.test import Client

from api import tokens
from api.models import IdempotencyKey, Webhook
from core.models import AuditEvent
from tests.api.conftest import HOOK

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
PLACE, KEY, MANY = "/api/v1/webhooks", "at-once", 8


@pytest.fixture
def plaintext(adi):
    return tokens.make(adi, name="Program", scopes=["webhooks/write"], by=adi)[1]


def at_once(plaintext, send, bodies):
    """Send all of them at the same moment, each in a connection of its own."""
    barrier, answers = threading.Barrier(len(bodies)), []

    def post(body):
        try:
            client = Client(headers={"Authorization": f"Bearer {plaintext}"})
            barrier.wait(20)
            answers.append(send(client, "post", PLACE, body, key=KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[body]) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_one_does_the_work_and_the_others_answer_the_same(plaintext, send):
    answers = at_once(plaintext, send, [HOOK] * MANY)
    assert [answer.status_code for answer in answers] == [201] * MANY
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == MANY - 1
    assert Webhook.objects.count() == IdempotencyKey.objects.count() == 1
    assert AuditEvent.objects.filter(act="webhook.made").count() == 1


def test_of_two_different_ones_under_one_key_one_is_done(plaintext, send):
    answers = at_once(plaintext, send, [HOOK, HOOK | {"name": "Other"}])
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert Webhook.objects.count() == 1


def test_where_the_first_is_refused_nothing_is_left_behind(plaintext, send):
    answers = at_once(plaintext, send, [HOOK | {"url": "http://cases.example.org"}] * MANY)
    assert [answer.status_code for answer in answers] == [400] * MANY
    assert not IdempotencyKey.objects.exists()
