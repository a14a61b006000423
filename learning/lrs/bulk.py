"""Many rows at once, as each database takes them best. The cost lies in how they cross to it: docs/performance.md.

PostgreSQL unpacks all of them from one JSON text. SQLite takes them one by one: for a statement of many rows it would keep a
journal of its own.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection, models

from core import prepared

Row = dict[str, Any]  # column → value, of every column
Computed = tuple[tuple[str, str], ...]  # columns, each with the SQL expression that gives its value
Query = tuple[str, str]  # the SQL, and the JSON text that is its parameter


@dataclass(frozen=True)
class Rows:
    """Of one model."""

    model: type[models.Model]
    values: Sequence[Row]


def row(instance: models.Model) -> Row:
    return {str(field.column): getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def insert(rows: Rows, beside: Rows | None = None, **computed: str) -> list[tuple[Any, ...]]:
    """Insert those whose key is not there yet, in the order of their keys, so that nobody waits for each other in a ring.

    `computed` gives columns an SQL expression over `said`, the row that is being inserted. Answers with key and computed
    columns of those that were inserted. `beside` is written in the same go.
    """
    if not rows.values:
        return []
    if connection.vendor != "postgresql":
        if beside:
            _one_by_one(beside, ())
        return columns(rows.model, _one_by_one(rows, tuple(computed.items())), *computed)
    sql, text = _insertion(rows, tuple(computed.items()))
    if not beside or not beside.values:
        return prepared.rows(sql, text)
    sql_beside, text_beside = _insertion(beside, ())
    return prepared.rows(f"WITH beside AS ({sql_beside}), first AS ({sql}) SELECT * FROM first", text_beside, text)  # noqa: S608


def columns(model: type[models.Model], keys: Iterable[str], *names: str) -> list[tuple[Any, ...]]:
    """Key and columns of the rows that there are, as the database has them."""
    quote = connection.ops.quote_name
    wanted = [quote(name) for name in (_keys(model)[0], *names)]
    listed = "jsonb_array_elements_text(%s::jsonb)" if connection.vendor == "postgresql" else "(SELECT value FROM json_each(%s))"
    parts = ["SELECT", ", ".join(wanted), "FROM", quote(model._meta.db_table), "WHERE", wanted[0]]
    return prepared.rows(" ".join([*parts, "IN (SELECT * FROM", listed, "AS listed)"]), json.dumps([*keys]))


def _keys(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.pk_fields]


# PostgreSQL ---------------------------------------------------------------------------------------


def _insertion(rows: Rows, computed: Computed) -> Query:
    return _sql(rows.model, computed), json.dumps(rows.values, default=_plain, ensure_ascii=False)


def _plain(value: uuid.UUID | datetime) -> str:
    return value.hex if isinstance(value, uuid.UUID) else value.isoformat()


@cache
def _sql(model: type[models.Model], computed: Computed) -> str:
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    typed = ", ".join(f"{quote(str(field.column))} {field.db_type(connection)}" for field in fields)
    expressions = {str(field.column): f"said.{quote(str(field.column))}" for field in fields} | dict(computed)
    keys = ", ".join(map(quote, _keys(model)))
    answered = ", ".join(map(quote, [_keys(model)[0], *dict(computed)]))
    parts = ["WITH said AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS row(", typed, "))"]
    parts += ["INSERT INTO", quote(model._meta.db_table), "(", ", ".join(map(quote, expressions)), ")"]
    parts += ["SELECT", ", ".join(expressions.values()), "FROM said ORDER BY", keys]
    parts += ["ON CONFLICT (", keys, ") DO NOTHING RETURNING", answered]
    return " ".join(parts)


# SQLite -------------------------------------------------------------------------------------------


def _one_by_one(rows: Rows, computed: Computed) -> list[str]:
    """The keys of those that were inserted. Past Django's cursor, which would read the SQL anew for each."""
    sql, key, new = _one(rows.model, computed), _keys(rows.model)[0], []
    with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
        for values in rows.values:
            bound = {name: BOUND[type(value)](value) if type(value) in BOUND else value for name, value in values.items()}
            if cursor.execute(sql, bound).rowcount:
                new.append(bound[key])
    return new


@cache
def _one(model: type[models.Model], computed: Computed) -> str:
    quote, names = connection.ops.quote_name, [str(field.column) for field in model._meta.concrete_fields]
    expressions = {name: f":{name}" for name in names} | {name: sql.replace("said.", ":") for name, sql in computed}
    parts = ["INSERT INTO", quote(model._meta.db_table), "(", ", ".join(map(quote, names)), ")"]
    parts += ["VALUES (", ", ".join(expressions.values()), ") ON CONFLICT DO NOTHING"]
    return " ".join(parts)


@lru_cache(maxsize=64)  # a statement's mentions bear its time
def _moment(value: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(value))


BOUND: dict[type, Callable[[Any], str]] = {
    uuid.UUID: lambda value: value.hex,
    datetime: _moment,
    dict: lambda value: json.dumps(value, ensure_ascii=False),
}
