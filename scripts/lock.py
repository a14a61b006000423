"""Writes requirements*.txt from requirements*.in: every version with its hashes, for every system and Python.

For the oldest Python that we support: a lock made for a newer one refuses to install on an older.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]


def install_uv() -> None:
    if not UV.exists():
        pip = [sys.executable, "-m", "pip", "install", "-qq", "uv>=0.9,<1"]
        subprocess.run(pip, check=True)


def lock(name: str) -> None:
    """One list; those that refer to requirements.txt follow it."""
    command = [UV, "pip", "compile", *OPTIONS, "--no-annotate", "--custom-compile-command", "make lock"]
    subprocess.run([*command, "--quiet", "--upgrade", "-o", f"{name}.txt", f"{name}.in"], cwd=ROOT, check=True)


if __name__ == "__main__":
    install_uv()
    for list_of_packages in [
        "requirements",
        "requirements-postgres",
        "requirements-dev",
        "requirements-node",
        "requirements-ralph",
    ]:
        print(f"Locking {list_of_packages}.in …", flush=True)
        lock(list_of_packages)
