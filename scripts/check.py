"""`make check`: everything about the code that a machine can judge without running the tests.

Each check is tried, whatever the one before said; the exit code says whether all passed.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import environment

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
MANAGE = [BIN / "python", "manage.py"]

# Types are asked of the rooms that decide. Faces carry: decorators settle what request.user may be, and types do not see them.
TYPED = ["site/core", "site/people", "site/website", "learning", "panels", "recompense"]
FACES = ("views", "forms", "adapter", "wagtail_hooks", "urls", "second_factor_forms", "blocks")
PACKAGE_STAMP = ROOT / "var" / "stamps" / "locks"

# What a real installation sets, with keys of the moment.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "FIELD_ENCRYPTION_KEYS": environment.fernet_key(),
    "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
    "BASE_URL": "https://learning.example.org",
    "CONTENT_BASE_URL": "https://learning-content.example.net",
    "BEHIND_PROXY": "True",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "DEMO": "False",
    "DEBUG": "False",
}


def passes(*command: str | Path, **variables: str) -> bool:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **variables}, check=False)
    return done.returncode == 0


def types() -> bool:
    files = [path for folder in TYPED for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    rooms = [path for path in files if not any(part.startswith(FACES) for part in path.relative_to(ROOT).parts)]
    return passes(BIN / "mypy", "--no-error-summary", "--follow-imports=silent", *rooms)


def schema_is_committed() -> bool:
    """The schema validates, and docs/api/openapi.yaml is the one that the code gives."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        if not passes(*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", fresh):
            return False
        return passes("diff", "-u", "docs/api/openapi.yaml", fresh) or bool(print("Run `make schema`."))


def deployment() -> bool:
    """Django's and our own checks, in the environment of a real installation."""
    with tempfile.TemporaryDirectory() as folder:
        place = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
        return passes(*MANAGE, "check", "--deploy", "--fail-level", "WARNING", **place)


def pythons() -> list[str]:
    """The oldest and the newest Python on this machine that we support."""
    names = [f"python3.{minor}" for minor in range(11, 20)]
    found = [path for name in names if (path := shutil.which(name)) and works(path)]
    for version in sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3.[1-9][0-9]")):
        found.append(str(version))
    supported = sorted({minor_of(path): path for path in found if minor_of(path) >= 11}.items())
    return [path for _, path in dict([supported[0], supported[-1]]).items()] if supported else [sys.executable]


def works(path: str) -> bool:
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def minor_of(path: str) -> int:
    return int(Path(path).name.removeprefix("python3."))


def locks_install() -> bool:
    """The lock resolves on the oldest and newest Python. Asked again only when a lock changes: it needs a network."""
    text = "".join((ROOT / name).read_text() for name in ["requirements.txt", "requirements-postgres.txt"]) + " ".join(pythons())
    if PACKAGE_STAMP.exists() and PACKAGE_STAMP.read_text() == text:
        return True
    if not all(installs_on(path) for path in pythons()):
        return False
    PACKAGE_STAMP.parent.mkdir(parents=True, exist_ok=True)
    PACKAGE_STAMP.write_text(text)
    return True


def installs_on(python: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        inside = f"{folder}/bin/python"
        pip = [BIN / "python", "-m", "pip", "--python", inside, "install", "--dry-run", "-qq", "--require-hashes"]
        made = passes(python, "-m", "venv", "--without-pip", folder)
        return made and all(passes(*pip, "-r", name) for name in ["requirements.txt", "requirements-postgres.txt"])


CHECKS: dict[str, Callable[[], bool]] = {
    "Style (ruff check)": lambda: passes(BIN / "ruff", "check", "--quiet", "."),
    "Format (ruff format)": lambda: passes(BIN / "ruff", "format", "--check", "--quiet", "."),
    "Import contracts (lint-imports)": lambda: passes(BIN / "lint-imports", PYTHONPATH=f"{ROOT}:{ROOT / 'site'}"),
    "Types (mypy)": types,
    "Migrations are complete": lambda: passes(*MANAGE, "makemigrations", "--check", "--dry-run"),
    "API schema": schema_is_committed,
    "Deployment (check --deploy)": deployment,
    "Locks install on the oldest and newest Python": locks_install,
}


def judge(name: str, check: Callable[[], bool]) -> bool:
    begun = time.monotonic()
    passed = check()
    print(f"{'ok  ' if passed else 'FAIL'} {name} ({time.monotonic() - begun:.0f} s)", flush=True)
    return passed


if __name__ == "__main__":
    only = sys.argv[1:]
    chosen = {name: check for name, check in CHECKS.items() if not only or any(word in name for word in only)}
    results = [judge(name, check) for name, check in chosen.items()]
    sys.exit(0 if all(results) else 1)
