"""Proves the README's first command: `make run` in a fresh clone, and again without a network.

    python3 scripts/prove_run.py

Clones HEAD into a temporary folder and does what a newcomer does. The first run must serve the demonstration and stop
cleanly; the second, with every way to a registry refused, must serve the same data. Runs on Python's own library.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What would lead the clone to somebody else's data, address or make.
NOT_INHERITED = {
    *["DATABASE_URL", "DEMO", "PORT", "BASE_URL", "CONTENT_BASE_URL", "ALLOWED_HOSTS", "VAR_DIR", "STATIC_ROOT", "MEDIA_ROOT"],
    *["SITE_NAME", "SITE_THEME", "REDIS_URL", "S3_BUCKET", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV"],
    *["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "BLIND_INDEX_KEY"],
}
NOBODY = "http://127.0.0.1:9"  # the port at which nothing answers (RFC 863)
NO_NETWORK = {
    **dict.fromkeys(["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"], NOBODY),
    "PIP_NO_INDEX": "1",
    "npm_config_offline": "true",
}
FIRST, AGAIN, STOPPED = 240, 60, 15  # seconds at most: a clone served, served again, and everything ended after TERM
ACCOUNTS = "SELECT id, email, password FROM people_user ORDER BY id"
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Failure(Exception):
    """What did not hold, as a sentence."""


class Run:
    """`make run` in a folder, on a free port."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder.parent / f"{self.port}.log"
        self.begun = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self.make = subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env={**kept, **variables, "PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def get(self, path: str) -> str:
        """A page of it; nothing where it does not answer, or answers with an error."""
        try:
            return DIRECTLY.open(f"http://127.0.0.1:{self.port}{path}", timeout=10).read().decode()
        except (urllib.error.URLError, OSError):
            return ""

    def wait_until_ready(self, seconds: int) -> float:
        wait_for(lambda: self.get("/health/ready") or self.make.poll() is not None, seconds, "It was not ready")
        if self.make.poll() is not None:
            raise Failure(f"make ended by itself with {self.make.returncode}")
        return time.monotonic() - self.begun

    def processes(self) -> list[int]:
        """Everything that runs in the folder: gunicorn's processes stand in its site/."""
        return [int(each.name) for each in Path("/proc").glob("[0-9]*") if folder_of(each).is_relative_to(self.folder)]

    def stop(self) -> None:
        """TERM to make alone, as a service manager sends it: web and worker must both end."""
        if len(self.processes()) < 3:
            raise Failure("Web and worker do not both run")
        self.make.terminate()
        wait_for(lambda: not self.processes(), STOPPED, "After TERM something still ran")
        self.make.wait()

    def kill(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        for number in self.processes():
            with suppress(ProcessLookupError):  # it ended by itself
                os.kill(number, signal.SIGKILL)
        self.make.wait()


def folder_of(process: Path) -> Path:
    try:
        return (process / "cwd").readlink()
    except OSError:  # it has ended, or is somebody else's
        return Path("/")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(holds: Callable[[], object], seconds: int, sentence: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise Failure(f"{sentence} within {seconds} seconds")
        time.sleep(0.2)


def demand(holds: object, sentence: str) -> None:
    if not holds:
        raise Failure(sentence)


def clone(folder: Path) -> None:
    """HEAD as it is committed; what is only in the working tree is not in a newcomer's clone."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder)], check=True)
    subprocess.run(["git", "checkout", "--quiet", "--detach", head], cwd=folder, check=True)


def held(folder: Path) -> tuple[bytes, bytes, list]:
    """What a second run must keep: keys, accounts as they were printed, and everybody in the database."""
    database = sqlite3.connect(folder / "var" / "db.sqlite3")
    people = database.execute(ACCOUNTS).fetchall()
    database.close()
    return (folder / ".env").read_bytes(), (folder / "var" / "demo-accounts.txt").read_bytes(), people


def judge(run: Run) -> None:
    """What a newcomer sees."""
    demand("<h1" in run.get("/"), "The home page was not served")
    demand("LGBTQ+" in run.get("/learning/"), "The demonstration's course is not in the list")
    demand(f"is at http://127.0.0.1:{run.port}" in run.log.read_text(), "The address was not printed, or PORT is not in it")
    for name in [".env", "var/demo-accounts.txt"]:
        mode = (run.folder / name).stat().st_mode & 0o777
        demand(mode == 0o600, f"{name} has mode {mode:o}, not 600")


def once(folder: Path, seconds: int, **variables: str) -> float:
    """One `make run` from its start to its end; how long it took until it was ready."""
    run = Run(folder, **variables)
    try:
        took = run.wait_until_ready(seconds)
        judge(run)
        run.stop()
    except Failure as failure:
        raise Failure(f"{failure}. Its last words:\n{run.log.read_text()[-3000:]}") from None
    finally:
        run.kill()
    return took


def prove(folder: Path) -> str:
    clone(folder)
    first = once(folder, FIRST)
    kept = held(folder)
    demand(len(kept[2]) > 300, f"The demonstration has only {len(kept[2])} people")
    again = once(folder, AGAIN, **NO_NETWORK)
    demand(held(folder) == kept, "The second `make run` did not keep keys, accounts or people")
    return f"Served {first:.0f} s after a fresh clone, and {again:.0f} s the second time, without a network."


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(prefix="prove-run-")).resolve()
    try:
        print(prove(place / "clone"))
    except Failure as failure:
        sys.exit(f"`make run` in a fresh clone: {failure}")
    finally:
        shutil.rmtree(place, ignore_errors=True)
