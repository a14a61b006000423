"""Many statements from some: each copied FILL_COPIES times in SQL, under new ids and at earlier times.

Whatever belongs to a statement in another table is copied with it. Runs in a process of its own; prints JSON.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.db import connection, models, transaction  # noqa: E402
from django.db.models import Max, Min  # noqa: E402

from learning.models import Statement  # noqa: E402

COPIES = int(os.environ["FILL_COPIES"])
NEW_ID = {
    "postgresql": "overlay(overlay(md5({0}::text || {1}) placing '4' from 13) placing '8' from 17)::uuid",
    "sqlite": "bench_id({0}, {1})",
}
EARLIER = {"postgresql": "{0} - interval '1 second' * {1}", "sqlite": "bench_earlier({0}, {1})"}
BODY = {
    "postgresql": "replace(body::text, id::text, ({0})::text)::jsonb",
    "sqlite": "replace(body, bench_dashed(id), bench_dashed({0}))",
}


def functions() -> None:
    """What SQLite does not have."""
    connection.ensure_connection()
    for function in [bench_id, bench_earlier, bench_dashed]:
        connection.connection.create_function(function.__name__, function.__code__.co_argcount, function, deterministic=True)


def bench_id(old: str, number: int) -> str:
    made = hashlib.md5(f"{old}{number}".encode(), usedforsecurity=False).hexdigest()
    return f"{made[:12]}4{made[13:16]}8{made[17:]}"


def bench_dashed(one: str) -> str:
    return "-".join([one[:8], one[8:12], one[12:16], one[16:20], one[20:]])


def bench_earlier(stored: str, seconds: float) -> str:
    return str(datetime.fromisoformat(stored) - timedelta(seconds=seconds))


def belonging() -> list[tuple[type[models.Model], str]]:
    """Each table of statements and what belongs to them, with the column that names the statement."""
    found = [(Statement, "id")]
    for model in Statement._meta.apps.get_models(include_auto_created=True):
        for name in [field.column for field in model._meta.local_concrete_fields if field.related_model is Statement]:
            found.append((model, name))
    return found


def copy(model: type[models.Model], key: str, number: int, seconds: float, before: datetime) -> None:
    vendor = connection.vendor
    new = NEW_ID[vendor].format(key, number)
    own = {key: new, "stored": EARLIER[vendor].format("stored", seconds), "body": BODY[vendor].format(new)}
    fields = [field for field in model._meta.local_concrete_fields if field.column and not isinstance(field, models.AutoField)]
    names = [field.column for field in fields]
    table, first = model._meta.db_table, [own.get(name, name) if name in own else f'"{name}"' for name in names]
    originals = f"SELECT id FROM {Statement._meta.db_table} WHERE stored >= %s"
    quoted = ", ".join(f'"{name}"' for name in names)
    where = "stored >= %s" if model is Statement else f"{key} IN ({originals})"
    order = "ORDER BY stored" if "stored" in names else ""
    adapted = connection.ops.adapt_datetimefield_value(before)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({quoted}) SELECT {', '.join(first)} FROM {table} WHERE {where} {order}", [adapted])


def megabytes() -> int:
    if connection.vendor == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    else:
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0] // 1_000_000


def main() -> None:
    if connection.vendor == "sqlite":
        functions()
    span = Statement.objects.aggregate(first=Min("stored"), last=Max("stored"))
    seconds = (span["last"] - span["first"]).total_seconds() + 1
    begun = time.perf_counter()
    for number in range(COPIES, 0, -1):  # the earliest first, as they would have come
        with transaction.atomic():
            for model, key in belonging():
                copy(model, key, number, number * seconds, span["first"])
    took = round(time.perf_counter() - begun)
    print(json.dumps({"statements": Statement.objects.count(), "seconds": took, "mb": megabytes()}))


main()
