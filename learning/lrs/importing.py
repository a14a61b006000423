"""Reading a file of statements in. What is here stays as it is; what cannot be stored is told by its line; the rest is stored.

A sealed line (`lines`) was said here before: it is put back as it was, with the time at which it was stored, its authority and
what made it count. Any other line is new: stored now, vouched for by whoever reads it in, and it counts for nobody. What is
known of activities already stays, too. Each batch is a transaction of its own, so that an import that was broken off is gone on
with by repeating it.

Nothing counts by being read in: `manage.py rebuild_progress` derives progress from what is here afterwards. Readers that have
passed the time of a restored statement do not find it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import errors
from learning.lrs import activities, attachments, erased, lines, mentions, statements
from learning.lrs.lines import Line
from learning.lrs.models import Credential, Statement
from learning.lrs.validation import types

BATCH = 500  # statements
FULL = 4 * 1024 * 1024  # bytes of lines, from which on a batch is full

Source = Statement.Source
Text = tuple[int, bytes]  # a line as it stands in the file, with its number
Numbered = tuple[int, Line]


@dataclass
class Outcome:
    """How many were put back, are new, or were here; why others were refused (line and reason); which files are missing."""

    restored: int = 0
    new: int = 0
    here: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        both = self.restored + other.restored, self.new + other.new, self.here + other.here
        return Outcome(*both, self.refused + other.refused, self.missing + other.missing)


@dataclass(frozen=True)
class Desk:
    """What lines are judged with: who vouches for those without a seal, where their files are, who may be their author.

    `taught` are the activities that were known of nothing before this file.
    """

    authority: dict
    folder: Path | None
    credentials: dict[str, Credential]
    taught: set[str] = field(default_factory=set)


def take(file: IO[bytes], *, authority: dict, folder: Path | None = None) -> Iterator[Outcome]:
    """Store the lines of a file, and tell what became of them, batch by batch.

    `authority` vouches for lines without a seal. `folder` holds the files of the statements, named by their SHA-2.
    """
    desk = Desk(authority, folder, {str(row.audit_key): row for row in Credential.objects.all()})
    for batch in _batches(file):
        yield _take(batch, desk)


# Reading ------------------------------------------------------------------------------------------


def _batches(file: IO[bytes]) -> Iterator[list[Text]]:
    batch: list[Text] = []
    size = 0
    for number, text in enumerate(_texts(file), 1):
        batch.append((number, text))
        size += len(text)
        if len(batch) == BATCH or size >= FULL:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _texts(file: IO[bytes]) -> Iterator[bytes]:
    """Line by line. Of one that is too long only so much is held that it can be seen to be."""
    longest = _longest()
    while text := file.readline(longest + 1):
        rest = text
        while len(rest) > longest and not rest.endswith(b"\n"):
            rest = file.readline(longest + 1)
        yield text


def _longest() -> int:
    """Bytes of a line: a request's worth of statement, with what stands beside it, and signs written as escapes."""
    return 2 * settings.XAPI_MOST_STATEMENT_BYTES


def _read(text: bytes) -> Line:
    if len(text) > _longest():
        message = _("This line is longer than %(most)s bytes.")
        raise errors.TooLarge(message % {"most": _longest()})
    return lines.read(text)


def _take(batch: Sequence[Text], desk: Desk) -> Outcome:
    """Statements with files go one by one, so that few files are open; all others together."""
    outcome, found = Outcome(), []
    for number, text in batch:
        try:
            found += [(number, _read(text))] if text.strip() else []
        except errors.DomainError as error:
            outcome.refused.append((number, str(error)))
    gone = erased.spoken_of([line.statement for _number, line in found])
    outcome.refused += [(number, str(erased.Erased())) for place, (number, _line) in enumerate(found) if place in gone]
    left = [each for place, each in enumerate(found) if place not in gone]
    alone = [[each] for each in left if desk.folder and _sums(each[1])]
    together = [each for each in left if not (desk.folder and _sums(each[1]))]
    for some in [together, *alone]:
        outcome += _keep(some, desk)
    outcome.refused.sort()
    return outcome


def _sums(line: Line) -> list[str]:
    """The files that the statement brought; of a bare statement, all that it names."""
    named = {attachment["sha2"].lower() for _path, attachment in attachments.said([line.statement])}
    return sorted(named & set(line.files) if line.is_sealed else named)


