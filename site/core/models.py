"""What the house itself remembers: who did what, news for higher rooms, and the age of cached pages."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from core.encryption import EncryptedTextField


class AuditEvent(models.Model):
    """One act. Append-only: triggers refuse every update and delete (core/audit.py).

    Actor and subject are random keys without a foreign key, so that the trail outlives erasure.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    act = models.CharField(max_length=64)
    actor = models.UUIDField(null=True, db_index=True)
    subject_kind = models.CharField(max_length=64)
    subject = models.UUIDField(db_index=True)
    before = models.CharField(max_length=64, blank=True)
    after = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind}"


class OutboxEvent(models.Model):
    """News for higher rooms: a name and ids, no content. Written in the transaction of its act.

    `xid` is PostgreSQL's transaction id: readers stop before rows whose neighbours may still commit.
    """

    name = models.CharField(max_length=64)
    ids = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    xid = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["xid", "pk"]
        indexes = [models.Index("xid", "id", name="outbox_in_order")]

    def __str__(self) -> str:
        return self.name


class OutboxCursor(models.Model):
    """How far one reader has followed the outbox."""

    reader = models.CharField(max_length=64, unique=True)
    xid = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.reader


class Generation(models.Model):
    """A number raised by every act that changes what strangers see (core/page_cache.py)."""

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class HeldMail(models.Model):
    """A message that the mail server did not take, with everything in it encrypted (core/mail.py)."""

    message = EncryptedTextField()
    held_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.pk)
