"""Telling in a browser: without an account or a session, kind when something is wrong, closed to who has no passphrase."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import encryption, page_cache
from panels import support
from panels.experiences import moderating, telling
from panels.models import Agreement, Experience, Passage, Theme
from panels.urls import urlpatterns
from people.models import District
from tests.factories.experiences import MARKER, SHOWN, WORDS, make_kept, make_prepared, make_published

Status = Experience.Status
RAE = "rae@example.com"
PAGES = ["about", "agree", "check", "keep", "sent", "status", "copy", "take_back"]

pytestmark = pytest.mark.usefixtures("home")


def at(name, *given) -> str:
    return reverse(f"panels:tell_{name}", args=given)


COME_BACK, HEAR = reverse("panels:come_back"), reverse("panels:hear")


class Browser(Client):
    """A browser whose mail goes out at once."""

    def __init__(self, commits, **options):
        self.commits = commits
        super().__init__(**options)

    def request(self, **request):
        with self.commits(execute=True):
            return super().request(**request)


@pytest.fixture
def browser(django_capture_on_commit_callbacks):
    def make(**options):
        return Browser(django_capture_on_commit_callbacks, **options)

    return make


@pytest.fixture
def rae(browser):
    """Somebody who has begun, with questions."""
    made = browser()
    made.post(at("begin"), {"shape": "guided"})
    return made


def text(response) -> str:
    return response.content.decode()


def opens(client) -> list[str]:
    """Reference and passphrase, as the browser holds them."""
    return encryption.unseal(client.cookies["telling"].value).split(" ")


def hold(client, experience) -> None:
    """As if its teller had just opened it: what factories make has a passphrase that nobody knows."""
    passphrase = "7777-7777-7777-7777"
    Experience.objects.filter(pk=experience.pk).update(passphrase_digest=telling._digest(passphrase))
    client.cookies["telling"] = encryption.seal(f"{experience.reference} {passphrase}")


def write(client, number=1, words=MARKER, **more):
    return client.post(at("words", number), {"text": words, **more})


def send(client):
    write(client)
    return client.post(at("check"))


def seen_on(page) -> str:
    return re.search('name="seen" value="([^"]*)"', text(page)).group(1)


# The first page -----------------------------------------------------------------------------------


def test_limits_support_and_the_ways_to_tell_stand_before_everything(browser):
    page = text(browser().get(HEAR))
    for words in ["Who reads it", "If somebody is in danger", "not a complaint", "not an emergency service", "we tell you first"]:
        assert words in page
    for number in ["999", "111", "116123", "08000119100", "08009995428", "08081689111", "08001111"]:
        assert f'href="tel:{number}"' in page
    assert "By phone, with our helper" in page
    assert "On paper" in page


def test_support_lines_say_when_they_were_checked(browser):
    assert f"Checked on {timezone.datetime.strftime(support.known().checked_on, '%A')}" in text(browser().get(HEAR))


def test_the_first_page_is_kept_for_strangers_and_nothing_below_it(browser):
    client = browser()
    assert client.get(HEAR)["ETag"] == client.get(HEAR)["ETag"]
    for path in [at("begin"), at("device"), COME_BACK, at("check")]:
        request = client.get(path).wsgi_request
        assert not page_cache.may_ask(request), path


def test_search_engines_find_the_first_page_alone(client, settings):
    settings.DEMO = False
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines.index("Disallow: /be-heard/") < lines.index("Allow: /be-heard/$")


def test_the_foot_of_other_pages_leads_to_it(client):
    assert f'href="{HEAR}">Be heard</a>' in text(client.get("/no/such/page/"))


# Beginning ----------------------------------------------------------------------------------------


def test_beginning_asks_how_and_makes_a_draft(browser):
    client = browser()
    assert "Choose how you would like to tell it" in text(client.post(at("begin")))
    assert not Experience.objects.exists()
    assert client.post(at("begin"), {"shape": "free"}).url == at("about")
    assert Experience.objects.get().shape == "free"


def test_who_has_one_open_is_told_before_they_begin_another(rae):
    assert "open in this browser already" in text(rae.get(at("begin")))


def test_beginning_too_often_from_one_connection_is_said_kindly(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = {"experience_begin": "1/m/ip"}
    client = browser()
    client.post(at("begin"), {"shape": "free"})
    response = client.post(at("begin"), {"shape": "free"})
    assert response.status_code == 429
    assert "Wait a minute" in text(response)


# The credential -----------------------------------------------------------------------------------


def test_the_cookie_is_sealed_and_goes_to_these_pages_alone_until_the_browser_is_closed(rae):
    cookie = rae.cookies["telling"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/be-heard/", True, "Lax")
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    assert Experience.objects.get().reference not in cookie.value


def test_it_closes_by_itself_some_hours_after_it_was_last_saved(rae):
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=3), tick=False):
        assert rae.get(at("check")).status_code == 200
        write(rae)
    with time_machine.travel(now + timedelta(hours=6), tick=False):
        assert rae.get(at("check")).status_code == 200
        response = rae.get(at("check"))
        assert "telling" not in response.cookies  # a late answer opens nothing again
    with time_machine.travel(now + timedelta(hours=8), tick=False):
        assert MARKER in text(response := write(rae, 2))
        assert response.status_code == 404


def test_the_way_back_is_shown_before_anything_is_written(rae):
    page = text(rae.get(at("about")))
    for each in opens(rae):
        assert each in page


def test_over_https_the_cookie_is_secure(browser, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = browser()
    client.post(at("begin"), {"shape": "free"})
    assert client.cookies["telling"]["secure"]


def test_a_cookie_that_somebody_made_up_opens_nothing(rae):
    reference, _passphrase = opens(rae)
    wrong = [encryption.seal(f"{reference} 0000-0000-0000-0000"), encryption.seal(reference), f"{reference} x", "", "ü", "gAAAA"]
    for value in wrong:
        rae.cookies["telling"] = value
        for name in PAGES:
            response = rae.get(at(name))
            assert response.status_code == 404, (value, name)
            assert reference not in text(response)


def test_strangers_find_nothing_at_any_address(browser, rae):
    write(rae)
    reference = opens(rae)[0]
    client = browser()
    for path in [*map(at, PAGES), at("words", 1), at("open", reference, "0000-0000-0000-0000"), "/be-heard/no-such-page/"]:
        response = client.get(path)
        assert response.status_code == 404, path
        assert MARKER not in text(response)
    for path in [at("about"), at("words", 1), at("agree"), at("check"), at("take_back")]:
        assert client.post(path).status_code == 404, path
    assert Experience.objects.get().status == Status.DRAFT


def test_nothing_of_it_is_in_the_session_of_somebody_who_is_signed_in(browser, sam):
    client = browser()
    client.force_login(sam)
    client.post(at("begin"), {"shape": "guided"})
    client.post(at("agree"), {"publish": "on"})
    send(client)
    reference, passphrase = opens(client)
    kept = " ".join(str(session.get_decoded()) for session in Session.objects.all())
    for secret in [reference, passphrase, MARKER, str(Experience.objects.get().key)]:
        assert secret not in kept


def test_somebody_without_a_session_gets_none_that_knows(rae):
    write(rae)
    rae.get(at("check"))
    for session in Session.objects.all():
        assert session.get_decoded().keys() <= {"_csrftoken"}


def test_signing_in_joins_it_to_nobody(rae, sam):
    write(rae)
    rae.force_login(sam)
    assert MARKER in text(rae.get(at("check")))
    rae.logout()
    rae.force_login(sam)
    fields = {field.name for field in Experience._meta.get_fields() if field.related_model is type(sam)}
    assert fields == {"prepared_by"}


# Headers, titles ----------------------------------------------------------------------------------


def test_no_page_of_a_teller_is_kept_listed_or_told_to_other_hosts(rae):
    send(rae)
    for path in [*map(at, PAGES), at("begin"), at("device"), at("gone"), at("leave"), COME_BACK]:
        response = rae.get(path)
        assert "no-store" in response["Cache-Control"], path
        assert response["X-Robots-Tag"] == "noindex", path
        assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}, path


def test_titles_give_nothing_away(rae):
    write(rae)
    titles = {
        re.search("<title>(.*?)</title>", text(rae.get(path)), re.DOTALL).group(1)
        for path in [
            *map(at, ["about", "agree", "check", "keep", "take_back", "begin", "gone"]),
            at("words", 3),
        ]
    }
    assert all(title.startswith("Your words") for title in titles), titles
    assert "Your words: part 2 of 5, question 3 of 5 – Alongside" in titles


# The parts ----------------------------------------------------------------------------------------


def test_all_parts_follow_one_another_and_back_saves_too(rae, reference_data):
    assert rae.post(at("about")).url == at("words", 1)
    for number in range(1, 5):
        assert write(rae, number, f"Words {number}").url == at("words", number + 1)
    assert write(rae, 5, "Last", back="1").url == at("words", 4)
    assert write(rae, 5, "Last").url == at("pictures")
    assert rae.post(at("pictures")).url == at("agree")
    assert rae.post(at("agree")).url == at("check")
    assert [passage.words for passage in Passage.objects.all()] == ["Words 1", "Words 2", "Words 3", "Words 4", "Last"]


def test_freely_there_is_one_box(browser):
    client = browser()
    client.post(at("begin"), {"shape": "free"})
    assert write(client).url == at("pictures")
    assert client.get(at("words", 2)).status_code == 404


def test_limits_and_support_stand_in_a_line_before_every_box(rae):
    for number in range(1, 6):
        page = text(rae.get(at("words", number)))
        assert page.index("when we must tell others") < page.index("<textarea")
        assert page.index("people you can ring") < page.index("<textarea")


def test_all_around_the_words_can_be_left_open_or_said(rae, reference_data, panel):
    theme, bury = Theme.objects.create(name="Waiting", slug="waiting"), District.objects.get(name="Bury")
    assert rae.post(at("about"), {"whose": ""}).status_code == 302
    rae.post(at("about"), {"whose": "own", "season": "summer", "year": "2025", "district": bury.pk, "themes": [theme.pk]})
    kept = Experience.objects.get()
    assert (kept.whose, kept.happened_in, kept.district, list(kept.themes.all())) == ("own", "Summer 2025", bury, [theme])
    page = text(rae.get(at("about")))
    assert 'value="own" id="id_whose_0" checked' in page
    assert 'value="2025"' in page


@pytest.mark.parametrize("year", ["soon", "25", "1899", "2999", "²⁰²⁵", "9" * 39])
def test_a_year_that_cannot_be_is_said_and_the_rest_is_kept(rae, year):
    response = rae.post(at("about"), {"whose": "child", "year": year})
    assert response.status_code == 422
    assert "Enter a year from 1900" in text(response)
    assert 'value="child" id="id_whose_2" checked' in text(response)


def test_words_that_are_too_long_stay_in_the_box(rae):
    response = write(rae, words="x" * 20_001)
    assert response.status_code == 422
    assert "You have written 20001" in text(response)
    assert "x" * 20_001 in text(response)


def test_what_looks_like_markup_is_shown_as_it_was_typed(rae):
    write(rae, words="<script>alert(1)</script>")
    for path in [at("words", 1), at("check")]:
        assert "&lt;script&gt;" in text(rae.get(path))
        assert "<script>alert" not in text(rae.get(path))


def test_an_older_tab_does_not_write_over_newer_words_unsaid(rae):
    write(rae, words="First.")
    old = seen_on(rae.get(at("words", 1)))
    write(rae, words="Newer.", seen=old)
    response = write(rae, words="Older.", seen=old)
    assert response.status_code == 422
    assert "in another tab" in text(response)
    assert "Older." in text(response)
    assert "Newer." in text(response)
    assert Passage.objects.get().words == "Newer."
    write(rae, words="Older.", seen=seen_on(response))
    assert Passage.objects.get().words == "Older."


def test_what_was_typed_while_it_was_sent_in_another_tab_is_still_there(rae):
    send(rae)
    response = write(rae, words="One thing more.")
    assert response.status_code == 422
    assert "You have sent this" in text(response)
    assert "One thing more." in text(response)
    assert rae.get(at("words", 1)).url == at("status")


def test_what_was_typed_after_it_was_closed_is_given_back(rae):
    rae.post(at("close"))
    response = write(rae, words="Nobody has seen this.")
    assert response.status_code == 404
    assert "Nobody has seen this." in text(response)


def test_a_form_that_the_guard_refuses_gives_the_words_back_and_no_secrets(browser):
    client = browser(enforce_csrf_checks=True)
    typed = {"text": MARKER, "seen": "0123456789abcdef"}
    response = client.post(at("words", 1), typed, headers={"origin": settings.BASE_URL})
    assert response.status_code == 403
    assert MARKER in text(response)
    assert "0123456789abcdef" not in text(response)
    assert "Leave now" in text(response)
    response = client.post(COME_BACK, {"passphrase": "K7QM-2XRA-K7QM-2XRA"}, headers={"origin": settings.BASE_URL})
    assert "K7QM-2XRA" not in text(response)


# What may be done with it -------------------------------------------------------------------------


def test_six_ticks_are_off_until_somebody_makes_them(rae):
    page = text(rae.get(at("agree")))
    assert page.count('type="checkbox"') == 6
    assert "checked" not in page
    rae.post(at("agree"), {"panel": "on", "quote": "on"})
    assert Experience.objects.get().agreed == {"panel", "quote"}
    assert text(rae.get(at("agree"))).count(" checked") == 2


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"contact": "on"}, "Enter the email address at which we may write to you"),
        ({"contact": "on", "email": "rae at home"}, "like name@example.com"),
        ({"email": RAE}, "Tick “Write to me about it”, or take the address out"),
    ],
)
def test_an_address_goes_with_its_tick(rae, said, message):
    response = rae.post(at("agree"), {"publish": "on", **said})
    assert response.status_code == 422
    assert message in text(response)
    assert 'name="publish"' in text(response)
    assert re.search('name="publish"[^>]* checked', text(response))
    assert said.get("email", "") in text(response)
    assert not Agreement.objects.exists()


# Checking and sending -----------------------------------------------------------------------------


def test_all_that_was_written_can_be_checked_and_changed(rae, reference_data):
    write(rae)
    rae.post(at("agree"), {"contact": "on", "email": RAE})
    page = text(rae.get(at("check")))
    for shown in [MARKER, "Nothing yet", RAE, "Left open"]:
        assert shown in page
    changing = f"{at('words', 1)}?check=1"
    assert f'href="{changing}"' in page
    assert rae.post(changing, {"text": "Changed."}).url == at("check")
    assert rae.post(f"{at('agree')}?check=1", {}).url == at("check")


def test_nothing_written_cannot_be_sent_and_the_slip_leads_to_where_it_is_mended(rae):
    response = rae.post(at("check"))
    assert response.status_code == 422
    assert '<a href="#change-1">Write what happened. A sentence is enough.</a>' in text(response)
    assert "Error: Your words" in text(response)


def test_after_sending_the_way_back_and_what_comes_next_are_shown(rae):
    assert send(rae).url == at("sent")
    page = text(rae.get(at("sent")))
    reference, passphrase = opens(rae)
    for shown in [reference, passphrase, f"{settings.BASE_URL}{at('open', reference, passphrase)}", "by "]:
        assert shown in page
    assert rae.post(at("check")).url == at("sent")
    assert Experience.objects.get().status == Status.RECEIVED


def test_sending_too_often_from_one_connection_loses_nothing(rae, settings):
    settings.ACCOUNT_RATE_LIMITS = {"experience_submit": "1/m/ip"}
    rae.post(at("check"))
    response = send(rae)
    assert response.status_code == 429
    assert MARKER in text(response)


# Coming back --------------------------------------------------------------------------------------


def test_stopping_shows_what_brings_one_back(rae):
    assert write(rae, later="1").url == at("keep")
    page = text(rae.get(at("keep")))
    assert all(secret in page for secret in opens(rae))
    assert Passage.objects.get().words == MARKER


def test_reference_and_passphrase_open_it_in_another_browser_however_they_are_typed(browser, rae):
    write(rae)
    reference, passphrase = opens(rae)
    client = browser()
    typed = {"reference": reference.lower().replace("-", " "), "passphrase": passphrase.replace("-", "")}
    assert client.post(COME_BACK, typed).url == at("check")
    assert MARKER in text(client.get(at("check")))
    assert passphrase in text(client.get(at("keep")))


@pytest.mark.parametrize("wrong", ["reference", "passphrase"])
def test_a_slip_does_not_say_which_of_the_two_is_wrong(browser, rae, wrong):
    typed = dict(zip(["reference", "passphrase"], opens(rae), strict=True)) | {wrong: "ZZZZ-ZZZZ-ZZZZ-ZZZZ"}
    response = browser().post(COME_BACK, typed)
    assert response.status_code == 422
    assert "These two open nothing together" in text(response)
    assert "telling" not in response.cookies


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Enter your reference"),
        ({"reference": "K7QM-2XRA"}, "Enter your passphrase"),
        ({"reference": "x" * 61, "passphrase": "x"}, "A reference is two groups"),
    ],
)
def test_what_is_missing_is_named(browser, typed, message):
    response = browser().post(COME_BACK, typed)
    assert response.status_code == 422
    assert message in text(response)


def test_guessing_is_slowed_down(browser, settings):
    settings.ACCOUNT_RATE_LIMITS = {"experience_open": "2/m/ip"}
    client = browser()
    answers = [client.post(COME_BACK, {"reference": "a", "passphrase": "b"}).status_code for _time in range(3)]
    assert answers == [422, 422, 429]


def test_the_personal_link_leaves_the_address_bar_at_once(browser, rae):
    client = browser()
    response = client.get(at("open", *opens(rae)))
    assert response.url == at("check")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert client.get(at("check")).status_code == 200


def test_a_link_that_opens_nothing_closes_nothing(rae):
    assert rae.get(at("open", "K7QM-2XRA", "K7QM-2XRA-K7QM-2XRA")).status_code == 404
    assert rae.get(at("check")).status_code == 200


def test_closing_forgets_it_in_this_browser_alone(browser, rae):
    secrets = opens(rae)
    assert rae.post(at("close")).url == COME_BACK
    assert rae.get(at("check")).status_code == 404
    assert browser().get(at("open", *secrets)).url == at("check")


def test_the_secret_does_not_stand_in_the_log(browser, caplog):
    with caplog.at_level(logging.WARNING):
        browser().get(at("open", "K7QM-2XRA", "K7QM-2XRA-K7QM-2XRA"))
    handler = next(handler for handler in logging.getLogger().handlers if handler.name == "console")
    for record in caplog.records:
        handler.filter(record)
        assert "K7QM" not in handler.format(record)


# Where it stands ----------------------------------------------------------------------------------


def test_a_draft_has_no_standing_yet_and_what_was_sent_is_no_draft(rae):
    assert rae.get(at("status")).url == at("check")
    assert rae.get(at("sent")).url == at("check")
    send(rae)
    assert rae.get(at("about")).url == at("status")


def test_it_says_where_it_stands_who_has_it_and_by_when(browser, uma, ola, stories_index, panel):
    client = browser()
    hold(client, sent := make_prepared(uma, agreed=["publish"]))
    page = text(client.get(at("status")))
    assert "A second person goes over it" in page
    assert SHOWN["happened"] in page
    assert "by " in page
    moderating.publish(sent, by=ola)
    page = text(client.get(at("status")))
    assert "It is published" in page
    assert sent.page.url in page
    assert WORDS["barrier"] in page


def test_who_waits_longer_than_was_said_is_told_so(rae):
    send(rae)
    assert "We said by" not in text(rae.get(at("status")))
    Experience.objects.update(submitted_at=timezone.now() - telling.READ_WITHIN - timedelta(days=1))
    assert "We said by" in text(rae.get(at("status")))


def test_used_inside_and_declined_are_said_plainly(browser, uma, ola, panel):
    client = browser()
    hold(client, make_kept(uma, ola, agreed=["panel"], panel=panel))
    assert "It is used, as you agreed" in text(client.get(at("status")))
    declined = moderating.take(telling.submit(_draft()), by=uma)
    moderating.decline(declined, "It is about a service in another country.", by=uma)
    hold(client, declined)
    assert "another country" in text(client.get(at("status")))


def _draft():
    experience, _passphrase = telling.begin()
    return telling.write(experience, WORDS)


def test_taking_back_a_tick_takes_the_page_down_at_once(browser, uma, ola, stories_index):
    client = browser()
    hold(client, sent := make_published(uma, ola, agreed=["publish", "panel"]))
    url = sent.page.url
    assert client.post(at("agree"), {"panel": "on"}).url == at("status")
    assert "Saved. It holds from now on." in text(client.get(at("status")))
    assert client.get(url).status_code == 404


def test_what_somebody_told_can_be_taken_away_as_a_text(rae):
    rae.post(at("agree"), {"contact": "on", "email": RAE})
    write(rae, words=f"{MARKER} & more")
    rae.post(at("check"))
    response = rae.get(at("copy"))
    assert response["Content-Disposition"] == 'attachment; filename="your-words.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    for told in [f"{MARKER} & more", RAE, "Yes: Write to me about it", "No: Publish it here"]:
        assert told in text(response)
    assert opens(rae)[1] not in text(response)


# Taking it back -----------------------------------------------------------------------------------


def test_taking_it_back_says_what_goes_and_then_it_is_gone(rae):
    rae.post(at("agree"), {"contact": "on", "email": RAE})
    send(rae)
    secrets = opens(rae)
    page = text(rae.get(at("take_back")))
    assert "What goes" in page
    assert "What stays" in page
    assert Experience.objects.get().status == Status.RECEIVED
    assert rae.post(at("take_back")).url == at("gone")
    assert Experience.objects.get().status == Status.WITHDRAWN
    assert not Passage.objects.exists()
    assert mail.outbox[-1].subject == "What you sent is erased"
    assert rae.cookies["telling"].value == ""
    assert MARKER not in text(rae.get(at("gone")))
    assert rae.get(at("open", *secrets)).status_code == 404


def test_what_is_gone_looks_like_what_never_was(browser, rae):
    send(rae)
    reference, passphrase = opens(rae)
    telling.withdraw(Experience.objects.get())
    gone, never = rae.get(at("status")), browser().get(at("status"))
    assert (gone.status_code, gone.content) == (never.status_code, never.content)
    there = browser().post(COME_BACK, {"reference": reference, "passphrase": passphrase})
    assert "These two open nothing together" in text(there)


def test_a_draft_is_erased_whole(rae):
    write(rae)
    assert "Erase it now" in text(rae.get(at("take_back")))
    rae.post(at("take_back"))
    assert not Experience.objects.exists()


# Leaving ------------------------------------------------------------------------------------------


def test_every_page_has_the_way_out_first_and_it_is_a_link(rae):
    write(rae)
    own = [at(name) for name in ["begin", "check", "keep", "take_back", "device", "gone"]]
    for path in [HEAR, COME_BACK, at("words", 1), *own]:
        page = text(rae.get(path))
        assert page.index(f'href="{at("leave")}"') < page.index('class="skip"'), path


def test_leaving_closes_it_and_goes_where_the_settings_say(rae, settings):
    settings.QUICK_EXIT_URL = "https://weather.example/"
    response = rae.get(at("leave"))
    assert response.url == "https://weather.example/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert rae.cookies["telling"].value == ""
    assert rae.get(at("check")).status_code == 404
    assert Experience.objects.exists()


def test_every_address_of_a_teller_takes_no_method_that_it_does_not_know(rae):
    names = [entry.name for entry in urlpatterns if str(entry.pattern).startswith("be-heard/") and "<" not in str(entry.pattern)]
    assert len(names) > 12
    for name in names:
        assert rae.delete(reverse(f"panels:{name}")).status_code == 405, name
