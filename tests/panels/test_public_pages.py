"""What anybody sees of panels: no more than members say, and no older than the last act."""

import datetime
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import page_cache
from panels import campaigns, meetings, membership
from panels.demo import pages as demo_pages
from panels.models import Campaign, Membership, PanelIndexPage, PanelPage
from people import names, roles
from people.models import District, Organisation
from tests.factories.advice import make_page
from tests.factories.panels import make_campaign, make_meeting, make_member, make_panel
from website.models import HomePage

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def index(home):
    return demo_pages.load_index(home)


@pytest.fixture
def page(index, panel):
    return make_page(index, panel, body=[("text", "<p>Our water.</p>")])


def see(address):
    """As a stranger does, with a browser of their own."""
    response = Client().get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def show(member, text="I count kerbs.", **said):
    return membership.publish(member, **{"name": True, "district": True, "about": True, "text": text} | said, by=member.person)


# The list -----------------------------------------------------------------------------------------


def test_the_list_shows_each_panel_with_its_members_and_open_seats(index, page, campaign, member):
    text = see("/panels/")
    assert 'href="/panels/canal/"' in text
    assert "1 member" in text
    assert "2 seats open" in text


def test_a_panel_without_a_campaign_says_nothing_of_open_seats(index, page):
    assert "open" not in see("/panels/").partition('<ul class="panels">')[2].partition("</ul>")[0].replace("seat--open", "")


def test_an_empty_list_says_so(index):
    assert "No panel has a page yet" in see("/panels/")


def test_a_page_that_is_not_published_is_not_in_the_list(index, page):
    page.unpublish()
    assert "canal" not in see("/panels/")


# A panel ------------------------------------------------------------------------------------------


def test_nobody_is_named_who_has_not_said_so(page, member, mo):
    text = see("/panels/canal/")
    assert mo.display_name not in text
    assert "1 member, who prefers not to be named" in text


def test_whoever_says_so_is_shown_with_what_they_ticked_and_nothing_else(page, member, mo):
    mo.pronouns = "they/them"
    mo.save()
    Membership.objects.update(district=District.objects.get(name="Oldham"))
    show(member, district=False)
    text = see("/panels/canal/")
    assert mo.display_name in text
    assert "I count kerbs." in text
    assert "Oldham" not in text
    assert "they/them" not in text
    assert mo.email not in text


def test_a_chair_is_marked_where_they_are_named_and_stands_first(page, member, panel, person, kit):
    zoe = make_member(panel, person("Zoe Z", "zoe@example.com"))
    for row in [member, zoe]:
        show(row, district=False)
    membership.set_role(zoe, "chair", by=kit)
    text = see("/panels/canal/")
    assert text.index("Zoe Z") < text.index(member.person.display_name)
    assert text.count("Chair") == 1


def test_a_chair_who_is_not_named_is_not_marked(page, member, kit):
    membership.set_role(member, "chair", by=kit)
    assert "Chair" not in see("/panels/canal/")


def test_what_members_write_is_text_and_never_html(page, member):
    show(member, text=SCRIPT, district=False)
    text = see("/panels/canal/")
    assert SCRIPT not in text
    assert "&lt;script&gt;" in text


def test_the_picture_has_the_numbers(page, member):
    text = see("/panels/canal/")
    assert "A round table with 16 seats, seen from above. 1 is taken, 15 are free." in text
    assert "1 of 16 seats" in text


def test_it_says_on_which_day_the_panel_meets_and_never_where(page, panel, kit):
    make_meeting(panel, kit, ago=-timedelta(days=10))
    text = see("/panels/canal/")
    day = timezone.localdate() + timedelta(days=10)
    assert f"{day:%A} {day.day} {day:%B %Y}" in text
    assert "Town hall" not in text


def test_it_says_who_runs_it_and_that_it_is_not_open(page, panel):
    panel.facilitator = Organisation.objects.create(name="Example Canal Trust", kind=Organisation.Kind.VOLUNTARY)
    panel.save()
    text = see("/panels/canal/")
    assert "Example Canal Trust" in text
    assert "Not open at present" in text


def test_an_open_campaign_leads_to_its_page_with_its_closing_date(page, campaign):
    text = see("/panels/canal/")
    assert f'href="/join/{campaign.key}/"' in text
    assert "Open until" in text


@pytest.mark.parametrize("changes", [{"status": "closed"}, {"status": "cancelled"}])
def test_a_campaign_that_is_over_is_not_offered(page, campaign, changes):
    Campaign.objects.update(**changes)
    assert str(campaign.key) not in see("/panels/canal/")


