"""One deliberate violation of each import contract, and of each rule on outside modules, is caught.

The violations are written into a copy of the tree, all at once; each must be named under its own contract.
"""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
BIN = ROOT / ".venv" / "bin"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}

# contract: (file that breaks it, line added to it, how the report names it)
VIOLATIONS = {
    "ladder": ("site/core/money.py", "from people import models", "core.money -> people.models"),
    "rooms-of-core": ("site/core/errors.py", "from core import workflow", "core.errors -> core.workflow"),
    "rooms-of-people": ("site/people/models.py", "from people import roles", "people.models -> people.roles"),
    "rooms-of-pages": ("site/pages/blocks.py", "from pages import models", "pages.blocks -> pages.models"),
    "rooms-of-website": ("site/website/models.py", "from website import views", "website.models -> website.views"),
    "rooms-of-learning": ("learning/moveon.py", "from learning import completion", "learning.moveon -> learning.completion"),
    "rooms-of-panels": ("panels/models/panel.py", "from panels import recruitment", "panels.models.panel -> panels.recruitment"),
    "rooms-of-recompense": ("recompense/rates.py", "from recompense import claims", "recompense.rates -> recompense.claims"),
    "rooms-of-api": ("api/errors.py", "from api import pagination", "api.errors -> api.pagination"),
    "record-store": ("learning/lrs/models.py", "from people import names", "learning.lrs.models -> people.names"),
    "rest-framework": ("site/people/forms.py", "import rest_framework", "people.forms -> rest_framework"),
    "nh3": ("learning/blocks/__init__.py", "import nh3", "learning.blocks -> nh3"),
    "queue": ("learning/courses.py", "import django_q", "learning.courses -> django_q"),
}
NEW_ROOMS = {
    "core": "site/core",
    "people": "site/people",
    "pages": "site/pages",
    "website": "site/website",
    "learning": "learning",
    "panels": "panels",
    "recompense": "recompense",
    "api": "api",
}

# rule: (file that breaks it, line)
BANNED = {
    "django.http": ("learning/completion.py", "from django.http import HttpResponse"),
    "django.shortcuts": ("learning/courses.py", "from django.shortcuts import render"),
    "django.db.models.signals": ("site/people/names.py", "from django.db.models.signals import post_save"),
    "nh3": ("site/pages/blocks.py", "import nh3"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """`copy(name)`: the project's own Python in a folder of its own."""

    def copy(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        shutil.copy(ROOT / "pyproject.toml", folder)
        for part in ["site", "learning", "panels", "recompense", "api"]:
            only_python = shutil.ignore_patterns("static", "templates", "fonts", "locale", "__pycache__", "content", "data")
            shutil.copytree(ROOT / part, folder / part, ignore=only_python)
        return folder

    return copy


def add(folder: Path, file: str, line: str) -> None:
    path = folder / file
    path.write_text(path.read_text() + f"\n{line}\n")


def lint(folder: Path) -> dict[str, str]:
    """What import-linter says, by the name of each broken contract."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{folder}:{folder / 'site'}", "COLUMNS": "200"}
    command = [BIN / "lint-imports", "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert "kept" in done.stdout, done.stdout + done.stderr
    details = done.stdout.partition("Broken contracts")[2]
    headings = "|".join(re.escape(name) for name in CONTRACTS.values())
    parts = re.split(rf"^({headings})\n-+\n", details, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture(scope="module")
def report(tree):
    folder = tree("violations")
    for file, line, _ in VIOLATIONS.values():
        add(folder, file, line)
    return lint(folder)


def test_every_contract_has_its_violation():
    assert set(VIOLATIONS) == set(CONTRACTS)


def test_the_tree_as_it_stands_keeps_every_contract(tree):
    assert lint(tree("clean")) == {}


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_is_named_under_its_contract(report, contract):
    assert VIOLATIONS[contract][2] in report.get(CONTRACTS[contract], "kept")


def test_a_new_room_must_be_placed(tree):
    folder = tree("rooms")
    for place in NEW_ROOMS.values():
        (folder / place / "utils.py").write_text("")
    broken = lint(folder)
    assert [app for app in NEW_ROOMS if f"- {app}.utils" not in broken.get(f"Rooms of {app}", "")] == []


@pytest.fixture(scope="module")
def ruff(tree):
    """What ruff says of the violations, as (file, message)."""
    folder = tree("banned")
    for file, line in BANNED.values():
        add(folder, file, line)
    command = [BIN / "ruff", "check", "--no-cache", "--select", "TID251", "--output-format", "json", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return {(str(Path(found["filename"]).relative_to(folder)), found["message"]) for found in json.loads(done.stdout)}


def test_every_banned_module_has_its_violation():
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert set(BANNED) == set(banned)


@pytest.mark.parametrize("module", BANNED)
def test_a_banned_module_is_caught(ruff, module):
    assert [file for file, message in ruff if f"`{module}" in message] == [BANNED[module][0]]
