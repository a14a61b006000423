"""Signing up, signing in, choosing another password: what is answered, and what is not given away."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.urls import reverse

from people.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("home")

NEW = {"display_name": "Nia Newcomer", "email": "nia@example.com", "password1": "three-canal-lanterns-88"}
FORMAT = "Enter an email address in the correct format, like name@example.com"


def text(response):
    return response.content.decode()


def sign_up(client, going_to="", **changes):
    return client.post(reverse("account_signup"), {**NEW, **changes, **({"next": going_to} if going_to else {})})


def the_code():
    return re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mail.outbox[-1].body, re.MULTILINE).group()


def confirm(client):
    return client.post(reverse("account_email_verification_sent"), {"code": the_code(), "action": "verify"})


def test_somebody_signs_up_and_confirms_and_is_asked_where_they_work(client, db):
    assert sign_up(client).url == reverse("account_email_verification_sent")
    assert "nia@example.com" in text(client.get(reverse("account_email_verification_sent")))
    assert confirm(client).url == f"{reverse('account:work')}?next={reverse(settings.LOGIN_REDIRECT_URL).replace('/', '%2F')}"
    person = User.objects.get(email="nia@example.com")
    assert person.display_name == "Nia Newcomer"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_they_go_on_to_where_they_were_going(client, hospital, nurses):
    sign_up(client, going_to="/learning/check/")
    asked = confirm(client).url
    assert asked == f"{reverse('account:work')}?next=%2Flearning%2Fcheck%2F"
    assert "Leave this for later" in text(client.get(asked))
    answer = {"organisation": hospital.pk, "staff_group": nurses.pk, "next": "/learning/check/"}
    assert client.post(reverse("account:work"), answer).url == "/learning/check/"
    assert User.objects.get().affiliations.get().organisation == hospital


def test_whoever_is_not_here_for_their_work_is_not_asked_where_they_work(client, db):
    sign_up(client, going_to="/applications/")
    assert confirm(client).url == "/applications/"


def test_nobody_is_sent_to_another_site(client, lee, hospital, nurses):
    client.force_login(lee)
    elsewhere = "https://evil.example/"
    assert "evil.example" not in text(client.get(reverse("account:work"), {"next": elsewhere}))
    answer = {"organisation": hospital.pk, "staff_group": nurses.pk, "next": elsewhere}
    assert client.post(reverse("account:work"), answer).url == reverse("account:home")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "", "Enter your email address"),
        ("email", "nia", FORMAT),
        ("email", "nia@" + "x" * 300 + ".com", FORMAT),
        ("email", "n" * 60 + "@" + "x." * 110 + "example.com", "Enter an email address of at most 254 characters"),
        ("display_name", "", "Enter your name"),
        ("display_name", "   ", "Enter your name"),
        ("display_name", "N" * 121, "Your name must be 120 characters or fewer"),
        ("password1", "", "Enter a password"),
        ("password1", "short", "Enter a password of at least 10 characters"),
        ("password1", "1234567890", "this one is on a list of common passwords"),
        ("password1", "nia@example.com", "Enter a password that is less like your name or email address"),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_nothing_is_stored(client, db, field, typed, said):
    response = sign_up(client, **{field: typed})
    assert response.status_code == 200
    assert said in " ".join(response.context["form"].errors[field])
    assert "Error:" in text(response)
    assert not User.objects.exists()


def test_what_was_typed_stays_but_for_the_password(client, db):
    page = text(sign_up(client, email="nia"))
    assert 'value="Nia Newcomer"' in page
    assert NEW["password1"] not in page


def test_a_wrong_code_is_said_and_three_are_too_many(client, db):
    sign_up(client)
    address = reverse("account_email_verification_sent")
    assert "This is not the code we sent" in text(client.post(address, {"code": "WRONG-1", "action": "verify"}))
    for _try in range(2):
        last = client.post(address, {"code": "WRONG-1", "action": "verify"})
    assert last.url == reverse("account_login")
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize("code", ["", "X" * 5000])
def test_no_code_and_an_endless_code_are_answered(client, db, code):
    sign_up(client)
    response = client.post(reverse("account_email_verification_sent"), {"code": code, "action": "verify"})
    assert response.status_code == 200
    assert response.context["form"].errors["code"]


def test_signing_up_twice_answers_the_same_and_only_the_owner_of_the_address_hears_of_it(client, lee):
    fresh = sign_up(client)
    client.logout()
    again = sign_up(client, email="LEE@example.com")
    assert (again.status_code, again.url) == (fresh.status_code, fresh.url)
    assert "already" not in text(client.get(again.url))
    assert User.objects.filter(email="lee@example.com").count() == 1
    assert mail.outbox[-1].to == ["lee@example.com"]
    assert "There is one already" in mail.outbox[-1].body


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, lee):
    answers = [
        client.post(reverse("account_login"), {"login": address, "password": "not-the-right-one-1"}).context["form"].errors
        for address in ["lee@example.com", "nobody@example.com"]
    ]
    assert answers[0] == answers[1]
    assert "The email address or the password is not right" in str(answers[0])


def test_asking_for_another_password_answers_the_same_for_every_address(client, lee):
    pages = [
        client.post(reverse("account_reset_password"), {"email": address}, follow=True)
        for address in ["lee@example.com", "nobody@example.com"]
    ]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert {tuple(message.to) for message in mail.outbox} == {("lee@example.com",), ("nobody@example.com",)}


def test_another_password_is_chosen_by_a_link_that_works_once(client, lee):
    client.post(reverse("account_reset_password"), {"email": "lee@example.com"})
    link = re.search(rf"{settings.BASE_URL}(/\S+)", mail.outbox[-1].body).group(1)
    form = client.get(link).url
    assert client.post(form, {"password1": "another-quiet-harbour-5"}).status_code == 302
    lee.refresh_from_db()
    assert lee.check_password("another-quiet-harbour-5")
    assert "_auth_user_id" not in client.session
    assert "This link no longer works" in text(client.get(link))


@pytest.mark.parametrize("name", ["account_reset_password", "account_signup"])
def test_a_link_in_a_mail_leads_to_us_whatever_host_the_request_named(client, lee, name):
    """Who asks in somebody else's name must not choose where their link leads: hosts are checked without the port."""
    client.post(reverse(name), NEW | {"email": lee.email}, headers={"Host": "testserver:6666"})
    assert mail.outbox[-1].to == [lee.email]
    assert f"{settings.BASE_URL}/account/" in mail.outbox[-1].body
    assert "6666" not in mail.outbox[-1].body


