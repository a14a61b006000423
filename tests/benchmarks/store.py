"""The record store under load, as it is served: single statements, batches, finding them again, and memory.

    python tests/benchmarks/store.py [--quick] [--million] [--keep]

On SQLite in a scratch folder, and on PostgreSQL where BENCH_DATABASE_URL names a server: in a database of its own, made
beside that one and dropped. A part of `make bench`; writes its sections of docs/performance.md, unless quick. With
--million: finding in a million statements instead, made in SQL from twenty thousand that came by HTTP.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import bench
import psutil
import storm

HERE, ROOT = bench.HERE, bench.ROOT
AT_FIRST = 20_000  # statements among which others are found
EMPTY_APPLICATION = 2_500  # requests a second from which the targets hold as they are
MOST_MEMORY = 220  # MB of a worker
ATTACHMENT = 50_000_000  # bytes
BOUNDARY = "part-of-the-benchmark"
Row = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What the issue asks for: at least so many statements a second, at most so many milliseconds."""

    per_second: float = 0
    p95: float = 0

    def scaled(self, by: float) -> Target:
        return Target(self.per_second * by, self.p95 / by)

    def holds(self, row: Row) -> bool:
        return row["per_second"] >= self.per_second and (not self.p95 or row["p95_ms"] <= self.p95) and not row["wrong"]

    def __str__(self) -> str:
        rate = f"≥ {self.per_second:,.0f}/s" if self.per_second else ""
        return ", ".join(filter(None, [rate, f"p95 < {self.p95:.0f} ms" if self.p95 else ""]))


@dataclass
class Server:
    """One that answers, what it has acknowledged, and the most memory that one of its workers ever had."""

    url: str
    auth: str
    pid: int
    database: str
    rounds: int
    seconds: float
    acknowledged: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    memory: dict[str, float] = field(default_factory=dict)
    doing: str = "start"
    runs: int = 0

    def watch(self, over: threading.Event) -> None:
        while not over.wait(0.2):
            children = psutil.Process(self.pid).children()
            most = max((child.memory_info().rss / 1e6 for child in children), default=0)
            self.memory[self.doing] = max(most, self.memory.get(self.doing, 0))

    @property
    def is_postgresql(self) -> bool:
        return self.database.startswith("postgres")


