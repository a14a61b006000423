"""Whatever is refused, the log does not hold what opens it."""

import io
import logging
import sys

import pytest

from core import log

SECRET = "wq3-Zk_8sJfB0aYx"


@pytest.fixture
def written():
    """What our own handler writes."""
    (handler,) = [handler for handler in logging.getLogger().handlers if handler.name == "console"]
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/applications/open/{SECRET}/", "/applications/open/***/"),
        (f"/applications/open/{SECRET}", "/applications/open/***"),
        (f"/be-heard/open/K7QM-2XRA/{SECRET}/", "/be-heard/open/***/"),
        (f"/be-heard/open/K7QM-2XRA/{SECRET}", "/be-heard/open/***"),
        ("/be-heard/come-back/", "/be-heard/come-back/"),
        (f"/account/password/reset/key/1-{SECRET}/", "/account/password/reset/key/***/"),
        (f"/account/confirm-email/{SECRET}/", "/account/confirm-email/***/"),
        (f"/account/logout/?next=%2Fapplications%2Fopen%2F{SECRET}%2F", "/account/logout/?next=%2Fapplications%2Fopen%2F***"),
        ("/applications/asked/", "/applications/asked/"),
        ("/account/confirm-email/", "/account/confirm-email/"),
    ],
)
def test_a_path_is_written_without_its_secret(path, shown):
    assert log.mask(f"Forbidden: {path} at once") == f"Forbidden: {shown} at once"


@pytest.mark.parametrize("logger", ["django.request", "django.server", "django.security.csrf", "panels", "gunicorn.error"])
def test_every_line_goes_through_the_one_handler(written, logger):
    logging.getLogger(logger).warning("Forbidden: %s", f"/applications/open/{SECRET}/")
    assert written.getvalue().endswith(f" WARNING {logger} [-] Forbidden: /applications/open/***/\n")
    assert written.getvalue().count("\n") == 1


@pytest.mark.parametrize("logger", ["django", "django.server"])
def test_django_has_no_handler_beside_it(logger):
    assert (logging.getLogger(logger).handlers, logging.getLogger(logger).propagate) == ([], True)


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_mailed_link_that_is_refused_does_not_stand_in_the_log(client, written, method):
    assert getattr(client, method)(f"/applications/open/{SECRET}/").status_code == 405
    assert "/applications/open/***/" in written.getvalue()
    assert SECRET not in written.getvalue()


def test_a_traceback_is_written_without_it_too():
    try:
        raise ValueError(f"/applications/open/{SECRET}/")
    except ValueError:
        record = logging.makeLogRecord({"msg": "Oh", "exc_info": sys.exc_info()})
    assert log.SecretsFilter().filter(record)
    written = logging.Formatter().format(record)
    assert "ValueError: /applications/open/***/" in written
    assert SECRET not in written


def test_a_line_that_does_not_fit_disturbs_nobody():
    assert log.SecretsFilter().filter(logging.makeLogRecord({"msg": "%s %s", "args": (1,)}))
