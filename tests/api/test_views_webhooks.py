"""Webhooks over the interface: the first resource, and by it what every resource does."""

import pytest
from django.test import Client

from api import deliveries
from api.models import Delivery, Webhook
from tests.api.conftest import HOOK, SECRET

PLACE = "/api/v1/webhooks"


@pytest.fixture
def failed(webhook):
    return Delivery.objects.create(webhook=webhook, type="registration.made", status="failed", next_at=None, attempts=15)


def test_one_is_made_read_changed_and_removed(program, send):
    made = send(program, "post", PLACE, HOOK)
    address = made["Location"]
    assert (made.status_code, address) == (201, f"{PLACE}/{made.json()['key']}")
    read = program.get(address)
    assert (read.json(), read["ETag"]) == (made.json(), made["ETag"])
    changed = send(program, "patch", address, {"is_active": False}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()) == (200, read.json() | {"is_active": False})
    assert [row["key"] for row in program.get(PLACE).json()["results"]] == [made.json()["key"]]
    gone = send(program, "delete", address, **{"If-Match": changed["ETag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert program.get(address).status_code == 404


def test_the_secret_is_never_answered(program, send, webhook):
    answers = [
        send(program, "post", PLACE, HOOK),
        program.get(PLACE),
        program.get(f"{PLACE}/{webhook.key}"),
        send(program, "patch", f"{PLACE}/{webhook.key}", {"secret": SECRET * 2}, **{"If-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    assert all(SECRET not in answer.content.decode() for answer in answers)
    webhook.refresh_from_db()
    assert webhook.secret == SECRET * 2


def test_an_administrator_may_by_session_too(client, adi, second_factor, send):
    assert send(second_factor(client, adi), "post", PLACE, HOOK).status_code == 201


@pytest.mark.parametrize("who", ["sam", "ed", "val"])
def test_to_everybody_else_there_is_nothing(request, client, second_factor, send, webhook, failed, who):
    second_factor(client, request.getfixturevalue(who))
    answers = [
        client.get(PLACE),
        client.get(f"{PLACE}/{webhook.key}"),
        client.get("/api/v1/deliveries"),
        client.get(f"/api/v1/deliveries/{failed.key}"),
        send(client, "post", PLACE, HOOK),
        send(client, "post", f"{PLACE}/{webhook.key}/test"),
        send(client, "post", f"/api/v1/deliveries/{failed.key}/retry"),
        send(client, "patch", f"{PLACE}/{webhook.key}", {"name": "Other"}, **{"If-Match": "*"}),
        send(client, "delete", f"{PLACE}/{webhook.key}", **{"If-Match": "*"}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert Webhook.objects.get().name == "Case system"


def test_a_stranger_is_asked_who_they_are(db, send, webhook):
    answers = [Client().get(PLACE), send(Client(), "post", PLACE, HOOK), Client().get(f"{PLACE}/{webhook.key}")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "not_authenticated")}


def test_a_program_that_reads_does_not_write(adi, machine, send, webhook):
    reader = machine(adi, "webhooks/read")
    assert reader.get(f"{PLACE}/{webhook.key}").status_code == 200
    for answer in [send(reader, "post", PLACE, HOOK), send(reader, "post", f"{PLACE}/{webhook.key}/test")]:
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "\x00"}, "name"),
        ({"url": "cases"}, "url"),
        ({"url": "http://cases.example.org"}, "url"),
        ({"url": "https://" + "x" * 600}, "url"),
        ({"events": []}, "events"),
        ({"events": ["person.erased"]}, "events.0"),
        ({"events": "registration.made"}, "events"),
        ({"organisation": "none"}, "organisation"),
        ({"organisation": "5f0f2e2e-0000-4000-8000-000000000000"}, "organisation"),
        ({"secret": "short"}, "secret"),
        ({"is_active": "perhaps"}, "is_active"),
    ],
)
def test_what_is_wrong_is_named(program, send, fields, field):
    answer = send(program, "post", PLACE, HOOK | fields)
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Webhook.objects.exists()


def test_another_kind_of_content_is_refused(program):
    answer = program.post(PLACE, HOOK, headers={"Idempotency-Key": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("key", ["x", "1", "5f0f2e2e-0000-4000-8000-000000000000", "%00"])
def test_what_is_not_there_is_not_there(program, webhook, key):
    assert program.get(f"{PLACE}/{key}").status_code == 404


def test_a_test_is_a_delivery_that_can_be_followed(program, send, webhook):
    asked = send(program, "post", f"{PLACE}/{webhook.key}/test")
    assert (asked.status_code, asked.json()["status"], asked.json()["type"]) == (202, "waiting", "webhook.test")
    assert "Location" not in asked
    read = program.get(f"/api/v1/deliveries/{asked.json()['key']}")
    assert (read.json(), read["ETag"]) == (asked.json(), asked["ETag"])


def test_deliveries_are_listed_by_webhook_and_state(program, adi, failed):
    other = Webhook.objects.create(**HOOK, made_by=adi)
    Delivery.objects.create(webhook=other, type="registration.made")
    found = program.get("/api/v1/deliveries", {"webhook": failed.webhook.key}).json()["results"]
    assert [row["key"] for row in found] == [str(failed.key)]
    found = program.get("/api/v1/deliveries", {"status": "waiting"}).json()["results"]
    assert [row["webhook"] for row in found] == [str(other.key)]


def test_what_failed_is_tried_again_and_what_waits_is_not(program, send, failed):
    address = f"/api/v1/deliveries/{failed.key}/retry"
    assert send(program, "post", address).json()["status"] == "waiting"
    again = send(program, "post", address)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_a_status_cannot_be_written(program, send, failed):
    for method in ["put", "patch", "delete"]:
        assert send(program, method, f"/api/v1/deliveries/{failed.key}", {"status": "delivered"}).status_code == 405
    send(program, "post", f"/api/v1/deliveries/{failed.key}/retry", {"status": "delivered", "attempts": 0})
    failed.refresh_from_db()
    assert failed.status == "waiting"


def test_nothing_is_sent_by_the_request_itself(program, send, webhook, receiver):
    Webhook.objects.update(url=receiver.url)
    send(program, "post", f"{PLACE}/{webhook.key}/test")
    assert receiver.told == []
    deliveries.run()
    assert len(receiver.told) == 1
