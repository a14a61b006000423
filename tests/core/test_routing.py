"""Finding a page by its whole address gives what Wagtail gives."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Page

from core import sites

ROUTING = 'FROM "wagtailcore_page"'


@pytest.fixture
def page(home):
    parent = home.add_child(instance=Page(title="Parent", slug="parent"))
    return parent.add_child(instance=Page(title="Child", slug="child"))


@pytest.fixture
def found(rf):
    def look(path: str):
        request = rf.get(f"/{path}")
        sites.route(request, path)
        return getattr(request, "_wagtail_route_for_request", None)

    return look


def test_a_page_is_found_at_any_depth_in_two_queries(found, page):
    found("parent/")
    with CaptureQueriesContext(connection) as captured:
        assert found("parent/child/").page == page
    assert len([query for query in captured if ROUTING in query["sql"]]) <= 2


def test_the_front_page_is_found(found, home):
    assert found("").page == home


def test_a_draft_is_left_to_wagtail_which_says_404(found, page, client):
    page.unpublish()
    assert found("parent/child/") is None
    assert client.get("/parent/child/").status_code == 404


@pytest.mark.parametrize("path", ["nothing/", "parent/child/below/", "parent//child", "%", "x" * 5000])
def test_no_odd_address_is_an_error(found, page, path):
    assert found(path) is None


def test_another_language_is_left_to_wagtail(found, page):
    with translation.override("cy"):
        assert found("parent/child/") is None


def test_an_address_that_no_database_can_hold_is_not_found(client, page):
    assert client.get("/parent/%00/").status_code == 404
