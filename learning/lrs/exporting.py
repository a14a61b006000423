"""All statements as lines, in the order in which they were stored: a stream that holds one chunk at a time.

Voided statements and those that void them are both in it. Rows that others could still be put before are left for the next
export (core/transactions.py), which goes on `since` the last line.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Q

from core import audit, transactions
from learning.lrs import attachments, lines, weights
from learning.lrs.models import Attachment, Credential, Statement

CHUNK = 500  # statements

Files = dict[UUID, list[Attachment]]  # by the statement that brought them


def export(
    *, by: audit.Audited | None, since: datetime | None = None, until: datetime | None = None, folder: Path | None = None
) -> Iterator[str]:
    """Some lines at a time, once it is written down that they leave.

    `since` is exclusive and `until` inclusive, by the time of storing. With `folder`, the files that the statements brought
    are put there, each once, named by its SHA-2.
    """
    window = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "" for moment in (since, until)]
    audit.record("statements.export", Statement(), by=by, before=window[0], after=window[1])
    return chunks(since=since, until=until, folder=folder)


def is_empty(*, since: datetime | None, until: datetime | None) -> bool:
    """Whether nothing was stored in that time that an export could hold by now."""
    return not Statement.objects.filter(_window(since, until)).exists()


def chunks(*, since: datetime | None = None, until: datetime | None = None, folder: Path | None = None) -> Iterator[str]:
    authors = {pk: str(key) for pk, key in Credential.objects.values_list("pk", "audit_key")}
    for rows in _pages(since, until):
        brought = _brought(rows)
        if folder:
            _put(brought, folder)
        yield "".join(_line(row, authors, brought) for row in rows)


def _window(since: datetime | None, until: datetime | None) -> Q:
    """Of the record as it is at this moment."""
    window = Q(stored__lte=transactions.consistent_through())
    window &= Q(stored__gt=since) if since else Q()
    return window & (Q(stored__lte=until) if until else Q())


def _pages(since: datetime | None, until: datetime | None) -> Iterator[list[Statement]]:
    wanted = Statement.objects.filter(_window(since, until)).order_by("stored", "id")
    rows = list(weights.weighed(wanted)[:CHUNK])
    while rows:
        some = weights.take(rows)
        yield some
        last = some[-1] if some else rows[-1]
        rows = rows[rows.index(last) + 1 :] or list(weights.weighed(wanted.after(last.stored, last.pk))[:CHUNK])


def _line(row: Statement, authors: dict[int, str], brought: Files) -> str:
    credential = authors.get(row.credential_id, "") if row.credential_id else ""
    return lines.write(row.body, row.source, credential, sorted(each.sha2 for each in brought.get(row.pk, ())))


def _brought(rows: Sequence[Statement]) -> Files:
    found: Files = defaultdict(list)
    speaking = [row.pk for row in rows if any(attachments.said([row.body]))]
    links = Attachment.statements.through.objects.filter(statement__in=speaking).select_related("attachment")
    for link in links if speaking else ():
        found[link.statement_id].append(link.attachment)
    return found


def _put(brought: Files, folder: Path) -> None:
    """What is there in full stays. A file is given its name when it is whole, so that a broken export can be repeated."""
    for each in {each.sha2: each for some in brought.values() for each in some}.values():
        place = folder / each.sha2
        if place.exists() and place.stat().st_size == each.length:
            continue
        with suppress(FileNotFoundError), each.file.storage.open(str(each.file)) as source:  # the storage has lost it
            partial = place.with_suffix(".partial")
            with partial.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            partial.replace(place)
