"""Who may see which certificate and progress: `visible_to` for what has no person in its own room."""

from __future__ import annotations

from django.db.models import QuerySet

from learning.models import Certificate, Credential, Forwarder, ModuleProgress, Registration, SetAside


def registrations(user) -> QuerySet[Registration]:
    """A learner's own registrations."""
    return Registration.objects.visible_to(user).select_related("course", "learner__pseudonym")


def progress(user) -> QuerySet[ModuleProgress]:
    """A learner's own progress."""
    rows = ModuleProgress.objects.filter(registration__in=Registration.objects.visible_to(user))
    return rows.select_related("module", "registration__course", "registration__learner__pseudonym")


def certificates(user) -> QuerySet[Certificate]:
    """A learner's own certificates that are in force."""
    rows = Certificate.objects.filter(registration__in=Registration.objects.visible_to(user), status=Certificate.Status.VALID)
    return rows.select_related("module", "registration__course", "registration__learner")


def credentials(user) -> QuerySet[Credential]:
    """All of the record store's for who may manage them, those in use first; none for anybody else."""
    rows = Credential.objects.order_by("-is_active", "name")
    return rows if user.has_perm("learning.manage_credentials") else rows.none()


def forwarders(user) -> QuerySet[Forwarder]:
    """The record stores outside that are sent statements, for who may say so."""
    return Forwarder.objects.all() if user.has_perm("learning.manage_forwarding") else Forwarder.objects.none()


def set_aside(user) -> QuerySet[SetAside]:
    """What they did not take."""
    return SetAside.objects.filter(forwarder__in=forwarders(user)).select_related("statement")


def check(code: str) -> Certificate | None:
    """The certificate with this code, however it was typed: small letters, spaces and missing hyphens are no error."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    letters = letters.replace("O", "0").replace("I", "1").replace("L", "1")
    tidy = "-".join([letters[:4], letters[4:8], letters[8:]])
    rows = Certificate.objects.select_related("registration__learner", "registration__course", "module")
    return rows.filter(code=tidy, registration__learner__isnull=False).first()
