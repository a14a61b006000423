"""The schema is committed, and the page that shows it works under the strict policy."""

import io
import os
import re
import subprocess
import sys

from django.core.management import call_command

FILE = "docs/api/openapi.yaml"


def generated():
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_committed_schema_is_the_one_of_the_code(settings):
    """After a change: `make schema`."""
    assert (settings.BASE_DIR / FILE).read_text() == generated()


def test_the_schema_names_the_limits_of_this_installation(settings):
    limits = {"DISCLOSURE_THRESHOLD": "7", "DISCLOSURE_SHARE_BASE": "30"}
    command = [sys.executable, "manage.py", "spectacular", "--settings", "config.settings_test"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, **limits}, capture_output=True, text=True, check=True
    )
    written = " ".join(done.stdout.split())
    assert "fewer than 7" in written
    assert "a base under 30" in written


def test_the_schema_speaks_of_our_own_interface_only(settings):
    written = generated()
    assert "openapi: 3.1.0" in written
    paths = re.findall(r"^  (/\S+):$", written, re.MULTILINE)
    assert "/api/v1/me" in paths
    assert all(path.startswith("/api/v1/") for path in paths)


def test_everybody_may_read_the_schema(client, db):
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/schema/?format=json").json()["openapi"].startswith("3.1")


def test_nothing_in_the_address_finds_its_way_into_the_schema_or_its_headers(client, db):
    answer = client.get("/api/schema/", {"version": 'a"\x00\r\nX-Evil: 1', "format": "json"})
    assert answer.status_code == 200
    assert "Evil" not in f"{answer.headers}{answer.content!r}"


def test_the_page_has_no_inline_script_or_style(client, db):
    page = client.get("/api/docs/")
    written = page.content.decode()
    assert "<style" not in written
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", written))
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    script = re.search(r'src="(/api/docs/\?script=?[^"]*)"', written).group(1)
    assert "javascript" in client.get(script)["Content-Type"]
