"""Only administrators say where statements go, with a basis; the pages show how it goes. Every act is audited."""

import datetime
import json

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import errors
from core.models import AuditEvent
from learning import courses, forwarders
from learning.lrs import forwarding, vocabulary
from learning.models import Forwarder, SetAside
from tests.factories.confirming import confirm
from tests.factories.learning import work_through
from tests.factories.outside_store import FACTS, SECRET, forwarder, outside_store
from tests.factories.statements import say, store

__all__ = ["forwarder", "outside_store", "say", "store"]
pytestmark = pytest.mark.django_db
ENDPOINT = "https://lrs.example.org/xapi/"


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch):
    monkeypatch.setattr(forwarding, "LATE", datetime.timedelta())


@pytest.fixture
def desk(client, adi, second_factor):
    return confirm(second_factor(client, adi))


def at(name, *keys):
    return reverse(f"learning:{name}", args=keys)


def page(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def typed(**changes):
    return {
        **FACTS,
        "endpoint": ENDPOINT,
        "version": "2.0.0",
        "other_verbs": "",
        "other_activities": "",
        "everything": "False",
    } | changes


def acts(row):
    return list(AuditEvent.objects.filter(subject=row.audit_key).order_by("pk").values_list("act", flat=True))


# Acts ---------------------------------------------------------------------------------------------


def test_every_act_is_audited(adi, outside_store):
    row = forwarders.make(**FACTS | {"endpoint": outside_store.url}, everything=False, by=adi)
    forwarders.change(row, name="Other", by=adi)
    forwarders.switch(row, is_active=False, by=adi)
    forwarders.switch(row, is_active=False, by=adi)
    forwarders.test(row, by=adi)
    forwarders.try_again(row, by=adi)
    key = row.key
    forwarders.remove(row, by=adi)
    said = [f"forwarder.{act}" for act in ["made", "changed", "switched", "tested", "removed"]]
    assert acts(Forwarder(key=key)) == said


def test_the_trail_says_which_fields_are_others_now(adi, forwarder):
    forwarders.change(forwarder, name="Other", basis=FACTS["basis"], names_people=True, by=adi)
    forwarders.change(forwarder, name="Other", by=adi)
    rows = AuditEvent.objects.filter(subject=forwarder.audit_key, actor=adi.audit_key).order_by("pk")
    assert list(rows.values_list("act", "after")) == [("forwarder.changed", "name"), ("forwarder.changed", "names_people")]


def test_nobody_else_may(adi, ed, val, sam, forwarder):
    for person in [ed, val, sam]:
        for act in [
            lambda by: forwarders.make(**FACTS | {"endpoint": ENDPOINT}, everything=True, by=by),
            lambda by: forwarders.change(forwarder, name="Other", by=by),
            lambda by: forwarders.switch(forwarder, is_active=False, by=by),
            lambda by: forwarders.test(forwarder, by=by),
            lambda by: forwarders.try_again(forwarder, by=by),
            lambda by: forwarders.remove(forwarder, by=by),
        ]:
            with pytest.raises(errors.NotAllowed):
                act(person)
    forwarder.refresh_from_db()
    assert (forwarder.name, forwarder.is_active) == (FACTS["name"], True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"endpoint": "http://lrs.example.org/"}, "url_not_https"),
        ({"endpoint": "ftp://lrs.example.org/"}, "url_not_https"),
        *(
            ({"endpoint": wrong}, "no_url")
            for wrong in ["", "nonsense", "https://[nonsense/", "https:///xapi", "https://a:x/", "https://a b/"]
        ),
        ({"endpoint": "https://10.0.0.1/xapi/"}, "url_inside"),
        ({"endpoint": "https://localhost/xapi/"}, "url_inside"),
        ({"endpoint": "https://key:secret@lrs.example.org/"}, "url_with_more"),
        ({"endpoint": "https://lrs.example.org/?key=1"}, "url_with_more"),
        ({"basis": ""}, "no_basis"),
        ({"basis": "   because          "}, "no_basis"),
        ({"decided_by": " "}, "no_decided_by"),
        ({"secret": ""}, "no_secret"),
        ({"verbs": ["completed"]}, "not_an_iri"),
        ({"activities": [f"https://example.org/{number}" for number in range(101)]}, "too_many"),
    ],
)
def test_what_is_wrong_is_said(adi, changes, code):
    with pytest.raises(errors.DomainError) as refused:
        forwarders.make(**FACTS | {"endpoint": ENDPOINT} | changes, everything=True, by=adi)
    assert refused.value.code == code
    assert refused.value.field
    assert not Forwarder.objects.exists()


