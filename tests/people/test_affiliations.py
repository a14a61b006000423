"""Where somebody works."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction

from core.models import AuditEvent
from people import affiliations
from people.models import Affiliation, Organisation, StaffGroup


@pytest.fixture
def doctors(reference_data):
    return StaffGroup.objects.get(name="Medical and dental")


def test_a_new_place_ends_the_old_one_on_the_same_day(lee, hospital, doctors):
    with time_machine.travel(datetime.datetime(2030, 5, 4, 12, tzinfo=datetime.UTC)):
        affiliations.set_affiliation(lee, Organisation.objects.not_listed(), doctors, by=lee)
    now, before = lee.affiliations.order_by("-pk")
    assert (now.organisation.name, now.staff_group, now.until) == ("Not listed", doctors, None)
    assert (before.organisation, before.until) == (hospital, datetime.date(2030, 5, 4))
    assert affiliations.current(lee) == now


def test_the_same_place_again_changes_nothing(lee, hospital, nurses):
    was = affiliations.current(lee)
    assert affiliations.set_affiliation(lee, hospital, nurses, by=lee) == was
    assert AuditEvent.objects.filter(act="affiliation.changed").count() == 1


def test_the_audit_trail_does_not_say_where_somebody_works(lee):
    event = AuditEvent.objects.get(act="affiliation.changed", subject=lee.audit_key)
    assert (event.before, event.after) == ("", "")


def test_the_day_is_the_day_in_london(lee, hospital, doctors):
    with time_machine.travel(datetime.datetime(2030, 7, 1, 23, 30, tzinfo=datetime.UTC)):  # half past midnight in London
        now = affiliations.set_affiliation(lee, hospital, doctors, by=lee)
    assert now.since == datetime.date(2030, 7, 2)


def test_nobody_works_at_two_places_at_once(lee, hospital, doctors):
    with pytest.raises(IntegrityError), transaction.atomic():
        Affiliation.objects.create(person=lee, organisation=hospital, staff_group=doctors)


def test_an_affiliation_does_not_end_before_it_began(lee):
    with pytest.raises(IntegrityError), transaction.atomic():
        lee.affiliations.update(until=datetime.date(1999, 1, 1))


def test_one_organisation_stands_for_every_one_that_is_not_listed(reference_data, hospital):
    assert Organisation.objects.not_listed() != hospital
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="Another", kind=Organisation.Kind.NOT_LISTED)
