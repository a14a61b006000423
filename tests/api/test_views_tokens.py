"""A token is made on one page, in a session that holds a second factor, and shown once."""

import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from api import tokens
from api.models import Token
from api.scopes import NEEDS, SCOPES
from people import demo, roles
from tests.conftest import PASSWORD
from tests.factories.tokens import make_token

pytestmark = pytest.mark.usefixtures("home")

LIST, MAKE = "/account/tokens/", "/account/tokens/new/"
TYPED = {"name": "Finance system", "scopes": ["me/read", "claims/read"], "days": "90"}
SHOWN = re.compile(r"alongside_[0-9a-f]{64}")


def text(response):
    return response.content.decode()


def confirm(browser):
    """The password once more: for a token the session alone is not enough."""
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


@pytest.fixture
def browser(client, sam, second_factor):
    """Sam, who has no role, has set up an authenticator app and signed in with it."""
    return confirm(second_factor(client, sam))


@pytest.fixture
def token(sam):
    return tokens.make(sam, name="Calendar", scopes=["meetings/read"], by=sam)[0]


def test_a_token_is_made_shown_once_and_works(browser, sam):
    page = browser.post(MAKE, TYPED)
    (plaintext,) = set(SHOWN.findall(text(page)))
    row = Token.objects.get()
    assert (row.user, row.name, row.scopes) == (sam, "Finance system", ["claims/read", "me/read"])
    assert (row.expiry - row.created).days in {89, 90}
    assert Client(headers={"Authorization": f"Bearer {plaintext}"}).get("/api/v1/me").status_code == 200
    for address in [LIST, MAKE, "/account/"]:
        assert not SHOWN.search(text(browser.get(address)))


def test_what_was_shown_is_kept_by_no_cache_session_or_log(browser, caplog):
    with caplog.at_level(logging.DEBUG):
        page = browser.post(MAKE, TYPED)
    (plaintext,) = set(SHOWN.findall(text(page)))
    assert "no-store" in page["Cache-Control"]
    assert plaintext not in caplog.text
    assert all(plaintext not in str(session.get_decoded()) for session in Session.objects.all())


