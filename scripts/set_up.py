"""What stands between a clone and a running platform, each step done once and again only when its inputs change.

    python3 scripts/set_up.py run | demo | dev

A step that is done leaves a stamp in var/stamps/ with a digest of what it was made from, so that a second
`make run` needs no network. Runs on Python's own library, before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = ROOT / "var"
STAMPS = VAR / "stamps"
OLDEST = (3, 11)
PIP = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-warn-script-location", "--require-hashes"]


def setting(name: str) -> str:
    """A variable of the environment or, failing that, of `.env`, as the settings read it."""
    lines = (ROOT / ".env").read_text().splitlines() if (ROOT / ".env").exists() else []
    written = [line.split("=", 1)[1].strip("'\" ") for line in lines if line.startswith(f"{name}=")]
    return os.environ.get(name) or (written[-1] if written else "")


DATABASE_URL = setting("DATABASE_URL")


def say(sentence: str) -> None:
    print(sentence, flush=True)


def call(*command: str | Path, **variables: str) -> None:
    """Runs a command; its failure ends the set-up with its exit code."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **variables}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def manage(*arguments: str) -> None:
    """A command of the platform, with its log kept to what goes wrong."""
    call(PYTHON, "manage.py", *arguments, LOG_LEVEL=os.environ.get("LOG_LEVEL", "WARNING"))


def digest(*inputs: str, files: Iterable[Path] = ()) -> str:
    """One number for texts and files together."""
    total = hashlib.sha256("\0".join(inputs).encode())
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return total.hexdigest()


def once(name: str, made_from: str, sentence: str, work: Callable[[], None]) -> None:
    """Does the work unless its stamp says that it was done from the same inputs."""
    VAR.mkdir(mode=0o700, exist_ok=True)  # as in the settings
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == made_from:
        return
    say(sentence)
    begun = time.monotonic()
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from)
    if (seconds := time.monotonic() - begun) > 3:
        say(f"  … done in {seconds:.0f} seconds.")


def forget(*names: str) -> None:
    for name in names:
        (STAMPS / name).unlink(missing_ok=True)


def refuse_old_python() -> None:
    if sys.version_info[:2] < OLDEST:
        sys.exit(f"This needs Python 3.11 or newer, and {sys.executable} is older. With another one: make run PYTHON=python3.12")


def environment_of_python() -> None:
    """`.venv`, made anew when it is missing, was moved, or was made by another Python."""
    if not PYTHON.exists():
        forget("python")
    once("python", digest(str(VENV), sys.version), "Making a Python environment in .venv …", make_venv)


def make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, ImportError):
        sys.exit("This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv")
    forget("packages", "packages-dev", "packages-postgres")


def packages(kind: str = "") -> None:
    """Installs a locked list of packages; pip's own configuration says from where."""
    locked = ROOT / f"requirements{kind}.txt"
    what = {"": "the platform", "-dev": "tests and checks", "-postgres": "PostgreSQL"}[kind]
    sentence = f"Installing the packages for {what} (a minute or two the first time) …"
    once(f"packages{kind}", digest(files=[locked]), sentence, lambda: call(*PIP, "-r", locked))


def keys() -> None:
    if environment.write(ROOT / ".env"):
        say("Wrote new keys to .env. Keep that file: without it, encrypted answers cannot be read.")


def front_end() -> None:
    """Other people's styles, scripts and fonts, by their lock. The script keeps a stamp of its own."""
    call(PYTHON, "scripts/front_end.py")


def static_files() -> None:
    """Everything that the web sends as it is, compressed and named by its content."""
    folders = [*ROOT.glob("*/static"), *ROOT.glob("site/*/static")]
    if theme := setting("SITE_THEME"):
        folders.append(ROOT / theme)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and ROOT in path.parents]
    if not any((VAR / "static").glob("*")):
        forget("static")
    unused = ["--ignore", "redoc", "--ignore", "rest_framework"]
    collect = ["collectstatic", "--noinput", "--clear", "--verbosity", "0", *unused]
    inputs = digest(stamp_of("packages"), files=files)
    once("static", inputs, "Preparing styles and scripts …", lambda: manage(*collect))


def stamp_of(name: str) -> str:
    stamp = STAMPS / name
    return stamp.read_text() if stamp.exists() else ""


def database_name() -> str:
    return hashlib.sha256(DATABASE_URL.encode()).hexdigest()[:12] if DATABASE_URL else "default"


def database_file() -> Path | None:
    """SQLite's file, or nothing where a server keeps the data."""
    if not DATABASE_URL:
        return VAR / "db.sqlite3"
    if DATABASE_URL.startswith("sqlite:///"):
        return Path(DATABASE_URL.removeprefix("sqlite:///"))
    return None


def database() -> None:
    """Tables, roles, lists and schedules. A server's tables are looked at each time: another machine may have dropped them."""
    file = database_file()
    if file is None or not file.exists():
        forget(f"database-{database_name()}", f"demo-{database_name()}")
    migrations = [path for path in ROOT.glob("**/migrations/*.py") if ".venv" not in path.parts]
    inputs = digest(DATABASE_URL, stamp_of("packages"), files=migrations)
    once(f"database-{database_name()}", inputs, "Preparing the database …", lambda: manage("setup"))


def demonstration() -> None:
    """Loaded into an empty database only; `make demo` loads it afresh."""
    once(f"demo-{database_name()}", digest(DATABASE_URL), "Looking for the demonstration …", lambda: manage("demo", "--if-empty"))


def demonstration_afresh() -> None:
    manage("demo", *(["--force"] if os.environ.get("FORCE") else []))
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / f"demo-{database_name()}").write_text(digest(DATABASE_URL))


def platform() -> None:
    environment_of_python()
    packages()
    if DATABASE_URL.startswith("postgres"):
        packages("-postgres")
    keys()
    front_end()
    static_files()


def for_run() -> None:
    platform()
    database()
    demonstration()


def for_demo() -> None:
    platform()
    demonstration_afresh()


def for_development() -> None:
    platform()
    packages("-dev")


AIMS = {"run": for_run, "demo": for_demo, "dev": for_development}

if __name__ == "__main__":
    refuse_old_python()
    os.chdir(ROOT)
    AIMS[sys.argv[1]]()
