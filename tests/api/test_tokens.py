"""A program may do what its person may, narrowed by its token's scopes, until the token runs out or is revoked."""

import datetime
import logging
import re
import uuid

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from api import tokens
from api.models import Token
from core import errors
from core.models import AuditEvent
from people import demo, roles
from people.models import Organisation
from tests.conftest import PASSWORD
from tests.factories.tokens import make_token
from website import privacy

ME = "/api/v1/me"
NEW_PASSWORD = "another-quiet-harbour-5"


def make(person, **fields):
    return make_token(person, **{"name": "Finance system", "scopes": ["me/read"], **fields})


def ask(plaintext, address=ME, **more):
    return Client(headers={"Authorization": f"Bearer {plaintext}", **more}).get(address)


def dump():
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(rows)


# Making ------------------------------------------------------------------------------------------


def test_a_program_with_a_token_is_answered_as_its_person(lee):
    _row, plaintext = make(lee)
    answer = ask(plaintext)
    assert (answer.status_code, answer.json()["key"]) == (200, str(lee.key))
    assert "no-store" in answer["Cache-Control"]


def test_a_token_says_what_it_is(lee):
    assert make(lee)[1].startswith("alongside_")


def test_the_database_holds_no_token(lee):
    _row, plaintext = make(lee)
    ask(plaintext)
    held = dump()
    assert "Finance system" in held
    assert plaintext not in held
    assert plaintext.removeprefix("alongside_")[:16] not in held


def test_there_is_one_table_of_tokens(db):
    tables = connection.introspection.table_names()
    assert "api_token" in tables
    assert [name for name in tables if name.startswith("knox")] == []


def test_neither_the_log_nor_the_trail_holds_a_token(lee, caplog):
    with caplog.at_level(logging.DEBUG):
        row, plaintext = make(lee)
        digest = row.digest
        ask(plaintext)
        ask(plaintext + "x")
        tokens.revoke(row, by=lee)
    assert plaintext not in caplog.text
    assert digest not in caplog.text
    assert plaintext not in str(list(AuditEvent.objects.values()))


def test_making_and_revoking_are_audited(lee):
    row, _plaintext = make(lee)
    tokens.revoke(row, by=lee)
    acts = AuditEvent.objects.filter(subject=row.key).values_list("act", "actor", "before", "after")
    assert list(acts) == [("token.made", lee.audit_key, "", "me/read"), ("token.revoked", lee.audit_key, "in force", "")]


def test_a_token_of_a_person_without_roles_needs_no_role(sam):
    assert ask(make(sam)[1]).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": "  "}, "bad_name", "name"),
        ({"name": "x" * 81}, "bad_name", "name"),
        ({"scopes": []}, "bad_scope", "scopes"),
        ({"scopes": ["me/read", "everything"]}, "bad_scope", "scopes"),
        ({"days": 0}, "bad_days", "days"),
        ({"days": 366}, "bad_days", "days"),
    ],
)
def test_what_does_not_hold_is_refused_with_a_sentence(lee, fields, code, field):
    with pytest.raises(errors.DomainError) as refused:
        make(lee, **fields)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Token.objects.exists()


def test_two_tokens_in_force_have_two_names(lee, sam):
    row, _plaintext = make(lee)
    with pytest.raises(errors.Conflict):
        make(lee)
    make(sam)
    tokens.revoke(row, by=lee)
    make(lee)


def test_a_program_is_ones_own_or_of_where_one_works(lee, hospital):
    other = Organisation.objects.create(name="Another", kind=Organisation.Kind.HOSPICE)
    assert make(lee, organisation=hospital)[0].organisation == hospital
    with pytest.raises(errors.NotAllowed):
        make(lee, name="Other", organisation=other)


# Running out -------------------------------------------------------------------------------------


def test_a_token_runs_out_after_a_year_at_the_latest(lee):
    row, plaintext = make(lee)
    assert row.expiry - timezone.now() <= datetime.timedelta(days=365)
    with time_machine.travel(row.expiry + datetime.timedelta(seconds=1)):
        answer = ask(plaintext)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert Token.objects.filter(pk=row.pk).exists()  # its person sees that it has run out


def test_the_database_lets_in_no_token_that_never_runs_out(lee):
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(user=lee, expiry=None, name="For ever")


def test_the_day_of_its_last_use_is_noted_and_no_more(lee, django_assert_num_queries):
    row, plaintext = make(lee)
    with time_machine.travel("2031-03-05 09:00Z", tick=False):
        Token.objects.update(expiry=timezone.now() + datetime.timedelta(days=1))
        ask(plaintext)
        row.refresh_from_db()
        assert row.last_used_on == datetime.date(2031, 3, 5)
        with django_assert_num_queries(2):  # the token with its person, and the roles
            ask(plaintext)


# Not opening -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["", "x", "alongside_0", "a b", "\xff\xfe", "ünïcode", "\x00", "0" * 5000])
def test_what_is_no_token_opens_nothing(lee, shown):
    make(lee)
    answer = ask(shown)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_revoked_token_opens_nothing(lee):
    row, plaintext = make(lee)
    tokens.revoke(row, by=lee)
    assert ask(plaintext).status_code == 401


def test_the_token_of_a_closed_or_erased_account_opens_nothing(lee, sam):
    (_row, of_lee), (_row, of_sam) = make(lee), make(sam)
    type(lee).objects.filter(pk=lee.pk).update(is_active=False)
    privacy.erase(sam, by=sam)
    assert [ask(of_lee).status_code, ask(of_sam).status_code] == [401, 401]
    assert not Token.objects.filter(name="Finance system").exclude(user=lee).exists()


