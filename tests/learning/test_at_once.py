"""Learners with two browsers, and browsers that ask twice: on PostgreSQL, where transactions do run beside each other."""

import uuid

import pytest
from django.db import connection

from core.models import AuditEvent, OutboxEvent
from learning import completion, courses, playing
from learning.lrs import vocabulary
from learning.models import Certificate, LaunchSession, ModuleProgress, MonthlyCount, Registration, Statement
from tests.factories.learning import finished, right_answers, said
from tests.factories.together import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
MANY = 16


def total(page) -> tuple[int, int, int]:
    cell = MonthlyCount.objects.get(page=page, organisation=0, staff_group=0)
    return cell.registrations, cell.starts, cell.completions


def said_of(verb: str) -> int:
    return Statement.objects.filter(verb=verb).count()


def mine(module, registration) -> ModuleProgress:
    return ModuleProgress.objects.get(module=module, registration=registration)


@pytest.fixture
def taken(full_course, lee):
    return courses.register(lee, full_course, by=lee)


@pytest.fixture
def modules(full_course):
    return list(full_course.modules())


def answer_all(registration, module, by) -> ModuleProgress:
    progress = playing.open_module(registration, module, by=by)
    for step in module.lesson():
        if step.question:
            playing.answer(progress, step, right_answers(step), by=by, token=uuid.uuid4())
    return progress


def test_registering_many_times_at_once_is_registering_once(full_course, lee):
    assert at_once(*[lambda: courses.register(lee, full_course, by=lee)] * MANY) == []
    assert Registration.objects.count() == 1
    assert total(full_course) == (1, 0, 0)


def test_opening_many_times_at_once_is_one_sitting_and_one_start(taken, full_course, modules, lee):
    def open_it():
        playing.open_module(Registration.objects.get(pk=taken.pk), modules[0], by=lee)

    assert at_once(*[open_it] * MANY) == []
    assert LaunchSession.objects.count() == 1
    assert said_of(vocabulary.INITIALIZED) == 1
    assert total(modules[0])[1] == total(full_course)[1] == 1


def test_two_modules_opened_at_once_start_the_course_once(taken, full_course, modules, lee):
    acts = [
        lambda module=module: playing.open_module(Registration.objects.get(pk=taken.pk), module, by=lee) for module in modules
    ]
    assert at_once(*acts) == []
    assert ModuleProgress.objects.count() == 2
    assert total(full_course)[1] == 1


def test_finishing_many_times_at_once_is_one_certificate_and_counts_once(taken, modules, lee):
    answer_all(taken, modules[0], lee)
    assert at_once(*[lambda: playing.finish(mine(modules[0], taken), by=lee)] * MANY) == []
    assert Certificate.objects.count() == 1
    assert total(modules[0]) == (0, 1, 1)
    assert said_of(vocabulary.COMPLETED) == said_of(vocabulary.PASSED) == said_of(vocabulary.TERMINATED) == 1
    assert AuditEvent.objects.filter(act="module.complete").count() == 1
    assert OutboxEvent.objects.filter(name="module.completed").count() == 1


def test_finishing_badly_many_times_at_once_says_completed_once(taken, modules, lee):
    progress = playing.open_module(taken, modules[0], by=lee)
    step = next(step for step in modules[0].lesson() if step.question)
    wrong = next(child.id for child in step.question.value["answers"].bound_blocks if not child.value["correct"])
    playing.answer(progress, step, [wrong], by=lee, token=uuid.uuid4())
    stale = [mine(modules[0], taken) for _ in range(4)]
    assert at_once(*[lambda row=row: playing.finish(row, by=lee) for row in stale]) == []
    assert said_of(vocabulary.COMPLETED) == 1


def test_the_two_last_modules_finished_at_once_complete_the_course_once(taken, full_course, modules, lee):
    for module in modules:
        answer_all(taken, module, lee)
    assert at_once(*[lambda module=module: playing.finish(mine(module, taken), by=lee) for module in modules]) == []
    taken.refresh_from_db()
    assert taken.status == Registration.Status.COMPLETED
    assert Certificate.objects.count() == 3
    assert said_of(vocabulary.SATISFIED) == 1
    assert total(full_course) == (1, 1, 1)


def test_the_same_news_from_many_writers_counts_once(taken, full_course, modules):
    """Writers that do not know of each other: each says it in statements of its own."""
    batches = [finished(taken, module) for module in modules for _ in range(8)]
    assert at_once(*[lambda batch=batch: completion.record(batch) for batch in batches]) == []
    assert Statement.objects.exclude(verb=vocabulary.SATISFIED).count() == 32
    assert Certificate.objects.count() == 3
    assert total(full_course) == (1, 1, 1)
    assert [total(module) for module in modules] == [(0, 1, 1)] * 2


def test_leaving_many_times_at_once_ends_the_sitting_once(taken, modules, lee):
    playing.open_module(taken, modules[0], by=lee)
    assert at_once(*[lambda: playing.leave(mine(modules[0], taken), by=lee)] * MANY) == []
    assert said_of(vocabulary.TERMINATED) == 1


def test_acts_in_two_browsers_never_lock_each_other_out(taken, modules, lee):
    progress = answer_all(taken, modules[0], lee)
    step = modules[0].lesson()[0]
    acts = [
        lambda: playing.go_on(mine(modules[0], taken), step, by=lee),
        lambda: playing.finish(mine(modules[0], taken), by=lee),
        lambda: playing.open_module(Registration.objects.get(pk=taken.pk), modules[0], by=lee),
        lambda: playing.open_module(Registration.objects.get(pk=taken.pk), modules[1], by=lee),
        lambda: playing.leave(mine(modules[0], taken), by=lee),
        lambda: completion.record([said(taken, modules[1], "completed", completion=True)]),
    ]
    assert at_once(*acts * 3) == []
    assert mine(modules[0], taken).status == ModuleProgress.Status.COMPLETED
    assert LaunchSession.objects.filter(status=LaunchSession.Status.OPEN, module=progress.module).count() <= 1
