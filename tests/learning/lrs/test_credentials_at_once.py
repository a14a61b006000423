"""Administrators who press at the same moment: on PostgreSQL, where transactions do run beside each other."""

import pytest
from django.db import connection

from core import audit, errors
from core.models import AuditEvent
from learning.lrs import credentials
from learning.models import Credential
from tests.factories.together import at_once, together

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 8


def test_a_name_is_given_once():
    refusals = at_once(*[lambda: credentials.create("Training system", ["all"])] * MANY)
    assert [(type(each), each.code) for each in refusals] == [(errors.Conflict, "name_taken")] * (MANY - 1)
    assert Credential.objects.count() == AuditEvent.objects.filter(act="credential.create").count() == 1


def test_one_new_secret_is_made_and_whoever_made_it_holds_it():
    credential, _old = credentials.create("Training system", ["all"])
    seen = str(audit.latest(credential))
    ends = together(*[lambda: credentials.renew_secret(credential, by=None, seen=seen)] * MANY)
    (secret,) = [end for end in ends if isinstance(end, str)]
    assert {end.code for end in ends if end != secret} == {"changed"}
    assert credentials.authenticate(credential.key, secret)


def test_switching_off_at_once_is_written_down_once():
    credential, _secret = credentials.create("Training system", ["all"])
    assert at_once(*[lambda: credentials.switch_off(credential, by=None)] * MANY) == []
    assert AuditEvent.objects.filter(act="credential.switch_off").count() == 1
