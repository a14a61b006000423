"""Every page of an account, from the code in the first message to the last page before it is deleted."""

import base64
import hmac
import struct
import time

import pytest

from tests.journeys import addresses, learner
from tests.journeys.conftest import enter

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def page(device):
    return device("desk")


def save_and_look(page, look, what="refused"):
    """Press the page's main button."""
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    look.at(page, what)


def confirm(page):
    """Signing up is no proof of a password; what matters asks for it once more."""
    page.goto("/account/reauthenticate/?next=/account/")
    page.get_by_label("Your password").fill(learner.PASSWORD)
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()


def code_for(secret):
    """RFC 6238, with some seconds left to enter it."""
    while time.time() % 30 > 24:
        time.sleep(0.2)
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_the_code_in_the_first_message_and_where_somebody_works(page, look, mail):
    page.goto("/account/signup/")
    learner.fill_in_account(page, "Ann Account", "ann@example.com")
    look.at(page)
    save_and_look(page, look)
    page.get_by_label("The code", exact=True).fill("ZZZZ-ZZZZ")
    save_and_look(page, look, "wrong code")
    learner.enter_code(page, mail("ann@example.com"))
    look.open(page, "/account/work/")
    save_and_look(page, look)


def test_the_account_and_its_changes(page, look, mail):
    learner.sign_up(page, mail, "Ann Account", "ann.changes@example.com")
    look.open(page, "/account/", "new")
    look.open(page, "/account/name/")
    page.get_by_label("Your name").fill("")
    save_and_look(page, look)
    look.open(page, "/account/contact/")
    page.get_by_label("Telephone", exact=False).first.check()
    save_and_look(page, look)
    look.open(page, "/account/consents/")
    page.get_by_role("checkbox").first.check()
    save_and_look(page, look, "saved")
    look.open(page, "/account/email/")
    page.get_by_label("New address").fill("nobody")
    save_and_look(page, look)
    page.get_by_label("New address").fill("ann.new@example.com")
    save_and_look(page, look, "code sent")
    look.open(page, "/account/password/change/")
    page.get_by_label("Password now").fill("wrong")
    page.get_by_label("New password").fill("short")
    save_and_look(page, look)
    look.open(page, "/account/sessions/")
    look.open(page, "/account/reauthenticate/")
    page.get_by_label("Your password").fill("wrong")
    save_and_look(page, look)
    confirm(page)
    look.open(page, "/account/data/")
    look.open(page, "/account/delete/")
    look.open(page, "/account/logout/")


def test_too_many_attempts(page, look, mail):
    learner.sign_up(page, mail, "Ann Account", "ann.often@example.com")
    for _attempt in range(7):
        page.goto("/account/password/change/")
        page.get_by_label("Password now").fill("wrong")
        page.get_by_label("New password").fill(learner.PASSWORD)
        with page.expect_navigation() as coming:
            page.locator("main form button.btn").first.click()
        if coming.value.status == 429:
            break
    assert coming.value.status == 429
    look.at(page, "429")


def test_the_second_step(page, look, mail):
    learner.sign_up(page, mail, "Ann Account", "ann.second@example.com")
    confirm(page)
    look.open(page, "/account/2fa/", "not set up")
    look.open(page, "/account/2fa/totp/activate/")
    page.get_by_role("textbox").fill("000000")
    save_and_look(page, look)
    secret = page.locator("code").first.inner_text()
    page.get_by_role("textbox").fill(code_for(secret))
    save_and_look(page, look, "set up")
    look.open(page, "/account/2fa/", "set up")
    look.open(page, "/account/2fa/recovery-codes/")
    codes = page.locator("ul.plain code").all_inner_texts()
    look.open(page, "/account/2fa/recovery-codes/generate/")
    look.open(page, "/account/2fa/totp/deactivate/")
    look.open(page, "/account/2fa/reauthenticate/")
    look.open(page, "/account/", "second step set up")
    page.goto("/account/logout/")
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    enter(page, {"email": "ann.second@example.com", "password": learner.PASSWORD})
    page.get_by_role("heading", name="Enter your code").wait_for()
    look.at(page)
    page.get_by_role("textbox").fill("000000")
    save_and_look(page, look)
    page.get_by_role("textbox").fill(codes[0])
    save_and_look(page, look, "signed in")


def test_a_program_that_works_for_somebody(page, look, mail):
    learner.sign_up(page, mail, "Ann Account", "ann.program@example.com")
    confirm(page)
    look.open(page, "/account/tokens/", "without a second step")
    page.goto("/account/2fa/totp/activate/")
    page.get_by_role("textbox").fill(code_for(page.locator("code").first.inner_text()))
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    look.open(page, "/account/tokens/", "none yet")
    look.open(page, "/account/tokens/new/")
    save_and_look(page, look)
    page.get_by_label("What do you call it?").fill("Calendar")
    page.get_by_role("checkbox").first.check()
    save_and_look(page, look, "made")
    look.open(page, "/account/tokens/", "one")
    with page.expect_navigation():
        page.get_by_role("link", name="Revoke").click()
    look.at(page)
    save_and_look(page, look, "revoked")


def test_all_that_should_be_looked_at_here_was(names_seen):
    assert sorted(addresses.ACCOUNT - names_seen) == []
