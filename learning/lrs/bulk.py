"""Many rows at once, as each database takes them best. The cost lies in how they cross to it: docs/performance.md.

PostgreSQL unpacks them from one JSON text. SQLite takes each value as a parameter, which is half the work for it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import connection, models

from core import prepared

Row = dict[str, Any]  # column → value, of every column
Computed = tuple[tuple[str, str], ...]  # columns, each with the SQL expression that gives its value
CHUNK = 500  # rows of one statement: SQLite takes 32,766 parameters


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
    wanted = tuple(computed.items())
    if connection.vendor != "postgresql":
        _inserted(beside or Rows(rows.model, []), ())
        return _inserted(rows, wanted)
    sql, text = _sql(rows.model, wanted), _text(rows)
    if not beside or not beside.values:
        return prepared.rows(sql, text)
    sql_beside, text_beside = _sql(beside.model, ()), _text(beside)
    return prepared.rows(f"WITH beside AS ({sql_beside}), first AS ({sql}) SELECT * FROM first", text_beside, text)  # noqa: S608


def texts(model: type[models.Model], keys: Iterable[str], column: str) -> dict[str, str]:
    """Key → the column as text, of the rows that there are."""
    options, quote = model._meta, connection.ops.quote_name
    key, table = quote(_keys(model)[0]), quote(options.db_table)
    listed = "jsonb_array_elements_text(%s::jsonb)" if connection.vendor == "postgresql" else "(SELECT value FROM json_each(%s))"
    sql = " ".join(["SELECT", key, ",", quote(column), "FROM", table, "WHERE", key, "IN (SELECT * FROM", listed, "AS listed)"])
    return dict(prepared.rows(sql, json.dumps([*keys])))


def _keys(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.pk_fields]


def _insertion(model: type[models.Model], said: str, computed: Computed) -> str:
    quote, keys = connection.ops.quote_name, _keys(model)
    expressions = {name: f"said.{quote(name)}" for name in _names(model)} | dict(computed)
    parts = ["WITH", said, "INSERT INTO", quote(model._meta.db_table), "(", ", ".join(map(quote, expressions)), ")"]
    parts += ["SELECT", ", ".join(expressions.values()), "FROM said WHERE true ORDER BY", ", ".join(map(quote, keys))]
    parts += ["ON CONFLICT DO NOTHING RETURNING", ", ".join(map(quote, [keys[0], *dict(computed)]))]
    return " ".join(parts)


def _names(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


# PostgreSQL ---------------------------------------------------------------------------------------


@cache
def _sql(model: type[models.Model], computed: Computed) -> str:
    quote, fields = connection.ops.quote_name, model._meta.concrete_fields
    typed = ", ".join(f"{quote(str(field.column))} {field.db_type(connection)}" for field in fields)
    return _insertion(model, f"said AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS row({typed}))", computed)  # noqa: S608


def _text(rows: Rows) -> str:
    return json.dumps(rows.values, default=_plain, ensure_ascii=False)


def _plain(value: uuid.UUID | datetime) -> str:
    return value.hex if isinstance(value, uuid.UUID) else value.isoformat()


# SQLite -------------------------------------------------------------------------------------------


def _inserted(rows: Rows, computed: Computed) -> list[tuple[Any, ...]]:
    names, found = _names(rows.model), []
    for begin in range(0, len(rows.values), CHUNK):
        chunk = rows.values[begin : begin + CHUNK]
        values = [row[name] for row in chunk for name in names]
        bound = [BOUND[type(value)](value) if type(value) in BOUND else value for value in values]
        found += prepared.rows(_listed(rows.model, computed, len(chunk)), *bound)
    return found


@lru_cache(maxsize=1000)
def _listed(model: type[models.Model], computed: Computed, count: int) -> str:
    names = _names(model)
    one = f"({', '.join(['%s'] * len(names))})"
    said = f"said({', '.join(map(connection.ops.quote_name, names))}) AS (VALUES {', '.join([one] * count)})"
    return _insertion(model, said, computed)


@lru_cache(maxsize=64)  # a statement's mentions bear its time
def _moment(value: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(value))


BOUND: dict[type, Callable[[Any], str]] = {
    uuid.UUID: lambda value: value.hex,
    datetime: _moment,
    dict: lambda value: json.dumps(value, ensure_ascii=False),
}
