"""The same at the same moment: on PostgreSQL, where transactions do run beside each other."""

import pytest
from django.db import connection
from django.test import Client

from api import deliveries
from api.models import Delivery, IdempotencyKey, Webhook
from core.models import AuditEvent
from tests.api.conftest import HOOK
from tests.factories.together import together
from tests.factories.tokens import make_token

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
PLACE, KEY, MANY = "/api/v1/webhooks", "at-once", 8


@pytest.fixture
def ask(adi, send):
    """`ask(method, address, data)`: of one program, with a client for each request."""
    _row, plaintext = make_token(adi, "webhooks/read", "webhooks/write")

    def later(method, address, data=None, **headers):
        client = Client(headers={"Authorization": f"Bearer {plaintext}"})
        return lambda: send(client, method, address, data, key=KEY, **headers)

    return later


def statuses(answers):
    return sorted(answer.status_code for answer in answers)


def test_of_equal_posts_one_does_the_work_and_the_others_answer_the_same(ask):
    answers = together(*[ask("post", PLACE, HOOK)] * MANY)
    assert statuses(answers) == [201] * MANY
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == MANY - 1
    assert Webhook.objects.count() == IdempotencyKey.objects.count() == 1
    assert AuditEvent.objects.filter(act="webhook.made").count() == 1


def test_of_two_different_posts_under_one_key_one_is_done(ask):
    assert statuses(together(ask("post", PLACE, HOOK), ask("post", PLACE, HOOK | {"name": "Other"}))) == [201, 422]
    assert Webhook.objects.count() == 1


def test_where_the_first_is_refused_nothing_is_left_behind(ask):
    assert statuses(together(*[ask("post", PLACE, HOOK | {"url": "http://cases.example.org"})] * MANY)) == [400] * MANY
    assert not IdempotencyKey.objects.exists()


def test_of_many_changes_of_what_was_read_one_is_made(ask, webhook):
    address = f"{PLACE}/{webhook.key}"
    etag = ask("get", address)()["ETag"]
    changes = [ask("patch", address, {"name": f"Name {number}"}, **{"If-Match": etag}) for number in range(MANY)]
    assert statuses(together(*changes)) == [200] + [412] * (MANY - 1)
    assert AuditEvent.objects.filter(act="webhook.changed").count() == 1


def test_what_is_taken_away_meanwhile_is_not_there(ask, webhook):
    address = f"{PLACE}/{webhook.key}"
    assert statuses(together(*[ask("delete", address, **{"If-Match": "*"})] * MANY)) == [204] + [404] * (MANY - 1)


def test_equal_tasks_send_each_piece_of_news_once(webhook, receiver):
    Webhook.objects.update(url=receiver.url)
    for _number in range(3):
        Delivery.objects.create(webhook=webhook, type="webhook.test")
    together(*[lambda: deliveries.send.call(str(webhook.key))] * MANY)
    assert len(receiver.told) == len({headers["Webhook-Id"] for headers, _body in receiver.told}) == 3
