"""The moderators' desk over HTTP: whose it is, that each opening of the words is noted, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from core.models import AuditEvent
from panels.experiences import agreeing, moderating, telling
from panels.models import Experience, Passage, StoryPage, Theme
from panels.views_moderator import TABS
from people.models import District
from tests.factories.experiences import (
    MARKER,
    SHOWN,
    WORDS,
    make_draft,
    make_experience,
    make_kept,
    make_prepared,
    make_published,
)

pytestmark = pytest.mark.usefixtures("home")
Status = Experience.Status
BOXES = {f"shown_{kind}": text for kind, text in {**WORDS, **SHOWN}.items()}
ANY = "00000000-0000-0000-0000-000000000000"
PRESSED = ["moderate_take", "moderate_original", "moderate_publish", "moderate_keep"]
OPENED = ["moderate_one", "moderate_concern", "moderate_sort", "moderate_preview", "moderate_send_back", "moderate_decline"]


def address(name, *rows):
    return reverse(f"panels:{name}", args=[getattr(row, "key", row) for row in rows])


def one(experience):
    return address("moderate_one", experience)


def text(response):
    return response.content.decode()


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(response)))


def seen_on(response):
    return re.search(r'name="seen" value="(\w+)"', text(response))[1]


def readings(experience):
    return AuditEvent.objects.filter(act="experience.read", subject=experience.key).count()


def now(experience):
    return Experience.objects.get(pk=experience.pk)


@pytest.fixture
def desk(client, uma, second_factor):
    """Uma, signed in."""
    return second_factor(client, uma)


@pytest.fixture
def taken(uma):
    return moderating.take(make_experience(), by=uma)


@pytest.fixture
def second(client, ola, uma, second_factor):
    """What Uma prepared, and Ola, signed in."""
    return make_prepared(uma), second_factor(client, ola)


# Whose it is --------------------------------------------------------------------------------------


def test_for_everybody_but_moderators_none_of_it_exists(client, sam, kit, adi, second_factor):
    experience = make_experience()
    addresses = [address("moderate"), address("moderate_next"), *(address(name, experience) for name in [*OPENED, *PRESSED])]
    for url in addresses:
        assert client.get(url).url.startswith(reverse("account_login")), url
    for person in [sam, kit, adi]:
        second_factor(client, person)
        for url in addresses:
            assert {client.get(url).status_code, client.post(url).status_code} == {404}, (person, url)
    assert now(experience).status == Status.RECEIVED


def test_without_a_second_factor_a_moderator_reaches_none_of_it(client, uma):
    client.force_login(uma)
    response = client.get(address("moderate"))
    assert response.status_code == 302
    assert MARKER not in text(response)


def test_every_page_of_the_desk_is_tried_here():
    known = {f"/{pattern.pattern}" for pattern in get_resolver("panels.urls").url_patterns}
    desk = {re.sub(r"<uuid:\w+>", ANY, path) for path in known if path.startswith("/moderate/")}
    elsewhere = {address("moderate_pictures", ANY), address("moderate_picture", ANY)}  # test_pictures_of_experiences
    here = {address("moderate"), address("moderate_next"), *(address(name, ANY) for name in [*OPENED, *PRESSED])}
    assert desk == here | elsewhere


def test_a_draft_and_what_was_taken_back_are_not_there(desk):
    gone = make_experience()
    telling.withdraw(gone)
    for experience in [make_draft(), gone]:
        assert desk.get(one(experience)).status_code == 404
        assert desk.post(address("moderate_take", experience)).status_code == 404


def test_nothing_of_it_is_kept_by_the_browser(desk, taken):
    assert "no-store" in desk.get(one(taken))["Cache-Control"]


def test_the_way_there_is_shown_to_moderators_alone(client, uma, kit, second_factor):
    for person, is_shown in [(uma, True), (kit, False)]:
        second_factor(client, person)
        assert (address("moderate") in text(client.get(reverse("account:home")))) is is_shown


# What waits ---------------------------------------------------------------------------------------


def test_what_may_be_about_danger_comes_first_and_then_the_oldest(desk, uma):
    old, young, danger = make_experience(), make_experience(), make_experience()
    Experience.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=3))
    moderating.refer(danger, "danger", "Rang the duty team.", by=uma)
    page = text(desk.get(address("moderate")))
    assert re.findall(r'class="code" href="[^"]+">([\w-]+)<', page) == [row.reference for row in [danger, old, young]]
    assert desk.get(address("moderate_next")).url == one(danger)


def test_the_list_shows_no_word_of_anybody(desk, uma, ola, stories_index):
    for make in [make_experience, lambda: make_prepared(uma), lambda: make_published(uma, ola)]:
        make()
    for state, _words in TABS:
        page = text(desk.get(address("moderate"), {"state": state}))
        assert not any(told in page for told in [*WORDS.values(), MARKER])


def test_each_state_has_its_tab_and_its_number(desk, uma, ola):
    make_experience()
    make_prepared(uma)
    kept = make_kept(uma, ola)
    page = words(desk.get(address("moderate")))
    assert "All that wait 2" in page and "To read 1" in page and "For a second reader 1" in page and "Used inside 1" in page
    page = text(desk.get(address("moderate"), {"state": "kept"}))
    assert kept.reference in page
    assert 'href="?state=kept" aria-current="page"' in page


@pytest.mark.parametrize("state", ["draft", "withdrawn", "nonsense"])
def test_a_state_that_is_none_of_theirs_shows_nothing_more(desk, state):
    draft = make_draft()
    assert draft.reference not in text(desk.get(address("moderate"), {"state": state}))


def test_many_cost_no_more_than_one(desk):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            desk.get(address("moderate"))
        return len(asked)

    make_experience(themes=[Theme.objects.create(name="Waiting", slug="waiting")])
    queries()  # the first asks for what is kept from then on
    before = queries()
    for _more in range(2):
        make_experience(themes=Theme.objects.all())
    assert queries() == before


def test_a_second_reader_is_led_to_what_another_prepared(client, uma, ola, second_factor):
    prepared = make_prepared(uma)
    assert second_factor(client, uma).get(address("moderate_next")).url == address("moderate")
    assert second_factor(client, ola).get(address("moderate_next")).url == one(prepared)


def test_where_nothing_waits_the_list_says_so(desk):
    assert "Nothing waits" in words(desk.get(address("moderate")))


# Reading ------------------------------------------------------------------------------------------


def test_before_it_is_taken_nobody_sees_a_word(desk):
    experience = make_experience()
    assert MARKER not in text(desk.get(one(experience)))
    assert readings(experience) == 0


def test_taken_it_is_read_and_each_opening_is_noted(desk):
    experience = make_experience()
    response = desk.post(address("moderate_take", experience), {"seen": seen_on(desk.get(one(experience)))}, follow=True)
    assert MARKER in text(response)
    desk.get(one(experience))
    assert readings(experience) == 2
    assert now(experience).status == Status.READING


def test_an_address_of_a_button_leads_on(desk):
    experience = make_experience()
    for name in PRESSED:
        assert desk.get(address(name, experience)).url == one(experience)
    assert now(experience).status == Status.RECEIVED


def test_taken_a_second_time_it_says_that_it_is_being_read(desk, uma, ola):
    experience = make_experience()
    seen = seen_on(desk.get(one(experience)))
    moderating.take(experience, by=ola)
    response = desk.post(address("moderate_take", experience), {"seen": seen}, follow=True)
    assert "It has been taken already" in words(response) and "present state" not in words(response)


def test_with_a_concern_noted_nobody_says_that_it_was_not_read(desk, uma):
    experience = moderating.refer(make_experience(), "danger", "Rang the team.", by=uma)
    assert "Nobody has read it yet" not in words(desk.get(one(experience)))


def test_its_title_says_nothing(desk, taken):
    assert re.search(r"<title>\s*([\w-]+)", text(desk.get(one(taken))))[1] == taken.reference


def test_what_might_give_somebody_away_is_marked_and_listed(desk, uma):
    told = "Dr Khan at Mill Lane Surgery said 9434765919. I took an overdose."
    experience = moderating.take(make_experience(words={"happened": told}), by=uma)
    response = desk.get(one(experience))
    assert "<mark>Dr Khan<" in text(response)
    for said in ["A name Dr Khan", "The name of a place Mill Lane Surgery", "An NHS number 9434765919", "danger: “overdose”"]:
        assert said in words(response)


def test_one_press_puts_words_in_place_and_saves_nothing(desk, uma):
    experience = moderating.take(make_experience(words={"happened": "Dr Khan was kind."}), by=uma)
    seen = seen_on(desk.get(one(experience)))
    typed = {"shown_happened": "Dr Khan was very kind.", "note": "Look at it.", "press": "fill", "seen": seen}
    response = desk.post(one(experience), typed)
    assert "[name] was very kind.</textarea>" in text(response)
    assert "Look at it.</textarea>" in text(response)
    assert seen_on(response) == seen
    assert Passage.objects.get().shown == ""
    assert now(experience).note == ""


def test_what_is_saved_is_there_again_and_not_passed_on(desk, taken):
    desk.post(one(taken), {**BOXES, "note": "Who is meant?", "press": "save"})
    page = text(desk.get(one(taken)))
    assert f"{SHOWN['happened']}</textarea>" in page
    assert "Who is meant?</textarea>" in page
    assert now(taken).status == Status.READING
    assert {row.kind: row.words for row in Passage.objects.all()} == WORDS


def test_no_link_leads_away_from_what_was_typed(desk, taken):
    page = text(desk.get(one(taken)))
    for press in ["concern", "sort", "decline", "preview"]:
        assert re.search(rf'<button [^>]*form="work" name="press" value="{press}"', page)
        assert address(f"moderate_{press}", taken) not in page


@pytest.mark.parametrize("press", ["concern", "sort", "decline", "preview"])
def test_what_leads_to_another_page_keeps_what_was_typed(desk, taken, press):
    response = desk.post(one(taken), {**BOXES, "press": press})
    assert response.url == address(f"moderate_{press}", taken)
    assert Passage.objects.get(kind="happened").shown == SHOWN["happened"]


def test_passed_on_it_waits_for_a_second_reader(desk, taken, uma):
    desk.post(one(taken), {**BOXES, "note": "Is the lift named?", "press": "prepare"})
    prepared = now(taken)
    assert (prepared.status, prepared.prepared_by, prepared.note) == (Status.PREPARED, uma, "Is the lift named?")


def test_with_nothing_to_show_it_is_not_passed_on_and_the_note_stays(desk, taken):
    response = desk.post(one(taken), {"note": "Nothing is left of it.", "press": "prepare"})
    assert response.status_code == 422
    assert "Keep at least a sentence of it" in words(response)
    assert "Nothing is left of it.</textarea>" in text(response)
    assert "<title>Error:" in text(response)


def test_of_two_who_work_on_it_the_second_is_told_and_loses_nothing(desk, taken, ola):
    seen = seen_on(desk.get(one(taken)))
    moderating.read(taken, by=ola)
    moderating.save(taken, {"happened": "Written by Ola."}, by=ola)
    response = desk.post(one(taken), {**BOXES, "shown_happened": "Written by Uma.", "press": "prepare", "seen": seen})
    assert response.status_code == 422
    for said in ["This has changed since you opened it", "Written by Ola.", "Written by Uma.</textarea>"]:
        assert said in text(response)
    again = {**BOXES, "shown_happened": "Written by both.", "press": "prepare", "seen": seen_on(response)}
    assert desk.post(one(taken), again).status_code == 302
    assert Passage.objects.get(kind="happened").shown == "Written by both."


def test_that_somebody_else_reads_it_too_changes_nothing(desk, taken, ola):
    seen = seen_on(desk.get(one(taken)))
    moderating.read(taken, by=ola)
    assert desk.post(one(taken), {**BOXES, "press": "save", "seen": seen}).status_code == 302


def test_what_comes_too_late_is_there_to_copy(desk, taken, ola):
    seen = seen_on(desk.get(one(taken)))
    moderating.prepare(taken, SHOWN, by=ola)
    response = desk.post(one(taken), {"shown_happened": "Too late.", "note": "A thought.", "press": "save", "seen": seen})
    assert response.status_code == 422
    assert "Too late." in words(response) and "A thought." in words(response)
    assert "<textarea" not in text(response)


def test_what_was_taken_back_meanwhile_is_gone(desk, taken):
    telling.withdraw(taken)
    assert desk.post(one(taken), {**BOXES, "press": "save"}).status_code == 404


def test_what_the_person_agrees_to_stands_there_in_their_words(desk, uma):
    experience = moderating.take(make_experience(agreed=["panel", "publish"]), by=uma)
    telling.agree(experience, ["panel"])
    page = words(desk.get(one(experience)))
    assert str(agreeing.PURPOSES["panel"].wording) in page
    assert "Yes Let a panel discuss it" in page
    assert "Taken back Publish it here" in page
    assert "No Quote a sentence or two in reports" in page


# Concern, themes, and what it is not used for ------------------------------------------------------


def test_a_concern_is_noted_with_what_was_done(desk, taken):
    url = address("moderate_concern", taken)
    response = desk.post(url, {"concern": "danger", "referral": " "})
    assert response.status_code == 422
    assert 'href="#id_referral">Write what was done' in text(response)
    desk.post(url, {"concern": "danger", "referral": "Rang the duty team at 10:20."})
    page = words(desk.get(one(taken)))
    assert "Somebody may be in danger. It came 0" in page
    assert "Rang the duty team at 10:20." in page


def test_danger_takes_a_story_off_the_site(desk, uma, ola, stories_index):
    experience = make_published(uma, ola)
    desk.post(address("moderate_concern", experience), {"concern": "danger", "referral": "Asked the duty team."})
    assert now(experience).status == Status.READING
    assert not StoryPage.objects.exists()


def test_themes_and_district_are_noted(desk, taken, reference_data):
    Theme.objects.create(name="Waiting", slug="waiting")
    desk.post(address("moderate_sort", taken), {"themes": ["waiting"], "district": ""})
    assert [theme.name for theme in now(taken).themes.all()] == ["Waiting"]
    assert desk.post(address("moderate_sort", taken), {"themes": ["nonsense"]}).status_code == 422


def test_declining_shows_first_what_the_person_will_read(desk, taken):
    url = address("moderate_decline", taken)
    assert desk.post(url, {"press": "look", "reason": ""}).status_code == 422
    response = desk.post(url, {"press": "look", "reason": "It is before a court.", "seen": seen_on(desk.get(url))})
    assert f"{taken.reference}: Not used It is before a court." in words(response)
    assert now(taken).status == Status.READING
    desk.post(url, {"press": "decline", "reason": "It is before a court.", "seen": seen_on(response)})
    assert (now(taken).status, now(taken).reason) == (Status.DECLINED, "It is before a court.")
    assert "It is before a court." in words(desk.get(one(taken)))


def test_a_page_that_comes_too_late_leads_back_with_the_reason(desk, taken, uma):
    moderating.prepare(taken, SHOWN, by=uma)
    response = desk.get(address("moderate_decline", taken), follow=True)
    assert "The present state is: Waiting for a second reader" in words(response)


# The second reader --------------------------------------------------------------------------------


def test_who_prepared_it_is_told_why_they_do_not_decide(desk, uma):
    page = text(desk.get(one(make_prepared(uma))))
    assert "You prepared this." in page
    assert "Publish it<" not in page
    assert "Send it back" in page


def test_a_second_reader_sees_what_was_left_out(second):
    experience, desk = second
    page = text(desk.get(one(experience)))
    assert re.search(r"<del>.*waited an hour\..*</del>", page.replace("\n", ""))
    assert readings(experience) == 1


def test_a_second_reader_publishes_it(second, stories_index):
    experience, desk = second
    desk.post(address("moderate_publish", experience), {"seen": seen_on(desk.get(one(experience)))})
    assert now(experience).status == Status.PUBLISHED
    story = StoryPage.objects.get()
    page = text(desk.get(one(experience)))
    assert f'href="{story.url}"' in page
    assert WORDS["barrier"] not in page


def test_a_second_reader_keeps_it_inside(second):
    experience, desk = second
    desk.post(address("moderate_keep", experience))
    assert now(experience).status == Status.KEPT


def test_a_second_reader_sends_it_back(second):
    experience, desk = second
    url = address("moderate_send_back", experience)
    assert desk.post(url, {"note": ""}).status_code == 422
    response = desk.post(url, {"note": "The ward is named."}, follow=True)
    assert now(experience).status == Status.READING
    assert "A note to you The ward is named." in words(response)


def test_consent_that_was_taken_back_meanwhile_stops_a_decision(second, stories_index):
    experience, desk = second
    seen = seen_on(desk.get(one(experience)))
    telling.agree(experience, ["panel"])
    response = desk.post(address("moderate_publish", experience), {"seen": seen}, follow=True)
    assert "This has changed since you opened it" in words(response)
    assert "The person did not agree that it is published." in words(response)
    assert "Publish it<" not in text(response)
    assert now(experience).status == Status.PREPARED


def test_while_there_is_danger_neither_button_is_there(second, uma):
    experience, desk = second
    moderating.refer(experience, "danger", "Rang.", by=uma)
    page = words(desk.get(one(experience)))
    assert "Nothing is published until that is settled" in page
    assert "Nothing is passed on until that is settled" in page
    desk.post(address("moderate_keep", experience))
    assert now(experience).status == Status.PREPARED


# What was decided on ------------------------------------------------------------------------------


def test_the_words_of_what_was_decided_on_are_shown_on_purpose_and_noted(desk, uma, ola):
    experience = make_kept(uma, ola)
    assert WORDS["barrier"] not in text(desk.get(one(experience)))
    assert WORDS["barrier"] in text(desk.post(address("moderate_original", experience)))
    assert readings(experience) == 1


def test_what_is_published_can_be_taken_up_again(desk, uma, ola, stories_index):
    experience = make_published(uma, ola)
    response = desk.get(one(experience))
    assert "It goes off the site at once" in words(response)
    desk.post(address("moderate_take", experience), {"seen": seen_on(response)})
    assert now(experience).status == Status.READING
    assert not StoryPage.objects.exists()


def test_it_is_seen_as_a_story_before_it_is_one(second, stories_index):
    experience, desk = second
    response = desk.get(address("moderate_preview", experience))
    assert "This is a preview" in words(response)
    assert MARKER in words(response)
    assert WORDS["barrier"] not in words(response)
    assert not StoryPage.objects.exists()


def test_the_preview_of_what_may_not_be_published_says_that_there_will_be_no_page(desk, uma, stories_index):
    experience = make_prepared(uma, agreed=["panel"])
    page = words(desk.get(address("moderate_preview", experience)))
    assert "there will be no such page" in page and "as everybody would see it" not in page


def test_without_a_page_for_stories_the_preview_says_who_adds_one(second):
    experience, desk = second
    response = desk.get(address("moderate_preview", experience), follow=True)
    assert "There is no page for stories yet" in words(response)


# What panels read ---------------------------------------------------------------------------------


@pytest.fixture
def shared(uma, ola, panel, member):
    return make_kept(uma, ola, panel=panel, season="spring", year=2026)


def test_a_panel_reads_what_is_shown_and_no_more(client, shared, mo, kit, second_factor):
    for person, name in [(mo, "told"), (kit, "desk_told")]:
        second_factor(client, person)
        page = text(client.get(address(name)))
        assert MARKER in page and "Spring 2026" in page
        assert WORDS["barrier"] not in page and "waited an hour" not in page
        assert shared.reference not in page
    assert address("told") in text(second_factor(client, mo).get(reverse("panels:memberships")))
    assert address("desk_told") in text(second_factor(client, kit).get(reverse("panels:queue")))


@pytest.mark.parametrize(("agreed", "is_shown"), [(["panel", "district"], True), (["panel"], False)])
def test_the_district_is_shown_where_that_was_agreed(client, uma, ola, panel, member, mo, agreed, is_shown):
    district = District.objects.get(name="Oldham")
    make_kept(uma, ola, panel=panel, agreed=agreed, district=district)
    client.force_login(mo)
    assert ("Oldham" in text(client.get(address("told")))) is is_shown


def test_while_somebody_may_be_in_danger_no_panel_reads_it(client, shared, uma, mo):
    Experience.objects.update(concern="danger")
    client.force_login(mo)
    assert MARKER not in text(client.get(address("told")))


def test_nobody_else_reads_it(client, shared, sam):
    client.force_login(sam)
    assert MARKER not in text(client.get(address("told")))
    assert client.get(address("desk_told")).status_code == 404


def test_what_a_panel_reads_costs_the_same_for_one_and_for_three(client, shared, uma, ola, panel, mo):
    client.force_login(mo)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(address("told"))
        return len(asked)

    queries()  # the first asks for what is kept from then on
    before = queries()
    for _more in range(2):
        make_kept(uma, ola, panel=panel)
    assert queries() == before


# The first page after signing in ------------------------------------------------------------------


def test_a_moderators_first_page_says_what_waits(client, uma, ola, second_factor):
    make_experience()
    make_prepared(uma)
    page = words(second_factor(client, uma).get(reverse("dashboard")))
    assert "1 experience waits to be read" in page
    assert "second reader" not in page
    assert "1 waits for a second reader" in words(second_factor(client, ola).get(reverse("dashboard")))
