"""A platform to walk through: the demonstration loaded once in a run, and a copy of it served for each process of tests."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDRESS, NAME = "127.0.0.1", "localhost"  # two names of this machine; a passkey needs the second
PATIENCE = 180  # seconds for a server to answer on a machine with other work
# Secrets of the second factor, so that tests need not start Django for each code.
SECRETS = """
import json
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
held = {}
for row in Authenticator.objects.select_related("user"):
    kept = held.setdefault(row.user.email.partition("@")[0], {})
    if row.type == "totp":
        kept["secret"] = decrypt(row.data["secret"])
    else:
        kept["codes"] = RecoveryCodes(row).get_unused_codes()
print(json.dumps(held))
"""
# A process that stays, with Django started once: runs what each line says, and answers with a line.
AT_HAND = """
import json, sys, traceback
from django.db import close_old_connections
for line in sys.stdin:
    code, given = json.loads(line)
    fault = ""
    try:
        exec(code, dict(given))
    except Exception:
        fault = traceback.format_exc()
    close_old_connections()
    print(json.dumps(fault), flush=True)
"""


@dataclass(frozen=True)
class Template:
    """The demonstration as it was loaded: nobody serves this one."""

    var: Path
    database: str
    static: Path

    def accounts(self) -> dict[str, dict[str, str]]:
        """`lee`, `ed`, `val`, `adi`: name, email, password."""
        lines = [line.strip() for line in (self.var / "demo-accounts.txt").read_text().splitlines()]
        found = {}
        for number, line in enumerate(lines):
            if "@demo.example" in line and " " not in line:
                name = lines[number - 1].partition(":")[0]
                found[line.partition("@")[0]] = {"name": name, "email": line, "password": lines[number + 1]}
        return found

    def secrets(self) -> dict[str, dict]:
        return json.loads((self.var / "secrets.json").read_text())


@dataclass
class Platform:
    """`manage.py serve` on a copy of the template, with files and port of its own."""

    template: Template
    var: Path
    port: int
    database: str
    host: str
    states: dict[str, dict] = field(default_factory=dict)  # who is signed in, as cookies
    codes_used: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    at_hand: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment(self.var, self.database, self.template.static, self.port, self.host),
            stdout=(self.var / "serve.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.url}/health/live", timeout=5).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def run(self, code: str, **given) -> None:
        """Something that happens on the platform by the same acts as always, without the screens for it."""
        if not self.at_hand:
            self.at_hand = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", AT_HAND],
                cwd=ROOT,
                env=environment(self.var, self.database, self.template.static, self.port, self.host),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        print(json.dumps([code, given]), file=self.at_hand.stdin, flush=True)
        fault = json.loads(self.at_hand.stdout.readline())
        assert not fault, fault

    def log(self) -> str:
        return (self.var / "serve.log").read_text()[-4000:]

    def stop(self) -> None:
        if self.at_hand:
            self.at_hand.communicate()
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def environment(var: Path, database: str, static: Path, port: int, host: str = ADDRESS) -> dict[str, str]:
    """What the platform is started with. Nothing of the tests' own settings but the keys."""
    left_out = {"ALLOWED_HOSTS", "EMAIL_URL", "DJANGO_SETTINGS_MODULE", "SITE_THEME", "MEDIA_ROOT", "STATIC_ROOT"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    content = NAME if host == ADDRESS else ADDRESS
    kept |= {"BASE_URL": f"http://{host}:{port}", "CONTENT_BASE_URL": f"http://{content}:{port}"}
    own = {"DATABASE_URL": database, "VAR_DIR": var, "STATIC_ROOT": static, "PORT": port, "MAIL_DIR": var / "mail"}
    own |= {"QUICK_EXIT_URL": f"http://{host}:{port}/accessibility/"}  # no test goes to another host
    own |= {"WEB_WORKERS": 2}  # each takes seconds to start
    return {**kept, "DEMO": "True", "LOG_LEVEL": "WARNING", **{name: str(value) for name, value in own.items()}}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process of a run at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def template(folder: Path, run: str) -> Template:
    """Loads the demonstration, or finds that another process of this run has."""
    with alone(folder):
        static = static_files(folder)
        made = Template(var=folder / "var", database=database_url(folder, f"journeys_{run}"), static=static)
        if not (folder / "ready").exists():
            load(made)
            (folder / "ready").touch()
    return made


def static_files(folder: Path) -> Path:
    """What `make test` has prepared, brought up to date here for a bare `pytest`."""
    if not (folder / "static").exists():
        prepare = "import sys; sys.path.insert(0, 'scripts'); import set_up; set_up.static_files()"
        kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        subprocess.run([sys.executable, "-c", prepare], cwd=ROOT, env=kept, check=True)
        (folder / "static").touch()
    return ROOT / "var" / "static"


def load(made: Template) -> None:
    made.var.mkdir()
    make_database(made.database)

    def manage(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(made.var, made.database, made.static, 1),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    manage("setup")
    manage("demo", "--if-empty")
    (made.var / "secrets.json").write_text(manage("shell", "--no-imports", "-c", SECRETS))


def serve(made: Template, folder: Path, name: str, host: str = ADDRESS) -> Platform:
    """A copy, up and answering."""
    folder.mkdir()
    shutil.copy(made.var / "demo-accounts.txt", folder)
    if (made.var / "private").exists():  # receipts
        shutil.copytree(made.var / "private", folder / "private")
    platform = Platform(made, var=folder, port=free_port(), database=database_url(folder, name), host=host)
    with alone(made.var.parent):
        copy_database(made.database, platform.database)
    platform.start()
    return platform


# Databases ----------------------------------------------------------------------------------------


def on_postgres() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def database_url(folder: Path, name: str) -> str:
    if on_postgres():
        return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    return f"sqlite:///{folder / name}.sqlite3"


def name_of(database: str) -> str:
    return database.rpartition("/")[2]


def say(*statements: str) -> None:
    """Something that PostgreSQL does outside transactions."""
    import psycopg  # only where there is PostgreSQL

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def make_database(database: str) -> None:
    if on_postgres():
        drop_database(database)
        say(f'CREATE DATABASE "{name_of(database)}"')


def copy_database(source: str, target: str) -> None:
    if on_postgres():
        drop_database(target)
        say(f'CREATE DATABASE "{name_of(target)}" TEMPLATE "{name_of(source)}"')
        return
    with sqlite3.connect(source.removeprefix("sqlite:///")) as old, sqlite3.connect(target.removeprefix("sqlite:///")) as new:
        old.backup(new)


def drop_database(database: str) -> None:
    if on_postgres():
        say(f'DROP DATABASE IF EXISTS "{name_of(database)}" WITH (FORCE)')


def drop_template(run: str) -> None:
    """At the end of the run, by the process that started it. A server that is gone has no database to drop."""
    if on_postgres():
        import psycopg  # only where there is PostgreSQL

        with suppress(psycopg.OperationalError):
            drop_database(f"/journeys_{run}")
