"""What an applicant does in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys import prepared
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
    with page.expect_navigation():
        page.locator("p.call a").first.click()
    follow(page, "Start your application")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email address").fill(email)
    press(page, "Send me my link")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()


def link_in(text: str) -> str:
    """The newest way back, without the host."""
    return re.search(r"https?://[^/]+(/applications/open/\S+)", text).group(1)


def follow(page: Page, name: str | re.Pattern) -> None:
    """A link, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


def change(what: str) -> re.Pattern:
    """The name of a link that says what it changes to whoever does not see the row."""
    return re.compile(f"Change.*{re.escape(what)}")


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


OFFER = """
from panels import recruitment
from panels.models import Application
from people.models import User
kit = User.objects.get(email="kit@demo.example")
sent = Application.objects.get(email_index=recruitment.email_index(EMAIL))
recruitment.offer(recruitment.shortlist(sent, by=kit), by=kit)
"""


def be_offered_a_place(platform: prepared.Platform, email: str) -> None:
    """What a coordinator does, without their screens: those have a journey of their own."""
    platform.run(OFFER, EMAIL=email)
