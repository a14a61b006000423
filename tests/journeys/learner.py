"""What a learner does in a browser. The right answers are read from the teaching itself."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from playwright.sync_api import Page, expect

CONTENT = Path(__file__).resolve().parents[2] / "learning" / "content" / "lgbtq-inclusive-cancer-care"
COURSE = "/learning/lgbtq-inclusive-cancer-care/"
PASSWORD = "a-lantern-on-the-canal-42"


@cache
def _blocks(kind: str) -> list[tuple[str, dict]]:
    """Title of the step and block, over all modules."""
    steps = [step for file in sorted(CONTENT.glob("0*.yaml")) for step in yaml.safe_load(file.read_text()).get("steps") or []]
    return [(step["title"], block[kind]) for step in steps for block in step["blocks"] if kind in block]


@cache
def questions() -> dict[tuple[str, str], list[dict]]:
    """Title of the step and question → its answers."""
    return {(title, question["prompt"]): question["answers"] for title, question in _blocks("question")}


@cache
def shortest_ways() -> dict[str, list[dict]]:
    """Title of a conversation → the fewest choices that lead to an ending."""
    return {talk["title"]: _shortest_way(talk["moments"]) for _step, talk in _blocks("conversation")}


def _shortest_way(moments: list[dict]) -> list[dict]:
    choices = {moment["name"]: moment.get("choices", []) for moment in moments}
    ways: list[tuple[str, list[dict]]] = [(moments[0]["name"], [])]
    for name, way in ways:  # which grows meanwhile: all ways of one choice, then all of two
        if not choices[name]:
            return way
        ways += [(choice["leads_to"], [*way, choice]) for choice in choices[name]]
    raise AssertionError("no choice leads to an ending")


def answers_to(page: Page) -> list[dict]:
    """What can be answered to the question on the page, and whether it is right."""
    return questions()[page.locator("h1").inner_text().strip(), page.locator("legend.legend").inner_text().strip()]


def fill_in_account(page: Page, name: str, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Choose a password").fill(password)
    press(page, "Create my account")


def code_in(text: str) -> str:
    """The line that is nothing but a code."""
    return re.search(r"^[A-Z0-9]{3,}-[A-Z0-9]{3,}$", text, re.MULTILINE).group()


def enter_code(page: Page, text: str) -> None:
    page.get_by_label("The code", exact=True).fill(code_in(text))
    press(page, "Continue")


def say_where(page: Page, organisation: int = 1, group: int = 1) -> None:
    """Choose from both lists, by place."""
    page.get_by_label("Which organisation do you work for?").select_option(index=organisation)
    page.get_by_label("Which staff group are you in?").select_option(index=group)
    press(page, "Save")


def sign_up(page: Page, mail, name: str, email: str) -> None:
    """From nothing to an account with a confirmed address."""
    page.goto("/account/signup/")
    fill_in_account(page, name, email)
    expect(page.get_by_role("heading", name="Enter the code we sent")).to_be_visible()
    enter_code(page, mail(email))


def confirm(page: Page, password: str, then: str) -> None:
    """The password once more, before what the session alone does not open."""
    page.goto(f"/account/reauthenticate/?next={then}")
    page.get_by_label("Your password").fill(password)
    press(page, "Continue")


def register(page: Page) -> None:
    """For the course; on the way the platform asks where somebody works."""
    page.goto(COURSE)
    press(page, "Register for the course")
    if page.get_by_role("heading", name="Where do you work?").count():
        say_where(page)
        page.get_by_role("button", name="Register for the course").click()
    expect(page.get_by_text("You are registered")).to_be_visible()


def start(page: Page, number: int = 1) -> None:
    page.goto(COURSE)
    with page.expect_navigation():
        page.locator("ol.modules li h3 a").nth(number - 1).click()
    press(page, "Start this module")


def press(page: Page, name: str, *, exact: bool = False) -> None:
    """A button that leads to another page, and wait for that page."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=exact).click()


def follow(page: Page, name: str | re.Pattern) -> None:
    """A link, and wait for the page it leads to: what is looked for next is looked for there."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def is_asked(page: Page) -> bool:
    return page.get_by_role("button", name="Answer", exact=True).count() > 0


def answer(page: Page, *, rightly: bool = True) -> list[dict]:
    """Answers the question on the page and hands back what could be answered."""
    answers = answers_to(page)
    right = [each["text"] for each in answers if each["correct"]]
    wrong = [each["text"] for each in answers if not each["correct"]]
    for text in right if rightly else wrong[:1]:
        page.get_by_label(text, exact=True).check()
    press(page, "Answer", exact=True)
    expect(page.locator("#feedback")).to_be_visible()
    return answers


def is_spoken_to(page: Page) -> bool:
    return page.get_by_role("button", name="Say this").count() > 0


def say(page: Page, choice: dict) -> None:
    """In a conversation: choose it, say it, and see what it does."""
    page.get_by_label(choice["says"], exact=True).check()
    press(page, "Say this")
    expect(page.locator(".talk")).to_contain_text(choice["effect"])


def talk(page: Page) -> None:
    """Through the conversation on the page to its nearest ending."""
    for choice in shortest_ways()[page.locator(".conversation h2").first.inner_text().strip()]:
        say(page, choice)
    expect(page.get_by_text("What to take from it")).to_be_visible()


def go_on(page: Page) -> None:
    press(page, "Continue to")


def work_through(page: Page, *, wrongly: int = 0) -> None:
    """From the step on the page to the result, answering rightly but for the first few."""
    while not page.url.endswith("/finish/"):
        if is_asked(page):
            wrongly -= 1
            answer(page, rightly=wrongly < 0)
        elif is_spoken_to(page):
            talk(page)
        go_on(page)


def finish(page: Page) -> str:
    """Finish the module, open the certificate, and hand back its number."""
    press(page, "Finish this module")
    expect(page.get_by_role("heading", name="Well done")).to_be_visible()
    page.get_by_role("link", name="Open my certificate").click()
    expect(page.get_by_role("heading", name="Your certificate")).to_be_visible()
    return re.search(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2}\b", page.locator("main").inner_text()).group()
