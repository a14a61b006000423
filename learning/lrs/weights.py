"""How much of the record is held at once. A statement may have some MB, and Python holds JSON at up to 25 times its length."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, F, JSONField, QuerySet, TextField, When
from django.db.models.functions import Cast, Length

from learning.lrs.models import Statement

MOST = 4_000_000  # letters of JSON
LIGHT = 8_000  # of which five hundred may be held, and come at once


def weighed(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """The same with the length of each body, and those that are not light left where they are."""
    light = Case(When(weight__lte=LIGHT, then=F("body")), output_field=JSONField())
    return rows.annotate(weight=Length(Cast("body", TextField())), light=light).defer("body")


def take(rows: Sequence[Statement]) -> list[Statement]:
    """As many from the beginning as may be held together, at least one, with their bodies; without what was deleted since."""
    some = _together(rows)
    bodies = {row.pk: row.light for row in some if row.light}  # type: ignore[attr-defined]
    if heavy := [row.pk for row in some if row.pk not in bodies]:
        bodies |= dict(Statement.objects.filter(pk__in=heavy).values_list("pk", "body"))
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
