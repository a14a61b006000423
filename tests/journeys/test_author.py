"""Ed writes a module and publishes it. Wagtail's editor needs JavaScript; everything before it does not."""

import re
import urllib.request
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

from tests.journeys import learner
from tests.journeys.conftest import enter, give_code

pytestmark = pytest.mark.journey
TITLE = "Words at the front desk"
# The editor keeps a draft by itself whenever what is typed can be kept: then the page exists already when Ed publishes.
REFUSED = re.compile("The page could not be (created|saved) due to validation errors")
PUBLISHED = re.compile(f"Page '{TITLE}' (created and|has been) published")
OFTEN = 16  # requests, each on a connection of its own, so that both web processes answer some


def open_editor(page):
    page.goto("/admin/pages/")
    page.get_by_role("link", name="Explore child pages of 'LGBTQ+ inclusive cancer care'").click()
    page.get_by_role("link", name="Add child page").click()
    page.locator("#id_title").wait_for()


def insert(page, within, kind=""):
    """A block at the end of the list whose count stands in the hidden field `within`. Wagtail may miss a first press."""
    counted = page.locator(f"[name='{within}-count']")
    button = counted.locator("xpath=..").get_by_role("button", name="Insert a block").last
    option = page.get_by_role("option", name=kind, exact=True)
    before = counted.input_value()
    for _try in range(5):
        press_on(button)
        if kind and appears(option):
            press_on(option)
        if changes(counted, before):
            return
    pytest.fail(f"The editor did not insert {kind or 'a block'}.")


def press_on(element):
    """With the mouse where the editor leaves it in reach: at times a heading of its own lies over a list or button for good."""
    try:
        element.click(timeout=3000)
    except TooLate:
        element.evaluate("(element) => element.click()")


def changes(field, before):
    with suppress(AssertionError):
        expect(field).not_to_have_value(before, timeout=3000)
    return field.input_value() != before


def appears(locator):
    with suppress(TooLate):
        locator.wait_for(timeout=3000)
    return locator.is_visible()


def write(page, field, text):
    """The editor moves the focus to a block a moment after it came, and may take words on their way to a field with it."""
    field = page.locator(f"[name='{field}']")
    for _try in range(5):
        field.fill(text)
        if field.input_value() == text:
            return
    pytest.fail(f"The editor did not take “{text}”.")


def write_question(page, block):
    insert(page, "steps-1-value-body", "Question, with feedback for each answer")
    write(page, f"{block}-prompt", "What do you say first?")
    add(page, f"{block}-answers", 2)
    write(page, f"{block}-answers-0-value-text", "“And who is with you today?”")
    write(page, f"{block}-answers-0-value-feedback", "It has room for anybody.")
    write(page, f"{block}-answers-1-value-text", "“Is this your sister?”")
    write(page, f"{block}-answers-1-value-feedback", "You wanted to be friendly. It is still a guess.")
    write(page, f"{block}-right_title", "Yes. A door stands open")
    write(page, f"{block}-right_text", "They can say who matters.")
    write(page, f"{block}-wrong_title", "Not quite")
    write(page, f"{block}-wrong_text", "Ask, and do not guess.")


MOMENTS = [  # name, what the person says, lesson, and choices: what to say, what it does, where it leads
    (
        "start",
        "“I came alone.”",
        "",
        [("“Who matters to you?”", "She smiles.", "told"), ("“No family?”", "She nods.", "silnce")],
    ),
    ("told", "“Bea. She is my wife.”", "The question had room for Bea.", []),
    ("silence", "“No.”", "You cared about her. Ask whom she would like to have here.", []),
]


def write_conversation(page, body):
    """With one slip: a choice leads to a moment that is not there."""
    insert(page, body, "Conversation with branches")
    talk = f"{body}-0-value"
    write(page, f"{talk}-title", "Who is with you?")
    page.locator(f"[name='{talk}-title']").locator("xpath=ancestor::section[1]").get_by_role("textbox").nth(1).fill(
        "Ines is invented."
    )
    write(page, f"{talk}-person", "Ines")
    add(page, f"{talk}-moments", len(MOMENTS))
    for number, (name, says, lesson, choices) in enumerate(MOMENTS):
        moment = f"{talk}-moments-{number}-value"
        write(page, f"{moment}-name", name)
        write(page, f"{moment}-says", says)
        write(page, f"{moment}-lesson", lesson)
        add(page, f"{moment}-choices", len(choices))
        for place, values in enumerate(choices):
            for field, value in zip(("says", "effect", "leads_to"), values, strict=True):
                write(page, f"{moment}-choices-{place}-value-{field}", value)


def add(page, within, wanted):
    """So many rows to the list whose count stands in the hidden field `within`."""
    counted = page.locator(f"[name='{within}-count']")
    for _try in range(1 + 3 * wanted):
        if int(counted.input_value()) >= wanted:
            return
        press_on(counted.locator("xpath=..").get_by_role("button", name="Add", exact=True).last)
    pytest.fail(f"The editor did not add to {within}.")


