"""Accounts, organisations and consent. No characteristic of a person is kept here (docs/law.md)."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """A local authority district, with its code in the Government Statistical Service's register."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    gss_code = models.CharField(_("GSS code"), max_length=9, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganisationManager(models.Manager["Organisation"]):
    def not_listed(self) -> Organisation:
        """The one row that stands for every organisation that is not in the list."""
        return self.get(kind=Organisation.Kind.NOT_LISTED)


class Organisation(models.Model):
    """A body whose staff learn, or which runs or answers a panel."""

    class Kind(models.TextChoices):
        NHS_TRUST = "nhs_trust", _("NHS trust")
        GENERAL_PRACTICE = "general_practice", _("General practice")
        PRIMARY_CARE_NETWORK = "primary_care_network", _("Primary care network")
        HOSPICE = "hospice", _("Hospice")
        SOCIAL_CARE = "social_care", _("Social care provider")
        LOCAL_AUTHORITY = "local_authority", _("Local authority")
        COMBINED_AUTHORITY = "combined_authority", _("Combined authority")
        VOLUNTARY = "voluntary", _("Voluntary or community organisation")
        EDUCATION = "education", _("College or university")
        NOT_LISTED = "not_listed", _("Not listed")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=160, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    ods_code = models.CharField(_("ODS code"), max_length=10, blank=True, help_text=_("From the NHS Organisation Data Service."))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))

    objects = OrganisationManager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint("ods_code", condition=~Q(ods_code=""), name="organisation_ods_code_once"),
            models.UniqueConstraint("kind", condition=Q(kind="not_listed"), name="one_organisation_stands_for_not_listed"),
        ]

    def __str__(self) -> str:
        return self.name


class StaffGroup(models.Model):
    """A staff group of the NHS Electronic Staff Record, or one of the few beside it that also learn here."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    esr_name = models.CharField(_("name in the Electronic Staff Record"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("staff group")
        verbose_name_plural = _("staff groups")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        """A person who may log in, with the pseudonym that audit and statements know them by."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing] # Wagtail's swapped models
    """Someone with an account. The email address is the log-in; the name is whatever they are called."""

    class Contact(models.TextChoices):
        EMAIL = "email", _("Email")
        PHONE = "phone", _("Telephone")
        TEXT = "text", _("Text message")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("email address"), unique=True)
    display_name = models.CharField(_("name"), max_length=120, help_text=_("The name you use. It stands on your certificates."))
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    language = models.CharField(_("preferred language"), max_length=35, blank=True)
    contact_by = models.CharField(_("how we should contact you"), max_length=8, choices=Contact, default=Contact.EMAIL)
    phone = models.CharField(_("telephone number"), max_length=30, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    warned_at = models.DateTimeField(null=True, blank=True, help_text=_("When we said that the account will be deleted."))

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case")]

    def __str__(self) -> str:
        return self.display_name or self.email

    def save(self, *args, **kwargs) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            Pseudonym.objects.create(person=self)

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        """The whole name: what stands before its first space is not always what somebody is called."""
        return self.display_name

    @property
    def audit_key(self) -> uuid.UUID:
        """What the audit trail knows this person by. Gone when the person is erased."""
        return self.pseudonym.key

    @property
    def actor_name(self) -> str:
        """The account name in this person's xAPI statements: a random UUID, never an address."""
        return str(self.pseudonym.actor)

    @property
    def needs_second_factor(self) -> bool:
        return self.is_staff or self.is_superuser


class Pseudonym(models.Model):
    """The only link between a person and what is kept about them under a random key.

    Erasing a person deletes this row; audit events and statements stay, and say nobody's name.
    """

    person = models.OneToOneField(User, models.CASCADE, related_name="pseudonym")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    def __str__(self) -> str:
        return str(self.key)


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def current(self) -> AffiliationQuerySet:
        return self.filter(until=None)


class Affiliation(models.Model):
    """Where somebody works and in which staff group, from one day to another."""

    person = models.ForeignKey(User, models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("organisation"))
    staff_group = models.ForeignKey(StaffGroup, models.PROTECT, verbose_name=_("staff group"))
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("to"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint("person", condition=Q(until=None), name="one_current_affiliation"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="affiliation_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.staff_group}"


class Consent(models.Model):
    """What somebody agreed to, in which wording, when, and when they took it back."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    wording_version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint("person", "purpose", condition=Q(withdrawn_at=None), name="one_consent_in_force_per_purpose"),
        ]

    def __str__(self) -> str:
        return self.purpose

    @property
    def audit_key(self) -> uuid.UUID:
        return self.key
