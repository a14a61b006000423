"""`make bench`: what pages, answers, statements and statistics cost, beside a bare Wagtail page of the same run.

On SQLite in a scratch folder, or on BENCH_DATABASE_URL, a PostgreSQL database whose content goes.
With --quick without the million completions, and with a tenth of stories, experiences and applications: to see that it
runs. Writes var/bench.json and, unless quick, the table in docs/performance.md. At the end the record store (store.py).
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import load

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "performance.md"
QUICK = "--quick" in sys.argv
ROUNDS = [(1, 40), (8, 80)] if QUICK else [(1, 200), (8, 400)]  # clients, and requests of all of them
LIMITS = [  # of the issue: what a row's name holds, its clients, and what it is measured against
    (", anonymous", 8, "p95 25 ms"),
    (", signed in", 1, "1.5 × bare page, 15 queries"),
    ("statements, single", 1, "8 queries"),
    ("statements, in fifties", 1, "12 queries"),
    ("5,000 claims: list", 1, "p95 200 ms"),
    ("5,000 claims: last page", 1, "p95 200 ms"),
    ("completions: page", 1, "100 ms on PostgreSQL"),
    ("the demonstration", 1, "90 s on SQLite"),
]
WORKERS, THREADS = "4", "4"  # as `manage.py serve` starts them
GUNICORN = [
    sys.executable,
    "-m",
    "gunicorn",
    "--workers",
    WORKERS,
    "--threads",
    THREADS,
    "--worker-class",
    "gthread",
    "--no-control-socket",
]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run(*command: str, **variables: str) -> str:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@contextmanager
def serving(app: str, folder: Path, port: int, **variables: str) -> Iterator[int]:
    """Gunicorn for one application; gives its process id."""
    command = [*GUNICORN, app, "--chdir", str(folder), "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, **variables}, cwd=ROOT)
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("The server did not come up.")


def get(path: str, **headers: str):
    return lambda number: ("GET", path, headers, None)


def bare(database: str) -> list[dict[str, Any]]:
    """The floor: a bare Wagtail page."""
    port = free_port()
    place = {
        "DJANGO_SETTINGS_MODULE": "bare.settings",
        "PYTHONPATH": str(HERE),
        "BARE_DATABASE_URL": database,
        "BARE_PORT": str(port),
    }
    run(sys.executable, "-m", "bare.load", **place)
    with serving("bare.wsgi", HERE, port, **place) as pid:
        ask = get("/page-0/")
        return [load.measure("a bare Wagtail page", port, pid, ask, clients=c, requests=n) for c, n in ROUNDS]


def ours(database: str, folder: str) -> list[dict[str, Any]]:
    """Our own pages, in the demonstration and more stories than it has."""
    port = free_port()
    place = {
        "DATABASE_URL": database,
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "True",
        "LOG_LEVEL": "ERROR",
        "VAR_DIR": folder,  # or mail and accounts of the demonstration would come among those of `make run`
        "STATIC_ROOT": str(ROOT / "var" / "static"),
        "BENCH_SHARE": "0.1" if QUICK else "1",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    results = [demonstration(place)]
    facts = printed("visitor.py", place)
    with serving("config.wsgi", ROOT / "site", port, **place) as pid:
        for name, ask in asks(facts).items():
            for clients, requests in ROUNDS:
                results.append(load.measure(name, port, pid, ask, clients=clients, requests=requests))
    print("Acts and lists …", flush=True)
    return results + printed("ingest.py", place) + printed("acts.py", place)


def demonstration(place: dict[str, str]) -> dict[str, Any]:
    """Loaded once, into tables that are made anew: what is in the database goes. Making them is not measured."""
    said = run(sys.executable, "manage.py", "demo", **place)
    took = 1000 * int(re.search(r"done in (\d+) seconds", said)[1])
    return {"name": "the demonstration loaded", "p50_ms": took, "p95_ms": took}


def printed(script: str, place: dict[str, str]) -> Any:
    return json.loads(run(sys.executable, str(HERE / script), **place).splitlines()[-1])


def figures(database: str) -> list[dict[str, Any]]:
    """The page of figures over a million completions, in a database that figures.py makes and drops."""
    print("A million completions (some minutes) …", flush=True)
    return timed("figures, a million completions", "figures.py", database)


def desk(database: str) -> list[dict[str, Any]]:
    """The desk of finance over five thousand claims, in a database that claims.py makes and drops."""
    print("Five thousand claims …", flush=True)
    return timed("finance, 5,000 claims", "claims.py", database)


def timed(what: str, script: str, database: str) -> list[dict[str, Any]]:
    found = json.loads(run(sys.executable, str(HERE / script), DATABASE_URL=database))
    rows = {name: row for name, row in found.items() if isinstance(row, dict) and "p50_ms" in row}
    return [{"name": f"{what}: {name.replace('_', ' ')}", **row} for name, row in rows.items()]


def asks(facts: dict[str, Any]) -> dict[str, Any]:
    """What a stranger, a member and Lee ask for. Lee's answers go round her sessions, so that each is a new one."""
    cookie = {"Cookie": facts["cookie"]}
    posted = {**cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": facts["origin"]}
    pages = {"home page, anonymous": get("/")}
    pages["course, anonymous"] = get(facts["course"])
    pages["module, anonymous"] = get(facts["module"])
    pages["list of panels, anonymous"] = get(facts["panels"])
    pages["panel, anonymous"] = get(facts["panel"])
    pages["campaign, anonymous"] = get(facts["campaign"])
    pages["be heard, anonymous"] = get(facts["hear"])
    stories = f"{facts['how_many']} stories"
    pages[f"{stories}: list, anonymous"] = get(facts["stories"])
    for kind, query in {"by theme": "theme={theme}", "by words": "words={often}", "by a rare word": "words={seldom}"}.items():
        pages[f"{stories}: {kind}, anonymous"] = get(f"{facts['stories']}?{query.format(**facts)}")
    pages[f"{stories}: one, anonymous"] = get(facts["story"])
    pages[f"{stories}: feed, anonymous"] = get(facts["feed"])
    pages["dashboard of a member, signed in"] = get(facts["dashboard"], Cookie=facts["member"])
    pages["course, signed in"] = get(facts["course"], **cookie)
    pages["module, signed in"] = get(facts["module"], **cookie)
    pages["my learning, signed in"] = get("/learning/my/", **cookie)
    pages["a step of the player"] = get(facts["step"], **cookie)
    pages["an answer saved"] = lambda number: ("POST", facts["step"], posted, facts["answer"].encode())
    return pages


def table(found: dict[str, Any]) -> str:
    """The figures as Markdown, with the command that made them."""
    floor = next(row["cpu_ms"] for row in found["results"] if row["name"] == "a bare Wagtail page" and row["clients"] == 1)
    lines = [
        f"`make bench` on {found['date']}: {found['machine']}, Python {found['python']}, {found['database']},",
        f"gunicorn with {WORKERS} × {THREADS} threads; client, server and database on the same cores.",
        "",
        "| what | clients | p50 ms | p95 ms | limit | a second | CPU ms each | × bare page | kB | queries |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found["results"]:
        share = f"{row['cpu_ms'] / floor:.2f}" if "cpu_ms" in row else ""
        size = f"{row['bytes'] / 1000:.1f}" if "bytes" in row else ""
        cells = [row["name"], row.get("clients", 1), row["p50_ms"], row["p95_ms"], limit(row)]
        cells += [row.get("per_second", ""), row.get("cpu_ms", ""), share, size, row.get("queries", "")]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
        if row.get("wrong"):
            lines.append(f"| ↑ {row['wrong']} answers were errors | | | | | | | | | |")
    return "\n".join(lines)


def limit(row: dict[str, Any]) -> str:
    clients = row.get("clients", 1)
    return next((most for words, count, most in LIMITS if words in row["name"] and count == clients), "")


def write_page(text: str, mark: str = "bench") -> None:
    """Replaces what stands between the markers, and nothing else."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    page = PAGE.read_text() if PAGE.exists() else "# Performance\n"
    if begin not in page:
        page += f"\n{begin}\n{end}\n"
    PAGE.write_text(re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL))


def databases(folder: str) -> tuple[str, str]:
    """Ours and the bare site's."""
    given = os.environ.get("BENCH_DATABASE_URL", "")
    if not given:
        return f"sqlite:///{folder}/ours.sqlite3", f"sqlite:///{folder}/bare.sqlite3"
    import psycopg  # only where PostgreSQL is measured

    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_bare")
        connection.execute("CREATE DATABASE bench_bare")
    return given, given.rpartition("/")[0] + "/bench_bare"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        mine, floor = databases(folder)
        print("A bare Wagtail page …", flush=True)
        results = bare(floor)
        print("Our own pages, answers and statements …", flush=True)
        results += ours(mine, folder)
        results += desk(mine)
        if not QUICK:
            results += figures(mine)
    found = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "database": mine.partition(":")[0],
        "results": results,
    }
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "bench.json").write_text(json.dumps(found, indent=2))
    if not QUICK:
        write_page(table(found))
    print(table(found))
    subprocess.run([sys.executable, str(HERE / "store.py"), *(["--quick"] if QUICK else [])], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
