"""What is done by the clock."""

from django.conf import settings
from django.utils.module_loading import import_string
from django_q.models import Schedule

from website import schedules


def test_the_queues_table_says_what_the_settings_say_however_often_it_is_set_up(db):
    schedules.load()
    Schedule.objects.update(minutes=7)
    schedules.load()
    rows = {row.name: (row.func, row.minutes) for row in Schedule.objects.all()}
    assert rows == settings.SCHEDULES
    assert set(Schedule.objects.values_list("schedule_type", flat=True)) == {Schedule.MINUTES}


def test_everything_that_is_scheduled_can_be_called_and_does_no_harm_where_there_is_nothing_to_do(db):
    for path, _minutes in settings.SCHEDULES.values():
        import_string(path)()
