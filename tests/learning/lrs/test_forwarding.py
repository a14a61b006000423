"""Statements reach stores outside in order, at least once, without a gap; what is not taken keeps nothing waiting."""

import datetime
import hashlib
import io
import socket
import uuid
from base64 import b64decode

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from core import outside
from learning.lrs import agents, attachments, forwarding, outbound, statements, vocabulary
from learning.models import Forwarder, SetAside, Statement
from tests.factories.outside_store import KEY, SECRET
from tests.factories.statements import AUTHORITY

pytestmark = pytest.mark.django_db
STAFF_NUMBER = {"objectType": "Agent", "account": {"homePage": "https://hr.example.org", "name": "4711"}}


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch):
    monkeypatch.setattr(forwarding, "LATE", datetime.timedelta())


@pytest.fixture
def send(forwarder):
    """A run; answers with the forwarder as it then is."""

    def run(*activities):
        forwarding.forward(forwarder.key, activities)
        forwarder.refresh_from_db()
        return forwarder

    return run


@pytest.fixture
def stored(store, say):
    """`stored(number)`: so many statements; their ids."""

    def put(number=1, verb="initialized", **changes):
        return [str(row.pk) for row in store(*(say(verb, **changes) for _number in range(number)))]

    return put


def later(**how_long):
    return time_machine.travel(timezone.now() + datetime.timedelta(**how_long), tick=False)


def aside(forwarder):
    return {str(row.statement_id): row.reason for row in forwarder.set_aside.all()}


# What is sent -------------------------------------------------------------------------------------


def test_statements_arrive_in_order_and_in_batches(outside_store, send, stored):
    ids = stored(120)
    assert send().sent == 120
    assert list(outside_store.held) == ids
    assert [len(batch) for batch in outside_store.batches] == [50, 50, 20]


def test_a_statement_arrives_as_it_was_said_without_what_the_receiver_sets(outside_store, send, stored):
    (sent,) = stored()
    send()
    assert outside_store.held[sent] == {
        key: value for key, value in Statement.objects.get().body.items() if key not in {"stored", "authority", "version"}
    }


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_the_key_and_the_version_stand_in_the_headers(outside_store, forwarder, send, stored, version):
    Forwarder.objects.update(version=version)
    stored()
    send()
    ((_method, path, headers, _said),) = outside_store.asked
    assert path == "/xapi/statements"
    assert b64decode(headers["Authorization"].partition(" ")[2]).decode() == f"{KEY}:{SECRET}"
    assert headers["X-Experience-API-Version"] == version


def test_nothing_is_sent_twice_and_what_comes_later_goes_alone(outside_store, send, stored):
    stored(3)
    send()
    (new,) = stored()
    send()
    send()
    assert [len(batch) for batch in outside_store.batches] == [3, 1]
    assert outside_store.batches[1] == [new]


def test_statements_of_one_moment_are_all_sent(outside_store, send, stored, monkeypatch):
    monkeypatch.setattr(forwarding, "BATCH", 2)
    stored(5)
    Statement.objects.update(stored=timezone.now())
    send()
    assert len(outside_store.held) == 5


def test_a_request_stays_small_unless_one_statement_is_large(outside_store, send, stored, monkeypatch):
    monkeypatch.setattr(forwarding, "MOST_BYTES", 100)
    stored(3)
    send()
    assert [len(batch) for batch in outside_store.batches] == [1, 1, 1]


def test_a_run_that_has_worked_long_enough_leaves_the_rest_to_the_next(outside_store, send, stored, monkeypatch):
    monkeypatch.setattr(forwarding, "BATCH", 1)
    stored(3)
    answered = outside_store.judge

    def judge(said):
        monkeypatch.setattr(forwarding, "ENOUGH", -1)
        return answered(said)

    outside_store.judge = judge
    assert send().sent == 1
    monkeypatch.setattr(forwarding, "ENOUGH", 60)
    outside_store.judge = answered
    assert send().sent == 3


