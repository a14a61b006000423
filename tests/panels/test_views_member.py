"""A member's own pages: their panels and meetings, what is shown of them, and leaving."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from panels import meetings, membership, recruitment
from panels.models import Membership
from people.models import District
from tests.factories.panels import attend, make_application, make_campaign, make_meeting, make_member, make_offer, make_panel

pytestmark = pytest.mark.usefixtures("home")
MINE = "/memberships/"
TICKED = {"name": "on", "district": "on", "about": "on", "text": "I count kerbs."}


@pytest.fixture
def browser(client, mo, member):
    member.district = District.objects.get(name="Oldham")
    member.save()
    client.force_login(mo)
    return client


def text(response) -> str:
    return response.content.decode()


def shown(member) -> str:
    return reverse("panels:publication", args=[member.key])


# My panels ----------------------------------------------------------------------------------------


def test_a_member_sees_the_panel_the_term_and_that_nothing_is_public(browser, member, panel):
    page = text(browser.get(MINE))
    assert panel.name in page
    assert "Since " in page
    assert "Nothing about you is public." in page


def test_the_next_meetings_are_there_with_place_and_time(browser, panel, kit):
    meeting = make_meeting(panel, kit, ago=-timedelta(days=5))
    page = text(browser.get(MINE))
    assert "Town hall" in page
    local = timezone.localtime(meeting.starts_at)
    assert f"{local.day} {local:%B %Y}" in page


def test_a_meeting_that_was_called_off_says_so_until_its_day_has_passed(browser, panel, kit):
    for days in [-5, 5]:
        meetings.cancel(make_meeting(panel, kit, ago=timedelta(days=days)), by=kit)
    page = text(browser.get(MINE))
    assert page.count("Called off") == 1


def test_a_meeting_after_the_end_of_the_term_is_not_theirs(browser, panel, kit):
    make_meeting(panel, kit, ago=-timedelta(days=50))
    Membership.objects.update(ends_on=timezone.localdate() + timedelta(days=20))
    assert "No date is set yet" in text(browser.get(MINE))


def test_meetings_they_were_at_are_listed_and_others_are_not(browser, panel, kit, member, person):
    attend(make_meeting(panel, kit, ago=timedelta(days=40)), member, kit)
    other = make_member(panel, person("Olu Other"))
    attend(make_meeting(panel, kit, ago=timedelta(days=10)), other, kit)
    assert len(browser.get(MINE).context["attended"]) == 1


def test_somebody_new_reads_what_happens_next_until_they_were_at_a_meeting(client, panel, kit, ana):
    offer = make_offer(make_application(make_campaign(panel, kit), ana), kit)
    joined = recruitment.accept(offer, by=ana)
    client.force_login(ana)
    page = text(client.get(MINE))
    assert "What happens next" in page
    assert "with the date of your first meeting" in page
    assert shown(joined) in page
    make_meeting(panel, kit, ago=-timedelta(days=70))
    page = text(client.get(MINE))
    assert "What happens next" in page
    assert "with the date of your first meeting" not in page
    Membership.objects.update(starts_on=timezone.localdate() - timedelta(days=9))
    attend(make_meeting(panel, kit), joined, kit)
    assert "What happens next" not in text(client.get(MINE))


def test_somebody_of_long_standing_does_not(browser):
    assert "What happens next" not in text(browser.get(MINE))


def test_a_chair_sees_that_they_chair(browser, member, kit):
    membership.set_role(member, "chair", by=kit)
    assert "Chair" in text(browser.get(MINE))


def test_nobody_sees_another_members_page(client, member, sam):
    client.force_login(sam)
    assert "You are on no panel" in text(client.get(MINE))
    for name in ["publication", "leave"]:
        assert client.get(reverse(f"panels:{name}", args=[member.key])).status_code == 404
        assert client.post(reverse(f"panels:{name}", args=[member.key]), TICKED).status_code == 404


def test_not_even_whoever_coordinates(client, member, kit, second_factor):
    second_factor(client, kit)
    assert client.get(shown(member)).status_code == 404
    assert member.panel.name not in text(client.get(MINE)).partition("<main")[2]


def test_one_has_to_sign_in(client, member):
    for address in [MINE, shown(member), reverse("panels:leave", args=[member.key])]:
        assert reverse("account_login") in client.get(address).url


def test_the_page_costs_the_same_for_one_panel_and_for_three(browser, mo, panel, kit, member):
    attend(make_meeting(panel, kit), member, kit)
    make_meeting(panel, kit, ago=-timedelta(days=5))
    one = queries_of(browser)
    for number in range(2):
        more = make_panel(f"Panel {number}", coordinators=[kit])
        row = make_member(more, mo)
        attend(make_meeting(more, kit), row, kit)
        make_meeting(more, kit, ago=-timedelta(days=5))
    assert queries_of(browser) == one


def queries_of(browser) -> int:
    """How many queries the page costs, the second time: the first reads the menu anew."""
    browser.get(MINE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(MINE)
    return len(queries)


def test_nothing_of_it_is_kept_by_anybody(browser, member):
    for address in [MINE, shown(member), reverse("panels:leave", args=[member.key])]:
        assert "no-store" in browser.get(address)["Cache-Control"]


# What is shown ------------------------------------------------------------------------------------


def test_no_tick_is_made_for_anybody(browser, member):
    page = text(browser.get(shown(member)))
    assert " checked" not in page
    assert "You are one of the members who prefer not to be named" in page


def test_what_is_ticked_is_shown(browser, member):
    assert browser.post(shown(member), TICKED).url == MINE
    member.refresh_from_db()
    assert (member.shown_district, member.shown_about) == ("Oldham", "I count kerbs.")
    assert "The panel’s page names you." in text(browser.get(MINE))


def test_it_can_be_looked_at_before_it_is_saved(browser, member, mo):
    page = text(browser.post(shown(member), {**TICKED, "preview": "yes"}))
    assert "How it would look" in page
    assert "Nothing is saved yet." in page
    assert page.count(mo.display_name) == 2
    member.refresh_from_db()
    assert not member.shows_name


def test_it_is_taken_back_by_taking_the_ticks_away(browser, member):
    browser.post(shown(member), TICKED)
    browser.post(shown(member), {"text": "I count kerbs."})
    member.refresh_from_db()
    assert (member.shown_name, member.shown_district, member.shown_about) == ("", "", "")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"district": "on"}, "are shown beside your name"),
        ({"name": "on", "about": "on", "text": ""}, "Write what you want to say about yourself"),
        ({"name": "on", "text": "x" * 401}, "at most 400 characters"),
    ],
)
def test_what_does_not_go_together_is_said_beside_its_field_and_kept_as_typed(browser, member, said, message):
    response = browser.post(shown(member), said)
    assert response.status_code == 422
    assert message in text(response)
    assert said.get("text", "") in text(response)
    member.refresh_from_db()
    assert not member.shows_name


def test_where_no_district_is_known_none_is_asked(browser, member):
    Membership.objects.update(district=None)
    assert "My district" not in text(browser.get(shown(member)))
    browser.post(shown(member), TICKED)
    member.refresh_from_db()
    assert (member.shows_name, member.shows_district) == (True, False)


def test_what_a_member_writes_is_never_html(browser, member):
    page = text(browser.post(shown(member), {**TICKED, "text": "<script>x</script>", "preview": "yes"}))
    assert "<script>x" not in page


# Leaving ------------------------------------------------------------------------------------------


def test_leaving_is_asked_once(browser, member):
    address = reverse("panels:leave", args=[member.key])
    assert "Nobody will ask why" in text(browser.get(address))
    member.refresh_from_db()
    assert member.status == Membership.Status.ACTIVE
    page = text(browser.post(address, follow=True))
    assert "You have left" in page
    assert "You were on it until" in page
    member.refresh_from_db()
    assert member.status == Membership.Status.ENDED


def test_left_twice_one_has_left(browser, member):
    address = reverse("panels:leave", args=[member.key])
    browser.post(address)
    assert browser.post(address).url == MINE
    assert browser.get(address).url == MINE
    assert browser.get(shown(member)).url == MINE
