"""In CI nothing may be left out for want of a browser or a server, so both must be there."""

import os
import shutil
from pathlib import Path

from django.conf import settings

IN_CI = os.environ.get("CI") == "true"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def test_ci_has_a_browser():
    assert not IN_CI or any(shutil.which(name) for name in BROWSERS)


def test_ci_has_a_postgresql_server():
    servers = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), shutil.which("initdb")]
    assert not IN_CI or any(servers)


def test_the_database_is_the_one_that_was_asked_for():
    asked = os.environ.get("DATABASE_URL", "sqlite")
    assert settings.DATABASES["default"]["ENGINE"].rpartition(".")[2][:6] == asked.partition(":")[0][:6]
