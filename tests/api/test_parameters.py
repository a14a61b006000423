"""What stands after the question mark is understood, or it is refused: nothing is ignored."""

import pytest

HOOKS, CLAIMS = "/api/v1/webhooks", "/api/v1/claims"


@pytest.fixture
def reader(sam, machine):
    return machine(sam, "claims/read")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"stats": "paid"}, "unknown_parameter"),
        ({"status": ["paid", "draft"]}, "repeated_parameter"),
        ({"status": ""}, "invalid"),
        ({"day_from": ""}, "invalid"),
        ({"cursor": ""}, "invalid"),
        ({"status": "lost"}, "invalid"),
        ({"day_to": "27/11/2026"}, "invalid"),
        ({"reference": "\x00"}, "invalid"),
    ],
)
def test_what_is_not_understood_is_refused(reader, asked, code):
    answer = reader.get(CLAIMS, asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("said", ["yes", "1", "True", "null", "on"])
def test_truth_is_true_or_false(program, said):
    answer = program.get(HOOKS, {"is_active": said})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "is_active")


def test_an_organisation_is_named_by_its_key_or_by_nothing(program, send, webhook):
    address = f"{HOOKS}/{webhook.key}"
    for wrong in ["", 7, "x", [], {}, True]:
        answer = send(program, "patch", address, {"organisation": wrong}, **{"If-Match": "*"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "organisation")
    assert send(program, "patch", address, {"organisation": None}, **{"If-Match": "*"}).status_code == 200
