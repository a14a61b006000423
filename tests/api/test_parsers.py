"""What is sent is JSON of a bearable size, or it is refused with a sentence."""

import pytest

PLACE = "/api/v1/webhooks"


def post(program, body):
    return program.generic("POST", PLACE, body, "application/json", headers={"Idempotency-Key": "x"})


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "1", b"\xff", '{"name": NaN}', r'{"name": "\ud800"}'])
def test_what_is_no_object_is_no_fault_of_ours(program, body):
    answer = post(program, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("depth", [31, 33, 400, 900, 960, 990, 1100, 100_000])
def test_what_is_nested_deeply_is_refused(program, depth):
    assert post(program, "[" * depth + "]" * depth).status_code == 400
    assert post(program, '{"name":' * depth + "1" + "}" * depth).status_code == 400


def test_what_is_too_large_is_refused_before_it_is_read(program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(program, '{"name": "' + "x" * 1000 + '"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
