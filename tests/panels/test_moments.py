"""Days and times as people say them, in London."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from panels import moments


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2027, 1, 15, 12, tzinfo=UTC), "noon on Friday 15 January 2027"),
        (datetime(2027, 7, 15, 11, tzinfo=UTC), "noon on Thursday 15 July 2027"),
        (datetime(2027, 1, 15, 17, 30, tzinfo=UTC), "5.30 pm on Friday 15 January 2027"),
        (datetime(2027, 1, 15, 9, tzinfo=UTC), "9 am on Friday 15 January 2027"),
        (datetime(2027, 1, 15, 0, 5, tzinfo=UTC), "12.05 am on Friday 15 January 2027"),
        (datetime(2027, 1, 16, 0, tzinfo=UTC), "the end of Friday 15 January 2027"),
        (datetime(2027, 7, 15, 23, tzinfo=UTC), "the end of Thursday 15 July 2027"),
    ],
)
def test_a_moment_is_said_in_words(moment, said):
    assert moments.at(moment) == said


def test_a_day_is_said_with_its_name():
    assert moments.day(date(2027, 3, 9)) == "Tuesday 9 March 2027"
    assert moments.day(datetime(2027, 7, 14, 23, 30, tzinfo=UTC)) == "Thursday 15 July 2027"


@pytest.mark.parametrize(
    ("day", "end"),
    [(date(2027, 1, 15), datetime(2027, 1, 16, tzinfo=UTC)), (date(2027, 3, 28), datetime(2027, 3, 28, 23, tzinfo=UTC))],
)
def test_a_day_ends_at_midnight_in_london(day, end):
    assert moments.end_of(day) == end


def test_a_narrow_place_keeps_the_time_on_one_line():
    assert moments.brief(datetime(2027, 3, 9, 17, 30, tzinfo=UTC)) == "9 March 2027, 5.30\u00a0pm"


def test_hours_are_said_from_and_to():
    assert moments.hours(datetime(2027, 1, 15, 17, 30, tzinfo=UTC), datetime(2027, 1, 15, 20, tzinfo=UTC)) == "5.30 pm to 8 pm"


@pytest.mark.parametrize(
    ("days", "said"), [(0, "closes today"), (1, "closes tomorrow"), (2, "2 days left"), (23, "23 days left")]
)
def test_it_is_said_how_long_something_stays_open(days, said):
    last = timezone.localdate() + timedelta(days=days)
    assert moments.left(moments.end_of(last)) == said
    assert moments.left(moments.end_of(last) - timedelta(hours=12)) == said