def test_two_have_not_the_same_name(adi, forwarder):
    with pytest.raises(errors.Conflict):
        forwarders.make(**FACTS | {"endpoint": ENDPOINT}, everything=True, by=adi)


@pytest.mark.parametrize("endpoint", ["http://lrs.ward.internal/xapi", "https://10.0.0.1/"])
def test_a_host_inside_that_the_environment_names_is_allowed(adi, settings, endpoint):
    settings.FORWARDING_INSIDE = ["lrs.ward.internal", "10.0.0.1"]
    made = forwarders.make(**FACTS | {"endpoint": endpoint}, everything=True, by=adi)
    assert made.endpoint.endswith("/")


def test_the_secret_never_goes_along_to_another_address(adi, forwarder):
    with pytest.raises(errors.DomainError) as refused:
        forwarders.change(forwarder, endpoint=ENDPOINT, by=adi)
    assert refused.value.code == "secret_needed"
    assert forwarders.change(forwarder, endpoint=ENDPOINT, secret="another", by=adi).secret == "another"
    assert forwarders.change(forwarder, name="Other", by=adi).secret == "another"


def test_from_now_on_or_from_the_beginning(adi, outside_store, store, say):
    store(say(), say())
    for everything, sent in [(False, 0), (True, 2)]:
        facts = FACTS | {"endpoint": outside_store.url, "name": str(everything)}
        row = forwarders.make(**facts, everything=everything, by=adi)
        forwarders.send.call(str(row.key))
        row.refresh_from_db()
        assert row.sent == sent


@pytest.mark.postgres
def test_now_is_what_the_database_says(adi, outside_store):
    """The clock of one machine of the web may go wrong; statements bear the time of the database."""
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=1)):
        row = forwarders.make(**FACTS | {"endpoint": outside_store.url}, everything=False, by=adi)
    assert row.seen_stored < timezone.now()


def test_what_is_mended_is_tried_at_once(adi, forwarder):
    Forwarder.objects.update(attempts=6, next_at=timezone.now() + datetime.timedelta(hours=1))
    forwarders.change(forwarder, username="right", by=adi)
    assert forwarding.due().exists()


def test_the_connection_is_tested_without_sending_anything(adi, forwarder, outside_store, store, say):
    store(say())
    assert forwarders.test(forwarder, by=adi).is_ready
    outside_store.reading = 403
    assert forwarders.test(forwarder, by=adi).is_ready
    outside_store.reading = 401
    assert "401" in forwarders.test(forwarder, by=adi).sentences[0]
    outside_store.versions = ["1.0.3"]
    assert "1.0.3" in forwarders.test(forwarder, by=adi).sentences[0]
    outside_store.versions = {"no": "list"}
    assert not forwarders.test(forwarder, by=adi).is_ready
    Forwarder.objects.update(endpoint="http://127.0.0.1:9/")
    forwarder.refresh_from_db()
    assert forwarders.test(forwarder, by=adi).sentences == ["It could not be reached."]
    assert {method for method, *_rest in outside_store.asked} == {"GET"}


# Sending ------------------------------------------------------------------------------------------


def test_it_is_done_by_the_clock(forwarder, outside_store, store, say):
    assert django_settings.SCHEDULES["Forward statements to other record stores"] == ("learning.forwarders.run", 1)
    store(say())
    forwarders.run()
    assert len(outside_store.held) == 1
    forwarders.send.call("7d0a4c52-1f3e-4d0b-9a43-6f0c1f3b8e21")  # removed meanwhile


def test_of_a_course_goes_what_belongs_to_its_modules_and_says_nothing_of_who_learned_it(
    lee, course, make_course, forwarder, outside_store
):
    other = make_course(50, full=1, outlines=0)
    for each in [course, other]:
        registration = courses.register(lee, each, by=lee)
        work_through(registration, each.modules().first(), lee)
    Forwarder.objects.update(activities=[vocabulary.activity_iri(course.activity)])
    forwarders.run()
    module, elsewhere = course.modules().first(), other.modules().first()
    sent = json.dumps(list(outside_store.held.values()))
    assert len(outside_store.held) > 5
    assert str(module.activity) in sent
    assert str(elsewhere.activity) not in sent
    assert not SetAside.objects.exists()
    for private in [lee.display_name, lee.display_name.split()[0], lee.email, str(lee.audit_key), SECRET]:
        assert private not in sent


# Pages --------------------------------------------------------------------------------------------


