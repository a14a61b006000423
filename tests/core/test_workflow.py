"""Lock, judge, move: the one door through which a state changes."""

import uuid

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from core import workflow
from core.errors import WrongState
from core.models import AuditEvent


@pytest.fixture
def parcel_model(db):
    """A model with a diagram, for these tests only: it stands in no registry and its table goes with the transaction."""
    with isolate_apps("core"):

        class Parcel(models.Model):
            class Status(models.TextChoices):
                PACKED = "packed", "Packed"
                SENT = "sent", "Sent"
                LOST = "lost", "Lost"

            MOVES = {Status.PACKED: {Status.SENT}, Status.SENT: {Status.LOST}, Status.LOST: set()}
            key = models.UUIDField(default=uuid.uuid4)
            status = models.CharField(max_length=8, choices=Status, default=Status.PACKED)
            note = models.CharField(max_length=20, default="")
            other = models.CharField(max_length=20, default="")

            class Meta:
                app_label = "core"

            def __str__(self):
                return self.status

            @property
            def audit_key(self):
                return self.key

        key = "serial" if connection.vendor == "postgresql" else "integer"
        kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
        with connection.cursor() as cursor:
            columns = f"id {key} PRIMARY KEY, key {kind}, status varchar(8), note varchar(20), other varchar(20)"
            cursor.execute(f"CREATE TABLE core_parcel ({columns})")
        yield Parcel


@pytest.fixture
def parcel(parcel_model):
    return parcel_model.objects.create()


def test_a_move_writes_status_and_the_given_fields_and_an_audit_row(parcel):
    workflow.move(parcel, "sent", by=None, act="send", note="by van")
    parcel.refresh_from_db()
    assert (parcel.status, parcel.note) == ("sent", "by van")
    event = AuditEvent.objects.get(subject=parcel.key)
    assert (event.act, event.before, event.after) == ("send", "packed", "sent")


def test_a_move_writes_nothing_but_what_it_was_given(parcel):
    parcel.other = "not to be written"
    workflow.move(parcel, "sent", by=None, act="send")
    parcel.refresh_from_db()
    assert parcel.other == ""


def test_a_wrong_move_is_refused_and_leaves_no_trace(parcel):
    with pytest.raises(WrongState, match="Packed") as refused:
        workflow.move(parcel, "lost", by=None, act="lose", note="gone")
    assert refused.value.code == "wrong_state"
    assert (parcel.status, parcel.note) == ("packed", "")
    assert not AuditEvent.objects.filter(subject=parcel.key).exists()


def test_a_lock_answers_the_row_as_it_stands_now(parcel, parcel_model):
    parcel_model.objects.update(status="sent")
    assert parcel.status == "packed"
    assert workflow.lock(parcel).status == "sent"


def test_all_of_a_set_move_together_each_with_its_audit_row(parcel_model):
    rows = [parcel_model.objects.create() for _ in range(3)]
    assert workflow.move_all(parcel_model.objects.filter(status="packed"), "sent", by=None, act="send", note="van") == 3
    assert set(parcel_model.objects.values_list("status", "note")) == {("sent", "van")}
    assert AuditEvent.objects.filter(subject__in=[row.key for row in rows], act="send").count() == 3


def test_one_that_may_not_go_holds_back_the_whole_set(parcel_model):
    parcel_model.objects.create()
    parcel_model.objects.create(status="lost")
    with pytest.raises(WrongState):
        workflow.move_all(parcel_model.objects.all(), "sent", by=None, act="send")
    assert parcel_model.objects.filter(status="packed").count() == 1
    assert not AuditEvent.objects.filter(act="send").exists()


def test_moving_a_set_costs_the_same_for_one_row_and_for_three(parcel_model, django_assert_max_num_queries):
    for rows in (1, 3):
        for _ in range(rows):
            parcel_model.objects.create()
        with django_assert_max_num_queries(5):
            workflow.move_all(parcel_model.objects.filter(status="packed"), "sent", by=None, act="send")


def test_locked_rows_move_together_each_with_its_own_values(parcel_model, django_assert_num_queries):
    rows = [parcel_model.objects.create(note=str(number)) for number in range(3)]
    for row in rows:
        row.note = f"van {row.note}"
        row.other = "not to be written"
    with django_assert_num_queries(4):  # savepoint, update, audit, release
        workflow.move_each(rows, "sent", by=None, act="send", also=["note"])
    assert set(parcel_model.objects.values_list("status", "note", "other")) == {("sent", f"van {n}", "") for n in range(3)}
    events = AuditEvent.objects.filter(subject__in=[row.key for row in rows])
    assert set(events.values_list("act", "before", "after")) == {("send", "packed", "sent")}


def test_one_locked_row_that_may_not_go_holds_back_the_others(parcel_model):
    rows = [parcel_model.objects.create(), parcel_model.objects.create(status="lost")]
    with pytest.raises(WrongState):
        workflow.move_each(rows, "sent", by=None, act="send")
    assert [row.status for row in rows] == ["packed", "lost"]
    assert not AuditEvent.objects.filter(act="send").exists()


def test_moving_no_row_is_no_mistake():
    workflow.move_each([], "sent", by=None, act="send")
