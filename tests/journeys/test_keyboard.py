"""Without a mouse, at a desk: the whole way of a learner, of an author and of the statistics officer, log-in and code too."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys import keyboard, learner

pytestmark = [pytest.mark.journey, pytest.mark.looks]
WRITTEN = "Speaking up, and making room for those who matter. Written without a mouse."


def answer(keys, page, *, rightly=True):
    """Space for boxes, arrows for radios."""
    answers = learner.answers_to(page)
    wanted = [each["text"] for each in answers if each["correct"] is rightly]
    first = keys.go_to(".", "input")
    if first["type"] == "radio":
        keys.choose(wanted[0])
        return keys.follow("^Answer$", "button")
    for text in wanted if rightly else wanted[:1]:
        stop = first if first["words"] == text else keys.go_to(f"^{re.escape(text)}$", "input")
        assert keys.press("Space")["checked"], stop
        first = {"words": ""}
    return keys.follow("^Answer$", "button")


def talk(keys, page):
    """Through a conversation; what the last words did has the focus and is in sight."""
    for choice in learner.shortest_ways()[page.locator(".conversation h2").first.inner_text()]:
        keys.go_to(".", "input")
        keys.choose(choice["says"])
        keys.follow("^Say this", "button")
        assert focus(page) == "now"
        keys.judge()
        expect(page.locator("#now")).to_contain_text(choice["effect"])
        expect(page.locator("#now")).to_be_in_viewport()


def focus(page):
    return page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.tagName")


def test_somebody_learns_by_keyboard_alone_from_the_front_page_to_the_certificate(device, mail):
    page = device("desk")
    keys = keyboard.Keyboard(page)
    page.goto("/")
    keys.arrive()

    assert keys.press("Tab")["words"] == "Skip to main content"
    page.keyboard.press("Enter")
    assert focus(page) == "main"
    stop = keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null"), stop

    page.goto(learner.COURSE)
    keys.arrive()
    keys.follow("Create an account to start")
    keys.follow("Create my account", "button")
    assert "error-summary" in focus(page)
    keys.judge()
    keys.go_to("Enter your name")
    page.keyboard.press("Enter")
    assert focus(page) == "id_display_name"
    page.keyboard.type("Kay Board")
    keys.write("Email address", "kay@example.com")
    keys.write("Choose a password", learner.PASSWORD)
    keys.follow("Create my account", "button")
    keys.write("The code", learner.code_in(mail("kay@example.com")))
    keys.follow("Continue", "button")

    keys.go_to("organisation", "select")
    page.keyboard.type("Example Hos")
    assert keys.judge()["value"]
    keys.go_to("staff group", "select")
    page.keyboard.press("ArrowDown")
    assert keys.judge()["value"]
    keys.follow("Save", "button")
    keys.follow("Register for the course", "button", key="Space")
    keys.follow("Why inclusion matters")
    keys.follow("Start this module", "button")

    wrong_before = True
    while not page.url.endswith("/finish/"):
        if learner.is_asked(page):
            if wrong_before:
                keys.follow("^Answer$", "button")
                assert "error-summary" in focus(page)
                keys.judge()
                keys.go_to("Choose an answer")
                page.keyboard.press("Enter")
                assert focus(page) == "answer-1"
                keys.page.reload()
                keys.arrive()
            answer(keys, page, rightly=not wrong_before)
            expect(page.locator("#feedback")).to_be_in_viewport()
            assert focus(page) == "feedback"
            wrong_before = False
        elif learner.is_spoken_to(page):
            talk(keys, page)
        elif page.get_by_role("textbox").count():
            keys.go_to("", "textarea")
            page.keyboard.type("Nobody needs a mouse here.")
        keys.follow("Continue to", "button")
    keys.follow("Finish this module", "button")
    expect(page.get_by_role("heading", name="Well done")).to_be_visible()
    keys.follow("Open my certificate")
    keys.go_to("Open the PDF")
    assert not keys.faults, "\n" + "\n".join(keys.faults)


def sign_in(keys, account, code):
    keys.page.goto("/account/login/")
    keys.arrive()
    keys.write("^Email address", account["email"])
    keys.write("^Password", account["password"])
    keys.follow("^Sign in$", "button")
    keys.write("^Code", code)
    keys.follow("^Sign in$", "button")


def test_an_author_edits_a_module_and_publishes_it_by_keyboard_alone(device, accounts, totp):
    page = device("desk")
    keys = keyboard.Keyboard(page)
    sign_in(keys, accounts["ed"], totp("ed"))
    keys.follow("^Editor$")
    keys.follow("Pages created")
    keys.follow("^Explore child pages of 'LGBTQ")
    keys.follow("^Allyship")
    keys.write("^Summary$", WRITTEN)
    keys.go_to("^More actions$", "button", key="Shift+Tab")
    page.keyboard.press("Enter")
    keys.follow("^Publish$", "button")
    expect(page.get_by_text("has been published")).to_be_visible()
    visitor = device("phone")
    visitor.goto(learner.COURSE)
    expect(visitor.get_by_text(WRITTEN)).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


def test_the_officer_filters_the_figures_by_keyboard_alone(device, accounts, totp):
    page = device("desk")
    keys = keyboard.Keyboard(page)
    sign_in(keys, accounts["val"], totp("val"))
    keys.follow("^Figures$")
    keys.go_to("^Organisation", "select")
    page.keyboard.type("Example Hospital Trust N")
    chosen = keys.judge()["value"]
    with page.expect_navigation():
        keys.go_to("Show|Update|Filter|Apply", "button")
        page.keyboard.press("Enter")
    assert page.get_by_label("Organisation", exact=True).input_value() == chosen
    keys.arrive()
    keys.go_to("CSV")
    assert not keys.faults, "\n" + "\n".join(keys.faults)