def test_each_forwarder_goes_for_itself(outside_store, forwarder, send, stored):
    other = Forwarder.objects.create(endpoint="http://127.0.0.1:9/", name="Other", secret="x")
    stored(2)
    forwarding.forward(other.key, ())
    assert send().sent == 2


# Which --------------------------------------------------------------------------------------------


def test_a_filter_by_verb(outside_store, forwarder, send, stored):
    Forwarder.objects.update(verbs=[vocabulary.COMPLETED])
    stored(2)
    wanted = stored(1, "completed")
    send()
    assert list(outside_store.held) == wanted
    stored()
    assert send().sent == 1


def test_a_filter_by_activity_takes_what_belongs_to_it(outside_store, forwarder, send, stored):
    wanted, other = "https://example.org/course", "https://example.org/other"
    Forwarder.objects.update(activities=[wanted])
    ids = stored(object={"id": wanted})
    ids += stored(object={"id": other}, context={"contextActivities": {"parent": [{"id": wanted}]}})
    ids += stored(object={"id": other}, context={"contextActivities": {"grouping": {"id": wanted}}})
    stored(object={"id": other})
    send(wanted)
    assert list(outside_store.held) == ids


def test_what_voids_goes_where_its_target_went(outside_store, forwarder, send, store, say, void):
    Forwarder.objects.update(verbs=[vocabulary.COMPLETED])
    wanted, other = say("completed"), say("initialized")
    store(wanted, other)
    voiding, of_other, of_one_to_come = void(wanted["id"]), void(other["id"]), void(uuid.uuid4())
    store(voiding, of_other, of_one_to_come)
    send()
    assert list(outside_store.held) == [wanted["id"], voiding["id"], of_one_to_come["id"]]


def test_what_was_passed_over_is_not_looked_at_again(forwarder, send, stored):
    Forwarder.objects.update(verbs=[vocabulary.COMPLETED])
    stored(30)
    send()
    assert (forwarder.seen_stored, forwarder.sent) == (Statement.objects.latest("stored").stored, 0)


# What stays here ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": {"mbox": "mailto:lee@example.org"}},
        {"actor": STAFF_NUMBER},
        {"actor": agents.account("0b0fd7a5-1d53-4d26-a0cf-7d6a9f5f5c58") | {"name": "Lee"}},
        {"actor": {"objectType": "Group", "member": [{"mbox": "mailto:lee@example.org"}]}},
        {"object": STAFF_NUMBER},
        {"context": {"instructor": STAFF_NUMBER}},
        {"context": {"team": {"objectType": "Group", "mbox": "mailto:ward@example.org"}}},
        {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": STAFF_NUMBER}]}},
        {
            "context": {
                "contextGroups": [{"objectType": "contextGroup", "group": {"objectType": "Group", "member": [STAFF_NUMBER]}}]
            }
        },
        {
            "object": {
                "objectType": "SubStatement",
                "actor": {"mbox": "mailto:lee@example.org"},
                "verb": {"id": vocabulary.COMPLETED},
                "object": {"id": "https://example.org/course"},
            }
        },
    ],
)
def test_what_names_a_person_stays_here_unless_somebody_said_otherwise(outside_store, forwarder, send, stored, changes):
    (named,) = stored(**changes)
    (plain,) = stored()
    send()
    assert list(outside_store.held) == [plain]
    assert list(aside(forwarder)) == [named]
    Forwarder.objects.update(names_people=True)
    SetAside.objects.update(is_again=True)
    send()
    assert set(outside_store.held) == {named, plain}
    assert aside(forwarder) == {}


def test_what_our_own_player_says_of_a_learner_names_nobody(outside_store, forwarder, send, stored):
    stored(actor={"objectType": "Group", "member": [agents.account(str(uuid.uuid4()))]})
    send()
    assert len(outside_store.held) == 1


def test_what_1_0_3_does_not_know_is_set_aside_whole(outside_store, forwarder, send, stored):
    Forwarder.objects.update(version="1.0.3")
    agent = agents.account("0b0fd7a5-1d53-4d26-a0cf-7d6a9f5f5c58")
    (new,) = stored(context={"contextAgents": [{"objectType": "contextAgent", "agent": agent}]})
    stored()
    send()
    assert len(outside_store.held) == 1
    assert "1.0.3" in aside(forwarder)[new]


