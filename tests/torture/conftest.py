"""A record store in processes of its own, on a database of its own, that may be killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from django.db import connection

from tests.benchmarks import storm
from tests.journeys import prepared

SECONDS = float(os.environ.get("TORTURE_SECONDS", "3"))  # of each storm; `make torture` takes longer
PATIENCE = 20  # seconds for what was stored to be read


@dataclass
class Store:
    """`manage.py serve`, as an installation runs it."""

    platform: prepared.Platform
    auth: str
    begun: str = ""  # what came before is of no interest

    @property
    def url(self) -> str:
        return f"{self.platform.url}/xapi/statements"

    def posts(self, *, clients: int, size: int) -> list[Iterator[storm.Request]]:
        """More than can be sent. Each call has ids of its own."""
        self.begun, run = datetime.now(UTC).isoformat().replace("+00:00", "Z"), time.time_ns()
        count = int(SECONDS * 10_000 / size / clients) + 10
        return [storm.posts(self.url, self.auth, size, client=number, run=run, count=count) for number in range(clients)]

    def pages(self, more: str = "") -> Iterator[list[dict]]:
        return storm.pages(self.url, self.auth, f"limit=500&ascending=true&since={self.begun}{more}")

    def found(self) -> dict[str, str]:
        """The ids that are read, and when each was stored. None may come twice."""
        rows = [(statement["id"], statement["stored"]) for page in self.pages() for statement in page]
        doubled = {one: count for one, count in Counter(one for one, _stored in rows).items() if count > 1}
        assert not doubled, doubled
        return dict(rows)

    def found_with(self, expected: set[str]) -> dict[str, str]:
        """The same, once all of these are there: PostgreSQL needs a moment to see that who was killed is gone."""
        deadline = time.monotonic() + PATIENCE
        while not expected <= (found := self.found()).keys() and time.monotonic() < deadline:
            time.sleep(0.3)
        return found

    # Processes

    @property
    def web(self) -> psutil.Process:
        """Gunicorn, which starts a new worker for each that ends."""
        children = psutil.Process(self.platform.process.pid).children()
        return next(child for child in children if "gunicorn" in " ".join(child.cmdline()))

    def kill(self, count: int) -> None:
        for worker in self.web.children()[:count]:
            worker.kill()

    def kill_all(self) -> None:
        """As the machine would: all at once, and who would start them anew first."""
        for process in [self.web, *self.web.children()]:
            process.kill()
        self.platform.process.wait(PATIENCE)

    def reload(self) -> None:
        self.web.send_signal(signal.SIGHUP)

    def restart(self) -> None:
        self.platform.stop()
        self.platform.start()


def at(acts: dict[float, Callable[[], None]]) -> Callable[[float], None]:
    """Each act once, after its share of the storm."""
    due = sorted(acts.items())

    def meanwhile(so_far: float) -> None:
        while due and so_far >= due[0][0] * SECONDS:
            due.pop(0)[1]()

    return meanwhile


@pytest.fixture(scope="module")
def store(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("torture")
    database = prepared.database_url(folder, f"torture_{os.getpid()}")
    with django_db_blocker.unblock():
        copy_of_tests(database)
    made = prepared.Template(folder, database, folder / "static")
    platform = prepared.Platform(made, folder, prepared.free_port(), database, prepared.ADDRESS)
    manage(platform, "createcachetable")
    auth = manage(platform, "lrs_credential", "Torture", "--scope", "all").splitlines()[-1]
    try:
        platform.start()
        served = Store(platform, auth)
        storm.wake(served.url, auth)
        yield served
    finally:
        platform.stop()
        prepared.drop_database(database)


def copy_of_tests(database: str) -> None:
    """The tables are those of the tests' own database, which were made by the migrations."""
    if connection.vendor == "postgresql":
        connection.close()
        prepared.copy_database(f"/{connection.settings_dict['NAME']}", database)
        return
    connection.ensure_connection()
    with sqlite3.connect(Path(database.removeprefix("sqlite:///"))) as new:
        connection.connection.backup(new)


def manage(platform: prepared.Platform, *arguments: str) -> str:
    variables = prepared.environment(platform.var, platform.database, platform.template.static, platform.port)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=prepared.ROOT, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout
