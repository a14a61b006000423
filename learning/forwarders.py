"""Which record stores outside are sent statements, and on what basis. Only administrators say so (`manage_forwarding`).

Nearly everything that is taught here is about a protected characteristic, and no course says otherwise. So whoever sends
the record of who learned it to somebody else always writes down who decided that, and on what lawful basis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from core import audit, errors, outside, transactions, workflow
from learning.lrs import forwarding, outbound, vocabulary
from learning.lrs.models import FIRST_ID
from learning.lrs.validation.types import IRI
from learning.models import CoursePage, Forwarder, ModulePage
from people.models import User

MANAGE = "learning.manage_forwarding"
SHORTEST_BASIS = 20  # characters: less is no sentence
MOST_IRIS = 100
HARMLESS = ["forwarder.tested", "forwarder.tried_again"]  # acts that change nothing that a form shows


@dataclass(frozen=True)
class Tested:
    """How a store outside answers, in sentences, and whether statements can go there."""

    is_ready: bool
    sentences: list[str]


# Sending ------------------------------------------------------------------------------------------


def run() -> None:
    """Queue a run for each forwarder whose turn it is. Called every minute; safe to repeat."""
    for key in forwarding.due().values_list("key", flat=True):
        send.enqueue(str(key))


@task()
def send(key: str) -> None:
    """Send what waits for one. Of two equal tasks one does nothing."""
    forwarder = Forwarder.objects.filter(key=key).first()
    if forwarder:
        forwarding.forward(forwarder.key, _meant(forwarder.activities))


def _meant(iris: Collection[str]) -> set[str]:
    """What a filter means by its activities: a course is its modules too, whenever they came."""
    keys = [key for iri in iris if (key := vocabulary.activity_uuid(iri))]
    modules = [ModulePage.objects.child_of(course) for course in CoursePage.objects.filter(activity__in=keys)]
    return {*iris, *(vocabulary.activity_iri(module.activity) for found in modules for module in found.only("activity"))}


def verbs(forwarder: Forwarder) -> list[str]:
    """Those of the filter, by their names where we use them ourselves."""
    names = {iri: name for name, iri in vocabulary.VERBS.items()}
    return [names.get(iri, iri) for iri in forwarder.verbs]


def activities(forwarder: Forwarder) -> list[str]:
    """Those of the filter, courses by their titles."""
    keys = [key for iri in forwarder.activities if (key := vocabulary.activity_uuid(iri))]
    titles = CoursePage.objects.filter(activity__in=keys).values_list("activity", "title")
    names = {vocabulary.activity_iri(key): title for key, title in titles}
    return [names.get(iri, iri) for iri in forwarder.activities]


# Acts ---------------------------------------------------------------------------------------------


@transaction.atomic
def make(*, by: User, everything: bool, **fields: Any) -> Forwarder:
    """Send another store statements from now on, or with `everything` those too that are here already.

    Fields: name, endpoint, version, username, secret, decided_by, basis, and perhaps verbs, activities and names_people.
    """
    forwarder = Forwarder(**_judged(fields, by=by))
    _refuse_taken(forwarder)
    if not everything:
        forwarder.seen_stored, forwarder.seen_id = transactions.consistent_through(), FIRST_ID
    try:
        with transaction.atomic():
            forwarder.save(force_insert=True)
    except IntegrityError as error:  # another request took the name since we looked
        raise _name_taken() from error
    audit.record("forwarder.made", forwarder, by=by, after=_state(forwarder))
    return forwarder


@transaction.atomic
def change(forwarder: Forwarder, *, by: User, seen: int | None = None, **fields: Any) -> Forwarder:
    """Change what is given and nothing else, for what is sent from now on. A secret never goes along to another address.

    The trail says which fields are others now, one row each, and not what stands in them.

    `seen` is `version(forwarder)` as it was when its form was opened: who changes an older one changes nothing.
    """
    fields = _judged(fields, by=by)
    forwarder = workflow.lock(forwarder)
    if seen is not None and seen != version(forwarder):
        raise errors.Conflict
    if fields.get("endpoint", forwarder.endpoint) != forwarder.endpoint and not fields.get("secret"):
        message = _("Enter the secret again: the address is another one.")
        raise errors.DomainError(message, code="secret_needed", field="secret")
    changed = [(forwarder, "", name) for name, value in fields.items() if getattr(forwarder, name) != value]
    _write(forwarder, fields)
    audit.record_all("forwarder.changed", changed, by=by)
    return forwarder


def version(forwarder: Forwarder) -> int:
    return audit.latest(forwarder, besides=HARMLESS)


@transaction.atomic
def switch(forwarder: Forwarder, *, is_active: bool, by: User) -> Forwarder:
    """Turn it on or off. What comes while it is off waits."""
    _judge(by)
    forwarder = workflow.lock(forwarder)
    if forwarder.is_active == is_active:
        return forwarder
    before = _state(forwarder)
    _write(forwarder, {"is_active": is_active})
    audit.record("forwarder.switched", forwarder, by=by, before=before, after=_state(forwarder))
    return forwarder


@transaction.atomic
def remove(forwarder: Forwarder, *, by: User) -> None:
    """Send it nothing more, and forget what was set aside. What it has, it keeps."""
    _judge(by)
    audit.record("forwarder.removed", forwarder, by=by, before=_state(forwarder))
    forwarder.delete()


def test(forwarder: Forwarder, *, by: User) -> Tested:
    """Ask it what it is, and whether it knows the key. No statement is sent."""
    _judge(by)
    audit.record("forwarder.tested", forwarder, by=by)
    with outbound.Line(forwarder) as line:
        try:
            return _heard(forwarder, *line.about(), line.knock())
        except outbound.Failed as error:
            return Tested(False, [str(error)])


@transaction.atomic
def try_again(forwarder: Forwarder, *, by: User, key: UUID | None = None) -> int:
    """Try what was set aside once more with the next run: one, or all. Answers how many."""
    _judge(by)
    rows = forwarder.set_aside.filter(is_again=False)
    rows = rows.filter(key=key) if key else rows
    number = rows.update(is_again=True)
    if number:
        audit.record("forwarder.tried_again", forwarder, by=by, after=str(number))
    return number


def _heard(forwarder: Forwarder, about: outbound.Answer, versions: list[str], key: outbound.Answer) -> Tested:
    if about.status != 200:
        return Tested(False, [about.reason])
    family = forwarder.version[:3]
    if not any(version.startswith(family) for version in versions):
        said = {"theirs": ", ".join(versions) or _("none"), "ours": forwarder.version}
        return Tested(False, [_("The versions of xAPI that it speaks are: %(theirs)s. We would speak %(ours)s.") % said])
    if key.status == 403:
        return Tested(True, [_("It answers, and knows the key. The key may not read there, which is not needed.")])
    if key.status != 200:
        return Tested(False, [key.reason])
    return Tested(True, [_("It answers, and takes the key.")])


def _write(forwarder: Forwarder, fields: dict[str, Any]) -> None:
    """Whatever was mended is tried at once."""
    for name, value in (fields | {"attempts": 0, "next_at": timezone.now()}).items():
        setattr(forwarder, name, value)
    _refuse_taken(forwarder)
    forwarder.save(update_fields=[*fields, "attempts", "next_at"])


def _state(forwarder: Forwarder) -> str:
    return "active" if forwarder.is_active else "inactive"


# Judging ------------------------------------------------------------------------------------------


def _judge(by: User) -> None:
    if not by.has_perm(MANAGE):
        raise errors.NotAllowed


def _judged(fields: dict[str, Any], *, by: User) -> dict[str, Any]:
    """The fields in their one form, if this person may set them so."""
    _judge(by)
    return {name: JUDGES[name](value) if name in JUDGES else value for name, value in fields.items()}


def _refuse_taken(forwarder: Forwarder) -> None:
    if Forwarder.objects.filter(name=forwarder.name).exclude(pk=forwarder.pk).exists():
        raise _name_taken()


def _name_taken() -> errors.Conflict:
    return errors.Conflict(_("There is another record store with this name here."), code="name_taken", field="name")


def _endpoint(url: str) -> str:
    """Encrypted on its way, but to a host that whoever runs this machine named, or to this machine while trying things out."""
    parts, url = _parts(url), url.rstrip("/") + "/"
    host, is_inside = parts.hostname or "", outbound.is_inside(url)
    tries_out = (settings.DEBUG or settings.DEMO) and outside.is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and (is_inside or tries_out)):
        raise errors.DomainError(_("The address must begin with https://."), code="url_not_https", field="endpoint")
    if not outside.may_ask(host, inside=is_inside):
        message = _(
            "This address is inside our own network. FORWARDING_INSIDE must name its host before statements may go there."
        )
        raise errors.DomainError(message, code="url_inside", field="endpoint")
    if parts.username or parts.password or parts.query or parts.fragment:
        message = _("Enter the address alone: no key or secret in it, and nothing after a ? or #.")
        raise errors.DomainError(message, code="url_with_more", field="endpoint")
    return url


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_one = bool(IRI.match(url) and parts.hostname and parts.port != 0)
    except ValueError:  # brackets that do not close, or a port that is none
        is_one = False
    if not is_one:
        message = _("Enter a whole address, such as https://lrs.example.org/xapi/.")
        raise errors.DomainError(message, code="no_url", field="endpoint")
    return parts


def _basis(text: str) -> str:
    if len(text.strip()) < SHORTEST_BASIS:
        message = _("Say in a sentence or two on what lawful basis these statements may be sent there.")
        raise errors.DomainError(message, code="no_basis", field="basis")
    return text.strip()


def _filled(field: str, message: object) -> Callable[[str], str]:
    def judge(text: str) -> str:
        if not text.strip():
            raise errors.DomainError(message, code=f"no_{field}", field=field)
        return text.strip()

    return judge


def _iris(field: str) -> Callable[[Iterable[str]], list[str]]:
    def judge(iris: Iterable[str]) -> list[str]:
        found = sorted(set(iris))
        if wrong := next((iri for iri in found if not IRI.match(iri)), None):
            message = _("“%(wrong)s” is not an IRI. One looks like this: https://example.org/thing.") % {"wrong": wrong[:100]}
            raise errors.DomainError(message, code="not_an_iri", field=field)
        if len(found) > MOST_IRIS:
            message = _("Enter at most %(most)s. To send more, leave this empty and send all.") % {"most": MOST_IRIS}
            raise errors.DomainError(message, code="too_many", field=field)
        return found

    return judge


JUDGES: dict[str, Callable[[Any], Any]] = {
    "name": _filled("name", gettext_lazy("Give it a name.")),
    "endpoint": _endpoint,
    "username": _filled("username", gettext_lazy("Enter the key.")),
    "secret": _filled("secret", gettext_lazy("Enter the secret.")),
    "decided_by": _filled("decided_by", gettext_lazy("Say who decided this.")),
    "basis": _basis,
    "verbs": _iris("other_verbs"),
    "activities": _iris("other_activities"),
}
