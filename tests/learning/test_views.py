"""The pages of a learner, over HTTP."""

import json
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from learning import courses, playing
from learning.models import Attempt, Certificate, ModuleProgress, Reflection, Registration
from people import names
from tests.factories.learning import right_answer, work_through


@pytest.fixture
def module(course):
    return course.modules().first()


@pytest.fixture
def progress(registration, module, lee):
    return playing.open_module(registration, module, by=lee)


@pytest.fixture
def certificate(registration, module, lee):
    work_through(registration, module, lee)
    return Certificate.objects.get(registration=registration)


@pytest.fixture
def logged_in(client, lee):
    client.force_login(lee)
    return client


def step_url(progress, number: int) -> str:
    return reverse("learning:play", args=[progress.key, number])


def asking(module):
    return next(step for step in module.lesson() if step.question)


# Strangers ----------------------------------------------------------------------------------------


def test_a_stranger_gets_404_on_everything_of_lees(client, sam, progress, certificate):
    client.force_login(sam)
    for url in [
        step_url(progress, 1),
        reverse("learning:finish", args=[progress.key]),
        reverse("learning:certificate", args=[certificate.key]),
        reverse("learning:certificate_pdf", args=[certificate.key]),
    ]:
        assert client.get(url).status_code == 404, url
    for url in [
        step_url(progress, 1),
        reverse("learning:finish", args=[progress.key]),
        reverse("learning:leave", args=[progress.key]),
    ]:
        assert client.post(url).status_code == 404, url


def test_who_is_not_logged_in_is_led_to_log_in(client, course, progress):
    for url in [reverse("learning:mine"), step_url(progress, 1)]:
        response = client.get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


# Registering --------------------------------------------------------------------------------------


def test_lee_registers_and_opens_a_module(logged_in, course, module):
    logged_in.post(reverse("learning:register", args=[course.activity]))
    response = logged_in.post(reverse("learning:open", args=[module.activity]))
    progress = ModuleProgress.objects.get()
    assert response.url == step_url(progress, 1)


def test_who_has_no_affiliation_is_asked_for_it_and_comes_back(client, sam, course):
    client.force_login(sam)
    response = client.post(reverse("learning:register", args=[course.activity]))
    assert response.url == f"{reverse('account:work')}?next={course.url}"
    assert not Registration.objects.exists()


def test_opening_without_registration_leads_to_the_course(logged_in, course, module):
    response = logged_in.post(reverse("learning:open", args=[module.activity]))
    assert response.url == course.url


def test_an_outline_says_that_it_cannot_be_started(logged_in, registration, course):
    outline = course.modules().get(is_outline=True)
    assert logged_in.post(reverse("learning:open", args=[outline.activity])).url == outline.url
    assert "cannot be started" in logged_in.get(outline.url).content.decode()


def test_reading_never_changes_anything(logged_in, progress):
    before = ModuleProgress.objects.values().get()
    logged_in.get(step_url(progress, 3))
    assert ModuleProgress.objects.values().get() == before


# Playing ------------------------------------------------------------------------------------------


def test_going_on_leads_to_the_next_step(logged_in, progress):
    assert logged_in.post(step_url(progress, 1)).url == step_url(progress, 2)


def test_answering_shows_feedback_for_each_answer(logged_in, progress, module):
    step = asking(module)
    data = {"act": "answer", "answer": right_answer(step), "token": uuid.uuid4()}
    response = logged_in.post(step_url(progress, step.number), data, follow=True)
    text = response.content.decode()
    assert "It assumes nothing." in text
    assert "A guess." in text
    assert "You chose this" in text


def test_choosing_nothing_says_so_beside_the_question(logged_in, progress, module):
    response = logged_in.post(step_url(progress, 3), {"act": "answer"})
    text = response.content.decode()
    assert response.status_code == 422
    assert text.count("Choose an answer.") == 2
    assert "<title>Error:" in text
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000])
def test_a_broken_token_does_not_lose_an_answer(logged_in, progress, module, token):
    logged_in.post(step_url(progress, 3), {"act": "answer", "answer": right_answer(asking(module)), "token": token})
    assert Attempt.objects.count() == 1


def test_a_reflection_that_is_too_long_is_kept_on_the_page(logged_in, progress):
    long = "word " * 1200
    response = logged_in.post(step_url(progress, 2), {"text": long})
    assert response.status_code == 422
    assert "5000 characters or fewer" in response.content.decode()
    assert long.strip() in response.content.decode()
    assert not Reflection.objects.exists()


def test_signs_that_nobody_sees_are_left_out_of_notes(logged_in, progress):
    logged_in.post(step_url(progress, 2), {"text": "Ask\x00 fi\u202erst"})
    assert Reflection.objects.get().text == "Ask first"


def test_notes_are_there_when_the_learner_comes_back(logged_in, progress):
    logged_in.post(step_url(progress, 2), {"text": "Ask, don’t guess <b>"})
    assert "Ask, don’t guess &lt;b&gt;" in logged_in.get(step_url(progress, 2)).content.decode()


@pytest.mark.parametrize("number", [0, 4, 99])
def test_a_step_that_does_not_exist_is_not_found(logged_in, progress, number):
    assert logged_in.get(step_url(progress, number)).status_code == 404


# A module that is changed while somebody is in it --------------------------------------------------


def rearrange(module, order: list[int]):
    """Publish the module with its steps (counted from 0) in this order; those that are not named are gone."""
    raw = module.steps.get_prep_value()
    module.steps = json.dumps([raw[place] for place in order])
    module.save_revision().publish()


