"""Staff have a second factor, by whichever door they come in."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.fernet import Fernet
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from people import demo, roles
from people.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("home")

ACCOUNT = "/account/"
SET_UP = "/account/2fa/totp/activate/"
GIVE = "/account/2fa/reauthenticate/"


@pytest.fixture
def eds_phone(ed):
    demo.give_secret(ed)
    return ed


def text(response):
    return response.content.decode()


def password(client, user, **more):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


def secret_of(page):
    return re.search(r"<code[^>]*>([A-Z2-7]{16,})</code>", text(page)).group(1)


def test_a_learner_needs_only_a_password(client, lee):
    assert password(client, lee).status_code == 302
    assert client.get(ACCOUNT).status_code == 200


def test_staff_are_asked_for_a_code_after_their_password(client, eds_phone):
    assert password(client, eds_phone).url == reverse("mfa_authenticate")
    assert not signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": demo.code(eds_phone)}).status_code == 302
    assert client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize("code", ["000000x", "", "9" * 5000, "abc"])
def test_a_wrong_code_opens_nothing(client, eds_phone, code):
    password(client, eds_phone)
    page = client.post(reverse("mfa_authenticate"), {"code": code})
    assert page.context["form"].errors["code"]
    assert "Error:" in text(page)
    assert not signed_in(client)


def test_a_code_works_once(client, eds_phone):
    code = demo.code(eds_phone)
    password(client, eds_phone)
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.logout()
    password(client, eds_phone)
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert not signed_in(client)


def test_a_recovery_code_stands_in_for_the_phone_once(client, eds_phone):
    code = Authenticator.objects.get(user=eds_phone, type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in [True, False]:
        password(client, eds_phone)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(client) is expected
        client.logout()


def test_staff_without_one_are_led_to_set_it_up_and_nothing_else_opens(client, ed):
    password(client, ed)
    for address in [ACCOUNT, "/admin/", "/account/name/", "/account/data/", "/learning/my/", "/account/2fa/recovery-codes/"]:
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, SET_UP), address
    assert client.get("/api/v1/me").json()["code"] == "second_factor_required"


def test_setting_it_up_opens_the_rest(client, ed):
    password(client, ed)
    assert client.get(SET_UP).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = secret_of(client.get(SET_UP))
    answer = client.post(SET_UP, {"code": code_for(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert "Each of these codes works once" in text(client.get(answer.url))
    assert client.get(ACCOUNT).status_code == 200


def test_a_wrong_code_sets_nothing_up(client, ed):
    password(client, ed)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": "12345"})
    assert "This is not the code that holds now" in text(page)
    assert not Authenticator.objects.exists()


def test_the_secret_is_not_readable_in_the_database(eds_phone):
    stored = str(Authenticator.objects.get(user=eds_phone, type="totp").data)
    code = demo.code(eds_phone)
    assert re.fullmatch(r"\d{6}", code)
    assert not re.search(r"'[A-Z2-7]{32}'", stored)


def test_staff_cannot_turn_it_off(client, eds_phone, second_factor):
    second_factor(client, eds_phone)
    client.post(GIVE, {"code": demo.code(eds_phone)})
    address = reverse("mfa_deactivate_totp")
    assert "needs the second step" in text(client.get(address))
    client.post(address)
    assert demo.has_secret(eds_phone)


def test_a_learner_may_turn_it_off(client, lee, second_factor):
    second_factor(client, lee)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not demo.has_secret(lee)


@pytest.fixture
def add_passkey(passkeys):
    """`add_passkey(user)`: as much of a passkey as a list of them needs. A browser makes real ones: tests/journeys."""
    return lambda user: Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key", "credential": {}})


@pytest.fixture
def lately(client, second_factor):
    """`lately(user)`: signed in, and the second factor given a moment ago, as whoever changes it must."""

    def give(user):
        second_factor(client, user)
        client.post(GIVE, {"code": demo.code(user)})

    return give


def press_remove(client, passkey):
    return client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))


def kept(user):
    return sorted(Authenticator.objects.filter(user=user).exclude(type="recovery_codes").values_list("type", flat=True))


def test_staff_cannot_remove_their_last_passkey(client, eds_phone, lately, add_passkey):
    lately(eds_phone)
    first, second = add_passkey(eds_phone), add_passkey(eds_phone)
    client.post(reverse("mfa_deactivate_totp"))
    assert kept(eds_phone) == ["webauthn", "webauthn"]
    assert press_remove(client, first).status_code == 302
    assert "this is the only one you have" in text(client.get(reverse("mfa_remove_webauthn", args=[second.pk])))
    refused = press_remove(client, second)
    assert "needs the second step" in text(refused)
    assert kept(eds_phone) == ["webauthn"]
    assert Authenticator.objects.filter(user=eds_phone, type="recovery_codes").exists()  # and they do not count


def test_staff_may_remove_a_passkey_beside_an_authenticator_app(client, eds_phone, lately, add_passkey):
    lately(eds_phone)
    assert press_remove(client, add_passkey(eds_phone)).url == reverse("mfa_list_webauthn")
    assert kept(eds_phone) == ["totp"]


def test_a_passkey_that_no_longer_works_here_does_not_stand_for_an_authenticator_app(client, eds_phone, lately):
    lately(eds_phone)
    Authenticator.objects.create(user=eds_phone, type="webauthn", data={})  # of the day when BASE_URL had a name
    client.post(reverse("mfa_deactivate_totp"))
    assert demo.has_secret(eds_phone)


def test_a_learner_may_remove_every_passkey(client, lee, lately, add_passkey):
    lately(lee)
    passkey = add_passkey(lee)
    client.post(reverse("mfa_deactivate_totp"))
    press_remove(client, passkey)
    assert kept(lee) == []


def test_nobody_removes_somebody_elses_passkey(client, lee, sam, lately, add_passkey):
    lately(lee)
    assert press_remove(client, add_passkey(sam)).status_code == 404
    assert kept(sam) == ["webauthn"]


def test_the_editors_own_door_is_ours(client, eds_phone):
    for address in ["/admin/", "/admin/login/"]:
        answer = client.get(address, follow=True)
        assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    password(client, eds_phone, next="/admin/")
    assert client.get("/admin/").url.startswith(reverse("account_login"))


def test_a_session_with_a_password_alone_does_not_open_the_editor_or_the_api(client, eds_phone):
    client.force_login(eds_phone)
    answer = client.get("/admin/")
    assert answer.url.split("?")[0] == GIVE
    assert client.get("/api/v1/me").json()["code"] == "second_factor_required"


def test_choosing_another_password_does_not_go_round_it(client, eds_phone):
    client.post(reverse("account_reset_password"), {"email": eds_phone.email})
    link = re.search(re.escape(settings.BASE_URL) + r"(\S+)", mail.outbox[-1].body).group(1)
    client.post(client.get(link).url, {"password1": "another-quiet-harbour-5"})
    assert not signed_in(client)
    assert client.post(
        reverse("account_login"), {"login": eds_phone.email, "password": "another-quiet-harbour-5"}
    ).url == reverse("mfa_authenticate")


def test_confirming_an_address_by_code_does_not_go_round_it(client, eds_phone):
    EmailAddress.objects.filter(user=eds_phone).update(verified=False)
    assert password(client, eds_phone).url == reverse("account_email_verification_sent")
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mail.outbox[-1].body, re.MULTILINE).group()
    answer = client.post(reverse("account_email_verification_sent"), {"code": code, "action": "verify"})
    assert answer.url == reverse("mfa_authenticate")
    assert not signed_in(client)


def test_a_role_given_during_a_session_asks_at_the_next_page(client, sam, synced_roles):
    password(client, sam)
    assert client.get(ACCOUNT).status_code == 200
    roles.grant(User.objects.get(pk=sam.pk), "editor")
    assert client.get(ACCOUNT).url.split("?")[0] == SET_UP


def test_passkeys_are_not_offered_where_the_host_is_an_address(client, eds_phone, second_factor, settings):
    assert "webauthn" not in settings.MFA_SUPPORTED_TYPES  # the tests run on 127.0.0.1
    page = text(second_factor(client, eds_phone).get(reverse("mfa_index")))
    assert "Authenticator app" in page
    assert "Passkeys" not in page


def test_the_pages_of_the_second_factor_open(client, eds_phone, second_factor):
    second_factor(client, eds_phone)
    client.post(GIVE, {"code": demo.code(eds_phone)})
    for name in [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "usersessions_list",
        "mfa_deactivate_totp",
    ]:
        assert client.get(reverse(name)).status_code == 200, name
    file = client.get(reverse("mfa_download_recovery_codes"))
    assert 'filename="recovery-codes.txt"' in file["Content-Disposition"]


def test_changing_the_keys_locks_nobody_out(eds_phone, settings):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    code = demo.code(eds_phone)
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert demo.code(eds_phone) == code
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 10


def test_a_demonstration_code_is_printed_only_in_a_demonstration(eds_phone, settings, capsys):
    with pytest.raises(CommandError):
        call_command("demo_code", "Ed")
    settings.DEMO = True
    call_command("demo_code", "Ed")
    assert re.fullmatch(r"\d{6}\n", capsys.readouterr().out)
    with pytest.raises(CommandError):
        call_command("demo_code", "Nobody")


def test_a_demonstration_account_can_sign_in(client, synced_roles):
    user = demo.account("Val Voss", "val.voss@example.com", PASSWORD, role="statistics officer")
    password(client, user)
    client.post(reverse("mfa_authenticate"), {"code": demo.code(user)})
    assert signed_in(client)


def code_for(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
