"""A learner in a module: sittings, answers, coming back."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core import errors
from learning import courses, playing
from learning.demo import course as demo_course
from learning.lrs import vocabulary
from learning.models import Attempt, LaunchSession, ModuleProgress, Reflection, Registration, Statement
from tests.factories.learning import module_facts, right_answer, work_through


@pytest.fixture
def module(course):
    return course.modules().first()


@pytest.fixture
def progress(registration, module, lee):
    return playing.open_module(registration, module, by=lee)


@pytest.fixture
def asking(module):
    return next(step for step in module.lesson() if step.question)


def wrong_answer(step) -> str:
    return next(child.id for child in step.question.value["answers"].bound_blocks if not child.value["correct"])


def verbs() -> list[str]:
    return list(Statement.objects.order_by("stored", "timestamp").values_list("verb", flat=True))


def test_registering_twice_is_registering_once(lee, course):
    first = courses.register(lee, course, by=lee)
    assert courses.register(lee, course, by=lee) == first
    assert Registration.objects.count() == 1


def test_who_has_not_said_where_they_work_cannot_register_yet(sam, course):
    with pytest.raises(courses.NoAffiliation):
        courses.register(sam, course, by=sam)


def test_a_registration_keeps_organisation_and_staff_group_as_they_stood(registration, lee, hospital, nurses):
    assert (registration.organisation, registration.staff_group) == (hospital, nurses)


def test_opening_twice_is_one_sitting(registration, module, lee, progress):
    playing.open_module(registration, module, by=lee)
    assert LaunchSession.objects.count() == 1
    assert verbs() == [vocabulary.INITIALIZED]


def test_an_outline_cannot_be_started_and_has_no_statements(registration, course, lee):
    outline = course.modules().get(is_outline=True)
    with pytest.raises(errors.NotAllowed):
        playing.open_module(registration, outline, by=lee)
    assert not Statement.objects.exists()


def test_another_courses_module_cannot_be_started(registration, full_course, lee):
    with pytest.raises(errors.NotAllowed):
        playing.open_module(registration, full_course.modules().first(), by=lee)


def test_who_comes_back_goes_on_at_the_same_place(progress, module, lee):
    steps = module.lesson()
    playing.go_on(progress, steps[0], by=lee)
    playing.leave(progress, by=lee)
    again = ModuleProgress.objects.get(pk=progress.pk)
    assert again.place(steps) == 2
    assert verbs() == [vocabulary.INITIALIZED, vocabulary.PROGRESSED, vocabulary.TERMINATED]


def test_when_the_last_step_gone_on_from_was_deleted_it_begins_again(progress, module, lee):
    steps = module.lesson()
    playing.go_on(progress, steps[1], by=lee)
    again = ModuleProgress.objects.get(pk=progress.pk)
    assert again.place(steps[2:]) == 1


def test_a_silent_sitting_is_abandoned_and_its_silence_is_not_counted(progress, module, lee):
    steps = module.lesson()
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        playing.go_on(progress, steps[0], by=lee)
    progress.refresh_from_db()
    assert LaunchSession.objects.filter(status=LaunchSession.Status.ABANDONED).count() == 1
    assert vocabulary.ABANDONED in verbs()
    assert progress.seconds == 0


def test_gaps_are_cut_at_ten_minutes(progress, module, lee):
    first, second, _third = module.lesson()
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=4), tick=False):
        playing.go_on(progress, first, by=lee)
    with time_machine.travel(start + timedelta(minutes=24), tick=False):
        playing.go_on(progress, second, by=lee)
    progress.refresh_from_db()
    assert 13 * 60 <= progress.seconds <= 14 * 60


def test_a_right_answer_is_right_and_a_wrong_one_is_not(progress, asking, lee):
    assert playing.answer(progress, asking, [right_answer(asking)], by=lee, token=uuid.uuid4()).is_right
    assert not playing.answer(progress, asking, [wrong_answer(asking)], by=lee, token=uuid.uuid4()).is_right
    assert Attempt.objects.count() == 2


def test_a_doubled_click_is_one_answer(progress, asking, lee):
    token = uuid.uuid4()
    playing.answer(progress, asking, [right_answer(asking)], by=lee, token=token)
    playing.answer(progress, asking, [right_answer(asking)], by=lee, token=token)
    assert Attempt.objects.count() == 1
    assert verbs().count(vocabulary.ANSWERED) == 1


@pytest.mark.parametrize(
    ("chosen", "code"), [([], "no_answer"), (["nonsense"], "unknown_answer"), (["a", "b"], "too_many_answers")]
)
def test_a_wrong_choice_is_refused_and_nothing_is_stored(progress, asking, lee, chosen, code):
    with pytest.raises(errors.DomainError) as refused:
        playing.answer(progress, asking, chosen, by=lee, token=uuid.uuid4())
    assert refused.value.code == code
    assert not Attempt.objects.exists()


def test_a_module_is_not_finished_while_a_question_has_no_answer(progress, lee):
    with pytest.raises(errors.DomainError, match="step 3"):
        playing.finish(progress, by=lee)
    assert vocabulary.TERMINATED not in verbs()


def test_a_module_that_became_an_outline_cannot_be_finished(progress, module, lee):
    module.is_outline, module.steps = True, []
    module.save_revision().publish()
    progress = ModuleProgress.objects.get()
    with pytest.raises(errors.NotAllowed):
        playing.finish(progress, by=lee)
    assert ModuleProgress.objects.get().status == ModuleProgress.Status.STARTED


def test_who_fails_can_answer_again_and_pass_in_a_new_sitting(progress, asking, lee):
    playing.answer(progress, asking, [wrong_answer(asking)], by=lee, token=uuid.uuid4())
    assert playing.finish(progress, by=lee).status == ModuleProgress.Status.STARTED
    playing.answer(progress, asking, [right_answer(asking)], by=lee, token=uuid.uuid4())
    assert playing.finish(progress, by=lee).status == ModuleProgress.Status.COMPLETED
    assert LaunchSession.objects.count() == 2
    assert verbs().count(vocabulary.COMPLETED) == 1


def test_finishing_twice_says_passed_once(registration, module, lee):
    progress = work_through(registration, module, lee)
    playing.finish(progress, by=lee)
    assert verbs().count(vocabulary.PASSED) == 1


def test_a_reflection_too_long_is_refused_with_its_length(progress, module, lee):
    step = next(step for step in module.lesson() if step.reflection)
    with pytest.raises(errors.DomainError, match="5001"):
        playing.reflect(progress, step, "x" * 5001, by=lee)
    assert not Reflection.objects.exists()


def test_a_reflection_can_be_changed(progress, module, lee):
    step = next(step for step in module.lesson() if step.reflection)
    playing.reflect(progress, step, "first", by=lee)
    playing.reflect(progress, step, "second", by=lee)
    assert Reflection.objects.get().text == "second"


def test_a_module_without_questions_is_finished_at_its_end(registration, course, lee):
    demo_course.load_module(course, module_facts(9, steps=module_facts(9)["steps"][:2]))
    module = course.modules().get(title="Module 9")
    progress = playing.open_module(registration, module, by=lee)
    with pytest.raises(errors.DomainError, match="last step"):
        playing.finish(progress, by=lee)
    for step in module.lesson():
        playing.go_on(progress, step, by=lee)
    assert playing.finish(progress, by=lee).status == ModuleProgress.Status.COMPLETED


def test_an_answer_named_many_times_is_kept_once(progress, asking, lee):
    attempt = playing.answer(progress, asking, [right_answer(asking)] * 5000, by=lee, token=uuid.uuid4())
    assert attempt.chosen == [right_answer(asking)]