def test_signing_up_with_an_address_in_use_takes_as_long_as_with_a_new_one(client, lee, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args))
    sign_up(client)
    fresh = len(hashed)
    client.logout()
    sign_up(client, email=lee.email)
    assert fresh == 1
    assert len(hashed) == 2


def test_somebody_signs_in_with_their_address_in_any_case(client, lee):
    response = client.post(reverse("account_login"), {"login": "Lee@Example.com", "password": PASSWORD})
    assert response.url == reverse(settings.LOGIN_REDIRECT_URL)


def test_too_many_tries_are_slowed_down_kindly(client, lee, settings):
    settings.ACCOUNT_RATE_LIMITS = {}
    for _try in range(6):
        response = client.post(reverse("account_login"), {"login": "lee@example.com", "password": "wrong-password-1"})
    assert "That was too many tries. Wait five minutes" in text(response)
    assert "_auth_user_id" not in client.session


def test_a_flood_of_accounts_is_slowed_down_kindly(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    for number in range(3):
        response = sign_up(client, email=f"nia{number}@example.com")
        client.logout()
    assert response.status_code == 429
    assert "Nothing is lost" in text(response)


def test_the_pages_of_signing_in_open(client, db):
    for name in ["account_login", "account_signup", "account_reset_password", "account_reset_password_done"]:
        assert client.get(reverse(name)).status_code == 200


def test_a_browser_that_sends_no_token_changes_nothing(lee, django_user_model):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_signup"), NEW)
    assert response.status_code == 403
    assert django_user_model.objects.count() == 1