def test_the_pages_exist_for_administrators_alone(client, forwarder, sam, ed, val, second_factor):
    addresses = [at("forwarding"), at("forwarder_new")]
    addresses += [at(name, forwarder.key) for name in ["forwarder", "forwarder_change", "forwarder_remove"]]
    for address in addresses:
        assert client.get(address).status_code == 302
    for person in [sam, ed, val]:
        browser = second_factor(client, person)
        assert {browser.get(address).status_code for address in addresses} == {404}
        for name in ["forwarder_switch", "forwarder_test", "forwarder_again_all", "forwarder_remove"]:
            assert browser.post(at(name, forwarder.key)).status_code == 404
    assert Forwarder.objects.get().is_active


def test_one_is_set_up_and_changed_and_removed(desk, course):
    wanted = {"verbs": [vocabulary.COMPLETED], "courses": [vocabulary.activity_iri(course.activity)]}
    more = {"other_verbs": "https://example.org/done\nhttps://example.org/begun", "names_people": "on"}
    answer = desk.post(at("forwarder_new"), typed(**wanted, **more, everything="True"))
    row = Forwarder.objects.get()
    assert answer["Location"] == at("forwarder", row.key)
    assert row.verbs == sorted([vocabulary.COMPLETED, "https://example.org/done", "https://example.org/begun"])
    assert row.activities == wanted["courses"]
    assert (row.secret, row.names_people, row.seen_stored.year) == (SECRET, True, 1970)
    shown = page(desk, at("forwarder", row.key))
    assert course.title in shown
    assert ">completed<br>" in shown
    assert SECRET not in shown + page(desk, at("forwarder_change", row.key)) + page(desk, at("forwarding"))
    answer = desk.post(at("forwarder_change", row.key), typed(name="Other", secret=""))
    row.refresh_from_db()
    assert (answer.status_code, row.name, row.verbs, row.secret, row.names_people) == (302, "Other", [], SECRET, False)
    assert "stays there" in page(desk, at("forwarder_remove", row.key))
    desk.post(at("forwarder_remove", row.key))
    assert not Forwarder.objects.exists()


def test_a_form_that_stood_open_while_somebody_else_changed_it_changes_nothing(desk, adi, forwarder):
    seen = forwarders.version(forwarder)
    forwarders.test(forwarder, by=adi)
    assert forwarders.version(forwarder) == seen
    forwarders.change(forwarder, name="Theirs", by=adi)
    answer = desk.post(at("forwarder_change", forwarder.key), typed(name="Mine", endpoint=forwarder.endpoint, seen=seen))
    assert answer.status_code == 422
    assert "somebody else" in answer.content.decode()
    assert Forwarder.objects.get().name == "Theirs"


def test_a_form_that_is_sent_back_keeps_what_was_typed(desk):
    answer = desk.post(at("forwarder_new"), typed(endpoint="http://lrs.example.org/", other_verbs="nonsense", basis="too short"))
    text = answer.content.decode()
    assert answer.status_code == 422
    for kept in [FACTS["name"], "http://lrs.example.org/", "nonsense", "too short", FACTS["decided_by"]]:
        assert kept in text
    assert "must begin with https://" in text


@pytest.mark.parametrize(
    ("field", "most", "said"),
    [
        ("name", 80, "The name must be 80 characters or fewer"),
        ("endpoint", 500, "The address must be 500 characters or fewer"),
        ("username", 200, "The key must be 200 characters or fewer"),
        ("secret", 500, "The secret must be 500 characters or fewer"),
        ("decided_by", 200, "Say who decided this in 200 characters or fewer"),
        ("basis", 2000, "The lawful basis must be 2000 characters or fewer"),
    ],
)
def test_what_is_too_long_is_named_and_stays_typed(desk, field, most, said):
    answer = desk.post(at("forwarder_new"), typed(**{field: "x" * (most + 1)}))
    assert answer.status_code == 422
    assert said in answer.content.decode() and "x" * (most + 1) in answer.content.decode()


def test_to_say_where_statements_go_needs_the_password_once_more(client, adi, second_factor, forwarder):
    browser = second_factor(client, adi)
    for address in [at("forwarder_new"), at("forwarder_change", forwarder.key)]:
        for ask in [browser.get, browser.post]:
            assert ask(address, typed())["Location"].startswith(reverse("account_reauthenticate"))
    assert Forwarder.objects.count() == 1


def test_without_a_basis_nothing_is_set_up(desk):
    answer = desk.post(at("forwarder_new"), typed(basis="", decided_by=""))
    assert answer.status_code == 422
    assert not Forwarder.objects.exists()


def test_the_page_shows_the_lag_and_what_is_wrong(desk, forwarder, outside_store, store, say):
    store(say(), say())
    assert "2 statements, since" in page(desk, at("forwarding"))
    outside_store.answers = [503]
    forwarders.run()
    for address in [at("forwarding"), at("forwarder", forwarder.key)]:
        assert "It answered with the HTTP status 503." in page(desk, address)
    Forwarder.objects.update(next_at=timezone.now())
    forwarders.run()
    assert "Up to date" in page(desk, at("forwarder", forwarder.key))