@contextmanager
def served(database: str, folder: str, given: argparse.Namespace) -> Iterator[Server]:
    """An installation without the demonstration, on an empty database."""
    port = bench.free_port()
    place = {
        "DATABASE_URL": database,
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "True",  # a secret key of its own
        "LOG_LEVEL": "ERROR",
        "VAR_DIR": folder,
        "STATIC_ROOT": str(ROOT / "var" / "static"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    bench.run(sys.executable, "manage.py", "setup", **place)
    auth = bench.run(sys.executable, "manage.py", "lrs_credential", "Bench", "--scope", "all", **place).splitlines()[-1]
    with bench.serving("config.wsgi", ROOT / "site", port, **place) as pid:
        rounds, seconds = (1, 2) if given.quick else (3, 5)
        server = Server(f"http://127.0.0.1:{port}/xapi/statements", auth, pid, database, rounds, seconds)
        over = threading.Event()
        watcher = threading.Thread(target=server.watch, args=[over])
        watcher.start()
        try:
            storm.wake(server.url, auth)
            yield server
        finally:
            over.set()
            watcher.join()


# Measuring ----------------------------------------------------------------------------------------


def best(server: Server, name: str, clients: int, target: Target, once: Callable[[], storm.Run]) -> Row:
    """The best of the rounds, by what the target is about; a wrong answer in any of them is told."""
    rows, server.doing = [], name
    for _ in range(server.rounds):
        cpu = bench.load.cpu_seconds(server.pid)
        run = once()
        rows.append(row_of(name, clients, run, bench.load.cpu_seconds(server.pid) - cpu))
        server.acknowledged += run.acknowledged
        server.sent |= run.sent
    found = max(rows, key=lambda row: row["per_second"]) if target.per_second else min(rows, key=lambda row: row["p95_ms"])
    print(f"  {name}, {clients} clients: {[(row['per_second'], row['p95_ms']) for row in rows]}", flush=True)
    return found | {"wrong": sum(row["wrong"] for row in rows), "said": next((row["said"] for row in rows if row["said"]), "")}


def row_of(name: str, clients: int, run: storm.Run, cpu: float) -> Row:
    return {
        "name": name,
        "clients": clients,
        "requests_per_second": run.requests_per_second,
        "per_second": run.per_second or run.requests_per_second,
        "p50_ms": run.ms(50),
        "p95_ms": run.ms(95),
        "worst_ms": run.ms(100),
        "cpu_ms": round(1000 * cpu / max(1, len(run.times)), 2),
        "wrong": sum(count for status, count in run.statuses.items() if status not in (200, 204)),
        "said": run.refused[0].decode("utf-8", "replace") if run.refused else "",
    }


def calibrated(given: argparse.Namespace) -> Row:
    """An application that reads and answers, under the same gunicorn: what the client and HTTP cost alone."""
    port = bench.free_port()
    with bench.serving("empty", HERE, port) as pid:
        server = Server(f"http://127.0.0.1:{port}/", "a:b", pid, "", *((1, 2) if given.quick else (3, 3)))
        return best(server, "an empty application", 8, Target(per_second=1), lambda: stored(server, 8, 1))


def stored(server: Server, clients: int, size: int) -> storm.Run:
    server.runs += 1
    return storm.store(server.url, server.auth, clients=clients, size=size, seconds=server.seconds, run=server.runs)


def filled(server: Server, count: int) -> None:
    """So many statements by HTTP, in fifties by eight clients."""
    server.doing = "filling"
    requests = [storm.posts(server.url, server.auth, 50, client=number, run=-1, count=count // 400) for number in range(8)]
    run = storm.drive(server.url, requests, 3600)
    assert len(run.acknowledged) == count, (run.statuses, run.refused)
    server.acknowledged += run.acknowledged
    server.sent |= run.sent
    print(f"  {count:,} statements at {run.per_second}/s", flush=True)


def finding(server: Server, scale: float, limit: float, where: str) -> Iterator[Row]:
    """Fifty of each verb with each activity, and of the other filters one by one."""
    chance = random.Random(storm.SEED)
    some = [chance.randrange(storm.LEARNERS) for _ in range(100)]
    ways = {
        "verb and activity": (Target(p95=limit), storm.finding()),
        "no filter": (Target(), ["limit=50"]),
        "verb": (Target(), [f"limit=50&verb={verb}" for verb in storm.VERBS]),
        "activity": (Target(), [f"limit=50&activity={storm.activity(number)}" for number in range(storm.ACTIVITIES)]),
        "agent": (Target(), [f"limit=50&agent={storm.agent(learner)}" for learner in some]),
        "the earliest first": (Target(), ["limit=50&ascending=true"]),
    }
    for way, (target, queries) in ways.items():
        asked = [storm.get(server.url, server.auth, query) for query in queries]
        count = max(100, int(100 * server.seconds))
        name = f"50 of {where}: {way}"
        yield judged(
            best(
                server,
                name,
                1,
                target,
                lambda asked=asked, count=count: storm.drive(server.url, [islice(cycle(asked), count)], 2 * server.seconds),
            ),
            target,
            scale,
        )


def judged(row: Row, target: Target, scale: float) -> Row:
    wanted = target.scaled(scale)
    return row | {"target": str(wanted), "holds": wanted.holds(row) if str(target) or row["wrong"] else None}


def writing(server: Server, scale: float) -> Iterator[Row]:
    """8 clients with the targets of the issue; at 32 nothing may go wrong."""
    single = Target(500, 40) if server.is_postgresql else Target()
    for name, clients, size, target in [
        ("single statements", 8, 1, single),
        ("batches of 50", 8, 50, Target(3_000)),
        ("single statements", 32, 1, Target()),
        ("batches of 50", 32, 50, Target()),
    ]:
        wanted = target if target.per_second else Target(per_second=1)
        yield judged(best(server, name, clients, wanted, lambda c=clients, s=size: stored(server, c, s)), target, scale)


# What must be true afterwards ---------------------------------------------------------------------


def read_back(server: Server) -> Row:
    """Every statement that was acknowledged is there once, and nothing that was not sent."""
    server.doing, found, begun = "reading back", [], time.perf_counter()
    for page in storm.pages(server.url, server.auth):
        found += [statement["id"] for statement in page]
    took, seen = time.perf_counter() - begun, set(found)
    return {
        "acknowledged": len(server.acknowledged),
        "found": len(found),
        "lost": len(set(server.acknowledged) - seen),
        "doubled": len(found) - len(seen),
        "strange": len(seen - server.sent),
        "per_second": round(len(found) / took),
    }


def attachment(server: Server) -> Row:
    """50 MB there and back as multipart/mixed."""
    server.doing = "an attachment of 50 MB"
    content = random.Random(storm.SEED).randbytes(ATTACHMENT)
    sha2 = hashlib.sha256(content).hexdigest()
    made = storm.statement(random.Random(server.runs)) | {"id": storm.new_id(random.Random("attachment"))}
    kind = "application/octet-stream"
    made["attachments"] = [
        {
            "usageType": f"{storm.HOME}/recording",
            "display": {"en-GB": "Recording"},
            "contentType": kind,
            "length": len(content),
            "sha2": sha2,
        }
    ]
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
    body = b"".join(
        [
            f"--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n".encode(),
            storm.compact(made),
            f"\r\n--{BOUNDARY}\r\n{head}".encode(),
            content,
            f"\r\n--{BOUNDARY}--\r\n".encode(),
        ]
    )
    begun = time.perf_counter()
    status, answer = storm.ask(server.url, storm.post(server.url, server.auth, body, f"multipart/mixed; boundary={BOUNDARY}"))
    assert status == 200, (status, answer[:500])
    middle = time.perf_counter()
    query = f"statementId={made['id']}&attachments=true"
    status, answer = storm.ask(server.url, storm.get(server.url, server.auth, query))
    assert status == 200, (status, answer[:500])
    assert content in answer, "The attachment came back changed."
    server.acknowledged.append(made["id"])
    server.sent.add(made["id"])
    return {"stored_s": round(middle - begun, 1), "read_s": round(time.perf_counter() - middle, 1)}


# Together -----------------------------------------------------------------------------------------


def loaded(database: str, folder: str, given: argparse.Namespace, empty: Row) -> dict[str, Any]:
    scale = min(1, empty["per_second"] / EMPTY_APPLICATION)
    alone = bench.printed("store_alone.py", {"ALONE_DATABASE_URL": database, "ALONE_SECONDS": "1" if given.quick else "5"})
    with served(database, folder, given) as server:
        filled(server, first(given))
        settled(database)
        rows = [*finding(server, scale, 20, f"{len(server.acknowledged):,}"), *writing(server, scale)]
        for row in rows:
            row["alone"] = alone.get(f"{row['name']}, {row['clients']}")
        carried = attachment(server)
        facts = {"read_back": read_back(server), "attachment": carried, "memory": server.memory}
    return {"rows": [empty, *rows], "scale": scale, "alone": alone, **facts}


def million(database: str, folder: str, given: argparse.Namespace, empty: Row) -> dict[str, Any]:
    scale = min(1, empty["per_second"] / EMPTY_APPLICATION)
    with served(database, folder, given) as server:
        filled(server, first(given))
        place = {"DATABASE_URL": database, "DEMO": "True", "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings"}
        made = bench.printed("store_fill.py", place | {"FILL_COPIES": "49"})
        settled(database)
        rows = list(finding(server, scale, 40, f"{made['statements']:,}"))
        return {"rows": [empty, *rows], "scale": scale, "made": made, "memory": server.memory}


def first(given: argparse.Namespace) -> int:
    """How many statements come by HTTP before others are found among them."""
    return AT_FIRST // 10 if given.quick else AT_FIRST


def settled(database: str) -> None:
    """What PostgreSQL does by itself within minutes."""
    if database.startswith("postgres"):
        import psycopg  # only where PostgreSQL is measured

        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@contextmanager
def databases(folder: str, given: argparse.Namespace) -> Iterator[dict[str, str]]:
    found = {"SQLite": f"sqlite:///{folder}/store.sqlite3"}
    server = os.environ.get("BENCH_DATABASE_URL", "")
    if not server:
        yield found
        return
    import psycopg  # only where PostgreSQL is measured

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_store WITH (FORCE)")
        connection.execute("CREATE DATABASE bench_store")
        try:
            yield {"PostgreSQL": server.rpartition("/")[0] + "/bench_store", **found}
        finally:
            if not given.keep:
                connection.execute("DROP DATABASE IF EXISTS bench_store WITH (FORCE)")


def table(name: str, found: dict[str, Any], given: argparse.Namespace) -> str:
    """The figures as Markdown, with the command that made them."""
    command = "python tests/benchmarks/store.py" + (" --million" if given.million else "")
    load = os.getloadavg()[2]
    lines = [
        f"`{command}` on {datetime.date.today().isoformat()}: {name}, {os.cpu_count()} cores, {platform.machine()}, Python",
        f"{platform.python_version()}; load average at the end {load:.1f}. The best of {1 if given.quick else 3}.",
        "" if found["scale"] == 1 else f"The empty application is slow here: targets are scaled by {found['scale']:.2f}.",
        "",
        "| what | clients | a second | p50 ms | p95 ms | worst | CPU ms a request | database alone | ratio | target | holds |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        alone = row.get("alone")
        cells = [row["name"], row["clients"], f"{row['per_second']:,.0f}", row["p50_ms"], row["p95_ms"], row["worst_ms"]]
        cells += [row["cpu_ms"], f"{alone:,}" if alone else "", f"{row['per_second'] / alone:.2f}" if alone else ""]
        cells += [row.get("target", ""), {True: "yes", False: "**no**", None: ""}[row.get("holds")]]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
        if row["wrong"]:
            lines.append(f"| ↑ {row['wrong']} answers were errors: {row['said'][:120]} | | | | | | | | | | |")
    return "\n".join([*lines, "", *facts(found)])


def facts(found: dict[str, Any]) -> Iterator[str]:
    if back := found.get("read_back"):
        yield (
            f"Read back by `more`: {back['acknowledged']:,} acknowledged, {back['found']:,} found, {back['lost']} lost, "
            f"{back['doubled']} doubled, {back['strange']} never sent ({back['per_second']:,} statements/s)."
        )
    if carried := found.get("attachment"):
        yield f"An attachment of 50 MB: {carried['stored_s']} s to store, {carried['read_s']} s to read."
    if made := found.get("made"):
        yield f"{made['statements']:,} statements, {made['mb']:,} MB; copying a fiftieth of them took {made['seconds']} s."
    doing, most = max(found["memory"].items(), key=lambda item: item[1])
    word = "under" if most < MOST_MEMORY else "**over**"
    yield f"Largest worker: {most:.0f} MB ({doing}), {word} {MOST_MEMORY}; " + ", ".join(
        f"{name} {mb:.0f}" for name, mb in found["memory"].items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="to see that it runs")
    parser.add_argument("--million", action="store_true", help="find in a million statements")
    parser.add_argument("--keep", action="store_true", help="do not drop PostgreSQL's database")
    given = parser.parse_args()
    print("The record store …", flush=True)
    empty = calibrated(given)
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, databases(folder, given) as all_of_them:
        for name, database in all_of_them.items():
            print(f" {name}", flush=True)
            found = (million if given.million else loaded)(database, str(Path(folder) / name), given, empty)
            mark = f"store, {name}" + (", a million" if given.million else "")
            (ROOT / "var" / f"bench {mark}.json").write_text(json.dumps(found, indent=2))
            print(text := table(name, found, given))
            if not given.quick:
                bench.write_page(text, mark)


if __name__ == "__main__":
    main()
