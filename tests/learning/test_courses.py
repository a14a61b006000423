"""Modules as pages: versions and what an author is told."""

import re
import uuid

import pytest
from django.core.exceptions import ValidationError
from wagtail.blocks import StreamBlockValidationError, StructBlockValidationError

from learning.blocks import QuestionBlock, StepBodyBlock
from learning.demo.course import load_course
from learning.models import ModulePage


@pytest.fixture
def module(course):
    return course.modules().first()


def test_publishing_the_same_again_keeps_the_version(module):
    module.save_revision().publish()
    module.refresh_from_db()
    assert module.version == 1


def test_a_change_of_teaching_is_a_new_version(module):
    module.mastery = 60
    module.save_revision().publish()
    module.refresh_from_db()
    assert module.version == 2


def test_publishing_an_older_draft_never_counts_back(module):
    old = module.save_revision()
    module.mastery = 60
    module.save_revision().publish()
    old.publish()
    module.refresh_from_db()
    assert module.version == 3


def test_a_module_needs_steps_or_is_an_outline(module):
    module.steps = []
    with pytest.raises(ValidationError, match="outline"):
        module.full_clean()


def test_a_question_needs_a_right_answer():
    block = QuestionBlock()
    value = block.to_python(question(correct=[False, False]))
    with pytest.raises(StructBlockValidationError):
        block.clean(value)


def test_a_question_with_one_right_answer_has_one():
    block = QuestionBlock()
    with pytest.raises(StructBlockValidationError):
        block.clean(block.to_python(question(correct=[True, True])))


def test_a_step_asks_one_thing_and_asks_it_last():
    block = StepBodyBlock()
    asks = {"type": "question", "value": question(correct=[True, False]), "id": str(uuid.uuid4())}
    tells = {"type": "text", "value": "<p>After</p>", "id": str(uuid.uuid4())}
    for body in [[asks, {**asks, "id": str(uuid.uuid4())}], [asks, tells]]:
        with pytest.raises(StreamBlockValidationError):
            block.clean(block.to_python(body))


def question(correct: list[bool]) -> dict:
    return {
        "setup": "",
        "prompt": "What do you say?",
        "kind": "single",
        "answers": [
            {"text": f"Answer {number}", "correct": right, "feedback": "Because."} for number, right in enumerate(correct)
        ],
        "right_title": "Yes",
        "right_text": "Right.",
        "wrong_title": "Not quite",
        "wrong_text": "Wrong.",
    }


def test_the_demonstration_course_loads_twice_into_the_same_pages(learning_index):
    load_course(learning_index)
    course = load_course(learning_index)
    modules = list(course.modules())
    assert [module.is_outline for module in modules] == [False] * 7
    assert [module.version for module in modules] == [1] * 7
    assert ModulePage.objects.count() == 7


def test_every_citation_of_the_demonstration_has_its_source(learning_index):
    for module in load_course(learning_index).modules():
        keys = {child.value["key"] for child in module.sources}
        cited = set(re.findall(r"\[\^([a-z0-9-]+)\]", str(module.steps.get_prep_value()) + module.covers))
        assert cited <= keys, module.title


def test_every_full_module_of_the_demonstration_has_text_case_reflection_and_questions(learning_index):
    for module in load_course(learning_index).modules().filter(is_outline=False):
        kinds = {child.block_type for step in module.lesson() for child in step.body}
        assert {"text", "case_study", "reflection", "question"} <= kinds, module.title
        for step in module.lesson():
            step.body.stream_block.clean(step.body)


def test_an_author_previews_every_step_with_its_feedback(client, ed, module, second_factor):
    second_factor(client, ed)
    request = client.get(module.url).wsgi_request
    text = module.make_preview_request(request, "lesson").render().content.decode()
    assert "Something to read." in text
    assert "A guess." in text
