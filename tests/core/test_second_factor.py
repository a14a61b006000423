"""Staff reach nothing before the second factor, whichever door they came by."""

import re
import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse

from core import second_factor as rules
from people import demo

PASSWORD = "a-lantern-on-the-canal-42"  # as in tests/conftest.py
CLOSED = ["/", "/admin/", "/admin/pages/", "/admin/account/", "/account/", "/account/name/", "/learning/my/", "/documents/1/x"]
TAKING_AWAY = ["mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_activate_totp"]


@pytest.fixture
def ed(person):
    """Here Ed may do everything, so that nothing but the second factor can stand in the way."""
    return person("Ed Editor", is_staff=True, is_superuser=True)


@pytest.fixture
def val(person):
    return person("Val Counts", is_staff=True)


@pytest.fixture
def log_in(client, home):
    """`log_in(user, **more)`: through the log-in page, by the password alone."""

    def by_password(user, **more):
        return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **more})

    return by_password


def code_for(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def opened(client, address="/admin/"):
    return client.get(address).status_code == 200


# every way in ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", CLOSED)
def test_a_password_alone_opens_nothing_to_staff(client, ed, log_in, address):
    log_in(ed)
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("mfa_activate_totp"))


def test_somebody_with_a_second_factor_is_not_signed_in_before_it_is_given(client, ed, log_in):
    demo.give_secret(ed)
    assert log_in(ed).url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session
    assert not opened(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert not opened(client)
    client.post(reverse("mfa_authenticate"), {"code": demo.code(ed)})
    assert opened(client)


@pytest.mark.parametrize("address", ["/admin/login/", "/_util/login/"])
def test_wagtails_own_log_in_pages_do_not_exist(client, ed, home, address):
    for answer in [client.get(address + "?next=/admin/"), client.post(address, {"username": ed.email, "password": PASSWORD})]:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["/admin/password_reset/", "/admin/password_reset/confirm/MQ/set-password/"])
def test_wagtails_own_password_reset_does_not_exist(client, home, address):
    assert client.get(address).url == reverse("account_reset_password")


def test_wagtails_log_out_is_the_one_of_the_house(client, ed, home, second_factor):
    second_factor(client, ed)
    client.post(reverse("wagtailadmin_logout"))
    assert "_auth_user_id" not in client.session


def test_a_session_made_by_any_other_door_holds_no_second_factor(client, ed, home):
    client.force_login(ed)
    assert not opened(client)


def test_a_password_reset_opens_nothing(client, ed, home):
    demo.give_secret(ed)
    client.post(reverse("account_reset_password"), {"email": ed.email})
    link = re.search(r"/account/password/reset/key/\S+", mail.outbox[-1].body)[0]
    form = client.get(link).url
    assert client.post(form, {"password1": "another-lantern-77", "password2": "another-lantern-77"}).status_code == 302
    assert not opened(client)
    assert client.post(reverse("account_login"), {"login": ed.email, "password": "another-lantern-77"}).url.startswith(
        reverse("mfa_authenticate")
    )
    assert not opened(client)


def test_there_is_no_log_in_by_mailed_code_or_passkey_alone(client, home, passkeys):
    assert client.get("/account/2fa/webauthn/").status_code == 302  # where passkeys are offered
    for address in ["/account/login/code/", "/account/2fa/webauthn/login/", "/account/2fa/webauthn/signup/"]:
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/api/schema/", "/api/docs/"])
def test_the_api_refuses_such_a_session_with_a_problem(client, ed, home, address):
    client.force_login(ed)
    answer = client.get(address)
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "second_factor_required"


# setting up and giving ---------------------------------------------------------------------------


def test_setting_up_an_authenticator_gives_the_session_its_second_factor(client, ed, log_in):
    log_in(ed)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    assert not opened(client)
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200
    assert not opened(client)
    secret = client.session[totp.SECRET_SESSION_KEY]
    assert client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)}).status_code == 302
    assert Authenticator.objects.filter(user=ed, type="totp").exists()
    assert "mfa" in {record["method"] for record in client.session[RECORDS]}
    assert opened(client)


def test_setting_up_asks_for_the_password_again(client, ed, home):
    client.force_login(ed)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_somebody_who_has_one_is_asked_for_it_and_comes_back(client, ed, home):
    demo.give_secret(ed)
    client.force_login(ed)
    answer = client.get("/admin/pages/")
    assert answer.url == f"{reverse('mfa_reauthenticate')}?next=%2Fadmin%2Fpages%2F"
    assert client.post(answer.url, {"code": demo.code(ed)}).url == "/admin/pages/"
    assert opened(client)


@pytest.mark.parametrize("name", TAKING_AWAY)
def test_a_password_alone_neither_adds_nor_takes_away_a_second_factor(client, ed, home, name):
    demo.give_secret(ed)
    client.force_login(ed)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for answer in [client.get(reverse(name)), client.post(reverse(name), {})]:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.filter(user=ed).count() == 2


def test_with_a_second_factor_no_page_that_sets_one_up_is_reachable(rf, ed):
    request = rf.get("/")
    request.user = ed
    assert rules.reachable(request) >= rules.SET_UP
    assert rules.way_in(request) == "mfa_activate_totp"
    Authenticator.objects.create(user=ed, type="webauthn", data={})
    assert rules.SET_UP.isdisjoint(rules.reachable(request))
    assert rules.way_in(request).startswith("mfa_reauthenticate")


def test_somebody_may_always_sign_out(client, ed, home):
    client.force_login(ed)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_the_records_of_somebody_else_do_not_count(client, ed, val, home, second_factor):
    second_factor(client, val)
    session = client.session
    records = session[RECORDS]
    client.force_login(ed)
    session = client.session
    session[RECORDS] = records
    session.save()
    assert not opened(client)


def test_a_session_says_whether_it_holds_one_be_it_needed_or_not(rf, client, lee, home, second_factor):
    request = rf.get("/")
    client.force_login(lee)
    request.user, request.session = lee, client.session
    assert not rules.is_given(request)
    request.session = second_factor(client, lee).session
    assert rules.is_given(request)


# who, and for how long ---------------------------------------------------------------------------


def test_learners_need_none(client, lee, home):
    client.force_login(lee)
    assert opened(client, reverse("account:home"))


def test_health_needs_none(client, ed, home):
    client.force_login(ed)
    assert opened(client, "/health/live")


def age(client, seconds):
    session = client.session
    session[RECORDS] = [{**record, "at": record["at"] - seconds} for record in session[RECORDS]]
    session.save()


def test_a_staff_session_ends(client, ed, home, second_factor, settings):
    second_factor(client, ed)
    age(client, settings.STAFF_SESSION_AGE - 60)
    assert opened(client)
    age(client, 61)
    answer = client.get("/admin/pages/")
    assert answer.url == f"{reverse('account_login')}?next=%2Fadmin%2Fpages%2F"
    assert "_auth_user_id" not in client.session


def test_giving_the_second_factor_again_keeps_a_staff_session(client, ed, home, second_factor, settings):
    second_factor(client, ed)
    age(client, settings.STAFF_SESSION_AGE - 60)
    client.post(reverse("mfa_reauthenticate"), {"code": demo.code(ed)})
    age(client, 61)
    assert opened(client)
