"""Keys and secrets: shown once, kept as a digest, written in the audit trail."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import audit, errors
from core.models import AuditEvent
from learning.lrs import credentials
from learning.models import Credential, Statement


@pytest.fixture
def reader(db):
    return credentials.create("A reader", ["statements/read"])


def test_the_secret_is_kept_nowhere(reader):
    secret = reader[1]
    assert len(secret) >= 43
    assert secret not in str(Credential.objects.values().get())


def test_key_and_secret_open_and_nothing_else_does(reader):
    credential, secret = reader
    assert credentials.authenticate(credential.key, secret) == credential
    for key, word in [(credential.key, secret + "x"), (credential.key, ""), ("x", secret), ("", ""), (credential.key, "\ud800")]:
        assert credentials.authenticate(key, word) is None


def test_one_that_is_switched_off_opens_nothing(reader):
    credential, secret = reader
    credentials.switch_off(credential, by=None)
    assert credentials.authenticate(credential.key, secret) is None


def test_making_and_switching_off_are_written_in_the_audit_trail(reader, person):
    pat = person("Pat")
    credentials.switch_off(reader[0], by=pat)
    acts = AuditEvent.objects.filter(subject=reader[0].audit_key).values_list("act", "actor", "after")
    assert list(acts) == [("credential.create", None, "statements/read"), ("credential.switch_off", pat.audit_key, "off")]


def test_use_is_noted_at_most_once_a_minute(reader):
    credential, secret = reader
    credentials.authenticate(credential.key, secret)
    with CaptureQueriesContext(connection) as queries:
        credentials.authenticate(credential.key, secret)
    assert len(queries) == 1
    Credential.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    credentials.authenticate(credential.key, secret)
    credential.refresh_from_db()
    assert timezone.now() - credential.last_used_at < timedelta(minutes=1)


def test_switching_off_twice_is_switching_off_once(reader):
    for _time in range(2):
        credentials.switch_off(reader[0], by=None)
    assert AuditEvent.objects.filter(act="credential.switch_off").count() == 1


def test_what_was_switched_off_is_switched_on_again_as_it_was(reader, person):
    (credential, secret), pat = reader, person("Pat")
    credentials.let_complete(credential, by=pat)
    credentials.switch_off(credential, by=pat)
    for _time in range(2):
        credentials.switch_on(credential, by=pat)
    assert credentials.authenticate(credential.key, secret).may_complete
    event = AuditEvent.objects.get(act="credential.switch_on")
    assert (event.subject, event.actor, event.before, event.after) == (credential.audit_key, pat.audit_key, "off", "on")


def test_a_new_secret_ends_the_old_one_at_once_and_is_in_no_trail(reader, person):
    credential, old = reader
    new = credentials.renew_secret(credential, by=person("Pat"))
    assert credentials.authenticate(credential.key, old) is None
    assert credentials.authenticate(credential.key, new) == credential
    assert AuditEvent.objects.filter(act="credential.renew_secret", subject=credential.audit_key).count() == 1
    assert new not in str(list(AuditEvent.objects.values())) + str(list(Credential.objects.values()))


@pytest.mark.parametrize("act", ["switch_on", "switch_off", "let_complete", "no_longer_complete", "renew_secret"])
def test_who_decides_on_an_older_state_decides_nothing(reader, act):
    credential = reader[0]
    seen = str(audit.latest(credential))
    (credentials.switch_off if act == "switch_on" else credentials.let_complete)(credential, by=None)
    if act == "let_complete":
        credentials.no_longer_complete(credential, by=None)
    before = Credential.objects.values().get()
    with pytest.raises(errors.Conflict) as refusal:
        getattr(credentials, act)(credential, by=None, seen=seen)
    assert refusal.value.code == "changed"
    assert Credential.objects.values().get() == before


def test_what_is_so_already_is_done_whatever_was_seen(reader):
    seen = str(audit.latest(reader[0]))
    for _time in range(2):
        credentials.switch_off(reader[0], by=None, seen=seen)
    assert AuditEvent.objects.filter(act="credential.switch_off").count() == 1


def test_a_new_credential_may_not_complete_learners(reader):
    assert reader[0].may_complete is False


def test_letting_one_complete_learners_is_written_in_the_audit_trail(reader, person):
    pat = person("Pat")
    for _time in range(2):
        credentials.let_complete(reader[0], by=pat)
    assert Credential.objects.get().may_complete
    event = AuditEvent.objects.get(act="credential.let_complete")
    assert (event.subject, event.actor, event.after) == (reader[0].audit_key, pat.audit_key, "counted")


def test_one_that_no_longer_may_leaves_what_it_said_as_it_was_counted(reader, person, store, say):
    credential, pat = reader[0], person("Pat")
    credentials.let_complete(credential, by=pat)
    row = store(say(), source=Statement.Source.TRUSTED, credential=credential)[0]
    for _time in range(2):
        credentials.no_longer_complete(credential, by=pat)
    assert not Credential.objects.get().may_complete
    assert Statement.objects.get(pk=row.pk).source == Statement.Source.TRUSTED
    event = AuditEvent.objects.get(act="credential.no_longer_complete")
    assert (event.actor, event.before, event.after) == (pat.audit_key, "counted", "stored")


def test_one_that_is_switched_off_cannot_be_let(reader):
    credentials.switch_off(reader[0], by=None)
    with pytest.raises(errors.WrongState):
        credentials.let_complete(reader[0], by=None)
    assert not Credential.objects.get().may_complete


@pytest.mark.parametrize(
    ("name", "scopes", "code"),
    [
        ("", ["all"], "bad_name"),
        ("x" * 81, ["all"], "bad_name"),
        ("B", [], "bad_scope"),
        ("B", ["everything"], "bad_scope"),
        ("A reader", ["all"], "name_taken"),
    ],
)
def test_a_wrong_wish_is_refused_with_a_sentence(reader, name, scopes, code):
    with pytest.raises(errors.DomainError) as refusal:
        credentials.create(name, scopes)
    assert refusal.value.code == code
    assert Credential.objects.count() == 1


def test_the_command_prints_key_and_secret_as_its_last_line(db, capsys):
    call_command("lrs_credential", "Warehouse", "--scope", "all")
    key, secret = capsys.readouterr().out.splitlines()[-1].split(":")
    assert credentials.authenticate(key, secret).scopes == ["all"]
    with pytest.raises(CommandError):
        call_command("lrs_credential", "Warehouse", "--scope", "all")


def test_the_command_switches_off_and_on(reader, capsys):
    credential, secret = reader
    call_command("lrs_credential", "A reader", "--off")
    assert credentials.authenticate(credential.key, secret) is None
    call_command("lrs_credential", "A reader", "--on")
    assert credentials.authenticate(credential.key, secret) == credential
    assert credential.key not in capsys.readouterr().out


def test_the_command_lets_a_new_or_an_older_credential_complete_learners(reader, capsys):
    call_command("lrs_credential", "A reader", "--may-complete")
    call_command("lrs_credential", "Player", "--scope", "all", "--may-complete")
    assert list(Credential.objects.values_list("may_complete", flat=True)) == [True, True]
    key, secret = capsys.readouterr().out.splitlines()[-1].split(":")
    assert credentials.authenticate(key, secret).name == "Player"


@pytest.mark.parametrize(
    "wish",
    [
        ["A reader"],
        ["Nobody", "--off"],
        ["Nobody", "--on"],
        ["A reader", "--off", "--on"],
        ["A reader", "--on", "--may-complete"],
        ["Nobody", "--may-complete"],
        ["A reader", "--off", "--may-complete"],
        ["New", "--off", "--scope", "all"],
        ["A reader", "--scope", "all"],
    ],
)
def test_the_command_refuses_what_makes_no_sense_and_changes_nothing(reader, wish):
    with pytest.raises(CommandError):
        call_command("lrs_credential", *wish)
    assert Credential.objects.filter(is_active=True, may_complete=False).count() == Credential.objects.count() == 1
