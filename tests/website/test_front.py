"""The front page says what is going on today: no more than is public, no older than the last act, and at a fixed cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from panels import campaigns, meetings, membership
from panels.demo import pages as demo_pages
from panels.models import Campaign
from tests.factories.advice import advice, make_page
from tests.factories.panels import make_campaign, make_meeting, make_panel
from website import pages


@pytest.fixture
def index(home):
    return demo_pages.load_index(pages.load())


@pytest.fixture
def page(index, panel):
    return make_page(index, panel, advice=[advice("Wider doors", answered=5), advice("Longer ramps", "waiting", ago=1)])


def see() -> str:
    """As a stranger does, with a browser of their own."""
    response = Client().get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_open_seats_stand_there_with_the_day_they_close_and_how_long_that_is(page, campaign):
    text = see()
    assert f'href="/join/{campaign.key}/"' in text
    assert "2 seats, open until" in text
    assert "21 days left" in text


def test_what_closes_goes_at_once_even_from_the_kept_page(page, campaign, kit):
    assert str(campaign.key) in see()
    campaigns.close(campaign, by=kit)
    text = see()
    assert str(campaign.key) not in text
    assert "No seats are open at present" in text


def test_what_is_a_draft_or_has_not_opened_is_not_there(page, panel, kit):
    make_campaign(panel, kit, is_open=False)
    make_campaign(panel, kit, opens_at=timezone.now() + timedelta(days=1))
    text = see()
    assert not [key for key in Campaign.objects.values_list("key", flat=True) if str(key) in text]


def test_of_many_campaigns_those_that_close_first_stand_there_and_the_list_has_the_rest(page, panel, kit):
    rows = [make_campaign(panel, kit, closes_at=timezone.now() + timedelta(days=30 - place)) for place in range(5)]
    text = see()
    assert [str(row.key) in text for row in rows] == [False, False, True, True, True]
    assert 'href="/panels/#join"' in text


def test_the_next_meeting_of_each_panel_stands_there_with_its_day_and_never_its_place(page, panel, kit):
    for days in [10, 40]:
        make_meeting(panel, kit, ago=-timedelta(days=days))
    text = see()
    next_day, later = (timezone.localdate() + timedelta(days=days) for days in [10, 40])
    assert f'datetime="{next_day:%Y-%m-%d}"' in text
    assert f'datetime="{later:%Y-%m-%d}"' not in text
    assert "Town hall" not in text


def test_a_meeting_that_is_called_off_goes(page, panel, kit):
    meeting = make_meeting(panel, kit, ago=-timedelta(days=10))
    assert "No panel has set a date yet" not in see()
    meetings.cancel(meeting, by=kit)
    assert "No panel has set a date yet" in see()


def test_a_panel_without_a_public_page_is_not_told_of(index, page, kit):
    hidden = make_panel("Hidden Panel", coordinators=[kit])
    make_meeting(hidden, kit, ago=-timedelta(days=4))
    assert "Hidden Panel" not in see()
    page.unpublish()
    assert page.title not in see()


def test_the_newest_answer_of_a_panel_stands_there_and_what_waits_is_only_counted(page):
    text = see()
    assert "About “Wider doors”" in text
    assert "Longer ramps" not in text
    assert "waits for an answer" in text


def test_an_editors_draft_is_not_told_of_and_what_is_published_is_there_at_once(page):
    see()
    page.advice = [advice("Written today", answered=0)]
    revision = page.save_revision()
    assert "Written today" not in see()
    revision.publish()
    assert "Written today" in see()


def test_tables_have_the_numbers_and_nobodys_name(page, member, mo):
    membership.publish(member, name=True, district=False, about=False, text="", by=mo)
    text = see()
    assert "1 member<" in text
    assert mo.display_name not in text


def test_it_says_so_where_there_is_nothing_yet(index):
    text = see()
    for words in ["No seats are open", "No panel has set a date", "No course is published", "No panel has a page yet"]:
        assert words in text


def test_a_second_reader_costs_one_query(page, campaign, django_assert_num_queries):
    see()
    with django_assert_num_queries(1):
        see()


def test_it_costs_the_same_for_one_panel_and_for_three(index, page, campaign, panel, kit):
    make_meeting(panel, kit, ago=-timedelta(days=9))
    one = asked()
    for number in range(2):
        other = make_panel(f"Panel {number}", coordinators=[kit])
        make_page(index, other, f"panel-{number}", advice=[advice("More")] * 3)
        make_campaign(other, kit)
        make_meeting(other, kit, ago=-timedelta(days=9))
    assert asked() == one
    assert one <= 25


def asked() -> int:
    """Past the cache, which does not answer to a query; at the second time."""
    Client().get("/?fresh")
    with CaptureQueriesContext(connection) as queries:
        Client().get("/?fresh")
    return len(queries)


def test_its_button_leads_to_the_panels(index):
    pages.load()
    assert 'class="btn btn--warm" href="/panels/"' in see()
