"""The teller: without an account, by a reference and a passphrase that only they have.

The same two stand in the link that they may keep, and sealed in the cookie of the browser in which they write; a link to
an account, or to a session that may become one, is made nowhere. Whoever loses the passphrase cannot be given another,
because nobody could tell that it is they.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import codes, errors, outbox, workflow
from panels import answers, emails
from panels.experiences import agreeing, erasing, moderating
from panels.models import Experience, Passage

Status, Kind = Experience.Status, Passage.Kind
LONGEST = 20_000  # characters, in one part
READ_WITHIN = timedelta(days=14)  # after it was sent: what tellers are told, on the site and by mail
FACTS = {"shape", "whose", "district", "season", "year", "panel", "language"}


@transaction.atomic
def begin(shape: str = Experience.Shape.GUIDED, *, language: str = "", passphrase: str = "") -> tuple[Experience, str]:
    """A new draft, and the passphrase that opens it. Only a digest of that is kept.

    A program that asks twice is told the same one twice: the interface works it out of what was asked, and gives it here.
    """
    passphrase = passphrase or codes.new(4)
    facts = {"reference": codes.new(2), "passphrase_digest": _digest(passphrase), "language": language}
    return Experience.objects.create(shape=shape, **facts), passphrase


def find(reference: str, passphrase: str) -> Experience | None:
    """The experience that these two open, however they were typed. One that was taken back is opened by nothing."""
    row = Experience.objects.filter(reference=tidy(reference)).exclude(passphrase_digest="").first()
    known = row.passphrase_digest if row else ""
    return row if hmac.compare_digest(known, _digest(tidy(passphrase))) else None


@transaction.atomic
def write(
    experience: Experience,
    words: Mapping[str, str],
    *,
    seen: Mapping[str, str] | None = None,
    themes: Iterable | None = None,
    **facts: Any,
) -> Experience:
    """Keep what was typed, whole or not. Only before it is sent. `seen`: which words stood there when it was opened."""
    experience = hold_draft(experience)
    _judge_unchanged(experience, words, seen or {})
    for kind, text in words.items():
        _keep(experience, Kind(kind), text)
    for name in facts.keys() & FACTS:
        setattr(experience, name, facts[name])
    experience.changed_at = timezone.now()
    experience.save(update_fields=[*(facts.keys() & FACTS), "changed_at"])
    if themes is not None:
        experience.themes.set(themes)
    return experience


@transaction.atomic
def agree(experience: Experience, purposes: Iterable[str], *, email: str = "") -> Experience:
    """Say what may be done with it, before or after it was sent. What is no longer agreed to ends now."""
    experience = _hold(experience)
    if experience.is_gone:
        raise _taken_back()
    agreeing.agree(experience, purposes, email=email)
    if experience.status in Experience.USED:
        moderating.judge_use_again(experience)
    return experience


@transaction.atomic
def submit(experience: Experience) -> Experience:
    """Send it. A second press is the same as one."""
    experience = _hold(experience)
    if experience.is_sent:
        return experience
    if not any(passage.words for passage in experience.passages.all()):
        raise errors.DomainError(_("Write what happened. A sentence is enough."), code="no_words", field=Kind.HAPPENED)
    workflow.move(experience, Status.RECEIVED, by=None, act="experience.submit", submitted_at=timezone.now())
    outbox.write("experience.received", experience=str(experience.key))
    emails.experience_received(experience)
    return experience


@transaction.atomic
def withdraw(experience: Experience) -> None:
    """Take it back: whatever has become of it, it is gone when this returns. Twice is the same as once."""
    held = Experience.objects.select_for_update(of=("self",)).filter(pk=experience.pk).first()
    if held is None or held.is_gone:
        return
    if not held.is_sent:
        erasing.discard(held)
        return
    emails.experience_withdrawn(held)
    erasing.take_out(held, Status.WITHDRAWN, by=None, act="experience.withdraw")


def hold_draft(experience: Experience) -> Experience:
    """As it stands now, held until the transaction ends. What was sent cannot be written on."""
    experience = _hold(experience)
    if experience.is_gone:
        raise _taken_back()
    if experience.status != Status.DRAFT:
        raise errors.WrongState(_("You have sent this. You can take it back and tell it anew."))
    return experience


def _hold(experience: Experience) -> Experience:
    """A draft that was erased in another tab at this very moment is no row any more."""
    try:
        return workflow.lock(experience)
    except Experience.DoesNotExist:
        raise _taken_back() from None


def _taken_back() -> errors.WrongState:
    return errors.WrongState(_("This was taken back. Nothing of it is kept."))


def touch(draft: Experience) -> None:
    """It is being written: its time begins anew (`erasing.DRAFT_IS_KEPT`)."""
    draft.changed_at = timezone.now()
    draft.save(update_fields=["changed_at"])


def _judge_unchanged(experience: Experience, words: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Of two tabs the second does not write over the first unsaid. Where nothing was `seen`, nothing is compared."""
    held = {passage.kind: passage.words for passage in experience.passages.all()}
    for kind, text in words.items():
        there = held.get(kind, "")
        is_known = seen.get(kind, "") in {"", answers.version(there)}
        if not is_known and there.splitlines() != text.strip().splitlines():
            raise errors.Conflict(_changed_elsewhere(), code="changed", field=kind)


def _changed_elsewhere() -> str:
    return _(
        "You have changed this in another tab or on another device since you opened it here. Yours is in the box, "
        "and the other one stands below it. Save again to keep yours."
    )


def _keep(experience: Experience, kind: Passage.Kind, text: str) -> None:
    text = text.strip()
    if len(text) > LONGEST:
        message = _("This part can hold %(most)s characters. You have written %(count)s.")
        raise errors.DomainError(message % {"most": LONGEST, "count": len(text)}, code="too_long", field=kind)
    place = list(Kind).index(kind)
    Passage.objects.update_or_create(experience=experience, kind=kind, defaults={"words": text, "position": place})


def tidy(typed: str) -> str:
    """As `core.codes` writes it, from what was read out or typed: small letters, spaces for hyphens, O for nought."""
    letters = typed.upper().translate(str.maketrans("OIL", "011", " -–\t\n."))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _digest(passphrase: str) -> str:
    return codes.digest(f"experience {passphrase}")
