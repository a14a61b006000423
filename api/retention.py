"""Keeping nothing of the interface longer than it is needed. `run` is safe to repeat; the queue calls it once a day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from api import idempotency
from api.models import Delivery, Token

EXPIRED_TOKENS = timedelta(days=30)  # its person sees in the list that it has run out
DELIVERIES = timedelta(days=30)


def run() -> None:
    idempotency.forget()
    now = timezone.now()
    Token.objects.filter(expiry__lt=now - EXPIRED_TOKENS).delete()
    Delivery.objects.exclude(status=Delivery.Status.WAITING).filter(made_at__lt=now - DELIVERIES).delete()
