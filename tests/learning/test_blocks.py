"""What an author is told while they build a module."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from learning.blocks import PictureBlock, StepBodyBlock
from learning.blocks.conversation import ConversationBlock
from learning.blocks.drawing import DrawingBlock, drawings
from learning.demo import course as demo_course
from tests.factories.learning import conversation_facts, module_facts

CONTEXT: dict = {"sources": {}}
ACTIVITY = uuid.UUID(int=1, version=4)


def raw(**changes) -> dict:
    return demo_course._conversation(ACTIVITY, "1.1", conversation_facts(**changes))


def told(moments: list[dict]) -> str:
    """All that is said against a conversation of these moments; empty where it is whole."""
    block = ConversationBlock()
    try:
        block.clean(block.to_python(raw(moments=moments)))
    except ValidationError as error:
        return str(error.as_json_data())
    return ""


@pytest.fixture
def moments():
    return conversation_facts()["moments"]


def test_a_whole_conversation_is_taken(moments):
    assert told(moments) == ""


def test_a_choice_that_leads_nowhere_is_named_with_the_moments_that_there_are(moments):
    moments[0]["choices"][1]["leads_to"] = "end-opne"
    assert "No moment is called “end-opne”. There are: start, closed, end-open, end-shut." in told(moments)


def test_a_moment_that_nobody_reaches_is_named(moments):
    moments.append({"name": "lost", "says": "Sam waits.", "lesson": "Nothing."})
    assert "Nobody comes here" in told(moments)


def test_a_conversation_needs_an_ending(moments):
    for moment in moments[2:]:
        moment["choices"] = moments[0]["choices"]
        del moment["lesson"]
    assert "There is no ending" in told(moments)


def test_an_ending_needs_its_lesson(moments):
    del moments[2]["lesson"]
    assert "Say what to take from it" in told(moments)


def test_only_an_ending_has_a_lesson(moments):
    moments[1]["lesson"] = "Too early."
    assert "Only an ending has a lesson" in told(moments)


def test_two_moments_cannot_have_one_name(moments):
    moments[3]["name"] = "end-open"
    assert "Another moment is called “end-open” already" in told(moments)


def test_one_choice_is_none(moments):
    del moments[1]["choices"][0]
    assert "Add a second choice" in told(moments)


def test_a_way_that_can_never_end_is_found(moments):
    for choice in moments[1]["choices"]:
        choice["leads_to"] = "closed"
    moments[0]["choices"].append({"says": "“Sign.”", "effect": "Sam signs.", "leads_to": "end-shut"})
    assert "Nobody comes to an ending from here" in told(moments)


def test_an_unfinished_conversation_can_be_kept_as_a_draft(moments):
    moments[0]["choices"][0]["leads_to"] = "not-yet-written"
    block = ConversationBlock()
    block.defer_required_validation()
    block.clean(block.to_python(raw(moments=moments)))


def test_a_conversation_stands_last_in_its_step_and_alone():
    block = StepBodyBlock()
    talk = {"type": "conversation", "value": raw()}
    for body in [[talk, {"type": "text", "value": "<p>x</p>"}], [talk, talk]]:
        with pytest.raises(ValidationError):
            block.clean(block.to_python(body))
    block.clean(block.to_python([{"type": "text", "value": "<p>x</p>"}, talk]))


# Drawings and pictures ----------------------------------------------------------------------------


def test_a_drawing_stands_beside_its_words(db):
    block = DrawingBlock()
    name = drawings()[0][0]
    value = block.to_python({"name": name, "caption": "What it says", "description": "<p>In words.</p>"})
    html = block.render(block.clean(value), CONTEXT)
    assert "<svg" in html
    assert "In words." in html
    assert 'aria-hidden="true"' in html


def test_a_drawing_that_is_gone_leaves_its_words(db):
    block = DrawingBlock()
    html = block.render(
        block.to_python({"name": "../blocks/fact", "caption": "It says", "description": "<p>In words.</p>"}), CONTEXT
    )
    assert "<svg" not in html
    assert "In words." in html


@pytest.mark.parametrize("name", [name for name, _label in drawings()])
def test_every_drawing_can_be_drawn_and_is_strict(name, db):
    block = DrawingBlock()
    html = block.render(block.to_python({"name": name, "caption": "x", "description": ""}), CONTEXT)
    svg = html.partition("<svg")[2].partition("</svg>")[0]
    assert 'aria-hidden="true" focusable="false"' in svg.partition(">")[0]
    for foreign in ["style", "<script", "href", 'fill="#', 'stroke="#']:
        assert foreign not in svg


@pytest.fixture
def image(db):
    return get_image_model().objects.create(title="ward-3", file=get_test_image_file("ward-3.png"))


@pytest.mark.parametrize(("alt", "is_refused"), [("ward-3", True), ("Photo.JPG", True), ("Two people share a table", False)])
def test_the_name_of_a_file_is_no_alt_text(image, alt, is_refused):
    block = PictureBlock()
    value = block.to_python({"image": {"image": image.pk, "alt_text": alt, "decorative": False}, "caption": ""})
    if not is_refused:
        assert block.clean(value)
        return
    with pytest.raises(ValidationError) as refused:
        block.clean(value)
    assert "name of a file" in str(refused.value.as_json_data())


def test_every_module_of_the_demonstration_can_be_saved_by_an_author(course):
    module = demo_course.load_module(course, module_facts(8))
    module.full_clean()
