"""Telling other systems the news: at least once, signed, and patiently.

`run` is called every minute by the queue. It follows the outbox with a cursor of its own, makes a delivery of each piece
of news for each webhook that wants it, and queues one task for each webhook to which something is due. A receiver that
has seen the `Webhook-Id` before has had the news before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from uuid import UUID

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from api.events import EVENTS
from api.models import MANAGE_WEBHOOKS, Delivery, Webhook
from core import errors, outbox, outside, workflow
from core.models import OutboxEvent
from people.models import User

READER = "webhooks"
TIMEOUT = 10  # seconds to connect, and again until the answer begins
ENOUGH = 60  # seconds after which a task leaves the rest to the next one; the queue stops it at twice that
# How long to wait after each attempt that failed: about two days in all, then somebody has to look.
WAITS = [timedelta(minutes=minutes) for minutes in [1, 5, 15, 30, 60, 120, 240, *[360] * 7]]
NOT_ALLOWED = 0  # instead of a status: the address is inside, so nothing was asked
BY_TYPE = {event.type: event for event in EVENTS.values()}


def run() -> None:
    """Make deliveries of the news, and queue the sending of what is due. Safe to repeat."""
    while news := outbox.unread(READER):
        follow(news)
    for key in Webhook.objects.filter(pk__in=Delivery.objects.due().values("webhook")).values_list("key", flat=True):
        send.enqueue(str(key))


@transaction.atomic
def follow(news: list[OutboxEvent]) -> None:
    """A delivery of each for each webhook that wants it. The constraint sees to it that there is one, whoever else follows."""
    webhooks = list(Webhook.objects.active())
    wanted = [(event, webhook) for event in news for webhook in webhooks if _wants(webhook, event)]
    rows = [Delivery(webhook=webhook, event=event, type=EVENTS[event.name].type) for event, webhook in wanted]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    outbox.mark_read(READER, news[-1])


@task()
def send(webhook_key: str) -> None:
    """Send one webhook what is due to it, the oldest first, until something does not arrive: one that is down keeps nobody
    else waiting. Of two equal tasks each takes what the other has not."""
    begun = time.monotonic()
    due = Delivery.objects.due().filter(webhook__key=webhook_key).order_by("next_at", "pk")
    for key in due.values_list("key", flat=True):
        delivery = _take(key)
        has_failed = delivery is not None and not _note(delivery, _post(delivery))
        if has_failed or time.monotonic() - begun > ENOUGH:
            return


@transaction.atomic
def retry(delivery: Delivery, *, by: User) -> Delivery:
    """Try one that failed again, from the beginning."""
    if not by.has_perm(MANAGE_WEBHOOKS):
        raise errors.NotAllowed()
    delivery = workflow.lock(delivery)
    fields = {"attempts": 0, "next_at": timezone.now()}
    return workflow.move(delivery, Delivery.Status.WAITING, by=by, act="delivery.retried", **fields)


def body(delivery: Delivery) -> bytes:
    """What is sent: a name, a time and random keys. Made anew for each attempt, the same each time."""
    event = delivery.event
    ids = {name: event.ids[name] for name in BY_TYPE[delivery.type].ids} if event else {}
    at = event.at if event else delivery.made_at
    return json.dumps({"id": str(delivery.key), "type": delivery.type, "at": at.isoformat(), "data": ids}).encode()


def signature(secret: str, at: int, content: bytes) -> str:
    """By which the receiver knows that we speak, and that this is not an old message sent again: t is in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _wants(webhook: Webhook, event: OutboxEvent) -> bool:
    """What happened before the webhook was made is not its business."""
    return event.name in EVENTS and EVENTS[event.name].type in webhook.events and event.at >= webhook.made_at


def _take(key: UUID) -> Delivery | None:
    """The delivery, if it still is due and nobody else has it in hand; with its next attempt put off."""
    delivery = Delivery.objects.due().select_related("webhook", "event").filter(key=key).first()
    if delivery is None:
        return None
    wait = WAITS[min(delivery.attempts, len(WAITS) - 1)]
    mine = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.WAITING, attempts=delivery.attempts)
    taken = mine.update(attempts=F("attempts") + 1, next_at=timezone.now() + wait)
    return delivery if taken else None


def _post(delivery: Delivery) -> int | None:
    """The status of the answer; nothing where none came, `NOT_ALLOWED` where none was asked for. What it says is not read."""
    content = body(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "webhooks/1",
        "Webhook-Id": str(delivery.key),
        "Webhook-Signature": signature(delivery.webhook.secret, int(time.time()), content),
    }
    try:
        with (
            outside.session(inside=settings.WEBHOOKS_INSIDE) as session,
            session.post(
                delivery.webhook.url, content, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer,
        ):
            return answer.status_code
    except outside.InsideError:
        return NOT_ALLOWED
    except requests.RequestException:
        return None


@transaction.atomic
def _note(delivery: Delivery, answered: int | None) -> bool:
    """Write down how it went, and say whether it arrived. One that was taken away meanwhile has nothing to be noted."""
    has_arrived = answered is not None and 200 <= answered < 300
    row = Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery.pk, status=Delivery.Status.WAITING).first()
    if row is None:
        return has_arrived
    if has_arrived:
        workflow.move(row, Delivery.Status.DELIVERED, by=None, act="delivery.delivered", last_answer=answered, next_at=None)
    elif row.attempts > len(WAITS):
        workflow.move(row, Delivery.Status.FAILED, by=None, act="delivery.failed", last_answer=answered, next_at=None)
    else:
        row.last_answer = answered
        row.save(update_fields=["last_answer"])
    return has_arrived