# Files --------------------------------------------------------------------------------------------


def with_file(say, content=b"A drawing", **more):
    described = {
        "usageType": "https://example.org/drawing",
        "display": {"en": "Drawing"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": hashlib.sha256(content).hexdigest(),
    } | more
    return say(attachments=[described])


def keep(said, content=b"A drawing"):
    part = attachments.Part(hashlib.sha256(content).hexdigest(), len(content), io.BytesIO(content))
    with attachments.carried([part]) as files, transaction.atomic():
        rows = statements.store([said], source="player", authority=AUTHORITY)
        attachments.keep(files, [row.row for row in rows])


def test_files_go_along_each_statement_with_its_own(outside_store, send, say, stored):
    before = stored(2)
    said = with_file(say)
    keep(said)
    after = stored(2)
    assert send().sent == 5
    assert outside_store.batches == [before, [said["id"]], after]
    assert outside_store.files == {hashlib.sha256(b"A drawing").hexdigest(): b"A drawing"}


def test_a_file_that_lies_elsewhere_needs_not_go(outside_store, send, say, store):
    store(with_file(say, fileUrl="https://example.org/drawing.txt"))
    assert send().sent == 1
    assert outside_store.files == {}


def test_a_file_that_takes_too_long_keeps_nothing_waiting_for_ever(outside_store, forwarder, send, say, stored, monkeypatch):
    monkeypatch.setattr(outbound, "LONGEST", -1)
    said = with_file(say)
    keep(said)
    (plain,) = stored()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _attempt in range(forwarding.PATIENCE + 3):
            send()
            clock.move_to(forwarder.next_at + datetime.timedelta(seconds=1))
    assert list(outside_store.held) == [plain]
    assert "slowly" in aside(forwarder)[said["id"]]


def test_a_statement_whose_file_is_gone_is_set_aside(outside_store, forwarder, send, say, stored):
    said = with_file(say)
    keep(said)
    row = Statement.objects.get()
    (kept,) = attachments.of([row])
    kept.file.storage.delete(str(kept.file))
    stored()
    send()
    assert len(outside_store.held) == 1
    assert "file" in aside(forwarder)[said["id"]]


# What is not taken --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_statement_that_is_refused_is_found_and_set_aside_and_the_rest_arrives_in_order(
    outside_store, forwarder, send, stored, status
):
    ids = stored(20)
    outside_store.invalid = {ids[7]: status, ids[8]: status}
    send()
    assert list(outside_store.held) == [each for each in ids if each not in outside_store.invalid]
    assert list(aside(forwarder)) == [ids[8], ids[7]] or list(aside(forwarder)) == [ids[7], ids[8]]
    assert all("No good" in reason for reason in aside(forwarder).values())
    assert (forwarder.sent, forwarder.last_failure) == (18, "")


def test_what_was_found_out_before_time_was_up_is_kept(outside_store, forwarder, send, stored, monkeypatch):
    """A batch of which nearly everything is refused takes many requests: each leads on from the one before."""
    ids = stored(12)
    outside_store.invalid = dict.fromkeys(ids[:11], 400)
    answered = outside_store.judge

    def judge(said):
        if len(said) == 1:
            monkeypatch.setattr(forwarding, "ENOUGH", -1)
        return answered(said)

    outside_store.judge = judge
    for number in range(1, 12):
        monkeypatch.setattr(forwarding, "ENOUGH", 60)
        send()
        assert len(aside(forwarder)) == number
    monkeypatch.setattr(forwarding, "ENOUGH", 60)
    send()
    assert list(outside_store.held) == ids[11:]


def test_a_conflict_with_the_same_content_has_arrived(outside_store, forwarder, send, stored):
    ids = stored(2)
    send()
    Forwarder.objects.update(seen_stored=forwarder.made_at - datetime.timedelta(days=1))
    outside_store.answers = [409, 409]  # the batch, and the first of its halves
    assert send().sent == 4
    assert aside(forwarder) == {}
    assert list(outside_store.held) == ids


