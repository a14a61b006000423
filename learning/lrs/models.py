"""Statements as received, with the columns that queries need; their files; documents; and who may read or write them."""

from __future__ import annotations

import hashlib
import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.private_files import private_storage

FOLDER = "attachments"  # in the private storage
NONE_ALONE = uuid.UUID(int=0)  # the audit trail speaks of statements and documents by their number, and of none alone


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
        IMPORTED = "imported", _("A file that was read in")

    audit_key: ClassVar = NONE_ALONE

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
            models.Index("stored", condition=models.Q(target__isnull=False), name="statements_that_refer"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Document(models.Model):
    """What a program keeps beside an activity, an agent, or both, under a name of its own: bytes, given back as they came.

    `place` is one text for kind, activity and agent together, so that indexes stay short whatever these are.
    """

    class Kind(models.TextChoices):
        STATE = "state", _("State")
        AGENT_PROFILE = "agent_profile", _("Agent profile")
        ACTIVITY_PROFILE = "activity_profile", _("Activity profile")

    audit_key: ClassVar = NONE_ALONE
    kind = models.CharField(max_length=16, choices=Kind)
    place = models.CharField(max_length=64)
    activity = models.TextField(blank=True, help_text=_("The activity's id."))
    agent = models.CharField(max_length=500, blank=True, help_text=_("The inverse functional identifier, such as in statements."))
    registration = models.UUIDField(null=True)
    name = models.CharField(max_length=500, help_text=_("The stateId or profileId."))
    content = models.BinaryField()
    content_type = models.CharField(max_length=255)
    updated = models.DateTimeField()

    class Meta:
        app_label = "learning"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "name"], condition=models.Q(registration=None), name="one_document_of_a_name"
            ),
            models.UniqueConstraint(
                fields=["place", "registration", "name"],
                condition=models.Q(registration__isnull=False),
                name="one_document_of_a_name_and_registration",
            ),
            models.CheckConstraint(
                condition=(models.Q(kind="state") & ~models.Q(activity="") & ~models.Q(agent=""))
                | (models.Q(kind="agent_profile", activity="", registration=None) & ~models.Q(agent=""))
                | (models.Q(kind="activity_profile", agent="", registration=None) & ~models.Q(activity="")),
                name="a_document_belongs_where_its_kind_says",
            ),
        ]
        indexes = [
            models.Index("place", "updated", name="documents_by_place"),
            models.Index("agent", name="documents_by_agent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def body(self) -> bytes:
        return bytes(self.content)

    @property
    def etag(self) -> str:
        """3.1: the SHA-1 of the content, in quotes. It names a version and guards nothing."""
        return f'"{hashlib.sha1(self.content, usedforsecurity=False).hexdigest()}"'


class Activity(models.Model):
    """What statements have said of an activity, merged. One that nobody described has no row."""

    digest = models.CharField(max_length=64, primary_key=True, help_text=_("SHA-256 of the IRI, which may be long."))
    iri = models.TextField()
    definition = models.JSONField()

    class Meta:
        app_label = "learning"

    def __str__(self) -> str:
        return self.iri


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


class Erasure(models.Model):
    """That somebody was taken out of the record. Nothing here leads to them, or from them to what is counted still.

    The digest is keyed: it knows them again when something about them comes, and cannot be tried out without the key.
    """

    audit_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    pseudonym = models.UUIDField(null=True, help_text=_("While it is under way, so that it can be gone on with."))
    began_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "learning"

    def __str__(self) -> str:
        return str(self.audit_key)
