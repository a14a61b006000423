"""The house as it stands: what is where, and what may never be committed."""

import re
import subprocess

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
FOLDERS = {".ci", "api", "docs", "learning", "panels", "recompense", "scripts", "site", "tests"}
LONGEST = 450  # lines; at about 400 a room becomes a package and keeps its name
BINARY = {".png", ".jpg", ".webp", ".ico", ".pdf", ".zip", ".mo"}
THEIRS = ("node_modules/", "/vendor/", ".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".otf", ".whl", ".map")


@pytest.fixture(scope="module")
def committed():
    """Every path that git knows or would know."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


def ours(names, ending):
    return [name for name in names if name.endswith(ending) and "/migrations/" not in name]


def test_site_is_a_source_root_and_no_package():
    """Python's own module `site` is always imported first."""
    assert not (ROOT / "site" / "__init__.py").exists()


def test_tests_are_no_packages(committed):
    """A package tests/core would shadow `core`."""
    assert [
        name for name in committed if name.startswith("tests/") and name.endswith("__init__.py") and "benchmarks" not in name
    ] == []


def test_a_top_level_folder_is_an_app_or_has_its_place(committed):
    assert {name.split("/")[0] for name in committed if "/" in name} <= FOLDERS


def test_no_room_is_longer_than_a_reader_can_hold(committed):
    lengths = {
        name: len((ROOT / name).read_text().splitlines()) for name in ours(committed, ".py") if not name.startswith("tests/")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_there_is_no_drawer_for_everything(committed):
    drawers = {"utils.py", "helpers.py", "services.py", "signals.py", "managers.py"}
    assert [name for name in committed if name.rpartition("/")[2] in drawers] == []


def test_other_peoples_code_is_not_committed(committed):
    assert [name for name in committed if any(mark in name for mark in THEIRS)] == []


def test_no_registry_is_named_in_a_committed_file(committed):
    """Locks hold versions and hashes; where packages come from is each machine's own business."""
    host = re.compile(
        r"registry\.npmjs|files\.pythonhosted|pypi\.org/simple|--(?:extra-)?index-url|--find-links|\"resolved\": \"[a-z+]+:"
    )
    named = []
    for name in committed:
        path = ROOT / name
        if path.suffix in BINARY or name.startswith("tests/house/"):
            continue
        if host.search(path.read_text(errors="replace")):
            named.append(name)
    assert named == []


def test_no_key_and_no_password_is_committed(committed):
    assert [name for name in committed if name.rpartition("/")[2] in {".env", "demo-accounts.txt"}] == []


def test_no_inline_style_or_script_stands_in_a_template(committed):
    """The public policy has no 'unsafe-inline'."""
    inline = re.compile(
        r"\sstyle=\"|<style\b|\son[a-z]+=\"|<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE
    )
    own_rules = ("/templates/wagtailadmin/", "/email/")  # the editor's policy; programs that read mail know inline styles only
    templates = [name for name in ours(committed, ".html") if not any(part in name for part in own_rules)]
    assert [name for name in templates if inline.search((ROOT / name).read_text())] == []


def test_every_app_says_what_it_is_for(committed):
    apps = ["site/core", "site/people", "site/pages", "site/website", "learning", "panels", "recompense", "api"]
    assert [app for app in apps if f"{app}/README.md" not in committed] == []
