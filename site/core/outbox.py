"""News travels up by reading: acts write a name and ids, higher rooms follow with a cursor of their own.

On PostgreSQL ids are given before commit, so a later id may be seen before an earlier one. Rows therefore keep the id
of their transaction, and a reader stops before the oldest transaction that is still open: no row is ever passed over.
SQLite has one writer at a time, and there the ids are in the order of commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from core import transactions
from core.models import OutboxCursor, OutboxEvent


def write(name: str, **ids: Any) -> None:
    """Leave news in the transaction of the act. Ids only: a reader looks the rest up, if it is still there."""
    plain = {key: _plain(value) for key, value in ids.items()}
    OutboxEvent.objects.create(name=name, ids=plain, xid=transactions.current_id_expression())


def write_all(name: str, news: Iterable[dict[str, Any]]) -> None:
    """The same news of many things, in few statements."""
    rows = [{key: _plain(value) for key, value in ids.items()} for ids in news]
    xid = transactions.current_id_expression()
    OutboxEvent.objects.bulk_create([OutboxEvent(name=name, ids=ids, xid=xid) for ids in rows], batch_size=500)


def unread(reader: str, limit: int = 100) -> list[OutboxEvent]:
    """The next news that this reader has not marked as read, oldest first."""
    cursor = OutboxCursor.objects.filter(reader=reader).first() or OutboxCursor(reader=reader)
    news = OutboxEvent.objects.filter(transactions.settled(), Q(xid__gt=cursor.xid) | Q(xid=cursor.xid, pk__gt=cursor.last))
    return list(news.order_by("xid", "pk")[:limit])


def mark_read(reader: str, event: OutboxEvent) -> None:
    """Put the reader's cursor on this event. It never goes back."""
    OutboxCursor.objects.get_or_create(reader=reader)
    behind = Q(xid__lt=event.xid) | Q(xid=event.xid, last__lt=event.pk)
    OutboxCursor.objects.filter(behind, reader=reader).update(xid=event.xid, last=event.pk)


def _plain(value: Any) -> Any:
    """Numbers stay numbers; UUIDs and the like become text, as JSON has no word for them."""
    return value if isinstance(value, (int, str)) or value is None else str(value)
