"""Keys are made once, three different ones, and stay."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from dotenv import dotenv_values

SCRIPT = settings.BASE_DIR / "scripts" / "environment.py"
KEYS = ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "BLIND_INDEX_KEY"]


def write(path):
    subprocess.run([sys.executable, SCRIPT, path], check=True)
    return path.read_text()


@pytest.fixture
def written(tmp_path):
    """The keys as the settings would read them."""
    write(tmp_path / ".env")
    return dotenv_values(tmp_path / ".env")


def test_three_different_keys_are_made(written):
    assert len(set(written.values())) == 3
    assert min(len(key) for key in written.values()) >= 44
    Fernet(written["FIELD_ENCRYPTION_KEYS"])


def test_only_the_owner_may_read_them(tmp_path):
    write(tmp_path / ".env")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_keys_are_kept_over_restarts(tmp_path):
    assert write(tmp_path / ".env") == write(tmp_path / ".env")


def test_two_installations_have_different_keys(tmp_path):
    assert write(tmp_path / "one") != write(tmp_path / "two")


@pytest.mark.parametrize("missing", KEYS)
def test_without_a_key_nothing_starts(missing, tmp_path):
    """Settings have no default for a key. (`.env` is read from the project, so the key is given empty.)"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"sqlite:///{tmp_path}/db"}
    environment |= {name: Fernet.generate_key().decode() for name in KEYS} | {missing: ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "ERROR"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0


def test_settings_have_no_default_for_a_key():
    text = (settings.BASE_DIR / "site" / "config" / "settings.py").read_text()
    assert 'env.str("SECRET_KEY")' in text
    assert 'env.list("FIELD_ENCRYPTION_KEYS")' in text
    assert 'env.str("BLIND_INDEX_KEY")' in text


def test_the_demonstration_is_off_in_settings_and_on_only_in_make():
    root = settings.BASE_DIR
    assert 'env.bool("DEMO", False)' in (root / "site" / "config" / "settings.py").read_text()
    assert "run: export DEMO := $(or $(DEMO),True)" in (root / "Makefile").read_text()


def test_a_deployment_with_the_demonstration_is_refused(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO": "True"}
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path}/db"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "DEMO" in done.stderr


def test_what_the_platform_writes_is_for_its_owner_alone(tmp_path):
    """Database, sessions and mail lie there: whoever else works on the machine reads none of it."""
    folder = tmp_path / "var"
    environment = {**os.environ, "VAR_DIR": str(folder), "PYTHONPATH": str(settings.BASE_DIR / "site")}
    subprocess.run([sys.executable, "-c", "import config.settings_test"], check=True, env=environment)
    assert folder.stat().st_mode & 0o777 == 0o700


def said(script, **variables):
    """What Python prints with these variables in the environment, and none of the tests' own."""
    kept = {name: value for name, value in os.environ.items() if name not in {"BASE_URL", "CONTENT_BASE_URL", "DATABASE_URL"}}
    path = f"{settings.BASE_DIR}/site:{settings.BASE_DIR}/scripts"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env={**kept, "PYTHONPATH": path, **variables}, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_port_decides_what_is_listened_on_and_every_address():
    script = "import config.settings_test as s; print(s.PORT, s.BASE_URL, s.CONTENT_BASE_URL)"
    assert said(script, PORT="9000") == ["9000", "http://127.0.0.1:9000", "http://localhost:9000"]


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("sqlite:////srv/db.sqlite3", "sqlite3", "/srv/db.sqlite3"),
        ("postgres://me@127.0.0.1:5432/ours", "postgresql", "ours"),
    ],
)
def test_the_database_is_the_one_that_the_environment_names(url, engine, name):
    script = "import config.settings_test as s; d = s.DATABASES['default']; print(d['ENGINE'].split('.')[-1], d['NAME'])"
    assert said(script, DATABASE_URL=url) == [engine, name]


def test_set_up_prepares_the_database_that_is_then_served():
    script = "import set_up; print(set_up.database_file(), set_up.database_name())"
    ours, other = (
        said(script, DATABASE_URL="sqlite:////srv/kept.sqlite3"),
        said(script, DATABASE_URL="postgres://me@127.0.0.1/ours"),
    )
    assert ours[0] == "/srv/kept.sqlite3"
    assert other[0] == "None"  # a server's tables are looked at each time
    assert ours[1] != other[1]  # each has stamps of its own
