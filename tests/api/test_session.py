"""The REST interface by session: who is let in, and from where."""

import pytest
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.request import Request

from api.authentication import SessionAuthentication


def test_a_stranger_is_not_answered(client, db):
    response = client.get("/api/v1/me")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Session")


def test_a_learner_is_told_who_they_are(client, lee):
    client.force_login(lee)
    assert client.get("/api/v1/me").json() == {"key": str(lee.key), "name": lee.display_name, "roles": []}


def test_roles_are_named(client, second_factor, val):
    assert second_factor(client, val).get("/api/v1/me").json()["roles"] == ["statistics officer"]


def test_staff_without_the_second_factor_are_not_let_in(client, val):
    client.force_login(val)
    response = client.get("/api/v1/me")
    assert response.status_code in {302, 401, 403}
    assert str(val.key) not in response.content.decode()


@pytest.mark.parametrize("origin", ["null", "https://elsewhere.example", "content"])
def test_a_request_from_foreign_content_is_refused(client, lee, settings, origin):
    client.force_login(lee)
    headers = {"Origin": settings.CONTENT_BASE_URL if origin == "content" else origin}
    response = client.get("/api/v1/me", headers=headers)
    assert response.status_code == 403
    assert str(lee.key) not in response.content.decode()


def test_a_request_from_our_own_pages_is_answered(client, lee, settings):
    client.force_login(lee)
    assert client.get("/api/v1/me", headers={"Origin": settings.BASE_URL}).status_code == 200


def test_a_change_without_the_csrf_token_is_refused(lee):
    """Before the method is looked at: no endpoint can forget it."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(lee)
    response = client.post("/api/v1/me", {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")


def test_methods_that_are_not_there_are_named(client, lee):
    client.force_login(lee)
    response = client.delete("/api/v1/me")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("address", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/me"])
def test_there_is_nothing_at_other_addresses(client, db, address):
    response = client.get(address)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/webhooks/0", "/xapi/nothing"])
def test_there_is_nothing_to_change_there_either(db, address, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_an_inactive_person_is_nobody(client, lee):
    client.force_login(lee)
    type(lee).objects.filter(pk=lee.pk).update(is_active=False)
    assert client.get("/api/v1/me").status_code == 401


def test_the_session_is_asked_for_by_name():
    with pytest.raises(exceptions.PermissionDenied) as refusal:
        request = RequestFactory().get("/", headers={"Origin": "null"})
        request.session = {}
        request.user = type("Anybody", (), {"is_active": True})()
        SessionAuthentication().authenticate(Request(request))
    assert refusal.value.detail.code == "foreign_origin"
