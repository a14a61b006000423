"""Everybody comes with a program that has every scope of panels: Ana applies, Mo is a member, Kit coordinates, Cora coordinates
another panel, Sam is a stranger. So it is never a scope that opens anything."""

import pytest

from tests.factories.panels import make_application, make_campaign, make_panel

PLACE = "/api/v1"
READING = ["panels/read", *[f"{thing}/read" for thing in ["campaigns", "applications", "memberships", "meetings"]]]
SCOPES = [*READING, *[scope.replace("/read", "/write") for scope in READING if scope != "panels/read"]]


def coming_with_a_program(name):
    def make(request, machine):
        return machine(request.getfixturevalue(name), *SCOPES)

    return pytest.fixture(make, name=f"{name}_")


ana_ = coming_with_a_program("ana")
kit_ = coming_with_a_program("kit")
sam_ = coming_with_a_program("sam")
mo_ = coming_with_a_program("mo")


@pytest.fixture
def elsewhere(cora, reference_data):
    """A panel that Cora coordinates and Kit does not."""
    return make_panel("Hillside Panel", coordinators=[cora])


@pytest.fixture
def cora_(cora, elsewhere, machine):
    return machine(cora, *SCOPES)


@pytest.fixture
def reader(kit, machine):
    """A program of Kit's that may read."""
    return machine(kit, *READING)


@pytest.fixture
def draft_campaign(panel, kit):
    return make_campaign(panel, kit, is_open=False)


@pytest.fixture
def draft(campaign, ana):
    return make_application(campaign, ana, is_sent=False)


@pytest.fixture
def sent(campaign, ana):
    return make_application(campaign, ana)


@pytest.fixture
def act(send):
    """`act(client, row, "open", {…})`."""

    def do(client, row, name, data=None, **headers):
        return send(client, "post", f"{at(row)}/{name}", data, **headers)

    return do


@pytest.fixture
def change(send):
    """`change(client, row, {…})`: of what was read just now."""

    def do(client, row, data, **headers):
        return send(client, "patch", at(row), data, **({"If-Match": client.get(at(row)).get("ETag", "*")} | headers))

    return do


def at(row):
    """Where a row is read."""
    return f"{PLACE}/{row._meta.model_name}s/{row.key}"


def problem(answer):
    return answer.status_code, answer.json()["code"]


def field(answer):
    """Which fields a refusal names."""
    return [one["field"] for one in answer.json().get("errors", [])]


def keys(answer):
    return [row["key"] for row in answer.json()["results"]]
