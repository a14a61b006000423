"""Adi makes a credential for another system, marks it, renews its secret and shuts it out; by keyboard, and on a phone."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.journeys import keyboard, learner

pytestmark = pytest.mark.journey
LIST = "/learning/credentials/"
VERSION = {"X-Experience-API-Version": "2.0.0"}


def shown(page):
    """The key and secret on the page, which is the only one that ever shows it."""
    return tuple(page.locator("main code.code").all_inner_texts())


def status(platform, pair):
    return httpx.get(f"{platform.url}/xapi/statements", auth=pair, headers=VERSION, timeout=30).status_code


@pytest.mark.parametrize("js", [True, False])
def test_a_credential_is_made_used_renewed_and_switched_off_on_a_phone(device, signed_in, accounts, platform, js):
    page = device("phone", js=js, state=signed_in("adi"))
    name = f"Phone {js}"
    learner.confirm(page, accounts["adi"]["password"], f"{LIST}new/")
    learner.press(page, "Make the credential")
    expect(page.get_by_role("alert")).to_contain_text("Give the credential a name")
    page.get_by_label("What do you call it?").fill(name)
    page.get_by_label("Read all statements").check()
    learner.press(page, "Make the credential")
    first = shown(page)
    assert status(platform, first) == 200
    learner.follow(page, "I have copied it")
    learner.follow(page, re.compile(rf"^Make a new one\W+{name}"))
    learner.press(page, "Make a new secret")
    second = shown(page)
    assert [status(platform, pair) for pair in [first, second]] == [401, 200]
    learner.follow(page, "I have copied it")
    learner.follow(page, re.compile(rf"^Switch off\W+{name}"))
    learner.press(page, "Switch it off")
    expect(page.get_by_text(f"“{name}” is switched off")).to_be_visible()
    assert status(platform, second) == 401
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.looks
def test_one_is_let_complete_learners_by_keyboard_alone(device, signed_in, accounts):
    page = device("desk", state=signed_in("adi"))
    learner.confirm(page, accounts["adi"]["password"], f"{LIST}new/")
    keys = keyboard.Keyboard(page)
    keys.arrive()
    keys.write("^What do you call it", "Keyboard")
    keys.go_to("^Write statements", "input")
    assert keys.press("Space")["checked"]
    keys.follow("^Make the credential$", "button")
    keys.follow("^I have copied it$")
    keys.follow(r"^Let it\W+Keyboard$")
    keys.follow("^Let it complete learners$", "button")
    keys.follow(r"^Take this away\W+Keyboard$")
    keys.follow("^Take it away$", "button")
    expect(page.get_by_text("“Keyboard” may not complete learners any more")).to_be_visible()
    assert not keys.faults, "\n" + "\n".join(keys.faults)


def test_credentials_do_not_exist_for_others(device, signed_in):
    for name in ["lee", "ed", "val"]:
        page = device("desk", state=signed_in(name))
        assert page.goto(LIST).status == 404
        page.goto("/home/")
        expect(page.get_by_role("link", name=re.compile("credentials"))).to_have_count(0)
