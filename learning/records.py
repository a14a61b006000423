"""Who may see which statement, certificate and progress: `visible_to` for what has no person in its own room."""

from __future__ import annotations

from django.db.models import QuerySet

from learning.lrs import agents
from learning.models import Certificate, Forwarder, ModuleProgress, Registration, SetAside, Statement


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


def statements(user) -> QuerySet[Statement]:
    """A learner's own statements; all of them for who may see statements."""
    if not user.is_authenticated:
        return Statement.objects.none()
    if user.has_perm("learning.view_statements"):
        return Statement.objects.all()
    return Statement.objects.filter(actor=agents.ifi(agents.account(user.actor_name)))


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
