"""SQL that every request of a kind asks anew: past the ORM, and planned once for each connection of PostgreSQL.

A PgBouncer between must know prepared statements (1.21 or newer, or its session mode).
What such a query costs otherwise is in docs/performance.md: to write it down anew takes longer than to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models

Instance = TypeVar("Instance", bound=models.Model)
Converter = tuple[int, Callable[[Any], Any]]  # of the value at a place


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What one statement answers. `sql` is written by us; what came from outside is a parameter (%s)."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or connection.queries_logged:  # only Django's cursor is counted
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
    from psycopg import Cursor  # only there where PostgreSQL is

    # Not Django's cursor, which writes the parameters into the query.
    connection.ensure_connection()
    with connection.wrap_database_errors, _preparing(connection.connection), Cursor(connection.connection) as cursor:
        return cursor.execute(sql, parameters, prepare=True).fetchall()


@contextmanager
def _preparing(session: Any) -> Iterator[None]:
    """Only here: else psycopg remembers Django's last hundred queries too, each with all the values that are written in it."""
    session.prepare_threshold = 0
    try:
        yield
    finally:
        session.prepare_threshold = None


def instances(model: type[Instance], where: str, *parameters: Any) -> list[Instance]:
    """The rows of a model for which `where` is true."""
    sql, names, converters = _selection(model, where)
    return [model.from_db(DEFAULT_DB_ALIAS, names, _converted(row, converters)) for row in rows(sql, *parameters)]


@cache
def _selection(model: type[models.Model], where: str) -> tuple[str, list[str], list[Converter]]:
    """The question, the names of what it answers, and what makes of that what the model holds."""
    connection, options = connections[DEFAULT_DB_ALIAS], model._meta
    columns = [field.get_col(options.db_table) for field in options.concrete_fields]
    quoted = ", ".join(connection.ops.quote_name(str(column.target.column)) for column in columns)
    sql = " ".join(["SELECT", quoted, "FROM", connection.ops.quote_name(options.db_table), "WHERE", where])
    converters: list[Converter] = [
        (place, partial(convert, expression=column, connection=connection))
        for place, column in enumerate(columns)
        for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
    ]
    return sql, [column.target.attname for column in columns], converters


def _converted(row: Sequence[Any], converters: Sequence[Converter]) -> list[Any]:
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place])
    return values
