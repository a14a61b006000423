"""The front-end files: what is copied, and what is left out of it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "site" / "pages" / "static"


def test_the_lock_names_no_registry_and_has_a_hash_for_every_package():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_the_component_base_asks_for_nothing_that_we_do_not_serve():
    css = (STATIC / "vendor" / "govuk" / "base.css").read_text()
    assert "/assets/" not in css
    assert "sourceMappingURL" not in css
    assert "GDS Transport" not in css


@pytest.mark.parametrize("name", ["tokens.css", "base.css", "site.css"])
def test_our_own_styles_ask_only_for_files_that_exist(name):
    css = (STATIC / "pages" / name).read_text()
    for url in re.findall(r"url\([\"']?([^)\"']+)", css):
        assert (STATIC / "pages" / url).resolve().exists(), url


def test_every_colour_that_is_used_is_a_token():
    tokens = (STATIC / "pages" / "tokens.css").read_text()
    site = (STATIC / "pages" / "site.css").read_text() + (STATIC / "pages" / "base.css").read_text()
    known = set(re.findall(r"(--al-[\w-]+):", tokens))
    assert set(re.findall(r"var\((--al-[\w-]+)", site)) <= known
