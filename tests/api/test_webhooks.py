"""Only administrators say which other systems are told of news, and every act of it is audited."""

import pytest
from django.db import connection

from api import webhooks
from api.events import EVENTS, TYPES
from api.models import Webhook
from core import errors
from core.models import AuditEvent
from tests.api.conftest import HOOK, SECRET


def acts(webhook):
    return list(AuditEvent.objects.filter(subject=webhook.audit_key).values_list("act", "before", "after"))


def test_making_changing_testing_and_removing_are_audited(adi):
    webhook = webhooks.make(**HOOK, by=adi)
    webhooks.change(webhook, is_active=False, by=adi)
    webhooks.change(webhook, is_active=True, by=adi)
    webhooks.test(webhook, by=adi)
    key = webhook.key
    webhooks.remove(webhook, by=adi)
    assert [act for act, _before, _after in acts(Webhook(key=key))] == [
        "webhook.made",
        "webhook.changed",
        "webhook.changed",
        "webhook.tested",
        "webhook.removed",
    ]
    assert acts(Webhook(key=key))[1] == ("webhook.changed", "active", "inactive")


def test_nobody_else_may(adi, ed, sam):
    webhook = webhooks.make(**HOOK, by=adi)
    for person in [ed, sam]:
        for act in [
            lambda by: webhooks.make(**HOOK, by=by),
            lambda by: webhooks.change(webhook, name="Other", by=by),
            lambda by: webhooks.test(webhook, by=by),
            lambda by: webhooks.remove(webhook, by=by),
        ]:
            with pytest.raises(errors.NotAllowed):
                act(person)
    assert Webhook.objects.get().name == "Case system"


def test_what_is_not_given_stays(adi, webhook):
    webhooks.change(webhook, name="Other", by=adi)
    webhook.refresh_from_db()
    assert (webhook.name, webhook.url, webhook.secret) == ("Other", HOOK["url"], SECRET)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"url": "http://cases.example.org/"}, "url_not_https"),
        ({"url": "http://127.0.0.1:9/"}, "url_not_https"),
        ({"url": "ftp://cases.example.org/"}, "url_not_https"),
        ({"url": "https://adi:password@cases.example.org/"}, "url_with_password"),
        ({"events": []}, "unknown_event"),
        ({"events": ["person.erased"]}, "unknown_event"),
        ({"secret": "short"}, "secret_too_short"),
    ],
)
def test_what_does_not_hold_is_refused_with_a_sentence(adi, fields, code):
    with pytest.raises(errors.DomainError) as refused:
        webhooks.make(**HOOK | fields, by=adi)
    assert refused.value.code == code
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("http://127.0.0.1:9/", True),
        ("http://localhost/", True),
        ("http://[::1]/", True),
        ("http://192.168.0.1/", False),
        ("http://localhost.example.org/", False),
    ],
)
def test_who_tries_things_out_may_tell_their_own_machine(adi, settings, mode, url, is_taken):
    setattr(settings, mode, True)
    if is_taken:
        webhooks.make(**HOOK | {"url": url}, by=adi)
        return
    with pytest.raises(errors.DomainError):
        webhooks.make(**HOOK | {"url": url}, by=adi)


INSIDE = [
    "127.0.0.1",
    "10.0.0.7",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "localhost",
    "LOCALHOST.",
    "news.localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::10.0.0.7]",
    "[2002:a00:7::]",
    "[::10.0.0.7]",
    "[fd00::7]",
    "[fe80::7]",
    "[fec0::7]",
]


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_the_own_network_is_refused(adi, host):
    with pytest.raises(errors.DomainError) as refused:
        webhooks.make(**HOOK | {"url": f"https://{host}/news"}, by=adi)
    assert (refused.value.code, refused.value.field) == ("url_inside", "url")


def test_to_change_it_to_one_is_refused_too(adi, webhook):
    with pytest.raises(errors.DomainError):
        webhooks.change(webhook, url="https://10.0.0.7/news", by=adi)


@pytest.mark.parametrize(
    "host", ["1.1.1.1", "[2606:4700::1111]", "[::ffff:1.1.1.1]", "[64:ff9b::1.1.1.1]", "localhost.example.org"]
)
def test_an_address_of_the_internet_is_taken(adi, host):
    assert webhooks.make(**HOOK | {"url": f"https://{host}/news"}, by=adi).pk


@pytest.mark.parametrize("host", INSIDE)
def test_whoever_runs_the_platform_can_allow_addresses_inside(adi, settings, host):
    settings.WEBHOOKS_INSIDE = True
    assert webhooks.make(**HOOK | {"url": f"https://{host}/news"}, by=adi).pk


def test_the_secret_is_encrypted(webhook):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM api_webhook")
        assert SECRET not in cursor.fetchone()[0]


def test_a_webhook_that_is_turned_off_is_not_tested(adi, webhook):
    webhooks.change(webhook, is_active=False, by=adi)
    with pytest.raises(errors.WrongState):
        webhooks.test(Webhook.objects.get(), by=adi)


def test_when_its_maker_is_erased_it_goes_on(adi, webhook):
    adi.delete()
    webhook.refresh_from_db()
    assert webhook.made_by is None


def test_each_published_name_stands_for_one_kind_of_news():
    assert len(TYPES) == len(EVENTS) == len(set(TYPES))
