"""A POST that comes twice is done once, and only what was done is remembered."""

import datetime
import json
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request

from api import idempotency
from api.models import IdempotencyKey, Webhook
from core.models import AuditEvent
from people import roles
from tests.api.conftest import HOOK, SECRET

PLACE = "/api/v1/webhooks"
KEY = "7a2f0d1c-first-try"


def made(answer):
    return answer.json()["key"]


def test_the_same_request_again_does_nothing_more_and_answers_the_same(program, send):
    first, again = (send(program, "post", PLACE, HOOK, key=KEY) for _time in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Webhook.objects.count() == AuditEvent.objects.filter(act="webhook.made").count() == 1


def test_the_answer_shows_what_was_made_as_it_is_now(program, send):
    first = send(program, "post", PLACE, HOOK, key=KEY)
    send(program, "patch", first["Location"], {"name": "Another name"}, **{"If-Match": first["ETag"]})
    again = send(program, "post", PLACE, HOOK, key=KEY)
    assert (again.status_code, again.json()["name"]) == (201, "Another name")


def test_what_was_made_and_is_gone_is_not_made_again(program, send):
    first = send(program, "post", PLACE, HOOK, key=KEY)
    send(program, "delete", first["Location"], **{"If-Match": first["ETag"]})
    assert send(program, "post", PLACE, HOOK, key=KEY).status_code == 404
    assert not Webhook.objects.exists()


def test_whoever_may_no_longer_see_it_is_not_shown_it(program, send, adi):
    send(program, "post", PLACE, HOOK, key=KEY)
    roles.revoke(adi, "administrator")
    assert send(program, "post", PLACE, HOOK, key=KEY).status_code == 404


def test_an_act_is_done_once_too(program, send, webhook):
    first, again = (send(program, "post", f"{PLACE}/{webhook.key}/test", key=KEY) for _time in range(2))
    assert (first.status_code, again.status_code, made(first)) == (202, 202, made(again))
    assert webhook.deliveries.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        lambda send, program, webhook: send(program, "post", PLACE, HOOK | {"name": "Other"}, key=KEY),
        lambda send, program, webhook: send(program, "post", PLACE, HOOK | {"is_active": True}, key=KEY),
        lambda send, program, webhook: send(program, "post", f"{PLACE}/{webhook.key}/test", HOOK, key=KEY),
    ],
    ids=["another value", "another field", "another address"],
)
def test_another_request_under_the_same_key_is_refused(program, send, webhook, other):
    send(program, "post", PLACE, HOOK, key=KEY)
    answer = other(send, program, webhook)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Webhook.objects.count() == 2
    assert not webhook.deliveries.exists()


def test_the_order_in_which_fields_are_written_says_nothing(program, send):
    send(program, "post", PLACE, HOOK, key=KEY)
    turned = dict(reversed(HOOK.items()))
    assert send(program, "post", PLACE, turned, key=KEY)["Idempotency-Replayed"] == "true"


def test_one_key_means_different_requests_of_different_people_and_programs(program, machine, send, client, adi, second_factor):
    other = machine(adi, "webhooks/write")
    second_factor(client, adi)
    keys = {made(send(asking, "post", PLACE, HOOK, key=KEY)) for asking in [program, other, client]}
    assert len(keys) == 3


def test_a_person_is_one_over_all_their_sessions(client, adi, second_factor, send):
    first = send(second_factor(client, adi), "post", PLACE, HOOK, key=KEY)
    assert made(send(second_factor(Client(), adi), "post", PLACE, HOOK, key=KEY)) == made(first)


@pytest.mark.parametrize("wrong", [{"url": "http://cases.example.org"}, {"events": []}], ids=["by the act", "by its shape"])
def test_a_refused_request_leaves_nothing_and_its_key_free(program, send, wrong):
    assert send(program, "post", PLACE, HOOK | wrong, key=KEY).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert send(program, "post", PLACE, HOOK, key=KEY).status_code == 201


def test_after_a_day_a_key_is_free(program, send):
    first = send(program, "post", PLACE, HOOK, key=KEY)
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + idempotency.KEPT + datetime.timedelta(minutes=1)):
        assert made(send(program, "post", PLACE, HOOK, key=KEY)) != made(first)
    assert IdempotencyKey.objects.count() == 1


def test_nothing_of_the_request_and_no_credential_is_kept(program, send, adi):
    answer = send(program, "post", PLACE, HOOK, key=KEY)
    row = IdempotencyKey.objects.values().get()
    assert (row["key"], row["status"], row["made"]) == (KEY, 201, uuid.UUID(made(answer)))
    kept = str(row)
    for private in [HOOK["name"], HOOK["url"], SECRET, str(adi.key), adi.auth_token_set.get().digest, str(adi.audit_key)]:
        assert private not in kept


def test_who_holds_a_copy_of_the_database_cannot_try_out_what_was_sent(program, send, settings):
    """The digest is keyed: the same request has another under another key."""
    send(program, "post", PLACE, HOOK, key=KEY)
    settings.BLIND_INDEX_KEY = "another-blind-index-key-0123456789abcdef"
    send(program, "post", PLACE, HOOK, key=KEY)
    assert IdempotencyKey.objects.values("request").distinct().count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "\t", "é", "x" * 256, "a\x7f"])
def test_a_key_that_is_none_is_refused(program, key):
    answer = program.post(PLACE, HOOK, "application/json", headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


@pytest.mark.parametrize("key", ["x", "x" * 255, '"quoted"', "~!"])
def test_any_visible_ascii_is_a_key(program, send, key):
    assert send(program, "post", PLACE, HOOK, key=key).status_code == 201


# Forms with files --------------------------------------------------------------------------------


def digest(rf, data, content_type=None):
    """Of a POST as REST framework reads it; each multipart body is sent with a boundary of its own."""
    asked = rf.post(PLACE, data, content_type) if content_type else rf.post(PLACE, data)
    return idempotency._digest(Request(asked, parsers=[JSONParser(), MultiPartParser()]))


def receipt(content=b"one", name="receipt.jpg"):
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_the_contents_of_files_are_part_of_a_request(rf):
    same = digest(rf, {"line": "1", "file": receipt()})
    assert same == digest(rf, {"file": receipt(), "line": "1"})
    for other in [{"file": receipt(b"two")}, {"file": receipt(name="b.jpg")}, {"line": "2"}]:
        assert digest(rf, {"line": "1", "file": receipt(), **other}) != same


def test_a_file_can_be_read_after_it_was_looked_at(rf):
    asked = Request(rf.post(PLACE, {"file": receipt()}), parsers=[MultiPartParser()])
    idempotency._digest(asked)
    assert asked.data["file"].read() == b"one"


def test_a_large_file_is_the_same_however_it_was_kept_meanwhile(rf, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
    in_memory = digest(rf, {"file": receipt(b"x" * 300_000)})
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    assert digest(rf, {"file": receipt(b"x" * 300_000)}) == in_memory


def test_json_is_the_same_whatever_its_spaces(rf):
    loose, tight = json.dumps(HOOK, indent=2), json.dumps(HOOK, separators=(",", ":"))
    assert digest(rf, loose, "application/json") == digest(rf, tight, "application/json")
