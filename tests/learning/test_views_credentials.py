"""The page of credentials: for administrators; a secret is shown once; what is marked is confirmed and written down."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from learning import views_credentials
from learning.lrs import credentials
from learning.models import Credential
from people import roles
from tests.conftest import PASSWORD
from tests.factories.confirming import confirm

LIST, MAKE = "/learning/credentials/", "/learning/credentials/new/"
TYPED = {"name": "Training system", "scopes": ["statements/write", "state"]}
SECRET = re.compile(r">([\w-]{43})<")
ASKING = ["secret", *views_credentials.ACTS]


def text(response):
    return response.content.decode()


def words(response):
    return " ".join(BeautifulSoup(text(response), "html.parser").main.get_text(" ").split())


@pytest.fixture
def browser(client, adi, home, second_factor):
    return confirm(second_factor(client, adi))


@pytest.fixture
def made(db):
    return credentials.create("Reader", ["statements/read"])


@pytest.fixture
def credential(made):
    return made[0]


def at(credential, to):
    return f"{LIST}{credential.audit_key}/{to}/"


def press(browser, credential, to, **more):
    """As a person does: the page is opened, and its button pressed."""
    page = BeautifulSoup(text(browser.get(at(credential, to))), "html.parser")
    seen = page.select_one("main form input[name=seen]")["value"]
    return browser.post(at(credential, to), {"seen": seen} | more, follow=True)


# Who ----------------------------------------------------------------------------------------------


def every_address(credential):
    return [LIST, MAKE, *(at(credential, to) for to in ASKING)]


def test_nobody_is_asked_to_sign_in(client, credential):
    for address in every_address(credential):
        assert client.get(address)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", ["", *sorted(roles.ROLES.keys() - {"administrator"})])
def test_for_everybody_but_administrators_it_does_not_exist(client, sam, home, second_factor, credential, role):
    if role:
        roles.sync()
        roles.grant(sam, role)
    confirm(second_factor(client, sam))
    for address in every_address(credential):
        for ask in [client.get, client.post]:
            assert ask(address, TYPED).status_code == 404, address
    assert Credential.objects.values("is_active", "may_complete").get() == {"is_active": True, "may_complete": False}
    assert "Record store credentials" not in text(client.get("/home/"))


def test_an_administrator_without_a_second_factor_sees_nothing(client, adi, home, credential):
    client.force_login(adi)
    for address in every_address(credential):
        assert client.get(address).status_code == client.post(address, TYPED).status_code == 302
    assert Credential.objects.filter(is_active=True).count() == 1


def test_a_secret_needs_the_password_once_more(client, adi, home, second_factor, made):
    second_factor(client, adi)
    for address, sent in [(MAKE, TYPED), (at(made[0], "secret"), {})]:
        for ask in [client.get, client.post]:
            assert ask(address, sent)["Location"].startswith(reverse("account_reauthenticate"))
    assert Credential.objects.count() == 1
    assert credentials.authenticate(made[0].key, made[1])
    assert client.get(LIST).status_code == 200


def test_a_form_that_was_filled_in_slowly_is_not_lost(browser):
    """The password is asked for before the form is judged, and then the form goes on as it was sent."""
    with time_machine.travel(timezone.now() + timedelta(minutes=30), tick=False):
        asked = browser.post(MAKE, TYPED)
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        page = browser.post(asked["Location"], {"password": PASSWORD, "next": MAKE})
    (secret,) = SECRET.findall(text(page))
    assert credentials.authenticate(Credential.objects.get().key, secret).name == "Training system"
    assert "no-store" in page["Cache-Control"]
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())


def test_what_is_not_there_is_not_found(browser, credential):
    missing = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
    for address in [
        f"{LIST}{missing}/off/",
        f"{LIST}{missing}/secret/",
        at(credential, "delete"),
        f"{LIST}{credential.key}/off/",
    ]:
        assert browser.get(address).status_code == browser.post(address).status_code == 404


def test_the_ways_there(browser, synced_roles):
    assert f'href="{LIST}"' in text(browser.get("/home/"))
    assert f'"{LIST}"' in text(browser.get("/admin/"))


# The list -----------------------------------------------------------------------------------------


def test_the_list_says_what_each_may_do_and_how_it_stands(browser, credential):
    page = words(browser.get(LIST))
    for shown in ["Reader", "Switched On", "Read all statements", "May complete learners No", credential.key, "Never"]:
        assert shown in page
    assert credentials.authority(credential)["account"]["name"] in page
    assert f"{credential.created_at.year}" in page


def test_the_list_says_what_is_off_and_what_may_complete(browser, credential):
    credentials.let_complete(credential, by=None)
    credentials.switch_off(credential, by=None)
    page = words(browser.get(LIST))
    assert "Switched Off" in page and "May complete learners Yes" in page and "Switch on" in page


def test_use_is_shown(browser, made):
    credentials.authenticate(made[0].key, made[1])
    assert "Last used Never" not in words(browser.get(LIST))


def test_an_empty_list_says_so(browser):
    assert "There are no credentials yet" in words(browser.get(LIST))


def test_a_name_is_never_html(browser):
    credentials.create("<script>alert(1)</script>", ["all"])
    assert "<script>alert(1)" not in text(browser.get(LIST))


def test_a_scope_that_is_no_longer_known_is_not_shown(browser, credential):
    Credential.objects.update(scopes=["statements/read", "gone"])
    page = words(browser.get(LIST))
    assert "Read all statements" in page and "gone" not in page


def test_the_list_costs_the_same_for_one_and_for_many(browser, credential):
    browser.get(LIST)
    costs = set()
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        costs.add(len(queries))
        credentials.create(f"Another {number}", ["all"])
    assert len(costs) == 1


def test_a_long_list_has_pages(browser):
    for number in range(views_credentials.ROWS + 1):
        credentials.create(f"System {number:02}", ["all"])
    assert "System 25" not in words(browser.get(LIST))
    assert "System 25" in words(browser.get(LIST, {"page": 2}))
    assert browser.get(LIST, {"page": "x"}).status_code == browser.get(LIST, {"page": 99}).status_code == 200


# Making -------------------------------------------------------------------------------------------


def test_a_credential_is_made_shown_once_and_works(browser, adi, settings):
    page = browser.post(MAKE, TYPED)
    (secret,) = SECRET.findall(text(page))
    row = Credential.objects.get()
    assert (row.name, row.scopes, row.may_complete) == ("Training system", ["state", "statements/write"], False)
    assert credentials.authenticate(row.key, secret) == row
    assert row.key in text(page)
    assert f"{settings.BASE_URL}/xapi/ " in words(page) and f"{settings.BASE_URL}/xapi/1.0.3/" in words(page)
    assert AuditEvent.objects.get(act="credential.create").actor == adi.audit_key
    assert not any(secret in text(browser.get(address)) for address in every_address(row))


@pytest.mark.parametrize("way", ["make", "renew"])
def test_what_was_shown_is_in_no_cache_session_address_log_or_trail(browser, credential, caplog, way):
    with caplog.at_level(logging.DEBUG):
        page = browser.post(MAKE, TYPED) if way == "make" else press(browser, credential, "secret")
    (secret,) = SECRET.findall(text(page))
    assert "no-store" in page["Cache-Control"]
    assert "Location" not in page and secret not in page.request["PATH_INFO"] + str(page.headers) + str(page.cookies)
    assert secret not in caplog.text
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    assert secret not in str(list(AuditEvent.objects.values())) + str(list(Credential.objects.values()))


def test_pressing_twice_makes_one(browser):
    browser.post(MAKE, TYPED)
    again = browser.post(MAKE, TYPED)
    assert again.status_code == 422
    assert "There is already a credential with this name" in text(again)
    assert not SECRET.search(text(again))
    assert Credential.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Give the credential a name"),
        ({"name": "  "}, "Give the credential a name"),
        ({"name": "x" * 81}, "The name must be 80 characters or fewer"),
        ({"scopes": []}, "Tick at least one thing that it may do"),
        ({"scopes": ["everything"]}, "everything"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(browser, typed, said):
    response = browser.post(MAKE, TYPED | typed)
    page = BeautifulSoup(text(response), "html.parser")
    assert response.status_code == 422
    assert said in page.select_one(".govuk-error-summary").get_text()
    assert page.title.get_text().startswith("Error: ")
    assert page.select_one("#id_name").get("value", "") == (TYPED | typed)["name"]
    ticked = {box["value"] for box in page.select("input[name=scopes][checked]")}
    assert ticked == set((TYPED | typed)["scopes"]) & credentials.SCOPES.keys()
    assert not Credential.objects.exists()


def test_every_scope_is_offered_in_plain_words(browser):
    page = browser.get(MAKE)
    for scope, said in credentials.SCOPES.items():
        assert f'value="{scope}"' in text(page) and str(said) in words(page)


# Marking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ASKING)
def test_a_page_asks_first_and_changes_nothing(browser, credential, to):
    before = list(Credential.objects.values())
    page = browser.get(at(credential, to))
    assert page.status_code == 200 and "Reader" in words(page)
    assert list(Credential.objects.values()) == before


def test_switching_off_and_on_again(browser, made, adi):
    credential, secret = made
    assert "“Reader” is switched off" in words(press(browser, credential, "off"))
    assert credentials.authenticate(credential.key, secret) is None
    assert "“Reader” is switched on" in words(press(browser, credential, "on"))
    assert credentials.authenticate(credential.key, secret) == credential
    acts = AuditEvent.objects.filter(actor=adi.audit_key, subject=credential.audit_key).values_list("act", "before", "after")
    assert list(acts) == [("credential.switch_off", "on", "off"), ("credential.switch_on", "off", "on")]


def test_marking_and_unmarking_one_that_may_complete_learners(browser, credential, adi):
    assert "It can then give certificates" in words(browser.get(at(credential, "complete")))
    press(browser, credential, "complete")
    assert Credential.objects.get().may_complete
    press(browser, credential, "store")
    assert not Credential.objects.get().may_complete
    acts = AuditEvent.objects.filter(actor=adi.audit_key).values_list("act", flat=True)
    assert list(acts) == ["credential.let_complete", "credential.no_longer_complete"]


def test_one_that_is_off_is_not_let_complete_learners_and_says_so_when_it_is_switched_on(browser, credential):
    credentials.switch_off(credential, by=None)
    assert at(credential, "complete") not in text(browser.get(LIST))
    assert "Switch it on first" in words(press(browser, credential, "complete"))
    assert not Credential.objects.get().may_complete
    Credential.objects.update(may_complete=True)
    assert "It may complete learners" in words(browser.get(at(credential, "on")))


def test_a_new_secret_is_shown_once_and_ends_the_old_one(browser, made, adi):
    credential, old = made
    (new,) = SECRET.findall(text(press(browser, credential, "secret")))
    assert credentials.authenticate(credential.key, old) is None
    assert credentials.authenticate(credential.key, new) == credential
    assert AuditEvent.objects.get(act="credential.renew_secret").actor == adi.audit_key


def test_pressing_twice_for_a_new_secret_makes_one(browser, credential):
    seen = BeautifulSoup(text(browser.get(at(credential, "secret"))), "html.parser").select_one("input[name=seen]")["value"]
    (new,) = SECRET.findall(text(browser.post(at(credential, "secret"), {"seen": seen})))
    again = browser.post(at(credential, "secret"), {"seen": seen}, follow=True)
    assert "perhaps because you pressed twice" in words(again)
    assert credentials.authenticate(credential.key, new) == credential


@pytest.mark.parametrize("to", views_credentials.ACTS)
def test_pressing_twice_does_it_once(browser, credential, to):
    Credential.objects.update(is_active=to != "on", may_complete=to == "store")
    seen = BeautifulSoup(text(browser.get(at(credential, to))), "html.parser").select_one("input[name=seen]")["value"]
    pages = [browser.post(at(credential, to), {"seen": seen}, follow=True) for _time in range(2)]
    assert words(pages[0]) == words(pages[1])
    assert AuditEvent.objects.filter(subject=credential.audit_key).count() == 2


@pytest.mark.parametrize("seen", ["1", "x", "-1", "9" * 40, "\0"])
def test_a_page_that_stood_open_while_somebody_else_acted_changes_nothing(browser, credential, seen):
    page = browser.post(at(credential, "off"), {"seen": seen}, follow=True)
    assert "This has changed since you opened the page" in words(page)
    assert Credential.objects.get().is_active
