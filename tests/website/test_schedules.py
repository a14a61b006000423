"""What is done by the clock is in one table of the settings, and the queue's own table says the same."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from website import schedules
from website.models import StandardPage


@pytest.mark.parametrize("name", settings.SCHEDULES)
def test_what_is_scheduled_is_there_and_takes_nothing(name):
    path, minutes = settings.SCHEDULES[name]
    assert callable(import_string(path))
    assert minutes >= 1


def test_each_is_scheduled_once_however_often_it_is_set_up(db):
    schedules.load()
    first = set(Schedule.objects.values_list("pk", "next_run"))
    schedules.load()
    assert set(Schedule.objects.values_list("pk", "next_run")) == first
    assert {(row.name, row.func, row.minutes) for row in Schedule.objects.all()} >= {
        (name, path, minutes) for name, (path, minutes) in settings.SCHEDULES.items()
    }


def test_a_schedule_of_an_earlier_version_is_brought_up_to_date(db):
    name, (path, minutes) = next(iter(settings.SCHEDULES.items()))
    Schedule.objects.create(name=name, func="elsewhere.run", schedule_type=Schedule.DAILY)
    schedules.load()
    row = Schedule.objects.get(name=name)
    assert (row.func, row.schedule_type, row.minutes) == (path, Schedule.MINUTES, minutes)


def test_everything_that_is_scheduled_does_no_harm_where_there_is_nothing_to_do(db):
    for path, _minutes in settings.SCHEDULES.values():
        import_string(path)()


def test_a_page_whose_time_is_over_is_withdrawn(client, home):
    page = home.add_child(instance=StandardPage(title="For a while", slug="for-a-while"))
    page.save_revision().publish()
    assert client.get(page.url).status_code == 200
    StandardPage.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    schedules.publish_due()
    assert client.get(page.url).status_code == 404