def test_it_says_when_seats_are_open_next(page, panel, kit):
    page.joins_next = "We look for people each spring."
    page.save()
    assert page.joins_next in see("/panels/canal/")
    campaign = make_campaign(panel, kit, opens_at=timezone.now() + timedelta(days=3))
    text = see("/panels/canal/")
    assert f'href="/join/{campaign.key}/"' in text
    assert "You can apply from" in text
    assert page.joins_next not in text


def test_the_list_offers_open_seats_until_they_close(index, page, campaign, kit):
    assert str(campaign.key) in see("/panels/")
    campaigns.close(campaign, by=kit)
    assert "No seats are open at present" in see("/panels/")


def test_pages_to_learn_more_are_those_that_anybody_may_read(index, page, kit):
    others = [make_page(index, make_panel(name), name.lower(), summary=f"All about {name}.") for name in ["Locks", "Boats"]]
    page.related = [("page", other) for other in reversed(others)]
    page.save()
    text = see("/panels/canal/")
    assert text.index("All about Boats.") < text.index("All about Locks.")
    others[0].unpublish()
    assert "All about Locks." not in see("/panels/canal/")


def test_every_part_has_its_anchor(page):
    page.work = [("topic", {"title": "Towpaths", "text": "Where they end."})]
    page.support = [("fact", {"icon": "pound", "term": "Pay", "value": "For each meeting"})]
    page.questions = [("question", {"question": "Do I have to swim?", "answer": "<p>No.</p>"})]
    page.save()
    text = see("/panels/canal/")
    anchors = re.findall('href="#([a-z]+)"', text.partition('class="jump"')[2].partition("</nav>")[0])
    assert anchors == ["now", "join", "members", "pay", "questions"]
    assert all(text.count(f'id="{anchor}"') == 1 for anchor in anchors)


def test_former_and_future_members_are_not_on_it(page, panel, member, mo, person):
    membership.leave(member, by=mo)
    make_member(panel, person("Fay Future"), since=timezone.localdate() + timedelta(days=5))
    assert "The panel has no members yet" in see("/panels/canal/")


# What is kept for strangers -----------------------------------------------------------------------

PUBLIC = ["/panels/", "/panels/canal/", "campaign"]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_stranger_gets_it_from_the_cache(page, campaign, member, address, django_assert_num_queries):
    address = f"/join/{campaign.key}/" if address == "campaign" else address
    see(address)
    with django_assert_num_queries(1):
        see(address)


CHANGES = {
    "publishing": lambda s: show(s.member, district=False),
    "a role": lambda s: membership.set_role(s.member, "chair", by=s.kit),
    "leaving": lambda s: membership.leave(s.member, by=s.member.person),
    "ending": lambda s: membership.end(s.member, by=s.kit),
    "a new name": lambda s: names.change(s.member.person, "Mo New", by=s.member.person),
    "a meeting": lambda s: make_meeting(s.panel, s.kit, ago=-timedelta(days=3)),
    "closing": lambda s: campaigns.close(s.campaign, by=s.kit),
    "extending": lambda s: campaigns.extend(s.campaign, s.campaign.closes_at + timedelta(days=2), by=s.kit),
    "calling off": lambda s: campaigns.cancel(s.campaign, by=s.kit),
    "another campaign": lambda s: make_campaign(s.panel, s.kit),
}


@pytest.fixture
def scene(panel, kit, campaign, member):
    return type("Scene", (), {"panel": panel, "kit": kit, "campaign": campaign, "member": member})


@pytest.mark.parametrize("change", CHANGES)
def test_every_act_that_changes_the_page_clears_it(scene, change):
    before = page_cache.generation()
    CHANGES[change](scene)
    assert page_cache.generation() > before


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_a_meeting_that_moves_or_is_called_off_clears_it(panel, kit, act):
    meeting = make_meeting(panel, kit, ago=-timedelta(days=3))
    before = page_cache.generation()
    if act == "move":
        later = meeting.starts_at + timedelta(days=1)
        meetings.move(meeting, starts_at=later, ends_at=later + timedelta(hours=2), place="Elsewhere", by=kit)
    else:
        meetings.cancel(meeting, by=kit)
    assert page_cache.generation() > before


def test_taken_back_it_is_gone_from_the_kept_page(page, member, mo):
    show(member, district=False)
    assert mo.display_name in see("/panels/canal/")
    membership.publish(member, name=False, district=False, about=False, text="", by=mo)
    assert mo.display_name not in see("/panels/canal/")


# A campaign ---------------------------------------------------------------------------------------


def told(campaign) -> str:
    return see(f"/join/{campaign.key}/")


def test_a_campaign_says_everything_that_somebody_wants_to_know_first(campaign, panel):
    text = told(campaign)
    wanted = [campaign.title, campaign.lead, campaign.pay, campaign.time_needed, campaign.place, panel.name, "2 years"]
    wanted += ["Knows the subject from life", "Why do you want to join?", "Up to 150 words", "Start your application"]
    for words in wanted:
        assert words in text


