"""What a teller agrees to: one purpose at a time, off until they tick it, and taken back whenever they like."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, errors
from panels.models import Agreement, Experience
from people.consent import Purpose

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Never edit a wording: add the next one at the end.
PURPOSES = {
    "panel": Purpose(
        _("Let a panel discuss it"),
        (_("The members of one equality panel and the people who run it may read my words, without my name, and discuss them."),),
    ),
    "share": Purpose(
        _("Pass it on to the service it is about"),
        (_("The public body it is about may read my words, without my name, so that it can put things right."),),
    ),
    "publish": Purpose(
        _("Publish it here"),
        (_("My words may stand on this website, without my name. Anybody can read and copy what is published."),),
    ),
    "district": Purpose(
        _("Say which district it was in"),
        (_("Whoever reads my words may see in which district it happened."),),
    ),
    "quote": Purpose(
        _("Quote a sentence or two in reports"),
        (_("A sentence or two of mine may stand in reports, without my name. Printed reports cannot be called back."),),
    ),
    "contact": Purpose(
        _("Write to me about it"),
        (_("You may write to me at this address about what I told you, and about nothing else."),),
    ),
}


@dataclass(frozen=True)
class Said:
    """What a teller says of one purpose: in force since `given_at`, taken back on `withdrawn_at`, or never agreed to."""

    title: StrOrPromise
    wording: StrOrPromise
    given_at: datetime.datetime | None = None
    withdrawn_at: datetime.datetime | None = None

    @property
    def is_in_force(self) -> bool:
        return self.given_at is not None and self.withdrawn_at is None


def said(experience: Experience) -> list[Said]:
    """Of every purpose, in the words that the teller read."""
    last = {row.purpose: row for row in experience.agreements.all()}
    return [_said(purpose, last.get(name)) for name, purpose in PURPOSES.items()]


def _said(purpose: Purpose, row: Agreement | None) -> Said:
    if row is None:
        return Said(purpose.title, purpose.wording)
    return Said(purpose.title, purpose.wordings[row.wording_version - 1], row.given_at, row.withdrawn_at)


def agree(experience: Experience, purposes: Iterable[str], *, email: str) -> None:
    """Make the agreements say this and no more. The experience is held. An address is kept only where it may be used."""
    wanted = set(purposes)
    _judge(wanted, email)
    held = {row.purpose: row for row in experience.agreements.filter(withdrawn_at=None)}
    for name in held.keys() - wanted:
        _take_back(experience, held[name])
    for name in sorted(wanted - held.keys()):
        Agreement.objects.create(experience=experience, purpose=name, wording_version=PURPOSES[name].version)
        audit.record("experience.agree", experience, after=name)
    experience.email = email.strip() if "contact" in wanted else ""
    experience.save(update_fields=["email"])


def _judge(wanted: set[str], email: str) -> None:
    unknown = wanted - PURPOSES.keys()
    if unknown:
        raise errors.DomainError(_("There is no such consent"), code="purpose_unknown", field="purposes")
    if "contact" in wanted and not email.strip():
        raise errors.DomainError(_("Enter the email address at which we may write to you"), code="no_address", field="email")


def _take_back(experience: Experience, row: Agreement) -> None:
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    audit.record("experience.take_back_agreement", experience, before=row.purpose)
