"""What every resource below /api/v1/ does, whoever writes it: walked by the schema, so that none is forgotten."""

import uuid

import pytest
import yaml
from django.conf import settings
from django.test import Client

SCHEMA = yaml.safe_load((settings.BASE_DIR / "docs/api/openapi.yaml").read_text())
PATHS = SCHEMA["paths"]
NOT_THERE = str(uuid.UUID(int=4))
CONDITIONAL = {"patch", "put", "delete"}


def operations(*methods, public=None):
    """Those of some methods; `public`: only those that ask nobody who they are, or only the others."""
    return [
        pytest.param(method, path, PATHS[path][method], id=f"{method} {path}")
        for path in PATHS
        for method in PATHS[path]
        if method in methods and public in (None, is_public(PATHS[path][method]))
    ]


def is_public(operation):
    return {"token": []} not in operation["security"]


def headers(operation):
    return {one["name"]: one.get("required", False) for one in operation.get("parameters", []) if one["in"] == "header"}


def address(path):
    return path.replace("{key}", NOT_THERE).replace("{page}", "1").replace("{number}", "7")


@pytest.fixture
def all_powerful(client, person, second_factor):
    """Somebody who may do everything, so that only the rules of the interface stand in the way."""
    return second_factor(client, person("Su Perperson", is_staff=True, is_superuser=True))


@pytest.mark.parametrize(("method", "path", "operation"), operations("get", "post", *CONDITIONAL, public=False))
def test_a_stranger_is_asked_who_they_are(db, method, path, operation):
    answer = Client().generic(method.upper(), address(path))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(("method", "path", "operation"), operations("get", "post", *CONDITIONAL, public=False))
def test_a_token_without_its_scope_is_refused_before_anything_is_looked_at(sam, machine, method, path, operation):
    other = "payees/read" if "payees/read" not in operation["description"] else "me/read"
    answer = machine(sam, other).generic(method.upper(), address(path))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(("method", "path", "operation"), operations("post"))
def test_every_post_needs_a_key_of_its_own(all_powerful, method, path, operation):
    answer = all_powerful.post(address(path), {}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert headers(operation)["Idempotency-Key"]


@pytest.mark.parametrize(("method", "path", "operation"), operations(*CONDITIONAL, public=False))
def test_every_change_needs_the_tag_of_what_was_read(all_powerful, method, path, operation):
    answer = all_powerful.generic(method.upper(), address(path), "{}", "application/json")
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    assert headers(operation)["If-Match"]


@pytest.mark.parametrize(("method", "path", "operation"), operations("get"))
def test_an_unknown_parameter_is_refused(all_powerful, method, path, operation):
    answer = all_powerful.get(address(path), {"nonesuch": "1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize(("method", "path", "operation"), operations("get", "post", *CONDITIONAL))
def test_what_is_not_there_is_not_there(all_powerful, send, method, path, operation):
    if "{key}" in path:
        answer = send(all_powerful, method, address(path), **({"If-Match": "*"} if method in CONDITIONAL else {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path", "operation"), operations("get", "post", *CONDITIONAL, public=False))
def test_the_schema_says_which_scope_and_which_problems(method, path, operation):
    assert "Scope for tokens: `" in operation["description"]
    assert {"400", "401", "403", "429"} <= operation["responses"].keys()
    assert operation["summary"]
    assert {"session": []} in operation["security"]
    assert {"token": []} in operation["security"]


@pytest.mark.parametrize(("method", "path", "operation"), operations("get", "post", *CONDITIONAL, public=True))
def test_what_is_open_to_everybody_says_so_and_looks_at_nobody(all_powerful, machine, sam, method, path, operation):
    """The answer is the same whoever sends it: a session and a token are not looked at."""
    assert "401" not in operation["responses"] or operation["security"] == [{"experience": []}]
    assert "403" not in operation["responses"]
    askers = [Client(), all_powerful, machine(sam, "me/read")]
    answers = [asking.generic(method.upper(), address(path)) for asking in askers]
    assert len({(answer.status_code, code(answer)) for answer in answers}) == 1
    assert answers[0].status_code in {200, 400, 401, 404}


def code(answer):
    return answer.json().get("code") if answer.status_code >= 400 else ""


@pytest.mark.parametrize(("method", "path", "operation"), operations("post", "patch", "put"))
def test_no_status_can_be_written(method, path, operation):
    """In no body that is taken: acts are addresses of their own."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"]["$ref"].rpartition("/")[2]
        assert "status" not in SCHEMA["components"]["schemas"][name]["properties"]
