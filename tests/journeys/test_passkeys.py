"""Val adds a passkey, comes in with it, and keeps one factor at least. The platform has a name here: addresses have none."""

import pytest
from playwright.sync_api import expect

from tests.journeys import addresses, learner, prepared
from tests.journeys.conftest import enter, give_code

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("passkeys")]
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def platform(serve):
    with serve(prepared.NAME) as served:
        yield served


@pytest.fixture
def page(device):
    """A desk with a security key in it, which somebody touches whenever it asks."""
    page = device("desk")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def sign_in_by_code(page, accounts, totp):
    enter(page, accounts["val"])
    give_code(page, totp("val"))
    page.wait_for_url("**/home/")
    page.goto("/account/reauthenticate/?next=/account/2fa/")  # who changes the second step is asked once more
    page.get_by_label("Your password").fill(accounts["val"]["password"])
    learner.press(page, "Continue")


def add_passkey(page, look, name):
    follow(page, "Add a passkey")
    look.at(page)
    page.get_by_label("Name").fill(name)
    learner.press(page, "Add a passkey")


def sign_in_by_passkey(page, look, accounts):
    page.goto("/account/logout/")
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    enter(page, accounts["val"])
    expect(page.get_by_role("heading", name="Or use a passkey")).to_be_visible()
    look.at(page, "with a passkey")
    learner.press(page, "Use my passkey")
    page.wait_for_url("**/home/")
    assert page.goto("/learning/figures/").status == 200


def turn_off_the_app(page):
    page.goto("/account/2fa/totp/deactivate/")
    learner.press(page, "Turn it off")


def test_val_adds_a_passkey_signs_in_with_it_and_cannot_remove_the_last(page, look, accounts, totp):
    sign_in_by_code(page, accounts, totp)
    add_passkey(page, look, "Blue key")
    look.open(page, "/account/2fa/", "one passkey")
    follow(page, "Look after my passkeys")
    look.at(page, "one passkey")
    follow(page, "Rename")
    look.at(page)
    page.get_by_label("Name").fill("Key on my ring")
    learner.press(page, "Save")
    expect(page.get_by_role("term").filter(has_text="Key on my ring")).to_be_visible()
    follow(page, "Remove Key on my ring")
    look.at(page, "beside an app")

    sign_in_by_passkey(page, look, accounts)
    look.open(page, "/account/2fa/webauthn/reauthenticate/?next=/account/2fa/webauthn/")
    learner.press(page, "Use my passkey")
    expect(page.get_by_role("term").filter(has_text="Key on my ring")).to_be_visible()
    turn_off_the_app(page)
    page.goto("/account/2fa/webauthn/")
    follow(page, "Remove Key on my ring")
    expect(page.get_by_text("this is the only one you have")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
    look.at(page, "the last")
    sign_in_by_passkey(page, look, accounts)


def test_every_page_of_passkeys_was_looked_at(names_seen):
    assert sorted(addresses.PASSKEYS - names_seen) == []
    assert {name for name in addresses.known() if "webauthn" in name} <= addresses.PASSKEYS
