"""Applicants who press twice, and applicants and coordinators who act at the same moment: on PostgreSQL."""

import pytest
from django.db import connection

from core import errors
from panels import recruitment
from panels.models import Application, Membership
from tests.factories.panels import make_application, make_offer
from tests.factories.together import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 8
ADDRESS = "bea@example.com"


def test_one_address_many_times_begins_one_application(campaign):
    assert at_once(*[lambda: recruitment.invite(campaign, "Bea", ADDRESS)] * MANY) == []
    assert Application.objects.get().links.count() == MANY


def test_one_account_many_times_begins_one_application(campaign, ana):
    assert at_once(*[lambda: recruitment.begin(campaign, by=ana)] * MANY) == []
    assert Application.objects.count() == 1


def test_with_an_account_and_without_it_begins_one_application(campaign, ana):
    acts = [lambda: recruitment.begin(campaign, by=ana), lambda: recruitment.invite(campaign, "Ana", ana.email)]
    assert at_once(*acts * 4) == []
    assert Application.objects.get().applicant == ana


def test_pressed_many_times_it_is_sent_once(campaign, ana):
    application = make_application(campaign, ana, is_sent=False)
    wrong = at_once(*[lambda: recruitment.submit(application, by=ana)] * MANY)
    assert [type(error) for error in wrong] == [errors.WrongState] * (MANY - 1)


def test_withdrawing_and_accepting_at_once_ends_in_one_of_the_two(campaign, ana, kit):
    offer = make_offer(make_application(campaign, ana), kit)
    acts = [lambda: recruitment.accept(offer, by=ana), lambda: recruitment.withdraw(offer.application, by=ana)]
    [wrong] = at_once(*acts)
    assert isinstance(wrong, errors.DomainError)
    application = Application.objects.get()
    assert (application.status == "appointed") == Membership.objects.exists()


def test_withdrawing_and_being_turned_down_at_once_ends_in_one_of_the_two(campaign, ana, kit):
    application = make_application(campaign, ana)
    acts = [
        lambda: recruitment.withdraw(application, by=ana),
        lambda: recruitment.turn_down(application, "Say more.", by=kit),
    ]
    assert len(at_once(*acts)) == 1
    assert Application.objects.get().status in {"withdrawn", "unsuccessful"}
