"""Bank details go in and never come out, and nobody reads another's."""

import logging
import re

import pytest
from django.core import mail
from django.core.management import call_command

from api.models import IdempotencyKey
from recompense.models import Payee
from tests.api.recompense.conftest import OWN, PLACE, field, keys, problem
from tests.factories import recompense as make

PAYEES = f"{PLACE}/payees"
SAID = {"name": "Mo Member", "sort_code": "40-47-84", "account_number": "70872490", "roll_number": "AB/12"}
TELLING = re.compile("404784|40-47-84|70872490|0872490|AB/12")


@pytest.fixture
def payee(mo):
    return make.make_payee(mo, **SAID)


def address(payee):
    return f"{PAYEES}/{payee.key}"


def test_an_account_is_made_and_only_its_end_is_shown(mo_, send, mo):
    made = send(mo_, "post", PAYEES, SAID)
    payee = Payee.objects.get(person=mo)
    assert (made.status_code, made["Location"]) == (201, address(payee))
    shown = made.json()
    assert shown.keys() == {"key", "name", "ending", "changed_at"}
    assert (shown["name"], shown["ending"]) == ("Mo Member", "2490")
    assert mo_.get(address(payee)).json() == shown == mo_.get(PAYEES).json()["results"][0]
    assert (payee.sort_code, payee.account_number, payee.roll_number) == ("404784", "70872490", "AB/12")


def test_before_that_there_is_none(mo_):
    assert keys(mo_.get(PAYEES)) == []


def test_sent_again_with_its_key_nothing_changes(mo_, send, mo):
    first, again = (send(mo_, "post", PAYEES, SAID, key="once") for _time in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert problem(send(mo_, "post", PAYEES, SAID | {"account_number": "70872491"}, key="once")) == (
        422,
        "idempotency_key_reused",
    )
    assert Payee.objects.get(person=mo).account_number == "70872490"


def test_another_account_takes_its_place_and_its_owner_is_told(mo_, send, payee, mo, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = send(mo_, "post", PAYEES, SAID | {"account_number": "12345678", "roll_number": ""})
    assert (made.status_code, made.json()["key"], made.json()["ending"]) == (201, str(payee.key), "5678")
    assert Payee.objects.get(person=mo).roll_number == ""
    assert [message.to for message in mail.outbox] == [[mo.email]]
    assert not TELLING.search(mail.outbox[0].body)


def test_a_part_is_changed_of_what_was_read(mo_, send, payee):
    tag = mo_.get(address(payee))["ETag"]
    answer = send(mo_, "patch", address(payee), {"account_number": "12345678"}, **{"If-Match": tag})
    assert (answer.status_code, answer.json()["ending"]) == (200, "5678")
    payee.refresh_from_db()
    assert (payee.sort_code, payee.name_on_account, payee.roll_number) == ("404784", "Mo Member", "AB/12")
    assert problem(send(mo_, "patch", address(payee), {"name": "M"}, **{"If-Match": tag})) == (412, "precondition_failed")
    assert problem(send(mo_, "patch", address(payee), {"name": "M"})) == (428, "precondition_required")


def test_an_account_with_the_same_end_is_another_state(mo_, send, payee):
    """Otherwise who read the one would change the other."""
    tag = mo_.get(address(payee))["ETag"]
    send(mo_, "post", PAYEES, SAID | {"account_number": "99992490"})
    assert problem(send(mo_, "patch", address(payee), {"name": "M"}, **{"If-Match": tag})) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("part", "said", "code"),
    [
        ("name", "", "invalid"),
        ("name", "x" * 101, "invalid"),
        ("sort_code", "40-47-8", "sort_code"),
        ("sort_code", "4O4784", "sort_code"),
        ("sort_code", 404784, "invalid"),
        ("account_number", "12345", "account_number_length"),
        ("account_number", "123456789", "account_number_length"),
        ("account_number", "7087249O", "account_number"),
        ("account_number", 70872490, "invalid"),
        ("account_number", None, "invalid"),
        ("roll_number", "?", "roll_number"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(mo_, send, part, said, code):
    answer = send(mo_, "post", PAYEES, SAID | {part: said})
    assert (problem(answer), field(answer)) == ((400, code), [part])
    assert not TELLING.search(answer.content.decode())
    assert part == "name" or str(said) not in answer.json()["errors"][0]["message"]
    assert not Payee.objects.exists()


@pytest.mark.parametrize("who", ["bo_", "sam_", "cas_", "pat_", "fin_"])
def test_nobody_reads_somebody_elses(request, send, payee, who):
    other = request.getfixturevalue(who)
    assert str(payee.key) not in keys(other.get(PAYEES))
    assert problem(other.get(address(payee))) == (404, "not_found")
    assert problem(send(other, "patch", address(payee), {"name": "M"}, **{"If-Match": "*"})) == (404, "not_found")
    assert "Mo Member" not in other.get(PAYEES).content.decode()


def test_the_scopes_are_two(machine, mo, send, payee):
    reads, writes = machine(mo, "payees/read"), machine(mo, "payees/write")
    assert reads.get(address(payee)).status_code == 200
    assert problem(send(reads, "post", PAYEES, SAID)) == (403, "scope_missing")
    assert problem(writes.get(address(payee))) == (403, "scope_missing")
    assert send(writes, "post", PAYEES, SAID).status_code == 201


def test_nothing_of_it_is_in_a_log_or_in_the_database(mo_, send, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    made = send(mo_, "post", PAYEES, SAID, key="once")
    send(mo_, "post", PAYEES, SAID | {"sort_code": "404784x"})
    send(mo_, "patch", made["Location"], {"roll_number": "AB/12"}, **{"If-Match": "*"})
    logged = [record for record in caplog.records if record.name != "django.db.backends"]  # silent where people are served
    assert not TELLING.search("".join(f"{record.getMessage()} {vars(record)}" for record in logged))
    dump = tmp_path / "dump.json"
    call_command("dumpdata", "recompense", "api", "core", output=str(dump))
    assert IdempotencyKey.objects.count() == 1
    readable = dump.read_text()
    for row in Payee.objects.all():  # what the models themselves decrypt
        for part in [row.sort_code, row.account_number, row.roll_number]:
            readable = readable.replace(f'"{part}"', "")
    assert not TELLING.search(readable)


def test_a_list_has_one_at_most_and_costs_the_same(mo_, queries, payee, bo):
    before = queries(mo_, PAYEES)
    assert len(keys(mo_.get(PAYEES))) == 1
    assert before == 2  # the token with its person, and the row


def test_a_person_without_a_panel_may_too(sam, machine, send):
    assert send(machine(sam, *OWN), "post", PAYEES, SAID).status_code == 201
