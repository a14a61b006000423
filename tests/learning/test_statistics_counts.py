"""The monthly counts: what is added, to which cells, and that counting afresh finds the same."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from learning import counts
from learning.models import MonthlyCount

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def page():
    Locale.objects.get_or_create(language_code="en-gb")
    return Page.add_root(instance=Page(title="Anything", slug="anything"))


def cells():
    return {(row.organisation, row.staff_group): row for row in MonthlyCount.objects.all()}


def test_an_event_adds_to_four_cells_by_one_statement(page):
    with CaptureQueriesContext(connection) as captured:
        counts.add([counts.Event(page.pk, NOON, 7, 3, starts=1)])
    assert len(captured) == 1
    assert set(cells()) == {(0, 0), (7, 0), (0, 3), (7, 3)}
    assert all(cell.starts == 1 and cell.completions == 0 and cell.month == date(2026, 11, 1) for cell in cells().values())


def test_events_of_one_call_are_merged_and_added_to_what_was_there(page):
    events = [
        counts.Event(page.pk, NOON, 7, 3, registrations=1, starts=1),
        counts.Event(page.pk, NOON, 8, 3, starts=1),
        counts.Event(page.pk, NOON, 7, 3, completions=1, seconds=1),
    ]
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            counts.add(events)
        assert len(captured) == 1
    every = cells()[0, 0]
    assert (every.registrations, every.starts, every.completions, every.band_00) == (2, 4, 2, 2)
    assert (cells()[7, 0].starts, cells()[8, 3].starts, cells()[0, 3].starts) == (2, 2, 4)


def test_minutes_fall_into_bands_of_five_and_the_last_is_open(page):
    assert [counts.band(seconds) for seconds in (0, 299, 300, 899, 7199, 7200, 100_000)] == [0, 0, 1, 2, 23, 24, 24]


def test_what_was_added_can_be_taken_back(page):
    counts.add([counts.Event(page.pk, NOON, 7, 3, completions=1, seconds=640)])
    counts.add([counts.Event(page.pk, NOON, 7, 3, completions=1, seconds=640, sign=-1)])
    assert {(cell.completions, cell.band_02) for cell in cells().values()} == {(0, 0)}


def test_the_month_is_that_of_london(page):
    last_evening_utc = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July in summer time
    counts.add([counts.Event(page.pk, last_evening_utc, 7, 3, starts=1)])
    assert {cell.month for cell in cells().values()} == {date(2026, 7, 1)}


def test_adding_nothing_asks_nothing():
    with CaptureQueriesContext(connection) as captured:
        counts.add([])
    assert len(captured) == 0
