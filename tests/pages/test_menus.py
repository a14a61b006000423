"""The header: what it leads to, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import page_cache
from website import pages
from website.models import StandardPage


@pytest.fixture
def site(home, db):
    """A site with one page in its menu."""
    front = pages.load()
    StandardPage.objects.filter(slug="help").update(show_in_menus=True)
    return front


def links(response) -> str:
    return response.content.decode().partition('aria-label="Main"')[2].partition("</nav>")[0]


def test_pages_for_menus_stand_in_the_header(client, site):
    assert "Talk to a person" in links(client.get("/privacy/"))
    assert "Cookies" not in links(client.get("/privacy/"))


def test_a_page_leaves_the_menu_when_it_is_unpublished(client, site):
    client.get("/privacy/")
    page = site.get_children().get(slug="help")
    page.unpublish()
    page_cache.clear()
    assert "Talk to a person" not in links(client.get("/privacy/"))


def test_the_menu_costs_no_query_once_it_is_known(client, site, lee):
    client.force_login(lee)
    client.get("/privacy/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/privacy/")
    assert len(queries) <= 15
    assert not [query for query in queries if "show_in_menus" in query["sql"].partition("WHERE")[2]]


def test_strangers_are_asked_to_sign_in_and_learners_find_their_learning(client, site, lee):
    assert "Sign in" in client.get("/privacy/").content.decode()
    client.force_login(lee)
    page = client.get("/privacy/").content.decode()
    assert "My page" in page
    assert "Figures" not in links(client.get("/privacy/"))
    assert "Sign out" in page


def test_staff_find_what_their_role_allows(client, site, val, ed, second_factor):
    assert "Figures" in links(second_factor(client, val).get("/privacy/"))
    assert "Editor" in links(second_factor(client, ed).get("/privacy/"))