def test_a_conflict_with_another_content_is_set_aside(outside_store, forwarder, send, stored):
    ids = stored(3)
    outside_store.held[ids[1]] = Statement.objects.get(pk=ids[1]).body | {"verb": {"id": vocabulary.FAILED}}
    send()
    assert list(aside(forwarder)) == [ids[1]]
    assert forwarder.sent == 2


@pytest.mark.parametrize("reading", [401, 403, 404])
def test_where_the_key_may_not_read_a_conflict_is_set_aside(outside_store, forwarder, send, stored, reading):
    outside_store.answers, outside_store.reading = [409], reading
    (only,) = stored()
    send()
    assert list(aside(forwarder)) == [only]


def test_what_was_set_aside_is_tried_again_when_somebody_says_so(outside_store, forwarder, send, stored):
    ids = stored(3)
    outside_store.invalid = {ids[0]: 400, ids[1]: 400}
    send()
    outside_store.invalid = {ids[1]: 413}
    send()
    assert len(aside(forwarder)) == 2
    SetAside.objects.update(is_again=True)
    send()
    ((kept, reason),) = aside(forwarder).items()
    assert kept == ids[1]
    assert "413" in reason
    assert not SetAside.objects.get().is_again
    assert forwarder.sent == 2


# When nothing is taken ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 503, 429, 401, 403, 404, 301, 302, 307])
def test_where_the_store_fails_we_wait_and_nothing_is_lost(outside_store, forwarder, send, stored, status):
    ids = stored(2)
    outside_store.answers = [status]
    send()
    assert (forwarder.attempts, forwarder.sent, forwarder.lease) == (1, 0, None)
    assert str(status) in forwarder.last_failure
    assert datetime.timedelta(seconds=50) < forwarder.next_at - timezone.now() <= datetime.timedelta(minutes=1)
    send()
    assert len(outside_store.asked) == 1  # not before its time, and no redirect is followed
    with later(minutes=2):
        send()
    assert list(outside_store.held) == ids
    assert (forwarder.attempts, forwarder.last_failure, aside(forwarder)) == (0, "", {})


