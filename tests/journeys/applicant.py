"""What an applicant does in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.learner import press

PANEL = "/panels/disabled-people/"
ANSWERS = [
    "I have counted the kerbs between my flat and the tram: forty-one. Zażółć 🙂",
    "A bench where the bus stops.",
    "I ask first, and I say what I heard.",
]


def start(page: Page, name: str, email: str, panel: str = PANEL) -> None:
    """From the page of the panel to the message that a link has been sent."""
    page.goto(panel)
    page.locator("p.call a").first.click()
    page.get_by_role("link", name="Start your application").first.click()
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email address").fill(email)
    press(page, "Send me my link")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()


def link_in(text: str) -> str:
    """The newest way back, without the host."""
    return re.search(r"https?://[^/]+(/applications/open/\S+)", text).group(1)


def open_part(page: Page, number: int) -> None:
    """One of the things to do, counted from nought."""
    with page.expect_navigation():
        page.locator(".govuk-task-list a").nth(number).click()


def fill_in(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)


def answer_all(page: Page) -> None:
    """From the first question to the check: each page leads to the next."""
    open_part(page, 0)
    for text in ANSWERS:
        fill_in(page, text)
        press(page, "Save and go on")
    page.get_by_label("Which district do you live in?").select_option(label="Oldham")
    press(page, "Save and go on")
    expect(page.get_by_role("heading", name="Check your answers and send them")).to_be_visible()
