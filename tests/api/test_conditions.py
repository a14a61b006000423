"""What was read is what is changed."""

import pytest

from api import conditions, webhooks
from api.models import Webhook

PLACE = "/api/v1/webhooks"


@pytest.fixture
def address(webhook):
    return f"{PLACE}/{webhook.key}"


@pytest.fixture
def etag(program, address):
    return program.get(address)["ETag"]


def test_the_tag_is_strong_and_equal_for_equal_answers_alone():
    assert conditions.etag({"a": 1}) == conditions.etag({"a": 1}) != conditions.etag({"a": 2})
    assert conditions.etag({}).startswith('"')


def test_one_thing_has_a_tag_and_a_list_has_none(program, address):
    assert program.get(address)["ETag"]
    assert "ETag" not in program.get(PLACE)


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_is_told_so_and_no_more(program, address, etag, form):
    answer = program.get(address, headers={"If-None-Match": form.format(etag)})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)


@pytest.mark.parametrize("held", ['"other"', "nonsense", ""])
def test_who_has_something_else_is_given_it(program, address, held):
    assert program.get(address, headers={"If-None-Match": held}).status_code == 200


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_must_say_what_it_changes(program, send, address, method):
    answer = send(program, method, address, {"name": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    assert Webhook.objects.get().name == "Case system"


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_what_was_changed_meanwhile_is_not_overwritten(program, send, adi, webhook, address, etag, method):
    webhooks.change(webhook, name="Changed meanwhile", by=adi)
    answer = send(program, method, address, {"name": "Other"}, **{"If-Match": etag})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert Webhook.objects.get().name == "Changed meanwhile"


@pytest.mark.parametrize("form", ["{}", '"other", {}', "*"])
def test_a_change_of_what_was_read_is_made_and_answers_a_new_tag(program, send, address, etag, form):
    answer = send(program, "patch", address, {"name": "Other"}, **{"If-Match": form.format(etag)})
    assert (answer.status_code, answer.json()["name"]) == (200, "Other")
    assert answer["ETag"] == program.get(address)["ETag"] != etag


@pytest.mark.parametrize("form", ["W/{}", "nonsense", '"other"'])
def test_a_weak_or_wrong_tag_changes_nothing(program, send, address, etag, form):
    answer = send(program, "patch", address, {"name": "Other"}, **{"If-Match": form.format(etag)})
    assert answer.status_code == 412


def test_an_act_needs_no_tag_and_honours_one(program, send, adi, webhook, address, etag):
    webhooks.change(webhook, name="Changed meanwhile", by=adi)
    refused = send(program, "post", f"{address}/test", **{"If-Match": etag})
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert not webhook.deliveries.exists()
    assert send(program, "post", f"{address}/test", **{"If-Match": program.get(address)["ETag"]}).status_code == 202
    assert send(program, "post", f"{address}/test").status_code == 202