@pytest.mark.parametrize("who", ["lee", "val"])
def test_without_a_second_factor_left_a_token_opens_nothing(request, who):
    person = request.getfixturevalue(who)
    _row, plaintext = make(person)
    Authenticator.objects.filter(user=person, type="totp").delete()  # recovery codes stay, and do not count
    answer = ask(plaintext)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_a_passkey_is_a_second_factor_where_they_work(lee, passkeys):
    _row, plaintext = make(lee)
    Authenticator.objects.filter(user=lee).delete()
    Authenticator.objects.create(user=lee, type="webauthn", data={})
    assert ask(plaintext).status_code == 200


def test_a_second_factor_of_somebody_else_does_not_count(lee, sam):
    make(sam)
    _row, plaintext = make(lee)
    Authenticator.objects.filter(user=lee).delete()
    assert ask(plaintext).status_code == 401


def revoked(person):
    return AuditEvent.objects.filter(act="token.revoked", actor=person.audit_key, before="in force").count()


def test_another_password_revokes_every_token(client, lee, sam, second_factor):
    (_row, first), (_row, second), (_row, of_sam) = make(lee), make(lee, name="Other"), make(sam)
    second_factor(client, lee).post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})
    assert [ask(plaintext).status_code for plaintext in [first, second, of_sam]] == [401, 401, 200]
    assert (Token.objects.filter(user=lee).count(), revoked(lee)) == (0, 2)


def test_a_wrong_old_password_revokes_nothing(client, lee, second_factor):
    _row, plaintext = make(lee)
    second_factor(client, lee).post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_change_password"), {"oldpassword": "nope", "password1": NEW_PASSWORD})
    assert ask(plaintext).status_code == 200


def test_a_password_that_is_chosen_by_a_mailed_link_revokes_them_too(client, lee):
    _row, plaintext = make(lee)
    client.post(reverse("account_reset_password"), {"email": lee.email})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body).group(1)
    assert ask(plaintext).status_code == 200  # whoever asks for the link has not shown yet who they are
    client.post(client.get(link).url, {"password1": NEW_PASSWORD})
    assert ask(plaintext).status_code == 401
    assert (Token.objects.count(), revoked(lee)) == (0, 1)


def test_removing_the_last_second_factor_revokes_them(client, lee, second_factor, passkeys):
    row, plaintext = make(lee)
    passkey = Authenticator.objects.create(user=lee, type="webauthn", data={"name": "Key", "credential": {}})
    second_factor(client, lee).post(reverse("mfa_reauthenticate"), {"code": demo.code(lee)})
    client.post(reverse("mfa_deactivate_totp"))
    assert ask(plaintext).status_code == 200
    client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
    assert not Authenticator.objects.filter(user=lee).exists()
    assert not Token.objects.filter(pk=row.pk).exists()
    assert revoked(lee) == 1


def test_a_scope_that_is_missing_is_named(lee, machine):
    answer = machine(lee, "claims/read").get(ME)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "me/read" in answer.json()["detail"]


def test_a_token_gives_no_more_than_its_person_has(sam, machine):
    everything = machine(sam, "statistics/read", "webhooks/read", "webhooks/write")
    assert everything.get("/api/v1/statistics/completions").status_code == 404
    assert everything.get("/api/v1/webhooks").status_code == 404
    assert everything.post("/api/v1/webhooks").status_code == 404


def test_what_a_person_loses_their_programs_lose_too(adi, machine):
    program = machine(adi, "webhooks/read")
    assert program.get("/api/v1/webhooks").status_code == 200
    roles.revoke(adi, "administrator")
    assert program.get("/api/v1/webhooks").status_code == 404


def test_an_officers_program_reads_figures(val, machine, course):
    answer = machine(val, "statistics/read").get("/api/v1/statistics/completions", {"course": course.activity, "by": "month"})
    assert answer.status_code == 200


def test_a_token_beside_a_session_is_what_counts(client, lee, sam):
    client.force_login(lee)
    _row, plaintext = make(sam, scopes=["claims/read"])
    answer = client.get(ME, headers={"Authorization": f"Bearer {plaintext}"})
    assert answer.json()["code"] == "scope_missing"


@pytest.mark.parametrize("address", ["/account/", "/account/tokens/", "/account/tokens/new/", "/learning/my/", "/admin/"])
def test_a_token_opens_no_page(adi, machine, address):
    answer = machine(adi, "me/read").get(address)
    assert answer.status_code == 302
    assert "/account/login/" in answer.url


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/tokens", "/api/tokens", "/api/v1/login", "/api/auth/login/", "/api/v1/me/tokens"])
def test_the_interface_makes_no_tokens(adi, machine, method, address):
    assert getattr(machine(adi, "me/read"), method)(address).status_code == 404


def test_a_token_needs_no_csrf_token_and_an_unknown_method_is_named(lee):
    _row, plaintext = make(lee)
    strict = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {plaintext}"})
    assert strict.delete(ME).status_code == 405


def test_everybody_sees_their_own_tokens_alone(lee, sam):
    make(lee)
    assert Token.objects.visible_to(lee).count() == 1
    assert not Token.objects.visible_to(sam).exists()


def test_what_we_hold_about_somebody_names_their_programs_and_no_digest(lee):
    row, plaintext = make(lee)
    held = "".join(privacy.as_json(lee))
    assert "Finance system" in held
    assert row.digest not in held
    assert plaintext not in held


def test_a_token_is_known_to_the_trail_by_a_random_key(lee):
    row, _plaintext = make(lee)
    assert isinstance(row.audit_key, uuid.UUID)
    assert row.digest not in f"{row} {row!r}"
