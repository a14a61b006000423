"""The rows of the load client's statements put into a database by psycopg or sqlite3 alone: the most that there is to have.

A table of statements with four indexes and one of what each is about, with two; nothing is judged or looked up. One
statement a transaction, and fifty. Runs in a process of its own on ALONE_DATABASE_URL; prints JSON, the best of three.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import storm

SECONDS = float(os.environ.get("ALONE_SECONDS", "5"))
ROUNDS = 1 if SECONDS < 2 else 3
TABLES = [
    "CREATE TABLE alone_statement"
    " (id {uuid} PRIMARY KEY, actor text, verb text, registration {uuid}, stored {time}, body {json})",
    "CREATE INDEX alone_actor ON alone_statement (actor, stored)",
    "CREATE INDEX alone_verb ON alone_statement (verb, stored)",
    "CREATE INDEX alone_registration ON alone_statement (registration, stored)",
    "CREATE INDEX alone_stored ON alone_statement (stored)",
    "CREATE TABLE alone_activity (statement {uuid}, activity text)",
    "CREATE INDEX alone_of_statement ON alone_activity (statement)",
    "CREATE INDEX alone_of_activity ON alone_activity (activity)",
]
DROPPED = ["DROP TABLE IF EXISTS alone_activity", "DROP TABLE IF EXISTS alone_statement"]
ONE = """
WITH one AS (INSERT INTO alone_statement VALUES (%s, %s, %s, %s, %s, %s) RETURNING id)
INSERT INTO alone_activity SELECT id, unnest(%s::text[]) FROM one
"""
MANY = """
WITH rows AS (SELECT * FROM jsonb_to_recordset(%s::jsonb)
    AS row (id uuid, actor text, verb text, registration uuid, stored timestamptz, body jsonb, activities text[])),
kept AS (INSERT INTO alone_statement SELECT id, actor, verb, registration, stored, body FROM rows)
INSERT INTO alone_activity SELECT id, unnest(activities) FROM rows
"""


@dataclass(frozen=True)
class Row:
    """What is written of a statement, ready made."""

    id: str
    actor: str
    verb: str
    registration: str
    stored: str
    body: str
    activities: list[str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.id, self.actor, self.verb, self.registration, self.stored, self.body)


def rows(chance: random.Random, count: int) -> Iterator[Row]:
    pool = [storm.statement(chance) for _ in range(min(count, storm.POOL))]
    for number in range(count):
        made = pool[number % len(pool)] | {"id": storm.new_id(chance)}
        context = made["context"]["contextActivities"]
        yield Row(
            made["id"],
            made["actor"]["account"]["name"],
            made["verb"]["id"],
            made["context"]["registration"],
            f"2026-11-27T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            json.dumps(made),
            [made["object"]["id"], *(one["id"] for one in context["parent"] + context["grouping"])],
        )


def together(work: list[Callable[[float], int]]) -> float:
    """Statements a second of all of them, each until the time is over."""
    done: list[int] = []
    begun = time.perf_counter()
    threads = [threading.Thread(target=lambda each=each: done.append(each(begun + SECONDS))) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


def until(end: float, write: Callable[[list[Row]], None], batches: list[list[Row]]) -> int:
    count = 0
    for batch in batches:
        if time.perf_counter() > end:
            break
        write(batch)
        count += len(batch)
    return count


def batches(seed: str, size: int, share: int) -> list[list[Row]]:
    count = int(SECONDS * (8_000 if size == 1 else 30_000)) // share
    made = list(rows(random.Random(f"{storm.SEED} {seed}"), count))
    return [made[place : place + size] for place in range(0, len(made), size)]


# PostgreSQL ---------------------------------------------------------------------------------------


def postgresql(database: str, size: int, connections: int, seed: str) -> float:
    import psycopg

    def prepared(batch: list[Row]) -> tuple[str, tuple]:
        if size == 1:
            return ONE, (*batch[0].columns, batch[0].activities)
        return MANY, (json.dumps([row.__dict__ | {"body": json.loads(row.body)} for row in batch]),)

    def worker(number: int) -> Callable[[float], int]:
        connection = psycopg.connect(database, autocommit=True)
        ready = [prepared(batch) for batch in batches(f"{seed} {number}", size, connections)]

        def work(end: float) -> int:
            count = 0
            with connection, connection.cursor() as cursor:
                for query, values in ready:
                    if time.perf_counter() > end:
                        break
                    cursor.execute(query, values, prepare=True)
                    count += size
            return count

        return work

    with psycopg.connect(database, autocommit=True) as connection:
        for statement in [*DROPPED, *TABLES]:
            connection.execute(statement.format(uuid="uuid", time="timestamptz", json="jsonb"))
        found = together([worker(number) for number in range(connections)])
        for statement in DROPPED:
            connection.execute(statement)
    return found


# SQLite -------------------------------------------------------------------------------------------


def sqlite(path: Path, size: int, seed: str) -> float:
    """One connection, with what the settings set: more of them would only wait for each other."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ["journal_mode=WAL", "synchronous=NORMAL", "cache_size=-4000", "wal_autocheckpoint=10000", "secure_delete=ON"]:
        connection.execute(f"PRAGMA {pragma}")
    for statement in TABLES:
        connection.execute(statement.format(uuid="text", time="text", json="text"))

    def write(batch: list[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO alone_statement VALUES (?, ?, ?, ?, ?, ?)", [row.columns for row in batch])
        links = [(row.id, activity) for row in batch for activity in row.activities]
        connection.executemany("INSERT INTO alone_activity VALUES (?, ?)", links)
        connection.execute("COMMIT")

    ready = batches(seed, size, 1)
    found = together([lambda end: until(end, write, ready)])
    connection.close()
    path.unlink()
    return found


def best(write: Callable[[str], float]) -> int:
    return round(max(write(str(number)) for number in range(ROUNDS)))


def main() -> None:
    database = os.environ["ALONE_DATABASE_URL"]
    found = {}
    for name, size in {"single statements": 1, "batches of 50": 50}.items():
        for clients in [8, 32]:
            if database.startswith("postgres"):
                most = best(lambda seed, size=size, clients=clients: postgresql(database, size, clients, f"{seed} {size}"))
            elif clients == 8:
                path = Path(database.removeprefix("sqlite:///")).with_suffix(".alone")
                most = best(lambda seed, size=size, path=path: sqlite(path, size, f"{seed} {size}"))
            found[f"{name}, {clients}"] = most
    print(json.dumps(found))


main()
