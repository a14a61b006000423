"""News reaches other systems at least once, signed, with a name and random keys and nothing else."""

import datetime
import hashlib
import hmac
import json
import logging
import uuid

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from api import deliveries, events, webhooks
from api.models import Delivery, Webhook
from core import errors, outbox
from core.models import AuditEvent, OutboxEvent
from tests.api.conftest import HOOK, SECRET
from tests.factories.waiting import until_settled

# What is followed must be settled, on PostgreSQL too.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(webhook, receiver):
    """A webhook that is told of registrations, at the receiver."""
    Webhook.objects.update(url=receiver.url)
    return Webhook.objects.get()


def news(name="course.registered", **ids):
    with transaction.atomic():
        outbox.write(name, **{"registration": uuid.uuid4(), **ids})
    until_settled(OutboxEvent)
    return OutboxEvent.objects.last()


def later(**how_long):
    return time_machine.travel(timezone.now() + datetime.timedelta(**how_long), tick=False)


# What is sent ------------------------------------------------------------------------------------


def test_news_reaches_who_wants_it_with_a_name_and_keys_alone(told, receiver):
    event = news()
    deliveries.run()
    ((headers, body),) = receiver.told
    delivery = Delivery.objects.get()
    assert json.loads(body) == {
        "id": str(delivery.key),
        "type": "registration.made",
        "at": event.at.isoformat(),
        "data": {"registration": event.ids["registration"]},
    }
    assert headers["Webhook-Id"] == str(delivery.key)
    assert headers["Content-Type"] == "application/json"
    assert (delivery.status, delivery.attempts, delivery.last_answer, delivery.next_at) == ("delivered", 1, 204, None)


def test_the_receiver_can_tell_that_we_speak(told, receiver):
    news()
    deliveries.run()
    ((headers, body),) = receiver.told
    stamp, signed = (part.partition("=")[2] for part in headers["Webhook-Signature"].split(","))
    assert signed == hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert abs(int(stamp) - timezone.now().timestamp()) < 60


def test_only_what_is_published_and_wanted_is_sent(told, receiver):
    news("course.completed")  # published, not wanted
    news("person.erased", person=7)  # not published
    deliveries.run()
    assert receiver.told == []
    assert outbox.unread(deliveries.READER) == []


def test_ids_that_are_not_published_stay_here(told, receiver):
    news(person=7)
    deliveries.run()
    ((_headers, body),) = receiver.told
    assert set(json.loads(body)["data"]) == {"registration"}


def test_each_webhook_is_told_for_itself(told, adi, receiver):
    other = Webhook.objects.create(**HOOK | {"url": receiver.url, "secret": "x" * 32}, made_by=adi)
    news()
    deliveries.run()
    assert {headers["Webhook-Id"] for headers, _body in receiver.told} == {str(row.key) for row in Delivery.objects.all()}
    assert set(Delivery.objects.values_list("webhook", flat=True)) == {told.pk, other.pk}


def test_what_happened_before_a_webhook_was_made_is_not_its_business(receiver, adi):
    news()
    with later(seconds=5):
        Webhook.objects.create(**HOOK | {"url": receiver.url}, made_by=adi)
    deliveries.run()
    assert not Delivery.objects.exists()


def test_news_is_sent_once_however_often_and_by_however_many_it_is_followed(told, receiver):
    event = news()
    deliveries.run()
    deliveries.follow([event])
    deliveries.run()
    deliveries.send.call(str(told.key))
    assert len(receiver.told) == 1


def test_many_pieces_of_news_are_all_followed(told):
    with transaction.atomic():
        for _number in range(250):
            outbox.write("course.registered", registration=uuid.uuid4())
    until_settled(OutboxEvent)
    Webhook.objects.update(url="http://127.0.0.1:9/")
    while found := outbox.unread(deliveries.READER):
        deliveries.follow(found)
    assert Delivery.objects.count() == 250


def test_a_test_goes_to_its_webhook_and_says_that_it_is_one(told, adi, receiver):
    webhooks.test(told, by=adi)
    deliveries.run()
    ((_headers, body),) = receiver.told
    sent = json.loads(body)
    assert (sent["type"], sent["data"]) == (events.TEST, {})


# When it does not arrive -------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [500, 404, 301, 302, 307])
def test_any_other_answer_is_a_reason_to_try_again_and_no_redirect_is_followed(told, receiver, answer):
    receiver.answer = answer
    news()
    deliveries.run()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.last_answer) == ("waiting", 1, answer)
    assert len(receiver.told) == 1
    assert datetime.timedelta(seconds=50) < delivery.next_at - timezone.now() <= datetime.timedelta(minutes=1)