def test_its_dates_are_said_with_the_day_of_the_week_and_in_londons_time(panel, kit):
    dates = {
        "closes_at": datetime.datetime(2099, 7, 15, 11, tzinfo=datetime.UTC),
        "decides_on": datetime.date(2099, 8, 3),
        "starts_on": datetime.date(2099, 9, 1),
    }
    text = told(make_campaign(panel, kit, **dates))
    for words in ["Open until noon on Wednesday 15 July 2099.", "by Monday 3 August 2099", "Tuesday 1 September 2099"]:
        assert words in text


def test_its_title_in_tabs_and_histories_names_no_panel(campaign, panel):
    title = re.search(r"<title>(.*?)</title>", told(campaign), re.DOTALL).group(1)
    assert campaign.title in title
    assert panel.name not in title


def test_plain_text_becomes_paragraphs_and_never_html(panel, kit):
    campaign = make_campaign(
        panel, kit, role_description=f"First.\n\nSecond {SCRIPT}", title="<b>Bold</b>", contact="a@example.com"
    )
    text = told(campaign)
    assert "<p>First.</p>" in text
    assert SCRIPT not in text
    assert "<b>Bold</b>" not in text
    assert "mailto:a@example.com" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "closed"}, "This has closed"),
        ({"status": "completed"}, "Everybody who applied has heard from us"),
        ({"status": "cancelled"}, "This was called off"),
        ({"opens_at": timezone.now() + timedelta(days=3)}, "Not open yet"),
        ({"opens_at": timezone.now() - timedelta(days=9), "closes_at": timezone.now() - timedelta(days=1)}, "This has closed"),
    ],
)
def test_a_campaign_that_cannot_be_applied_to_says_so_kindly(campaign, changes, said):
    Campaign.objects.update(**changes)
    text = told(campaign)
    assert said in text
    assert "Start your application" not in text
    assert "You can apply for" not in text
    assert "f-honey" not in text


def test_a_draft_is_nobodys_to_read(client, panel, kit, second_factor):
    draft = make_campaign(panel, kit, is_open=False)
    assert client.get(f"/join/{draft.key}/").status_code == 404
    campaigns.cancel(draft, by=kit)
    assert client.get(f"/join/{draft.key}/").status_code == 404


def test_more_seats_offered_than_free_are_all_drawn(campaign, panel):
    panel.seats = 1
    panel.save()
    assert "A round table with 2 seats, seen from above. 0 are taken, 2 are free." in told(campaign)


def test_a_campaign_whose_panel_has_no_page_is_still_read(campaign):
    assert campaign.title in told(campaign)


# How many questions to the database ---------------------------------------------------------------


def asked(address):
    """How many queries it costs, counted at the second time: the first fills what Wagtail remembers."""
    visit(address)
    with CaptureQueriesContext(connection) as queries:
        visit(address)
    return len(queries)


def visit(address):
    """Past the cache, which does not answer to a query."""
    assert Client().get(f"{address}?fresh").status_code == 200


def test_the_list_costs_the_same_for_one_panel_and_for_three(index, page, campaign, kit):
    one = asked("/panels/")
    for number in range(2):
        panel = make_panel(f"Panel {number}", coordinators=[kit])
        make_page(index, panel, f"panel-{number}")
        make_campaign(panel, kit)
    assert asked("/panels/") == one


def test_a_panel_costs_the_same_for_one_member_and_campaign_and_for_three(page, panel, kit, campaign, member, person):
    Membership.objects.update(district=District.objects.first())
    show(member)
    one = asked("/panels/canal/")
    for number in range(2):
        row = make_member(panel, person(f"Member {number}", f"m{number}@example.com"))
        Membership.objects.update(district=District.objects.first())
        row.refresh_from_db()
        show(row)
        make_campaign(panel, kit)
    assert asked("/panels/canal/") == one


# For editors --------------------------------------------------------------------------------------


def test_there_is_one_list_under_the_front_page_and_panels_stand_under_it_alone(index):
    assert PanelIndexPage in HomePage.allowed_subpage_models()
    assert PanelIndexPage.allowed_subpage_models() == [PanelPage]
    assert PanelPage.allowed_parent_page_models() == [PanelIndexPage]


def test_an_editor_writes_the_page_of_a_panel(client, index, panel, person, second_factor, synced_roles):
    editor = person("Eda Editor")
    roles.grant(editor, "editor")
    second_factor(client, editor)
    form = client.get(f"/admin/pages/add/panels/panelpage/{index.pk}/")
    assert form.status_code == 200
    assert 'name="panel"' in form.content.decode()
