"""Lists come in pages by place: what is added meanwhile shifts nothing, and a wrong question is refused."""

import base64

import pytest

from api.models import Webhook
from tests.api.conftest import HOOK

PLACE = "/api/v1/webhooks"


@pytest.fixture
def five(adi):
    return [Webhook.objects.create(**HOOK | {"name": f"System {number}"}, made_by=adi) for number in range(1, 6)]


def names(answer):
    return [row["name"] for row in answer.json()["results"]]


def test_the_newest_comes_first_and_the_pages_join(program, five):
    first = program.get(PLACE, {"limit": 2})
    Webhook.objects.create(**HOOK)
    second = program.get(first.json()["next"])
    third = program.get(second.json()["next"])
    assert [names(page) for page in [first, second, third]] == [["System 5", "System 4"], ["System 3", "System 2"], ["System 1"]]
    assert third.json()["next"] is None
    assert names(program.get(third.json()["previous"])) == names(second)


@pytest.mark.parametrize(
    "limit", ["0", "-1", "201", "x", "", "1.5", "9" * 400, "٣", "0001000000", "0001" + "0" * 20, "1" + "0" * 5000, "007", "5\n"]
)
def test_a_limit_that_is_none_is_named(program, five, limit):
    answer = program.get(PLACE, {"limit": limit})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("inside", ["p=x", "p=\x00", "o=-1", "r=x", "p=" + "9" * 40 + "x"])
def test_a_cursor_that_was_made_up_leads_nowhere(program, five, inside):
    answer = program.get(PLACE, {"cursor": base64.b64encode(inside.encode()).decode()})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize("cursor", ["x", "", "ünïcode", "%00", "p=1"])
def test_what_is_no_cursor_is_no_fault_of_ours(program, five, cursor):
    assert program.get(PLACE, {"cursor": cursor}).status_code in {200, 400}


def test_a_very_large_place_is_a_place(program, five):
    for place in ["9" * 40, "-" + "9" * 40]:
        cursor = base64.b64encode(f"p={place}".encode()).decode()
        assert program.get(PLACE, {"cursor": cursor}).status_code in {200, 400}


def test_a_parameter_that_is_not_there_is_named_with_those_that_are(program, five):
    answer = program.get(PLACE, {"is_activ": "true"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert "is_activ" in answer.json()["detail"]
    assert "cursor, is_active, limit" in answer.json()["detail"]


def test_one_thing_takes_no_parameters(program, five):
    answer = program.get(f"{PLACE}/{five[0].key}", {"limit": 2})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


def test_a_filter_takes_a_right_value_alone(program, five):
    Webhook.objects.filter(pk=five[0].pk).update(is_active=False)
    assert names(program.get(PLACE, {"is_active": "false"})) == ["System 1"]
    wrong = program.get("/api/v1/deliveries", {"status": "lost"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "status")


def test_a_list_costs_the_same_with_one_row_and_with_five(program, five, django_assert_num_queries):
    """The token, the person's two kinds of permission, and the list."""
    program.get(PLACE)  # and once a day a note that the token is used
    for limit in [1, 5]:
        with django_assert_num_queries(4):
            program.get(PLACE, {"limit": limit})
