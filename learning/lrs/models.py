"""Statements as received, with the columns that queries need; their files; documents; who may read or write them; and the
stores outside to which they are forwarded."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.encryption import EncryptedTextField
from core.private_files import private_storage
from learning.lrs import agents

FOLDER = "attachments"  # in the private storage
LONGEST = 500  # characters of an indexed column
MOST_BYTES = 1200  # of it: an entry of PostgreSQL's indexes has 2,700, and one of ours is of two columns


def column(text: str) -> str:
    """What stands in an indexed column: the text itself, or the digest of one that is too long for an index."""
    fits = len(text) <= LONGEST and len(text.encode()) <= MOST_BYTES
    return text if fits else f"sha256|{hashlib.sha256(text.encode()).hexdigest()}"


BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # before the first statement
FIRST_ID = uuid.UUID(int=0)  # before the first of one moment
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
        permissions = [("manage_credentials", _("Can manage the credentials of the record store"))]

    def __str__(self) -> str:
        return self.name


REFERRING = models.Q(target__isnull=False)
SAID_OF_REGISTRATION = models.Q(registration__isnull=False)


class StatementQuerySet(models.QuerySet["Statement"]):
    def visible_to(self, user) -> StatementQuerySet:
        """A learner's own; all of them for whoever may read the statements of learners."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("learning.view_statements"):
            return self.all()
        return self.filter(actor=agents.ifi(agents.account(user.actor_name)))

    def after(self, stored, pk) -> StatementQuerySet:
        """Beyond a place in the order of storing. `stored` by itself is for the index, which knows no rows of two."""
        return self.filter(models.Q(stored__gt=stored) | models.Q(id__gt=pk), stored__gte=stored)

    def before(self, stored, pk) -> StatementQuerySet:
        """The same, backwards."""
        return self.filter(models.Q(stored__lt=stored) | models.Q(id__lt=pk), stored__lte=stored)


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
    credential = models.ForeignKey(Credential, models.PROTECT, null=True, db_index=False)
    is_voided = models.BooleanField(default=False)
    body = models.JSONField()

    objects = StatementQuerySet.as_manager()

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
            models.Index("activity", "verb", "stored", name="statements_by_activity_verb"),
            models.Index("credential", "stored", name="statements_by_credential"),
            models.Index("registration", "stored", name="statements_by_registration", condition=SAID_OF_REGISTRATION),
            models.Index("target", name="statements_by_target", condition=REFERRING),
            models.Index("stored", condition=REFERRING, name="statements_that_refer"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Mention(models.Model):
    """An agent or an activity that a statement speaks of elsewhere than in its own columns, for the wide filters.

    `stored` is the statement's, so that an index gives the newest of a value first.
    """

    class Kind(models.TextChoices):
        PARTY = "party", _("An agent that is the object, or a member of the group that is actor or object")
        AGENT = "agent", _("An agent elsewhere")
        ACTIVITY = "activity", _("An activity of the context, or of a statement inside")

    pk = models.CompositePrimaryKey("statement", "value")
    # Without a constraint in the database: it would be looked at for each mention that is written.
    statement = models.ForeignKey(Statement, models.CASCADE, db_constraint=False, db_index=False)
    value = models.CharField(max_length=500)
    kind = models.CharField(max_length=8, choices=Kind)
    stored = models.DateTimeField()

    class Meta:
        app_label = "learning"
        indexes = [models.Index("value", "stored", "statement", name="mentions_by_value")]

    def __str__(self) -> str:
        return self.value


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


class Forwarder(models.Model):
    """A record store outside that is sent statements: where, with what key, which of them, why, and how far it came.

    Everything up to the place (`seen_stored`, `seen_id`) was delivered, set aside or not wanted. Whoever holds the lease
    may move the place.
    """

    class Version(models.TextChoices):
        V2 = "2.0.0", "2.0.0"
        V1 = "1.0.3", "1.0.3"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    endpoint = models.URLField(_("address"), max_length=500, help_text=_("Its resources stand below: statements, about."))
    version = models.CharField(_("version"), max_length=8, choices=Version, default=Version.V2)
    username = models.CharField(_("key"), max_length=200)
    secret = EncryptedTextField()
    verbs = models.JSONField(default=list, blank=True, help_text=_("IRIs. None: all verbs."))
    activities = models.JSONField(default=list, blank=True, help_text=_("IRIs. None: all activities."))
    names_people = models.BooleanField(default=False, help_text=_("May carry names and addresses of people."))
    decided_by = models.CharField(_("decided by"), max_length=200)
    basis = models.TextField(_("basis"), max_length=2000)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now)

    seen_stored = models.DateTimeField(default=BEGINNING)
    seen_id = models.UUIDField(default=FIRST_ID)
    lease = models.UUIDField(null=True, help_text=_("Of the run that has it in hand."))
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, help_text=_("Since something last arrived."))
    next_at = models.DateTimeField(default=timezone.now)
    sent = models.PositiveBigIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_failure = models.TextField(blank=True)

    class Meta:
        app_label = "learning"
        ordering = ["name"]
        permissions = [("manage_forwarding", _("Can say which record stores outside are sent statements"))]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key


class SetAside(models.Model):
    """A statement that a store outside did not take, and why. It keeps nothing waiting, and is not forgotten."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    forwarder = models.ForeignKey(Forwarder, models.CASCADE, related_name="set_aside")
    statement = models.ForeignKey(Statement, models.CASCADE, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    is_again = models.BooleanField(default=False, help_text=_("Is tried again with the next run."))

    class Meta:
        app_label = "learning"
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint("forwarder", "statement", name="a_statement_is_set_aside_once")]
        indexes = [models.Index("forwarder", condition=models.Q(is_again=True), name="set_aside_to_try_again")]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key


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
