"""What statements bring along: files that stand beside them, each kept once (2.4.11, Communication 1.5.2).

A file is known by its SHA-2. Its place in the private storage is named at random: no name, no sum and nobody can be read
from it. Whoever stores statements goes through these steps, the slow ones outside the transaction:

    drafts = statements.draft(…)
    attachments.match(statements, parts)
    signatures.check(statements, parts)
    with attachments.carried(parts) as files, transaction.atomic():
        stored = statements.keep(drafts)
        attachments.keep(files, [each.row for each in stored])

A statement gives back only a file that it brought itself. Else whoever knows the sum of a file could have it sent to them,
by a statement that names it beside a `fileUrl`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from django.core.files import File
from django.db import connection, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from core import errors, private_files
from learning.lrs.models import FOLDER, Attachment, Statement
from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import at

ALGORITHMS = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}  # of a SHA-2, by the number of its hexadecimal digits


@dataclass(frozen=True)
class Part:
    """A file as it came. Its sum has been computed, and is the one that was announced."""

    sha2: str  # hexadecimal, in small letters
    length: int  # bytes
    file: IO[bytes]


@dataclass(frozen=True)
class Kept:
    """A file to send back, as the statement describes it."""

    sha2: str
    content_type: str
    length: int
    file: FieldFile

    def chunks(self) -> Iterator[bytes]:
        """The content, in pieces of 64 kB. Where the storage has lost the file, `FileNotFoundError`."""
        with self.file.storage.open(str(self.file)) as file:
            yield from file.chunks()


def said(statements: Sequence[dict]) -> Iterator[tuple[str, dict]]:
    """Every attachment object of valid statements, those of SubStatements too, with the path of its place."""
    for place, statement in enumerate(statements):
        path = f"[{place}]" if len(statements) > 1 else ""
        yield from _listed(statement, path)
        if statement["object"].get("objectType") == "SubStatement":
            yield from _listed(statement["object"], at(path, "object"))


def match(statements: Sequence[dict], parts: Sequence[Part]) -> None:
    """Files and valid statements belong together: nothing is missing, and nothing is left over. Raises `DomainError`.

    `length` is not compared: the conformance suite sends one that is wrong and has it taken (Communication 1.5.1, with
    raw data). The sum says more. What is sent beside a `fileUrl` is kept. Without parts, every attachment has a `fileUrl`.
    """
    brought = {part.sha2 for part in parts}
    named = set()
    for path, attachment in said(statements):
        named.add(attachment["sha2"].lower())
        if "fileUrl" not in attachment and attachment["sha2"].lower() not in brought:
            message = _("The file of this attachment is missing: send it as a part of multipart/mixed, or give a fileUrl.")
            raise Invalid(path, message)
    if excess := sorted(brought - named):
        message = _("No statement of this request has an attachment with the SHA-2 %(sha2)s.")
        raise errors.DomainError(message % {"sha2": excess[0]}, code="excess_part")


# Keeping ------------------------------------------------------------------------------------------


@contextmanager
def carried(parts: Sequence[Part]) -> Iterator[dict[str, Attachment]]:
    """Write those files that are not here yet. They go again if what is done with them is refused."""
    here = Attachment.objects.in_bulk({part.sha2 for part in parts})
    new: dict[str, Attachment] = {}
    try:
        for part in parts:
            if part.sha2 not in here | new:
                new[part.sha2] = _written(part)
        yield here | new
    except BaseException:
        for each in new.values():
            each.file.storage.delete(str(each.file))
        raise


def keep(files: Mapping[str, Attachment], statements: Sequence[Statement]) -> None:
    """Remember the files, and which statement has brought which. Inside the transaction that stores the statements.

    Safe to repeat. Another request may bring the same file at the same time: then the row that is first stays, and the other
    file goes.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Attachments are kept in the transaction that stores their statements.")
    if not files:
        return
    # In one order for all, so that two requests never wait for each other.
    new = [files[sha2] for sha2 in sorted(files) if files[sha2]._state.adding]
    Attachment.objects.bulk_create(new, ignore_conflicts=True)
    _drop_doubles(new, _held(files))
    brought = Attachment.statements.through
    links = [brought(attachment_id=sha2, statement_id=row.pk) for row in statements for sha2 in _sums(row) if sha2 in files]
    brought.objects.bulk_create(links, ignore_conflicts=True)


def of(statements: Sequence[Statement]) -> list[Kept]:
    """The files that these statements brought: each once, in the order in which they are named."""
    described: dict[str, str] = {}
    for _path, attachment in said([row.body for row in statements]):
        described.setdefault(attachment["sha2"].lower(), attachment["contentType"])
    if not described:
        return []
    speaking = [row.pk for row in statements if any(_sums(row))]
    here = {each.sha2: each for each in Attachment.objects.filter(statements__in=speaking).distinct()}
    return [Kept(sha2, kind, here[sha2].length, here[sha2].file) for sha2, kind in described.items() if sha2 in here]


def sweep() -> None:
    """Delete files that no row knows: what a process left behind that was killed. Called once a day."""
    known = set(Attachment.objects.values_list("file", flat=True))
    private_files.sweep(Attachment._meta.get_field("file").storage, FOLDER, known)


def drop_unused(sums: Iterable[str] | None = None) -> None:
    """Delete files that no statement gives back: all of them, or those of these sums. Not while somebody brings one again."""
    unused = Attachment.objects.filter(statements=None)
    for sha2 in list((unused if sums is None else unused.filter(pk__in=sums)).values_list("pk", flat=True)):
        _drop_unused(sha2)


@transaction.atomic
def _drop_unused(sha2: str) -> None:
    row = Attachment.objects.select_for_update().filter(pk=sha2).first()
    if row and not row.statements.exists():
        transaction.on_commit(partial(row.file.storage.delete, str(row.file)), robust=True)
        row.delete()


def _listed(statement: dict[str, Any], path: str) -> Iterator[tuple[str, dict]]:
    for number, attachment in enumerate(statement.get("attachments", ())):
        yield f"{at(path, 'attachments')}[{number}]", attachment


def _sums(row: Statement) -> list[str]:
    return sorted({attachment["sha2"].lower() for _path, attachment in said([row.body])})


def _written(part: Part) -> Attachment:
    attachment = Attachment(sha2=part.sha2, length=part.length)
    attachment.file.save(uuid.uuid4().hex, File(part.file), save=False)
    return attachment


def _held(files: Iterable[str]) -> dict[str, str]:
    """The place of each file, under lock: none goes (`drop_unused`) before the transaction says that it is brought again."""
    here = dict(Attachment.objects.select_for_update().filter(pk__in=files).order_by("pk").values_list("pk", "file"))
    if here.keys() != set(files):
        raise errors.Conflict(_("A file of these statements was being deleted. Send them again."), code="file_gone")
    return here


def _drop_doubles(new: Sequence[Attachment], here: Mapping[str, str]) -> None:
    """Where another request was first, the row has its file."""
    for each in new:
        if here[each.pk] != str(each.file):
            transaction.on_commit(partial(each.file.storage.delete, str(each.file)), robust=True)
