"""What people agree to, in which words, and how they take it back.

A public page may show something because somebody agreed to it: both acts make every kept page old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, errors, page_cache
from people.models import Consent, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Purpose:
    """A purpose with every wording it has had. Never edit a wording: add the next one at the end."""

    title: StrOrPromise
    wordings: tuple[StrOrPromise, ...]

    @property
    def version(self) -> int:
        return len(self.wordings)

    @property
    def wording(self) -> StrOrPromise:
        return self.wordings[-1]


PURPOSES = {
    "news": Purpose(
        _("News of new modules"),
        (_("Send me an email when there is a new module. At most one a month. I can stop them at any time."),),
    ),
    "research": Purpose(
        _("Help to make this better"),
        (_("Ask me now and then what would make this site better. I need not answer. I can stop it at any time."),),
    ),
}


def purpose(name: str) -> Purpose:
    if name not in PURPOSES:
        raise errors.DomainError(_("There is no such consent"), code="purpose_unknown", field="purpose")
    return PURPOSES[name]


def in_force(person: User, name: str) -> Consent | None:
    """The consent that holds now. Consent to a former wording holds until it is withdrawn or given anew."""
    purpose(name)
    return person.consents.filter(purpose=name, withdrawn_at=None).first()


@transaction.atomic
def give(person: User, name: str, *, by: User | None) -> Consent:
    version = purpose(name).version
    User.objects.select_for_update().get(pk=person.pk)
    was = in_force(person, name)
    if was and was.wording_version == version:
        return was
    withdraw(person, name, by=by)
    now = Consent.objects.create(person=person, purpose=name, wording_version=version)
    audit.record("consent.given", now, by=by, after=f"{name} {version}")
    page_cache.clear()
    return now


@transaction.atomic
def withdraw(person: User, name: str, *, by: User | None) -> None:
    purpose(name)
    for row in person.consents.select_for_update().filter(purpose=name, withdrawn_at=None):
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        audit.record("consent.withdrawn", row, by=by, before=f"{name} {row.wording_version}")
        page_cache.clear()
