"""How much of the record is held at once. A statement may have some MB, and Python holds JSON at up to 25 times its length."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast, Length

from learning.lrs.models import Statement

MOST = 4_000_000  # letters of JSON


def weighed(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """The same with the length of each body, which itself is left where it is."""
    return rows.annotate(weight=Length(Cast("body", TextField()))).defer("body")


def take(rows: Sequence[Statement]) -> list[Statement]:
    """As many from the beginning as may be held together, at least one, with their bodies; without what was deleted since."""
    some = _together(rows)
    bodies = dict(Statement.objects.filter(pk__in=[row.pk for row in some]).values_list("pk", "body"))
    taken = [row for row in some if row.pk in bodies]
    for row in taken:
        row.body = bodies[row.pk]
    return taken if taken or not some else take(rows[len(some) :])


def _together(rows: Sequence[Statement]) -> list[Statement]:
    some: list[Statement] = []
    total = 0
    for row in rows:
        total += row.weight  # type: ignore[attr-defined]
        if some and total > MOST:
            break
        some.append(row)
    return some