def test_sending_the_form_twice_makes_one_token(browser):
    browser.post(MAKE, TYPED)
    again = browser.post(MAKE, TYPED)
    assert "You have a token with this name already" in text(again)
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Give the token a name"),
        ({"name": "x" * 81}, "80 characters or fewer"),
        ({"scopes": []}, "Tick at least one thing"),
        ({"scopes": ["everything"]}, "everything"),
        ({"days": ""}, "Select how long it should work"),
        ({"days": "9999"}, "9999"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(browser, typed, said):
    page = browser.post(MAKE, TYPED | typed)
    assert "There is a problem" in text(page)
    assert said in text(page)
    assert not Token.objects.exists()


def offered(page):
    """The scopes that can be ticked."""
    return set(re.findall(r'name="scopes" value="([^"]+)"', text(page)))


def test_what_a_persons_permissions_do_not_reach_is_not_offered(browser):
    page = browser.get(MAKE)
    assert offered(page) == SCOPES.keys() - NEEDS.keys()
    assert all(str(SCOPES[scope]) in text(page) for scope in offered(page))
    assert "Panels and recruitment" in text(page) and "Payments</p>" not in text(page)


@pytest.mark.parametrize(
    ("role", "also"),
    [
        ("statistics officer", {"statistics/read"}),
        ("coordinator", {"campaigns/write", "meetings/write"}),
        ("claims checker", {"claims/decide"}),
        ("claims approver", {"claims/decide"}),
        ("finance officer", {"payments/read", "payments/write", "bank-files/read"}),
        ("administrator", {"statistics/read", "webhooks/read", "webhooks/write"}),
    ],
)
def test_a_role_is_offered_what_it_reaches(browser, sam, role, also):
    roles.grant(sam, role)
    assert offered(browser.get(MAKE)) == (SCOPES.keys() - NEEDS.keys()) | also


def test_what_is_not_offered_is_refused_as_what_is_not_known(browser):
    for scope in NEEDS:
        page = text(browser.post(MAKE, TYPED | {"scopes": ["me/read", scope]}))
        assert "There is a problem" in page and 'href="#id_scopes_0_0"' in page and 'id="id_scopes_0_0"' in page
    assert not Token.objects.exists()


def test_the_shortest_time_is_chosen_until_somebody_says_otherwise(browser):
    assert re.findall(r'name="days" value="(\d+)"[^>]* checked', text(browser.get(MAKE))) == ["30"]


def test_the_organisation_is_asked_of_whoever_works_for_one(client, lee, hospital, second_factor, browser):
    assert "Whose program is it?" not in text(browser.get(MAKE))
    works = confirm(second_factor(Client(), lee))
    assert hospital.name in text(works.get(MAKE))
    works.post(MAKE, TYPED | {"organisation": hospital.pk})
    assert Token.objects.get().organisation == hospital


def test_the_list_says_what_each_may_do_when_it_was_used_and_until_when_it_works(browser, token):
    page = text(browser.get(LIST))
    for shown in ["Calendar", "Read the meetings that you may see", "Never", f"{token.expiry:%Y}", "Works"]:
        assert shown in page


def test_a_token_is_revoked_after_a_question(browser, token):
    address = reverse("tokens:revoke", args=[token.key])
    assert "Calendar" in text(browser.get(address))
    assert Token.objects.exists()
    page = browser.post(address, follow=True)
    assert "The token is revoked" in text(page)
    assert not Token.objects.exists()


def test_another_persons_token_is_not_there(client, lee, token):
    client.force_login(lee)
    assert "Calendar" not in text(client.get(LIST))
    for ask in [client.get, client.post]:
        assert ask(reverse("tokens:revoke", args=[token.key])).status_code == 404
    assert Token.objects.exists()


def test_the_account_leads_there(browser):
    assert f'href="{LIST}"' in text(browser.get("/account/"))


# Without a second factor, by every way in --------------------------------------------------------


def refused(client):
    """No page with the form, no token, and no word of one."""
    answers = [client.get(MAKE), client.post(MAKE, TYPED)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(not SHOWN.search(text(answer)) for answer in answers)
    return not Token.objects.exists()


def test_a_visitor_is_asked_to_sign_in(client, db):
    assert client.get(LIST).url.startswith(reverse("account_login"))
    assert refused(client)


def test_somebody_without_a_second_factor_is_led_to_set_one_up(client, lee):
    client.post(reverse("account_login"), {"login": lee.email, "password": PASSWORD})
    confirm(client)
    page = text(client.get(LIST))
    assert reverse("mfa_activate_totp") in page
    assert f'href="{MAKE}"' not in page
    assert refused(client)
    assert client.get(MAKE).url.startswith(reverse("mfa_activate_totp"))


def test_somebody_who_has_one_but_has_not_given_it_is_asked_for_it(client, lee):
    demo.give_secret(lee)
    client.force_login(lee)
    confirm(client)
    assert refused(client)
    assert client.get(MAKE).url.startswith(reverse("mfa_reauthenticate"))
    client.post(reverse("mfa_reauthenticate"), {"code": demo.code(lee)})
    assert SHOWN.search(text(client.post(MAKE, TYPED)))


def test_staff_without_it_do_not_even_see_the_list(client, val):
    client.force_login(val)
    assert client.get(LIST).status_code == 302
    assert refused(client)


def test_a_second_factor_without_the_password_once_more_is_not_enough(client, sam, second_factor):
    second_factor(client, sam)
    assert client.get(MAKE).url.startswith(reverse("account_reauthenticate"))
    assert refused(client)


def test_a_token_makes_no_tokens(lee):
    _row, plaintext = make_token(lee, *SCOPES)
    program = Client(headers={"Authorization": f"Bearer {plaintext}"})
    answers = [program.get(MAKE), program.post(MAKE, TYPED)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Token.objects.count() == 1
