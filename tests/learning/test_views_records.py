"""The page that gives all records as a file."""

import json

import pytest
from django.urls import reverse

from core.models import AuditEvent
from learning.models import Statement
from tests.factories.confirming import confirm
from tests.factories.learning import work_through

ADDRESS = "/learning/records/"


@pytest.fixture
def desk(client, adi, second_factor):
    return confirm(second_factor(client, adi))


def test_a_file_of_everything_needs_the_password_once_more(client, adi, second_factor):
    browser = second_factor(client, adi)
    for ask in [browser.get, browser.post]:
        assert ask(ADDRESS)["Location"].startswith(reverse("account_reauthenticate"))
    assert not AuditEvent.objects.filter(act="statements.export").exists()


def test_the_file_holds_every_record(desk, adi, lee, registration, course):
    work_through(registration, course.modules().first(), lee)
    response = desk.post(ADDRESS)
    found = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert {line["statement"]["id"] for line in found} == {str(pk) for pk in Statement.objects.values_list("pk", flat=True)}
    assert response["Content-Disposition"].startswith('attachment; filename="records-20')
    assert AuditEvent.objects.get(act="statements.export").actor == adi.audit_key


def test_both_days_are_included(desk, lee, registration, course):
    work_through(registration, course.modules().first(), lee)
    Statement.objects.update(stored="2026-07-01T23:30:00+01:00")
    days = {
        "first_day": "1",
        "first_month": "7",
        "first_year": "2026",
        "last_day": "1",
        "last_month": "July",
        "last_year": "2026",
    }
    assert len(b"".join(desk.post(ADDRESS, days).streaming_content).splitlines()) == Statement.objects.count()
    for day in ("30", "2"):
        other = days | {"first_day": day, "last_day": day, **({"first_month": "6", "last_month": "6"} if day == "30" else {})}
        answer = desk.post(ADDRESS, other)
        assert (answer.status_code, "Nothing was recorded in that time" in answer.content.decode()) == (422, True)
    assert AuditEvent.objects.filter(act="statements.export").count() == 1


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ({"first_day": "31"}, "The first day must include a day, a month and a year"),
        ({"last_day": "31", "last_month": "2", "last_year": "2026"}, "The last day must be a real date"),
        (
            {"first_day": "2", "first_month": "7", "first_year": "2026", "last_day": "1", "last_month": "7", "last_year": "2026"},
            "The last day must be the same as or after the first day",
        ),
    ],
)
def test_days_that_are_none_are_told_and_stay_typed(desk, days, message):
    answer = desk.post(ADDRESS, days)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert all(f'value="{typed}"' in page for typed in days.values())
    assert not AuditEvent.objects.filter(act="statements.export").exists()


@pytest.mark.parametrize("who", ["lee", "sam", "val", "ed"])
def test_for_others_there_is_no_such_page(client, second_factor, request, who):
    second_factor(client, request.getfixturevalue(who))
    assert client.get(ADDRESS).status_code == client.post(ADDRESS).status_code == 404


def test_nobody_else_is_asked_who_they_are(client, db):
    assert client.get(ADDRESS).url.startswith(reverse("account_login"))


def test_the_page_of_figures_leads_there_for_whoever_may(desk, client, val, second_factor, lee, registration, course):
    work_through(registration, course.modules().first(), lee)
    address = reverse("learning:statistics")
    assert ADDRESS in desk.get(address).content.decode()
    assert ADDRESS not in second_factor(client, val).get(address).content.decode()
