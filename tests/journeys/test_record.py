"""Adi looks a learner up, sends statements on, and takes all records along: on a phone, without JavaScript, by keyboard."""

import json

import pytest
from playwright.sync_api import expect

from tests.journeys import keyboard, learner

pytestmark = pytest.mark.journey
STORE = {
    "What do you call it?": "Record store of the region",
    "Address of its record store": "https://lrs.invalid/xapi/",
    "Key": "our-key",
    "Secret": "their-secret",
    "Who decided this?": "Head of workforce",
    "On what lawful basis?": "Public task: the region reports training.",
}


@pytest.fixture(params=[True, False], ids=["with script", "without"])
def page(request, device, signed_in):
    """A phone, on which nothing may be wider than it is."""
    page = device("phone", js=request.param, state=signed_in("adi"))
    yield page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_a_learner_did_is_looked_up(page):
    page.goto("/learning/statements/")
    name = page.get_by_label("Learner", exact=True)
    name.fill("Nobody Known")
    learner.press(page, "Search", exact=True)
    expect(page.get_by_role("alert")).to_contain_text("No learner has this name")
    expect(name).to_have_value("Nobody Known")
    name.fill("Leila")
    learner.press(page, "Search", exact=True)
    with page.expect_navigation():
        page.get_by_role("link", name="Leila Example").first.click()
    expect(page.locator("#found")).to_be_in_viewport()
    expect(name).to_have_value("Leila Example")
    assert "Leila" not in page.url
    expect(page.get_by_role("table").get_by_text("Leila Example").first).to_be_visible()
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="As it is kept")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download as JSON").click()
    assert json.loads(taken.value.path().read_text())["actor"]["account"]


def test_statements_are_sent_on_and_that_is_undone(page, accounts):
    learner.confirm(page, accounts["adi"]["password"], "/learning/forwarding/")
    learner.follow(page, "Add a record store")
    for label, text in (STORE | {"Address of its record store": "http://lrs.invalid/", "Key": ""}).items():
        page.get_by_label(label, exact=True).fill(text)
    learner.press(page, "Send statements there")
    expect(page.get_by_role("alert")).to_contain_text("Enter the key")
    page.get_by_label("Key", exact=True).fill("our-key")
    learner.press(page, "Send statements there")
    expect(page.get_by_role("alert")).to_contain_text("The address must begin with https://")
    expect(page.get_by_label("Secret", exact=True)).to_have_value("their-secret")
    page.get_by_label("Address of its record store").fill(STORE["Address of its record store"])
    learner.press(page, "Send statements there")
    learner.press(page, "Turn it off")
    expect(page.get_by_text("It is off. What comes now waits until it is on again.")).to_be_visible()
    learner.follow(page, "Remove it")
    learner.press(page, "Remove it")
    expect(page.get_by_text("Nothing is sent to any other record store.")).to_be_visible()


def test_all_records_are_taken_along(page, accounts):
    learner.confirm(page, accounts["adi"]["password"], "/learning/records/")
    page.get_by_label("Day").first.fill("31")
    learner.press(page, "Download the file")
    expect(page.get_by_role("alert")).to_contain_text("The first day must include a day, a month and a year")
    page.get_by_label("Day").first.fill("")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the file").click()
    assert taken.value.suggested_filename.endswith(".jsonl")
    assert json.loads(taken.value.path().read_text().partition("\n")[0])["statement"]["id"]


@pytest.mark.looks
def test_it_is_done_by_keyboard_alone(device, signed_in, accounts):
    page = device("desk", state=signed_in("adi"))
    learner.confirm(page, accounts["adi"]["password"], "/learning/statements/")
    keys = keyboard.Keyboard(page)
    page.goto("/learning/statements/")
    keys.arrive()
    keys.write("^Learner$", "Leila")
    keys.follow("^Search$", "button")
    keys.follow("^Leila Example$", "a")
    keys.follow("^Leila Example ", "a")
    page.goto("/learning/forwarding/new/")
    keys.arrive()
    for label, text in STORE.items():
        keys.write(f"^{label.rstrip('?')}", text)
    keys.follow("^Send statements there$", "button")
    keys.follow("^Test the connection$", "button")
    expect(page.get_by_text("It could not be reached.")).to_be_visible()
    keys.follow("^Remove it$", "a")
    keys.follow("^Remove it$", "button")
    assert not keys.faults, "\n" + "\n".join(keys.faults)
