"""The audit trail is written and never changed."""

import uuid
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core import audit, request_id
from core.models import AuditEvent, OutboxEvent


@pytest.fixture
def subject(db):
    """Anything with a random key."""
    news = OutboxEvent(name="anything")
    news.audit_key = uuid.uuid4()
    return news


@pytest.fixture
def event(subject):
    return audit.record("open", subject, before="draft", after="open")


def sql(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_act_is_written_with_keys_and_states_and_the_request(subject):
    pat = SimpleNamespace(audit_key=uuid.uuid4())
    token = request_id.begin()
    try:
        event = audit.record("approve", subject, by=pat, before="checked", after="approved")
        assert event.request_id == request_id.current() != ""
    finally:
        request_id.end(token)
    event.refresh_from_db()
    assert (event.act, event.actor, event.subject) == ("approve", pat.audit_key, subject.audit_key)
    assert (event.subject_kind, event.before, event.after) == ("core.outboxevent", "checked", "approved")


def test_the_latest_act_on_something_has_a_number(subject):
    assert audit.latest(subject) == 0
    first = audit.record("open", subject).pk
    other = OutboxEvent(name="other")
    other.audit_key = uuid.uuid4()
    audit.record("open", other)
    assert audit.latest(subject) == first
    assert audit.latest(subject) < audit.record("close", subject).pk == audit.latest(subject)


def test_the_system_acts_without_an_actor(event):
    assert event.actor is None
    assert event.request_id == ""


def test_an_act_on_many_costs_one_statement(subject, django_assert_num_queries):
    with django_assert_num_queries(1):
        audit.record_all("close", [(subject, "open", "closed")] * 3)
    assert AuditEvent.objects.filter(act="close").count() == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.delete(),
        lambda event: event.save(update_fields=["act"]),
        lambda event: AuditEvent.objects.update(at=timezone.now()),
        lambda event: AuditEvent.objects.all().delete(),
        lambda event: AuditEvent.objects.bulk_update([event], ["after"]),
        lambda event: sql("UPDATE core_auditevent SET act = 'nothing'"),
        lambda event: sql("DELETE FROM core_auditevent"),
    ],
    ids=["delete", "save", "update", "delete all", "bulk update", "raw update", "raw delete"],
)
def test_nobody_changes_or_deletes_a_row(event, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(event)
    assert AuditEvent.objects.get().act == "open"


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_nobody_truncates_the_table(event):
    with pytest.raises(IntegrityError, match="append-only"):
        sql("TRUNCATE core_auditevent")


def test_nobody_writes_over_a_row(event):
    """SQLite's REPLACE is no deletion to its triggers."""
    act = "INSERT OR REPLACE INTO {} SELECT * FROM {} WHERE true"
    if connection.vendor == "postgresql":
        act = "INSERT INTO {} SELECT * FROM {} ON CONFLICT (id) DO UPDATE SET act = 'nothing'"
    with pytest.raises(IntegrityError, match="append-only"):
        sql(act.format(audit.TABLE, audit.TABLE))
    assert AuditEvent.objects.get().act == "open"


def test_installing_twice_changes_nothing(db):
    audit.install()
    audit.install()
    assert audit.missing() == []
