"""Nothing is kept longer than it is needed."""

import datetime
import os
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.utils import timezone
from django_q.models import Task

from core.models import AuditEvent
from people import roles
from people.models import User
from tests.factories.learning import work_through
from website import retention

START = datetime.datetime(2030, 1, 10, 12, tzinfo=datetime.UTC)


@pytest.fixture
def clock():
    """A clock to put forward: `clock(days=3)`."""
    with time_machine.travel(START, tick=False) as traveller:

        def forward(**how_long):
            traveller.shift(datetime.timedelta(**how_long))
            retention.run()

        yield forward


@pytest.fixture
def run_on_commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


def remains(person):
    return User.objects.filter(pk=person.pk).exists()


def test_an_account_that_nobody_confirmed_goes_after_thirty_days(clock, person):
    waiting = person("Nia Newcomer")
    EmailAddress.objects.filter(user=waiting).update(verified=False)
    clock(days=29)
    assert remains(waiting)
    clock(days=2)
    assert not remains(waiting)
    assert AuditEvent.objects.get(act="person.erased").actor is None


def test_a_confirmed_account_stays_and_so_does_one_that_never_had_an_address_to_confirm(clock, sam, db):
    invented = User.objects.create_user("invented@example.com", None, display_name="Invented Learner")
    clock(days=60)
    assert remains(sam)
    assert remains(invented)


def test_a_learner_who_stays_away_is_warned_once_and_then_erased(clock, sam, run_on_commit):
    clock(days=365 * 3 - 31)
    assert not mail.outbox
    with run_on_commit(execute=True):
        clock(days=2)
        clock(days=1)
    (message,) = mail.outbox
    assert message.to == [sam.email]
    assert "10 January 2033" in message.body  # thirty days after the warning
    clock(days=25)
    assert remains(sam)
    clock(days=5)
    assert not remains(sam)


def test_the_warning_names_no_course_and_says_nothing_in_its_subject(clock, lee, registration, run_on_commit):
    with run_on_commit(execute=True):
        clock(days=365 * 3 - 29)
    (message,) = mail.outbox
    assert message.subject == "Your account"
    assert "Course" not in message.body


def test_coming_back_keeps_the_account_and_starts_the_years_again(clock, sam, run_on_commit):
    with run_on_commit(execute=True):
        clock(days=365 * 3 - 10)
    User.objects.filter(pk=sam.pk).update(last_login=timezone.now() + datetime.timedelta(hours=1))
    clock(days=365)
    assert remains(sam)
    with run_on_commit(execute=True):
        clock(days=365 * 2 - 20)
    assert len(mail.outbox) == 2


def test_an_act_in_a_module_is_being_here(clock, lee, registration, course):
    clock(days=365 * 2)
    work_through(registration, course.modules()[0], lee)
    clock(days=365 * 2)
    assert remains(lee)
    assert not mail.outbox


def test_nobody_is_erased_without_a_warning_thirty_days_before(clock, sam):
    clock(days=365 * 10)  # the queue stood still for years
    assert remains(sam)
    clock(days=29)
    assert remains(sam)
    clock(days=2)
    assert not remains(sam)


def test_staff_are_not_erased_for_staying_away(clock, sam, roles_without_pages):
    roles.grant(sam, "editor")
    clock(days=365 * 10)
    clock(days=60)
    assert remains(sam)


def test_the_years_are_a_setting(clock, sam, settings):
    settings.RETENTION_LEARNER_MONTHS = 12
    clock(days=336)
    clock(days=31)
    assert not remains(sam)


def test_expired_sessions_and_the_devices_they_were_go(clock, client, sam):
    client.force_login(sam)
    key = client.session.session_key
    UserSession.objects.create(user=sam, session_key=key, ip="192.0.2.1", user_agent="A browser")
    clock(days=13)
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    clock(days=2)
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)


def test_old_mail_in_files_goes(db, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path
    for name, days in [("old.log", 8), ("new.log", 6), ("old.txt", 8)]:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - days * 86_400,) * 2)
    retention.clear_mail_files()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.log", "old.txt"]


def test_where_no_mail_is_written_to_files_there_is_nothing_to_do(db, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "missing"
    retention.clear_mail_files()
    settings.EMAIL_FILE_PATH = None
    retention.clear_mail_files()


def test_running_twice_is_running_once(clock, sam, run_on_commit):
    with run_on_commit(execute=True):
        clock(days=365 * 3 - 10)
        retention.run()
    assert len(mail.outbox) == 1
    assert AuditEvent.objects.filter(act="account.end_announced").count() == 1


def test_what_the_queue_gave_up_goes_after_thirty_days(clock, db):
    facts = {"func": "learning.completion.complete", "success": False, "started": timezone.now(), "stopped": timezone.now()}
    Task.objects.create(id="1", name="given-up", **facts)
    clock(days=29)
    assert Task.objects.exists()
    clock(days=2)
    assert not Task.objects.exists()