def test_the_waits_grow_to_an_hour_and_never_end(outside_store, forwarder, send, stored):
    stored(2)
    outside_store.answers = [500] * 100
    with time_machine.travel(timezone.now(), tick=False) as clock:
        waits = []
        for _attempt in range(9):
            send()
            waits.append((forwarder.next_at - timezone.now()).total_seconds() // 60)
            clock.move_to(forwarder.next_at + datetime.timedelta(seconds=1))
        assert waits == [1, 2, 5, 15, 30, 60, 60, 60, 60]
        assert aside(forwarder) == {}
        outside_store.answers = []
        assert send().sent == 2


def test_a_statement_over_which_the_store_stumbles_does_not_stop_the_rest_for_ever(outside_store, forwarder, send, stored):
    ids = stored(3)
    outside_store.invalid = {ids[1]: 500}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _attempt in range(forwarding.PATIENCE + 1):
            send()
            clock.move_to(forwarder.next_at + datetime.timedelta(seconds=1))
    assert list(outside_store.held) == [ids[0], ids[2]]
    assert list(aside(forwarder)) == [ids[1]]
    assert forwarder.attempts == 0


def test_where_nobody_answers_we_wait(outside_store, forwarder, send, stored):
    Forwarder.objects.update(endpoint="http://127.0.0.1:9/")
    stored()
    assert send().last_failure == "It could not be reached."


def test_one_that_is_slow_is_not_waited_for(outside_store, forwarder, send, stored, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", (1, 0.2))
    outside_store.slow.clear()
    stored()
    assert send().last_failure == "It did not answer in time."


def test_inside_our_network_nothing_is_sent_unless_the_host_is_named(outside_store, forwarder, send, stored, settings):
    settings.FORWARDING_INSIDE = []
    stored()
    assert "inside" in send().last_failure
    assert outside_store.asked == []


def test_a_name_that_leads_inside_is_refused(forwarder, send, stored, monkeypatch):
    look_up = socket.getaddrinfo
    leads = {"lrs.example.org": "10.0.0.1"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **more: look_up(leads.get(host, host), *args, **more))
    Forwarder.objects.update(endpoint="https://lrs.example.org/xapi/")
    stored()
    assert "inside" in send().last_failure
    assert outside.may_ask("lrs.example.org")


# Crashes, and two at once -------------------------------------------------------------------------


def test_what_was_sent_before_a_crash_is_sent_again_and_that_is_harmless(outside_store, forwarder, send, stored, monkeypatch):
    ids = stored(4)
    outside_store.invalid = {ids[2]: 400}
    save = forwarding._save
    monkeypatch.setattr(forwarding, "_save", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send()
    monkeypatch.setattr(forwarding, "_save", save)
    forwarder.refresh_from_db()
    assert (forwarder.sent, forwarder.attempts, aside(forwarder)) == (0, 1, {})
    assert send().sent == 0  # still in the hands of the run that crashed, as far as anybody knows
    with later(minutes=6):
        send()
    assert list(outside_store.held) == [ids[0], ids[1], ids[3]]
    assert (forwarder.sent, list(aside(forwarder)), forwarder.attempts) == (3, [ids[2]], 0)


def test_of_two_runs_at_once_one_does_nothing(outside_store, forwarder, stored):
    stored(2)
    first = forwarding._take(forwarder.key)
    forwarding.forward(forwarder.key, ())
    assert first is not None
    assert outside_store.asked == []


def test_who_has_lost_it_moves_nothing(outside_store, forwarder, stored, monkeypatch):
    stored(2)
    take = forwarding._take

    def lose(key):
        mine = take(key)
        Forwarder.objects.update(lease=uuid.uuid4())
        return mine

    monkeypatch.setattr(forwarding, "_take", lose)
    forwarding.forward(forwarder.key, ())
    forwarder.refresh_from_db()
    assert forwarder.sent == 0


@pytest.mark.parametrize("away", [lambda: Forwarder.objects.update(is_active=False), lambda: Forwarder.objects.all().delete()])
def test_one_that_is_turned_off_or_removed_meanwhile_is_left(outside_store, forwarder, stored, monkeypatch, away):
    monkeypatch.setattr(forwarding, "BATCH", 1)
    stored(3)
    save = forwarding._save
    monkeypatch.setattr(forwarding, "_save", lambda *args: (away(), save(*args)))
    forwarding.forward(forwarder.key, ())
    assert len(outside_store.asked) == 1
    assert not Forwarder.objects.filter(sent__gt=0).exists()


def test_one_that_is_off_is_not_due(forwarder, send, stored, outside_store):
    Forwarder.objects.update(is_active=False)
    stored()
    send()
    assert outside_store.asked == []


# The lag ------------------------------------------------------------------------------------------


def test_the_lag_is_counted_to_its_limit(forwarder, send, stored, monkeypatch):
    stored(3)
    row = forwarding.with_lag(Forwarder.objects.all()).get()
    assert (row.waiting, row.waiting_since, row.aside) == (3, Statement.objects.earliest("stored").stored, 0)
    monkeypatch.setattr(forwarding, "COUNTED", 1)
    assert forwarding.with_lag(Forwarder.objects.all()).get().waiting == 2
    send()
    row = forwarding.with_lag(Forwarder.objects.all()).get()
    assert (row.waiting, row.waiting_since) == (0, None)


# What is kept -------------------------------------------------------------------------------------


def test_neither_the_secret_nor_a_statement_is_kept_in_the_clear(outside_store, forwarder, send, stored):
    ids = stored(2)
    outside_store.invalid = {ids[0]: 400}
    send()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM learning_forwarder")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT * FROM learning_setaside")
        kept += str(cursor.fetchall())
    assert SECRET not in kept
    assert "0b0fd7a5" not in kept
