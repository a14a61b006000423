"""What the public reads of what people told, how it is found, and that nothing of it is left when it is taken back."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from panels.experiences import moderating, telling
from panels.models import StoryPage, Theme
from people.models import District
from tests.factories.experiences import MARKER, WORDS, make_kept, make_prepared, make_published

pytestmark = pytest.mark.django_db
LIST, FEED = "/what-people-told-us/", "/stories/feed/"


def see(address, status=200):
    """As a stranger does, with a browser of their own."""
    response = Client().get(address)
    assert response.status_code == status, response
    return response.content.decode()


@pytest.fixture
def waiting(db):
    return Theme.objects.create(name="Waiting", slug="waiting")


@pytest.fixture
def bury(reference_data):
    return District.objects.get(name="Bury")


@pytest.fixture
def story(uma, ola, stories_index):
    return make_published(uma, ola).page


def test_a_story_is_read_where_it_stands_and_in_the_list_and_in_the_feed(story):
    for address in [story.url, LIST, FEED]:
        assert MARKER in see(address)
        assert WORDS["barrier"] not in see(address)
    assert story.title in see("/sitemap.xml") or story.url in see("/sitemap.xml")


def test_the_words_are_shown_as_they_were_written_and_do_nothing(uma, ola, stories_index):
    experience = make_prepared(uma)
    moderating.send_back(experience, "", by=ola)
    moderating.prepare(experience, {"happened": "<script>alert(1)</script> & {{ 7*7 }}\n\n<b>on</b>"}, by=uma)
    page = moderating.publish(experience, by=ola).page
    for address in [page.url, LIST, FEED]:
        assert "<script>alert" not in see(address)
        assert "<b>on" not in see(address)
        assert "{{ 7*7 }}" in see(address)


def test_what_is_not_published_is_nowhere(uma, ola, stories_index):
    make_prepared(uma)
    make_kept(uma, ola)
    for address in [LIST, FEED, "/sitemap.xml", f"{LIST}?words=lantern"]:
        assert MARKER not in see(address)


def test_it_is_found_by_its_words_its_theme_and_its_district(uma, ola, stories_index, waiting, bury):
    make_published(uma, ola, agreed=["publish", "district"], themes=[waiting], district=bury)
    for query in [
        "words=lantern",
        "words=CANAL+lit",
        "theme=waiting",
        f"district={bury.gss_code}",
        f"words=lift&theme=waiting&district={bury.gss_code}",
    ]:
        assert MARKER in see(f"{LIST}?{query}"), query
    for query in ["words=aeroplane", "words=lantern+aeroplane", "theme=waiting&words=aeroplane"]:
        assert MARKER not in see(f"{LIST}?{query}"), query


def test_what_the_moderator_took_out_is_not_found_either(story):
    assert MARKER not in see(f"{LIST}?words=mends")


def test_a_district_that_is_not_to_be_known_is_neither_shown_nor_searched(uma, ola, stories_index, bury):
    page = make_published(uma, ola, district=bury).page
    assert "Bury" not in see(page.url)
    assert MARKER not in see(f"{LIST}?district={bury.gss_code}")


def test_taking_back_leave_to_say_the_district_works_at_once(uma, ola, stories_index, bury):
    experience = make_published(uma, ola, agreed=["publish", "district"], district=bury)
    assert "Bury" in see(experience.page.url)
    telling.agree(experience, ["publish"])
    assert "Bury" not in see(experience.page.url)


@pytest.mark.parametrize(
    "query", ["theme=nothing", "district=E1", "page=99", "page=x", "words=%00", "words=%27%22%2A%28", "words=" + "w" * 500]
)
def test_odd_questions_are_answered(query, story):
    see(f"{LIST}?{query}")


def test_a_withdrawn_story_is_gone_from_every_address_at_once(story):
    address = story.url
    for path in [address, LIST, FEED, "/sitemap.xml"]:
        see(path)  # and is kept in the cache
    telling.withdraw(story.experience)
    see(address, 404)
    for path in [LIST, FEED, "/sitemap.xml", f"{LIST}?words=lantern"]:
        assert MARKER not in see(path)
        assert address not in see(path)


def test_the_list_and_the_feed_cost_the_same_for_one_and_for_three(uma, ola, stories_index, waiting, bury):
    def count(address):
        Client().get(address)  # what is looked up once in a process, or once after somebody published, is known now
        with CaptureQueriesContext(connection) as seen:
            Client().get(address)
        return len(seen)

    facts = {"agreed": ["publish", "district"], "themes": [waiting], "district": bury}
    make_published(uma, ola, **facts)
    addresses = [f"{LIST}?page=1", f"{LIST}?words=lantern", FEED]
    before = [count(address) for address in addresses]
    for _each in range(2):
        make_published(uma, ola, **facts)
    assert [count(address) for address in addresses] == before


def test_a_story_has_no_words_of_its_own(story):
    assert MARKER not in str(StoryPage.objects.values())