def test_what_is_off_says_that_it_is_not_tried_again(desk, adi, forwarder, outside_store, store, say):
    store(say())
    outside_store.answers = [503]
    forwarders.run()
    address = at("forwarder", forwarder.key)
    assert "Tried 1 time." in page(desk, address)
    forwarders.switch(forwarder, is_active=False, by=adi)
    assert "not tried again until it is on" in page(desk, address) and "Tried" not in page(desk, address)
    forwarders.switch(forwarder, is_active=True, by=adi)
    assert "It is tried again within a minute." in page(desk, address) and "Tried" not in page(desk, address)


def test_what_was_set_aside_stands_there_and_is_tried_again(desk, forwarder, outside_store, store, say):
    rows = store(say(), say(), say())
    outside_store.invalid = {str(row.pk): 400 for row in rows[:2]}
    forwarders.run()
    shown = page(desk, at("forwarder", forwarder.key))
    assert f'href="{at("statement", rows[0].pk)}"' in shown
    assert "No good" in shown
    assert str(rows[2].pk) not in shown
    outside_store.invalid = {}
    one = SetAside.objects.get(statement=rows[0])
    desk.post(at("forwarder_again", forwarder.key, one.key))
    assert "Waits to be tried again" in page(desk, at("forwarder", forwarder.key))
    again = desk.post(at("forwarder_again", forwarder.key, one.key), follow=True).content.decode()
    assert "waits to be tried again already" in again
    forwarders.run()
    assert [row.statement_id for row in SetAside.objects.all()] == [rows[1].pk]
    desk.post(at("forwarder_again_all", forwarder.key))
    forwarders.run()
    assert not SetAside.objects.exists()
    assert "forwarder.tried_again" in acts(forwarder)


def test_it_is_turned_off_and_on(desk, forwarder):
    for to, is_active in [("off", False), ("off", False), ("on", True)]:
        desk.post(at("forwarder_switch", forwarder.key), {"to": to})
        forwarder.refresh_from_db()
        assert forwarder.is_active == is_active


def test_the_connection_is_tested_from_the_page(desk, forwarder, outside_store):
    assert "takes the key" in desk.post(at("forwarder_test", forwarder.key), follow=True).content.decode()
    outside_store.reading = 401
    assert "does not know the key" in desk.post(at("forwarder_test", forwarder.key), follow=True).content.decode()


@pytest.mark.parametrize("host", ["lrs..example.org", "a" * 64 + ".example"])
@pytest.mark.parametrize("is_inside", [False, True])
def test_a_name_that_nobody_can_look_up_is_as_if_nobody_answered(desk, forwarder, settings, host, is_inside):
    settings.FORWARDING_INSIDE = [host] if is_inside else []
    Forwarder.objects.update(endpoint=f"https://{host}/")
    said = desk.post(at("forwarder_test", forwarder.key), follow=True).content.decode()
    assert "could not be reached" in said


def test_what_the_other_store_calls_its_versions_harms_nobody(desk, forwarder, outside_store):
    outside_store.versions = ["9\ud800\u202e\0"]
    said = desk.post(at("forwarder_test", forwarder.key), follow=True).content.decode()
    assert "that it speaks are: 9. We would" in said


def test_what_the_other_store_says_is_shown_as_text(desk, forwarder, store, say):
    (row,) = store(say())
    SetAside.objects.create(forwarder=forwarder, statement=row, reason="<script>alert(1)</script>")
    assert "<script>alert" not in page(desk, at("forwarder", forwarder.key))


def test_a_list_of_three_costs_the_queries_of_one(desk, forwarder, outside_store, store, say):
    prices = []
    for number in [1, 2]:
        for row in store(*(say() for _number in range(number))):
            SetAside.objects.create(forwarder=forwarder, statement=row, reason="No")
        prices.append([price(desk, address) for address in [at("forwarding"), at("forwarder", forwarder.key)]])
        Forwarder.objects.create(endpoint=ENDPOINT, name=f"Number {number}", secret="x")
    assert prices[0] == prices[1]


def price(browser, address):
    page(browser, address)
    with CaptureQueriesContext(connection) as captured:
        page(browser, address)
    return len(captured)


def test_the_first_page_leads_there(desk, adi, home, client, second_factor, sam):
    assert at("forwarding") in page(desk, reverse("dashboard"))
    assert at("forwarding") not in page(second_factor(client, sam), reverse("dashboard"))
