"""Past the ORM comes the same as by it."""

import uuid

import pytest
from django.db import connection

from core import audit, prepared
from core.models import AuditEvent, OutboxEvent
from learning.lrs import credentials
from learning.models import Credential


@pytest.fixture
def event(db):
    subject = OutboxEvent(name="anything")
    subject.audit_key = uuid.uuid4()
    return audit.record("open", subject, before="draft", after="offen für alle")


@pytest.fixture
def credential(db):
    return credentials.create("One of many", ["state", "define"])[0]


def same(found, model, pk):
    wanted = model.objects.get(pk=pk)
    fields = [field.attname for field in model._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(wanted, name) for name in fields]
    assert (found._state.adding, found._state.db) == (False, "default")


def test_times_and_keys_are_what_the_orm_gives(event):
    (found,) = prepared.instances(AuditEvent, "id = %s", event.pk)
    same(found, AuditEvent, event.pk)


def test_lists_and_marks_are_what_the_orm_gives(credential):
    (found,) = prepared.instances(Credential, "key = %s", credential.key)
    same(found, Credential, credential.pk)


def test_what_is_not_there_gives_nothing(db):
    assert prepared.instances(AuditEvent, "id = %s", -1) == []


def test_a_query_is_counted(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert prepared.rows("SELECT %s", 7) == [(7,)]


@pytest.mark.postgres
def test_on_postgresql_it_is_planned_once(db):
    for _time in range(3):
        prepared.rows("SELECT count(*) FROM core_auditevent")
    ((count,),) = prepared.rows("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%core_auditevent'")
    assert count == 1


@pytest.mark.postgres
def test_what_django_asks_is_not_kept_in_memory(credential):
    """Its queries have their values in them: psycopg would remember a hundred, of megabytes each."""
    prepared.rows("SELECT 1")
    assert Credential.objects.filter(name="x" * 10_000).first() is None
    session = connection.connection
    assert (session.prepare_threshold, session._prepared._counts) == (None, {})
