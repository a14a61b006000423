"""What reaches the web process before any of our own code runs."""

import io

import pytest
from django.core.signals import request_started
from django.db import close_old_connections

from config import wsgi

TYPES = ["application/json; charset=hex", "text/plain; charset=idna", "application/x-www-form-urlencoded; charset=undefined"]
TYPES += [
    "multipart/form-data; boundary=x; charset=punycode",
    "multipart/form-data; boundary*=hex''x",
    "text/plain; charset*=zlib''x",
]
TYPES += ["application/json; charset=\0", "; charset=", "application/json; charset=no-such", "application/json; charset=utf-7"]


@pytest.fixture
def connected(db):
    """A request that begins would close the connection that the test stands in."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("content_type", TYPES)
def test_no_charset_ends_in_an_error(method, content_type):
    answered = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": "/account/login/", "QUERY_STRING": "a=b", "CONTENT_TYPE": content_type}
    environ |= {"SERVER_NAME": "testserver", "SERVER_PORT": "80", "wsgi.input": io.BytesIO(b"--x"), "CONTENT_LENGTH": "3"}
    environ |= {"wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1"}
    wsgi.application(environ, lambda status, headers: answered.append(int(status[:3])))
    assert answered[0] < 500


@pytest.mark.django_db
def test_a_charset_that_people_use_is_read(monkeypatch):
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "text/plain; charset=latin-1", "wsgi.input": io.BytesIO()}
    assert wsgi.Request(environ).encoding == "latin-1"
