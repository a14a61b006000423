"""Statements as received, with the columns that queries need, the files they brought, and who may read or write them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.private_files import private_storage

FOLDER = "attachments"  # in the private storage


class Credential(models.Model):
    """A key and secret for HTTP Basic. The secret is shown once and kept as a digest of a random value."""

    audit_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    key = models.CharField(max_length=40, unique=True)
    secret_digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    may_complete = models.BooleanField(_("may complete learners"), default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "learning"

    def __str__(self) -> str:
        return self.name


class Statement(models.Model):
    """One xAPI statement. `body` is what was received, with what the specification makes the store set."""

    class Source(models.TextChoices):
        PLAYER = "player", _("Our own player")
        SESSION = "session", _("A launched package")
        CREDENTIAL = "credential", _("A credential")
        TRUSTED = "trusted", _("A credential that could complete learners when the statement came")

    id = models.UUIDField(primary_key=True)
    stored = models.DateTimeField()
    timestamp = models.DateTimeField()
    actor = models.CharField(max_length=500, help_text=_("The inverse functional identifier, such as account|home page|name."))
    verb = models.CharField(max_length=500)
    activity = models.CharField(max_length=500, blank=True, help_text=_("The object's id, where the object is an activity."))
    parent = models.CharField(max_length=500, blank=True, help_text=_("The first parent activity."))
    registration = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    target = models.UUIDField(null=True, help_text=_("The statement that this one refers to."))
    source = models.CharField(max_length=12, choices=Source)
    credential = models.ForeignKey(Credential, models.PROTECT, null=True)
    is_voided = models.BooleanField(default=False)
    body = models.JSONField()
    xid = models.BigIntegerField(default=0, help_text=_("PostgreSQL's transaction id, for readers with a cursor."))

    class Meta:
        app_label = "learning"
        ordering = ["-stored", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=["credential", "trusted"]) ^ models.Q(credential=None),
                name="a_credential_stands_beside_its_statements",
            ),
        ]
        permissions = [("view_statements", _("Can read the statements of learners"))]
        indexes = [
            models.Index("stored", "id", name="statements_by_time"),
            models.Index("actor", "stored", name="statements_by_actor"),
            models.Index("verb", "stored", name="statements_by_verb"),
            models.Index("activity", "stored", name="statements_by_activity"),
            models.Index("registration", "stored", name="statements_by_registration"),
            models.Index("target", name="statements_by_target"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Attachment(models.Model):
    """A file that came with statements. The same content is kept once, whoever brings it."""

    sha2 = models.CharField("SHA-2", max_length=128, primary_key=True, help_text=_("Hexadecimal, in small letters."))
    length = models.BigIntegerField(help_text=_("Bytes."))
    file = models.FileField(storage=private_storage, upload_to=FOLDER)
    statements = models.ManyToManyField(Statement, help_text=_("Those that brought it. They alone give it back."))

    class Meta:
        app_label = "learning"

    def __str__(self) -> str:
        return self.sha2
