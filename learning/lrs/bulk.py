"""Many rows in one statement: the database itself unpacks them from one JSON text.

Measured against the ORM's bulk_create in docs/performance.md: the cost lies in how parameters cross to the database.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models

from core import prepared

Query = tuple[str, str]  # the SQL, and the JSON text that is its parameter


def insert(rows: Sequence[models.Model], beside: Sequence[models.Model] = (), **computed: str) -> list[tuple[Any, ...]]:
    """Insert those whose key is not there yet, in the order of their keys, so that nobody waits for each other in a ring.

    `computed` gives columns an SQL expression over `said`, the row that is being inserted. Answers with key and computed
    columns of those that were inserted. `beside` are rows of another model, written in the same go.
    """
    if not rows:
        return []
    sql, text = _insertion(rows, **computed)
    if not beside:
        return prepared.rows(sql, text)
    sql_beside, text_beside = _insertion(beside)
    if connection.vendor == "postgresql":
        return prepared.rows(f"WITH beside AS ({sql_beside}), first AS ({sql}) SELECT * FROM first", text_beside, text)  # noqa: S608
    prepared.rows(sql_beside, text_beside)
    return prepared.rows(sql, text)


def texts(model: type[models.Model], keys: Iterable[str], column: str) -> dict[str, str]:
    """Key → the column as text, of the rows that there are."""
    options, quote = model._meta, connection.ops.quote_name
    key, table = quote(_keys(model)[0]), quote(options.db_table)
    listed = "jsonb_array_elements_text(%s::jsonb)" if connection.vendor == "postgresql" else "(SELECT value FROM json_each(%s))"
    sql = " ".join(["SELECT", key, ",", quote(column), "FROM", table, "WHERE", key, "IN (SELECT * FROM", listed, "AS listed)"])
    return dict(prepared.rows(sql, json.dumps([*keys])))


def _insertion(rows: Sequence[models.Model], **computed: str) -> Query:
    model, adapted = type(rows[0]), connection.ops.adapt_datetimefield_value
    columns = [(field.column, field.attname) for field in model._meta.concrete_fields]

    def written(value: uuid.UUID | datetime) -> str:
        return value.hex if isinstance(value, uuid.UUID) else str(adapted(value))

    values = [{column: getattr(row, attribute) for column, attribute in columns} for row in rows]
    return _sql(model, tuple(computed.items())), json.dumps(values, default=written, ensure_ascii=False)


@cache
def _sql(model: type[models.Model], computed: tuple[tuple[str, str], ...]) -> str:
    options, quote = model._meta, connection.ops.quote_name
    names = [str(field.column) for field in options.concrete_fields]
    expressions = {name: f"said.{quote(name)}" for name in names} | dict(computed)
    keys = ", ".join(map(quote, _keys(model)))
    answered = ", ".join(map(quote, [_keys(model)[0], *dict(computed)]))
    parts = ["WITH said AS (", _unpacked(model), ") INSERT INTO", quote(options.db_table), "(", ", ".join(map(quote, names)), ")"]
    parts += ["SELECT", ", ".join(expressions[name] for name in names), "FROM said WHERE true ORDER BY", keys]
    parts += ["ON CONFLICT (", keys, ") DO NOTHING RETURNING", answered]
    return " ".join(parts)


def _keys(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.pk_fields]


def _unpacked(model: type[models.Model]) -> str:
    """The rows of the JSON text, each value under its column's name, in its column's type."""
    fields, quote = model._meta.concrete_fields, connection.ops.quote_name
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{quote(str(field.column))} {field.db_type(connection)}" for field in fields)
        return f"SELECT * FROM jsonb_to_recordset(%s::jsonb) AS row({typed})"  # noqa: S608
    parts = ", ".join(f"""json_extract(value, '$."{field.column}"') AS {quote(str(field.column))}""" for field in fields)
    return f"SELECT {parts} FROM json_each(%s)"  # noqa: S608
