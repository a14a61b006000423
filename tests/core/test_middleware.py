"""What happens to every request on its way in and out."""

import logging
import uuid

import pytest
from django.http import HttpResponse
from django.urls import path

from core import request_id


def own_id(request):
    logging.getLogger("test").warning("seen")
    return HttpResponse(request_id.current())


urlpatterns = [
    path("id/", own_id),
    path("health/live", lambda request: HttpResponse("well")),
    path("admin/", lambda request: HttpResponse("<title>Editor</title>")),
    path("account/login/", lambda request: HttpResponse("log in")),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


# request id --------------------------------------------------------------------------------------


def test_a_request_has_an_id_of_its_own_which_its_answer_names(client):
    first, second = client.get("/id/"), client.get("/id/")
    assert uuid.UUID(first["X-Request-Id"]) != uuid.UUID(second["X-Request-Id"])
    assert first.content.decode() == first["X-Request-Id"]
    assert request_id.current() == ""


def test_an_id_from_outside_is_taken_only_if_it_is_a_uuid(client):
    given = str(uuid.uuid4())
    assert client.get("/id/", headers={"X-Request-Id": given})["X-Request-Id"] == given
    for nasty in ["", "1", "../../etc", given + "x", "é" * 36, "x\r\nSet-Cookie: a=b", "{" + given[1:-1] + "}"]:
        assert client.get("/id/", headers={"X-Request-Id": nasty})["X-Request-Id"] not in ("", nasty)


def test_every_line_of_the_log_has_the_id(client, caplog):
    caplog.handler.addFilter(request_id.RequestIdFilter())
    answer = client.get("/id/")
    (line,) = [record for record in caplog.records if record.name == "test"]
    assert line.request_id == answer["X-Request-Id"]


def test_a_line_outside_a_request_says_so():
    record = logging.makeLogRecord({})
    assert request_id.RequestIdFilter().filter(record)
    assert record.request_id == "-"


# hosts -------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def two_hosts(settings):
    settings.BASE_URL, settings.CONTENT_BASE_URL = "http://127.0.0.1:8000", "http://localhost:8000"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST:9"])
@pytest.mark.parametrize("address", ["/id/", "/account/login/", "/admin/", "/", "/nowhere/"])
def test_nothing_of_the_platform_exists_on_the_content_host(client, host, address):
    answer = client.get(address, headers={"Host": host})
    assert answer.status_code == 404
    assert not answer.cookies


def test_the_content_host_says_that_it_is_well(client):
    assert client.get("/health/live", headers={"Host": "localhost:8000"}).status_code == 200


def test_the_platform_answers_on_its_own_host(client):
    assert client.get("/id/", headers={"Host": "127.0.0.1:8000"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b"])
def test_any_other_host_is_refused(client, host):
    assert client.get("/id/", headers={"Host": host}).status_code == 400


# content security policy -------------------------------------------------------------------------


def policy(answer):
    """The header as a browser reads it."""
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip())
    return {name: sources for name, *sources in parts}


def test_public_pages_have_the_strict_policy(client):
    found = policy(client.get("/id/"))
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == ["'self'"]
    assert not any("unsafe" in source or "http" in source or "*" in source for sources in found.values() for source in sources)


def test_the_editor_has_a_policy_of_its_own(client):
    found = policy(client.get("/admin/"))
    assert found["script-src"] == ["'self'", "'unsafe-inline'"]
    assert found["default-src"] == found["form-action"] == ["'self'"]
    assert found["object-src"] == ["'none'"]
    assert not any("http" in source or "*" in source or "eval" in source for sources in found.values() for source in sources)


def test_a_missing_page_has_a_policy_too(client, two_hosts):
    assert "default-src" in policy(client.get("/nowhere/"))


def test_a_full_stop_at_the_end_names_the_content_host_too(client, db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert client.get("/account/login/", headers={"host": "localhost.:8000"}).status_code == 404
