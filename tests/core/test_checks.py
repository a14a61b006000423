"""The platform does not start with settings that break a promise."""

from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as house

from core import checks


def ids(check):
    return [message.id for message in check(None)]


def test_the_settings_of_the_tests_pass_every_check():
    for check in [
        checks.content_has_another_host,
        checks.queue_runs_tasks_once,
        checks.keys_are_good,
        checks.demonstration_is_off,
    ]:
        assert ids(check) == []


@pytest.mark.parametrize("content", ["http://127.0.0.1:9000", "https://127.0.0.1"])
def test_another_port_is_not_another_host(settings, content):
    settings.BASE_URL, settings.CONTENT_BASE_URL = "http://127.0.0.1:8000", content
    assert ids(checks.content_has_another_host) == ["core.E001"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"retry": 361}, []),
        ({"retry": 360}, ["core.E002"]),
        ({"workers": 2, "queue_limit": 4, "retry": 480}, ["core.E002"]),
        ({"workers": 2, "queue_limit": 4, "retry": 481}, []),
        ({"max_attempts": 0}, ["core.E003"]),
    ],
)
def test_a_queue_that_would_run_tasks_twice_is_refused(settings, change, found):
    settings.Q_CLUSTER = {"timeout": 120, "queue_limit": 1, "workers": 1, "retry": 600, "max_attempts": 5, **change}
    assert ids(checks.queue_runs_tasks_once) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"BLIND_INDEX_KEY": house.SECRET_KEY}, ["core.E004"]),
        ({"FIELD_ENCRYPTION_KEYS": house.FIELD_ENCRYPTION_KEYS * 2}, ["core.E004"]),
        ({"FIELD_ENCRYPTION_KEYS": [Fernet.generate_key().decode(), "short"]}, ["core.E005"]),
        ({"FIELD_ENCRYPTION_KEYS": ["not base64 at all, é"]}, ["core.E005"]),
        ({"FIELD_ENCRYPTION_KEYS": []}, ["core.E005"]),
        ({"BLIND_INDEX_KEY": "short"}, ["core.E006"]),
    ],
)
def test_keys_must_be_three_different_good_ones(settings, change, found):
    for name, value in change.items():
        setattr(settings, name, value)
    assert ids(checks.keys_are_good) == found


def test_the_demonstration_is_not_deployed(settings):
    settings.DEMO = True
    assert ids(checks.demonstration_is_off) == ["core.E007"]


@pytest.mark.parametrize(("backend", "found"), [("filebased", ["core.W001"]), ("smtp", [])])
def test_mail_that_is_sent_to_nobody_is_mentioned(settings, backend, found):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert ids(checks.mail_is_sent) == found


def test_before_the_first_migrate_there_is_nothing_to_guard(db, monkeypatch):
    empty = SimpleNamespace(introspection=SimpleNamespace(table_names=list))
    monkeypatch.setattr(checks, "connections", {"default": empty})
    assert checks.audit_trail_is_guarded(None, databases=["default"]) == []