def publish(page):
    page.get_by_role("button", name="More actions").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Publish", exact=True).click()


def pages_as_anybody(platform):
    """The course page as strangers get it, many times."""
    return [urllib.request.urlopen(platform.url + learner.COURSE).read().decode() for _ in range(OFTEN)]


def test_ed_writes_a_module_is_told_what_is_missing_and_publishes_for_everybody_at_once(device, accounts, totp, platform):
    assert not any(TITLE in text for text in pages_as_anybody(platform))  # now every process keeps a copy
    page = device("desk")
    enter(page, accounts["ed"])
    give_code(page, totp("ed"))
    page.wait_for_url("**/home/")
    page.get_by_role("link", name="Editor").click()
    open_editor(page)

    page.locator("#id_title").fill(TITLE)
    insert(page, "objectives")
    write(page, "objectives-0-value", "greet everybody without a guess")
    insert(page, "steps")
    write(page, "steps-0-value-title", "At the desk")
    insert(page, "steps-0-value-body", "Text")
    page.locator("[name='steps-0-value-body-count']").locator("xpath=..").get_by_role("textbox").first.fill("Somebody comes in.")
    insert(page, "steps")
    write(page, "steps-1-value-title", "A first sentence")
    question = "steps-1-value-body-0-value"
    write_question(page, question)
    insert(page, "steps")
    write(page, "steps-2-value-title", "Who else")
    write_conversation(page, "steps-2-value-body")

    publish(page)
    expect(page.get_by_text(REFUSED)).to_be_visible()
    expect(page.get_by_text("Mark at least one answer as right.")).to_be_visible()
    expect(page.get_by_text("No moment is called “silnce”. There are: start, told, silence.")).to_be_visible()
    expect(page.locator(f"[name='{question}-answers-1-value-feedback']")).to_have_value(re.compile("It is still a guess"))
    assert not any(TITLE in text for text in pages_as_anybody(platform))

    page.locator(f"[name='{question}-answers-0-value-correct']").check()
    write(page, "steps-2-value-body-0-value-moments-0-value-choices-1-value-leads_to", "silence")
    page.get_by_role("button", name="Toggle preview").click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Preview in new tab").click()
    preview = opened.value
    expect(preview.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(preview.get_by_text("A first sentence")).to_be_visible()
    expect(preview.get_by_role("link", name="silence")).to_be_visible()
    preview.close()
    expect(page.frame_locator("#w-preview-iframe, iframe").last.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert device("desk").goto(f"{learner.COURSE}words-at-the-front-desk/").status == 404

    publish(page)
    expect(page.get_by_text(PUBLISHED)).to_be_visible()
    assert all(TITLE in text for text in pages_as_anybody(platform))
    visitor = device("phone")
    visitor.goto(learner.COURSE)
    visitor.get_by_role("link", name=TITLE).click()
    expect(visitor.get_by_text("greet everybody without a guess")).to_be_visible()


def test_a_learner_answers_ed_s_question_reads_each_feedback_and_walks_the_conversation(device, signed_in, platform):
    page = device("desk", state=signed_in("lee"))
    page.goto(learner.COURSE)
    if page.get_by_role("link", name=TITLE).count() == 0:
        pytest.fail("Ed's module is not there: the journey before this one did not publish it.")
    if page.get_by_role("button", name="Register for the course").count():
        learner.register(page)
    page.goto(learner.COURSE)
    page.get_by_role("link", name=TITLE).click()
    learner.press(page, "Start this module")
    learner.go_on(page)
    page.get_by_label("“Is this your sister?”").check()
    learner.press(page, "Answer", exact=True)
    expect(page.get_by_text("Not quite")).to_be_visible()
    expect(page.get_by_text("It has room for anybody.")).to_be_visible()
    expect(page.get_by_text("It is still a guess.")).to_be_visible()
    learner.go_on(page)
    learner.say(page, {"says": "“No family?”", "effect": "She nods."})
    expect(page.get_by_text("Ask whom she would like to have here.")).to_be_visible()
    learner.press(page, "Take back my last words")
    learner.say(page, {"says": "“Who matters to you?”", "effect": "She smiles."})
    expect(page.get_by_text("You found 2 of 2 endings")).to_be_visible()


def test_without_javascript_an_author_signs_in_with_the_second_factor_and_reads_the_pages(device, accounts, platform):
    page = device("desk", js=False)
    enter(page, accounts["ed"])
    give_code(page, platform.template.secrets()["ed"]["codes"][1])
    page.wait_for_url("**/home/")
    page.goto(learner.COURSE)
    page.locator("ol.modules li h3 a").first.click()
    expect(page.get_by_role("heading", name="After this module you can")).to_be_visible()
    page.goto("/admin/")
    expect(page).to_have_title(re.compile("^Dashboard"))
