"""What a teller does in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.learner import press

WORDS = [
    "The lift was out, and nobody knew for how long. Zażółć 🙂",
    "The desk, then the ward, then the desk again.",
    "A door that I could not open.",
    "I went home and did not go back.",
    "A number to ring.",
]


def begin(page: Page, shape: str = "With questions to guide me") -> None:
    """From the first page to the first part."""
    page.goto("/be-heard/")
    follow(page, "Begin")
    page.get_by_label(shape).check()
    press(page, "Begin")
    expect(page.get_by_role("heading", name="What it is about", exact=True)).to_be_visible()


def follow(page: Page, name: str | re.Pattern) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


def write(page: Page, text: str) -> None:
    page.get_by_label("Your words").fill(text)
    press(page, "Save and go on")


def write_all(page: Page) -> None:
    """From the first question to what may be done with it, without a picture."""
    for text in WORDS:
        write(page, text)
    expect(page.get_by_role("heading", name="Pictures, if you like")).to_be_visible()
    press(page, "Save and go on")
    expect(page.get_by_role("heading", name="What may be done with it")).to_be_visible()


def way_back(page: Page) -> tuple[str, str]:
    """Reference and passphrase, where they are shown."""
    reference, passphrase = page.locator(".way-back .code").all_inner_texts()
    return reference, passphrase


def come_back(page: Page, reference: str, passphrase: str) -> None:
    page.goto("/be-heard/come-back/")
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Passphrase").fill(passphrase)
    press(page, "Open it")