def test_where_nobody_answers_it_is_tried_again(told, receiver):
    Webhook.objects.update(url="http://127.0.0.1:9/")
    news()
    deliveries.run()
    assert Delivery.objects.get().last_answer is None
    Webhook.objects.update(url=receiver.url)
    deliveries.run()
    assert receiver.told == []
    with later(minutes=2):
        deliveries.run()
    assert len(receiver.told) == 1
    assert Delivery.objects.get().status == "delivered"


def test_it_is_tried_for_about_two_days_and_then_somebody_must_look(told, receiver):
    receiver.answer = 503
    news()
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        deliveries.run()
        while (delivery := Delivery.objects.get()).status == "waiting":
            clock.move_to(delivery.next_at)
            deliveries.run()
        assert datetime.timedelta(days=1.9) < timezone.now() - begun < datetime.timedelta(days=2.2)
    assert delivery.attempts == len(receiver.told) == len(deliveries.WAITS) + 1
    assert (delivery.next_at, delivery.last_answer) == (None, 503)
    assert len({headers["Webhook-Id"] for headers, _body in receiver.told}) == 1
    assert len({body for _headers, body in receiver.told}) == 1
    event = AuditEvent.objects.get(subject=delivery.audit_key)
    assert (event.act, event.actor, event.before, event.after) == ("delivery.failed", None, "waiting", "failed")


def test_what_failed_is_tried_again_by_hand(told, adi, receiver):
    news()
    Webhook.objects.update(url="http://127.0.0.1:9/")
    deliveries.run()
    Delivery.objects.update(status="failed", next_at=None, attempts=15)
    Webhook.objects.update(url=receiver.url)
    deliveries.retry(Delivery.objects.get(), by=adi)
    deliveries.run()
    assert Delivery.objects.get().status == "delivered"
    assert AuditEvent.objects.filter(act="delivery.retried", actor=adi.audit_key).exists()


def test_a_receiver_that_is_down_is_asked_once_a_minute_and_not_once_for_each_piece_of_news(told, receiver):
    receiver.answer = 500
    for _number in range(3):
        news()
    deliveries.run()
    assert len(receiver.told) == 1
    receiver.answer = 200
    deliveries.run()
    assert len(receiver.told) == 3  # the one that failed waits for its minute
    with later(minutes=2):
        deliveries.run()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_one_that_is_down_keeps_no_other_waiting(told, adi, receiver):
    Webhook.objects.create(**HOOK | {"url": "http://127.0.0.1:9/"}, made_by=adi, made_at=told.made_at)
    for _number in range(3):
        news()
    deliveries.run()
    assert len(receiver.told) == 3


def test_a_task_that_has_worked_long_enough_leaves_the_rest_to_the_next(told, receiver, monkeypatch):
    monkeypatch.setattr(deliveries, "ENOUGH", -1)
    for _number in range(3):
        news()
    deliveries.run()
    assert len(receiver.told) == 1
    deliveries.run()
    assert len(receiver.told) == 2


def test_nobody_but_an_administrator_tries_again(told, sam):
    delivery = Delivery.objects.create(webhook=told, type="registration.made", status="failed", next_at=None)
    with pytest.raises(errors.NotAllowed):
        deliveries.retry(delivery, by=sam)


def test_what_was_delivered_is_not_retried(told, adi):
    news()
    deliveries.run()
    with pytest.raises(errors.WrongState):
        deliveries.retry(Delivery.objects.get(), by=adi)


def test_a_webhook_that_is_turned_off_is_told_nothing_and_what_waited_goes_on_afterwards(told, adi, receiver):
    receiver.answer = 500
    news()
    deliveries.run()
    webhooks.change(told, is_active=False, by=adi)
    news()
    with later(minutes=2):
        deliveries.run()
    assert (len(receiver.told), Delivery.objects.count()) == (1, 1)
    receiver.answer = 200
    webhooks.change(told, is_active=True, by=adi)
    with later(minutes=2):
        deliveries.run()
    assert Delivery.objects.get().status == "delivered"


def test_when_a_webhook_goes_what_waited_for_it_goes_too(told, adi, receiver):
    receiver.answer = 500
    news()
    deliveries.run()
    key = str(told.key)
    webhooks.remove(told, by=adi)
    deliveries.send.call(key)
    assert (len(receiver.told), Delivery.objects.count()) == (1, 0)


# What stays here ---------------------------------------------------------------------------------


def test_neither_what_was_sent_nor_the_secret_is_kept_or_logged(told, receiver, caplog):
    with caplog.at_level(logging.DEBUG):
        event = news()
        deliveries.run()
    ((headers, body),) = receiver.told
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_delivery")
        kept = str(cursor.fetchall())
    for private in [body.decode(), event.ids["registration"], headers["Webhook-Signature"], SECRET]:
        assert private not in kept
        assert private not in caplog.text