# Storing ------------------------------------------------------------------------------------------


def _keep(batch: Sequence[Numbered], desk: Desk) -> Outcome:
    """All of them; or, where one is refused, each half by itself, until it is alone."""
    if not batch:
        return Outcome()
    try:
        return _store(batch, desk)
    except errors.DomainError as error:
        if len(batch) == 1:
            return Outcome(refused=[(batch[0][0], str(error))])
    half = len(batch) // 2
    return _keep(batch[:half], desk) + _keep(batch[half:], desk)


def _store(batch: Sequence[Numbered], desk: Desk) -> Outcome:
    found = [line for _number, line in batch]
    outcome = Outcome()
    with ExitStack() as opened:
        parts = [part for line in found for part in _parts(line, desk.folder, opened, outcome)] if desk.folder else []
        with attachments.carried(parts) as files, transaction.atomic():
            known = activities.definitions([line.statement for line in found])
            stored = [row for group in _groups(found, desk) for row in _store_group(*group, outcome)]
            _teach_again(known, found, desk)
            attachments.keep(files, stored)
    return outcome


Group = tuple[list[Line], str, Credential | None, str, dict]


def _groups(found: Sequence[Line], desk: Desk) -> list[Group]:
    """Together, what one author said under one version."""
    groups: dict[str, Group] = {}
    for line in found:
        source, credential = _author(line, desk)
        authority = line.statement["authority"] if line.is_sealed else desk.authority
        key = json.dumps([source, line.credential, line.spec, authority], sort_keys=True)
        groups.setdefault(key, ([], source, credential, line.spec, authority))[0].append(line)
    return list(groups.values())


def _author(line: Line, desk: Desk) -> tuple[str, Credential | None]:
    """Where the credential is not here, what it said counts for nobody."""
    if line.source not in {Source.CREDENTIAL, Source.TRUSTED}:
        return line.source, None
    credential = desk.credentials.get(line.credential)
    return (line.source, credential) if credential else (Source.IMPORTED, None)


def _store_group(
    group: list[Line], source: str, credential: Credential | None, spec: str, authority: dict, outcome: Outcome
) -> list[Statement]:
    said = [line.statement for line in group]
    stored = statements.store(said, source=source, authority=authority, credential=credential, version=spec)
    created = [(item.row, line) for item, line in zip(stored, group, strict=True) if item.created]
    restored = [(row, line) for row, line in created if line.is_sealed]
    _put_back(restored)
    outcome.restored += len(restored)
    outcome.new += len(created) - len(restored)
    outcome.here += len(stored) - len(created)
    return [item.row for item in stored]


def _put_back(restored: Sequence[tuple[Statement, Line]]) -> None:
    """To the time at which they were stored at first."""
    for row, line in restored:
        row.stored = types.instant(line.statement["stored"], "stored")
        row.body = row.body | {"stored": line.statement["stored"]}
    rows = [row for row, _line in restored]
    Statement.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=["stored", "body"])
    mentions.renew(rows)


def _teach_again(known: dict[str, dict], found: Sequence[Line], desk: Desk) -> None:
    """What was known before this file is newer than what it says."""
    activities.learn([{"object": {"id": iri, "definition": known[iri]}} for iri in known.keys() - desk.taught])
    mentioned = {activity["id"] for line in found for activity in activities.mentioned(line.statement)}
    desk.taught.update(mentioned - known.keys())


def _parts(line: Line, folder: Path, opened: ExitStack, outcome: Outcome) -> Iterator[attachments.Part]:
    for sha2 in _sums(line):
        file = _file(folder / sha2, sha2, opened)
        if file:
            yield attachments.Part(sha2, (folder / sha2).stat().st_size, file)
        else:
            outcome.missing.append(sha2)


def _file(place: Path, sha2: str, opened: ExitStack) -> IO[bytes] | None:
    """Open, if it is there and has the content that its name says."""
    if not place.is_file():
        return None
    file = opened.enter_context(place.open("rb"))
    if hashlib.file_digest(file, attachments.ALGORITHMS[len(sha2)]).hexdigest() != sha2:
        return None
    file.seek(0)
    return file
