"""Every public page, entrance and error, and the pages of staff: axe's rules, and ours, on phone and desk, light and dark."""

import json
import re
import urllib.request
from xml.etree import ElementTree

import pytest
from django.test import RequestFactory

from tests.journeys import addresses, learner
from website.views import server_error

pytestmark = [pytest.mark.journey, pytest.mark.looks]


@pytest.fixture
def page(device):
    return device("desk")


def test_every_address_is_looked_at_or_left_out_for_a_reason():
    known = set(addresses.known())
    staff = addresses.COORDINATOR | addresses.MODERATOR | addresses.FINANCE
    tellers = addresses.TELLER
    looked_at = addresses.PUBLIC | addresses.PLAYER | addresses.ACCOUNT | addresses.PANELS | addresses.CLAIMANT | tellers | staff
    assert known - looked_at - set(addresses.LEFT_OUT) == set()
    assert (looked_at | set(addresses.LEFT_OUT)) - known - {"api:docs"} == set()


def test_every_page_of_the_sitemap(page, look, platform):
    listed = urllib.request.urlopen(f"{platform.url}/sitemap.xml").read()
    found = [entry.text for entry in ElementTree.fromstring(listed).iter() if entry.tag.endswith("}loc")]
    stories = [address for address in found if re.search("/[0-9]{6}/$", address)]
    assert len(found) - len(stories) >= 15 and len(stories) > 3
    for address in [*(each for each in found if each not in stories), *stories[:3]]:
        look.open(page, address)


def test_the_ways_in(page, look):
    look.open(page, "/account/login/")
    learner.press(page, "Sign in", exact=True)
    look.at(page, "empty")
    page.get_by_label("Email address").fill("nobody@example.com")
    page.get_by_label("Password", exact=True).fill("wrong")
    learner.press(page, "Sign in", exact=True)
    look.at(page, "refused")
    look.open(page, "/account/signup/")
    learner.fill_in_account(page, "", "nobody", "short")
    look.at(page, "refused")
    look.open(page, "/account/inactive/")
    look.open(page, "/account/deleted/")


def test_a_new_password(page, look, accounts, mail):
    look.open(page, "/account/password/reset/")
    learner.press(page, "Send me the message")
    look.at(page, "refused")
    page.get_by_label("Email address").fill(accounts["adi"]["email"])
    learner.press(page, "Send me the message")
    look.at(page)
    look.open(page, "/account/password/reset/key/1-made-up/", "no such link")
    page.goto(next(word for word in mail(accounts["adi"]["email"]).split() if "/password/reset/key/" in word))
    look.at(page)
    page.get_by_label("New password").fill("short")
    page.locator("main form button.btn").first.click()
    page.get_by_role("alert").wait_for()
    look.at(page, "refused")
    page.get_by_label("New password").fill(accounts["adi"]["password"])
    with page.expect_navigation():
        page.locator("main form button.btn").first.click()
    look.at(page, "done")


def test_the_check_of_a_certificate(page, look):
    look.open(page, "/learning/check/")
    look.open(page, "/learning/check/?code=", "empty")
    look.open(page, "/learning/check/?code=7F3K-29QD-4M8R", "unknown")
    look.open(page, "/learning/check/7F3K-29QD-4M8R/", "unknown")


def test_what_says_that_something_is_wrong(page, look):
    look.open(page, "/no/such/page/", "404")
    for path, act in [
        ("/account/login/", "document.querySelector('[name=csrfmiddlewaretoken]').remove()"),  # 403
        ("/account/login/", "form.insertAdjacentHTML('beforeend', '<input type=hidden name=x>'.repeat(10_050))"),  # 400
    ]:
        page.goto(path)
        with page.expect_navigation() as coming:
            page.evaluate(f"const form = document.querySelector('main form'); {act}; form.submit()")
        assert coming.value.status in {400, 403}
        look.at(page, str(coming.value.status))
    failed = server_error(RequestFactory().get("/")).content.decode()
    page.route("**/no/database/", lambda route: route.fulfill(status=200, content_type="text/html", body=failed))
    look.open(page, "/no/database/", "500")


def test_what_only_a_demonstration_shows(page, look):
    look.open(page, "/demo/mail/")


