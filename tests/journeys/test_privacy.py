"""Somebody sees what is held about them, changes it, and goes."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.journeys import learner
from tests.journeys.conftest import enter

pytestmark = pytest.mark.journey
NOTE = "A thought that belongs to nobody else"


def confirm_password(page):
    """Sensitive pages ask again who is there, if some time has gone by since signing in."""
    if page.get_by_label("Your password").count():
        page.get_by_label("Your password").fill(learner.PASSWORD)
        with page.expect_navigation():
            page.locator("main form button.btn").first.click()


@pytest.mark.parametrize("js", [True, False], ids=["with javascript", "without javascript"])
def test_somebody_takes_everything_that_is_held_and_deletes_the_account(device, mail, js):
    address = f"sam.{'plain' if not js else 'goes'}@example.com"
    page = device("phone", js=js)
    learner.sign_up(page, mail, "Sam Passing", address)
    learner.register(page)
    learner.start(page)
    while page.get_by_role("textbox").count() == 0:
        learner.go_on(page)
    page.get_by_role("textbox").fill(NOTE)
    learner.go_on(page)

    page.goto("/account/")
    learner.follow(page, re.compile("Change ?: Name"))
    page.get_by_label("Your name").fill("Samira Passing")
    learner.press(page, "Save")
    expect(page.locator("main")).to_contain_text("Samira Passing")

    learner.follow(page, re.compile("Download ?: Everything we hold"))
    confirm_password(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the file").click()
    held = coming.value.path().read_text()
    assert json.loads(held)
    assert all(word in held for word in [address, "Samira Passing", NOTE])
    assert "inclusive" not in coming.value.suggested_filename

    page.goto("/account/")
    learner.follow(page, re.compile("Delete ?: Your account"))
    confirm_password(page)
    learner.press(page, "Delete my account")
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
    page.goto("/account/")
    assert "/account/login/" in page.url
    enter(page, {"email": address, "password": learner.PASSWORD})
    expect(page.get_by_role("alert")).to_be_visible()
