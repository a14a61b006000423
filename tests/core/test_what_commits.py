"""Audit and workflow outside the transaction that wraps other tests.

The whole file commits, and so runs last: the flush after each test empties what migrations put in.
"""

import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.transaction import TransactionManagementError

from core import audit, checks, workflow
from core.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_remade_table_has_lost_its_triggers_and_the_next_migrate_puts_them_back():
    field = AuditEvent._meta.get_field("act")
    wider = field.clone()
    wider.max_length = 80
    wider.set_attributes_from_name("act")
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, field, wider)
    if connection.vendor == "sqlite":
        assert len(audit.missing()) == 3
    call_command("migrate", verbosity=0)
    assert audit.missing() == []
    with connection.schema_editor() as editor:
        editor.alter_field(AuditEvent, wider, field)
    call_command("migrate", verbosity=0)
    assert audit.missing() == []


def test_the_check_notices_when_triggers_are_gone():
    assert checks.audit_trail_is_guarded(None, databases=["default"]) == []
    with audit.triggers_lifted():
        (error,) = checks.audit_trail_is_guarded(None, databases=["default"])
        assert error.id == "core.E008"
        assert "core_auditevent" in error.msg
        assert checks.audit_trail_is_guarded(None, databases=None) == []
    assert checks.audit_trail_is_guarded(None, databases=["default"]) == []


def test_the_flush_between_tests_lifts_the_triggers_and_puts_them_back():
    AuditEvent.objects.create(act="open", subject_kind="anything", subject=uuid.uuid4())
    call_command("flush", interactive=False, verbosity=0)
    assert not AuditEvent.objects.exists()
    assert audit.missing() == []


def test_a_lock_outside_a_transaction_is_refused():
    with pytest.raises(TransactionManagementError):
        workflow.lock(AuditEvent(pk=1))