def test_what_was_written_for_a_step_stays_with_it_when_it_is_moved(logged_in, progress, module):
    thinking = next(step for step in module.lesson() if step.reflection)
    rearrange(module, [1, 0, 2])
    response = logged_in.post(step_url(progress, thinking.number), {"step": thinking.id, "text": "Ask first"})
    assert response.url == step_url(progress, 2)
    assert Reflection.objects.get().prompt == thinking.reflection.id


def test_an_answer_to_a_question_that_was_taken_out_wipes_no_notes(logged_in, progress, module):
    _reading, thinking, question = module.lesson()
    logged_in.post(step_url(progress, 2), {"step": thinking.id, "text": "Ask first"})
    rearrange(module, [0, 0, 1])
    for posted in [{"step": question.id}, {}]:
        response = logged_in.post(step_url(progress, 3), {**posted, "act": "answer", "answer": right_answer(question)})
        assert response.status_code == 422
        assert "The module has changed" in response.content.decode()
    assert Reflection.objects.get().text == "Ask first"
    assert not Attempt.objects.exists()


def test_a_step_that_was_taken_out_cannot_be_gone_on_from(logged_in, progress, module):
    gone = module.lesson()[0]
    rearrange(module, [1, 2])
    response = logged_in.post(step_url(progress, 1), {"step": gone.id})
    assert response.status_code == 422
    progress.refresh_from_db()
    assert progress.step == ""


def test_finishing_too_early_names_the_step_and_keeps_everything(logged_in, progress):
    response = logged_in.post(reverse("learning:finish", args=[progress.key]))
    assert response.status_code == 422
    assert "Answer the question in step 3" in response.content.decode()


def test_leaving_keeps_the_place_and_says_so(logged_in, progress, course):
    logged_in.post(step_url(progress, 1))
    response = logged_in.post(reverse("learning:leave", args=[progress.key]), follow=True)
    assert "Carry on at step 2" in response.content.decode()


def cost_at_most_15_queries(client, *urls):
    for url in urls:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        assert len(captured) <= 15, (url, [query["sql"][:120] for query in captured])


def test_a_signed_in_page_costs_at_most_15_queries(logged_in, registration, course, module, progress):
    mine, finish = reverse("learning:mine"), reverse("learning:finish", args=[progress.key])
    cost_at_most_15_queries(logged_in, course.url, module.url, step_url(progress, 3), mine, finish)


def test_a_page_of_what_is_completed_costs_at_most_15_queries(logged_in, course, module, certificate):
    finish = reverse("learning:finish", args=[ModuleProgress.objects.get().key])
    shown = reverse("learning:certificate", args=[certificate.key])
    cost_at_most_15_queries(logged_in, course.url, module.url, reverse("learning:mine"), finish, shown)


def test_my_learning_costs_the_same_for_one_course_and_three(logged_in, lee, registration, make_course):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            logged_in.get(reverse("learning:mine"))
        return len(captured)

    cost()
    one = cost()
    for first in (60, 70):
        logged_in.post(reverse("learning:register", args=[make_course(first).activity]))
    cost()
    assert cost() == one


# Certificates -------------------------------------------------------------------------------------


def test_the_certificate_can_be_opened_as_a_pdf_with_a_neutral_name(logged_in, certificate):
    response = logged_in.get(reverse("learning:certificate_pdf", args=[certificate.key]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="certificate.pdf"'
    assert response.content.startswith(b"%PDF")


def test_anyone_can_check_a_certificate_however_it_is_typed(client, certificate, lee):
    for typed in [certificate.code, certificate.code.lower(), certificate.code.replace("-", " "), f" {certificate.code} "]:
        text = client.get(reverse("learning:check"), {"code": typed}).content.decode()
        assert lee.display_name in text
        assert "Module 1" in text
        assert lee.email not in text


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "x" * 5000, "<script>", "\x00"])
def test_a_wrong_number_is_answered_kindly(client, db, code):
    response = client.get(reverse("learning:check"), {"code": code})
    assert response.status_code == 404
    assert "There is a problem" in response.content.decode()
    assert "<script>" not in response.content.decode().replace("<script type", "")


def test_a_changed_name_stands_on_the_same_certificate(client, certificate, lee):
    names.change(lee, "Robin Okafor", by=lee)
    text = client.get(reverse("learning:check"), {"code": certificate.code}).content.decode()
    assert "Robin Okafor" in text
    assert "Lee" not in text


def test_the_certificate_keeps_its_version_when_the_module_changes(certificate, module):
    module.title = "Module 1, rewritten"
    module.save_revision().publish()
    module.refresh_from_db()
    certificate.refresh_from_db()
    assert module.version == 2
    assert (certificate.title, certificate.version) == ("Module 1", 1)


def test_the_page_of_a_course_certificate_names_the_versions_that_it_stands_for(logged_in, full_course, lee):
    registration = courses.register(lee, full_course, by=lee)
    for module in full_course.modules():
        work_through(registration, module, lee)
    held = registration.certificates.get(module=None)
    text = logged_in.get(reverse("learning:certificate", args=[held.key])).content.decode()
    assert "Module 50, version 1" in text
    assert "Module 51, version 1" in text


def test_an_unpublished_module_is_closed_to_those_who_had_begun(logged_in, progress, module):
    module.unpublish()
    assert logged_in.get(step_url(progress, 1)).status_code == 404
    response = logged_in.post(reverse("learning:finish", args=[progress.key]))
    assert "being rewritten" in response.content.decode()