def test_the_figures(device, look, signed_in):
    page = device("desk", state=signed_in("val"))
    look.open(page, "/learning/figures/")
    look.open(page, "/learning/figures/?organisation=nobody", "refused")
    page.get_by_label("Staff group", exact=True).select_option(index=3)
    page.get_by_label("Organisation", exact=True).select_option(index=2)
    with page.expect_navigation():
        page.locator("form[method=get] button").click()
    look.at(page, "small numbers")


def test_the_credentials_of_the_record_store(device, look, signed_in, accounts):
    page = device("desk", state=signed_in("adi"))
    learner.confirm(page, accounts["adi"]["password"], "/learning/credentials/")
    look.at(page, "before")
    learner.follow(page, "Make a credential")
    look.at(page)
    learner.press(page, "Make the credential")
    look.at(page, "refused")
    page.get_by_label("What do you call it?").fill("Training system")
    page.get_by_role("checkbox").first.check()
    learner.press(page, "Make the credential")
    look.at(page, "made")
    learner.follow(page, "I have copied it")
    for link, button in [
        ("Let it", "Let it complete learners"),
        ("Switch off", "Switch it off"),
        ("Switch on", "Switch it on"),
        ("Take this away", "Take it away"),
    ]:
        learner.follow(page, re.compile(rf"^{link}\W+Training system"))
        look.at(page)
        learner.press(page, button)
        look.at(page, link)
    learner.follow(page, re.compile(r"^Make a new one\W+Training system"))
    look.at(page)
    learner.press(page, "Make a new secret")
    look.at(page, "made anew")


def test_the_learning_record(device, look, signed_in):
    page = device("desk", state=signed_in("adi"))
    look.open(page, "/learning/statements/")
    page.get_by_label("Learner", exact=True).fill("e")
    learner.press(page, "Search", exact=True)
    look.at(page, "refused")
    page.get_by_label("Learner", exact=True).fill("Leila")
    learner.press(page, "Search", exact=True)
    look.at(page, "which of several")
    page.get_by_role("link", name="Leila Example").first.click()
    page.get_by_role("table").wait_for()
    look.at(page, "one learner")
    page.locator("tbody th a").first.click()
    page.get_by_role("heading", name="As it is kept").wait_for()
    look.at(page, "one statement")
    look.open(page, "/learning/statements/?since=2199-01-01", "nothing")


def test_the_record_stores_outside(device, look, signed_in, accounts):
    page = device("desk", state=signed_in("adi"))
    learner.confirm(page, accounts["adi"]["password"], "/learning/forwarding/")
    look.at(page, "empty")
    learner.follow(page, "Add a record store")
    look.at(page)
    learner.press(page, "Send statements there")
    look.at(page, "refused")
    page.get_by_label("What do you call it?").fill("Record store of the region")
    page.get_by_label("Address of its record store").fill("https://lrs.invalid/xapi/")
    page.get_by_label("Key", exact=True).fill("our-key")
    page.get_by_label("Secret", exact=True).fill("their-secret")
    page.get_by_label("Who decided this?").fill("Head of workforce")
    page.get_by_label("On what lawful basis?").fill("Public task: the region reports training.")
    learner.press(page, "Send statements there")
    look.at(page)
    learner.press(page, "Test the connection")
    look.at(page, "out of reach")
    learner.follow(page, "Change it")
    look.at(page)
    page.go_back()
    learner.follow(page, "Remove it")
    look.at(page)
    learner.press(page, "Remove it")


def test_all_records_as_a_file(device, look, signed_in, accounts):
    page = device("desk", state=signed_in("adi"))
    learner.confirm(page, accounts["adi"]["password"], "/learning/records/")
    look.at(page)
    page.get_by_label("Day").first.fill("31")
    with page.expect_navigation():
        page.locator("main form button.btn").click()
    look.at(page, "refused")


def test_the_documentation_of_the_interface(page, look):
    page.goto("/api/docs/")
    page.locator("#swagger-ui .info").wait_for()
    look.at(page, ours=False)


def test_all_that_should_be_looked_at_here_was(names_seen):
    assert json.dumps(sorted(addresses.PUBLIC - names_seen)) == "[]"
