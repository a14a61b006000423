"""The pages that every installation begins with."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from tests.factories.experiences import make_published
from website import pages
from website.models import HomePage, StandardPage

RIGHTS = ["/privacy/", "/cookies/", "/accessibility/"]
STORIES = "/what-people-told-us/"
ALL = ["/", "/help/", "/how-these-figures-are-made/", STORIES, *RIGHTS]


@pytest.fixture
def site(home):
    return pages.load()


def test_loading_twice_makes_nothing_twice(site):
    before = Page.objects.count()
    again = pages.load()
    assert again == site
    assert Page.objects.count() == before
    assert HomePage.objects.count() == 1


def test_the_home_page_is_the_root_of_the_site(site):
    assert Site.objects.get(is_default_site=True).root_page.specific == site


@pytest.mark.parametrize("path", ALL)
def test_every_page_links_to_help_and_rights(client, site, path):
    html = client.get(path).content.decode()
    for link in ["/help/", *RIGHTS]:
        assert f'href="{link}"' in html


@pytest.mark.parametrize("path", ALL)
def test_every_page_has_a_language_a_title_one_heading_and_a_way_past_the_header(client, site, path):
    html = client.get(path).content.decode()
    assert '<html lang="en-gb"' in html
    assert re.search(rf"<title>[^<]+ – {settings.SITE_NAME}</title>", html)
    assert html.count("<h1") == 1
    assert 'href="#main"' in html
    assert 'id="main"' in html
    assert "$" not in html


@pytest.mark.parametrize("path", ["/", "/account/login/", "/no/such/page/"])
@pytest.mark.parametrize("asked", ["cy", "cy-GB, en;q=0.5", "fr"])
def test_a_page_says_that_it_is_in_the_language_it_is_in(client, site, path, asked):
    answer = client.get(path, headers={"Accept-Language": asked})
    assert '<html lang="en-gb"' in answer.content.decode()
    assert answer["Content-Language"] == "en-gb"


@pytest.mark.parametrize("path", ALL)
def test_every_id_stands_once(client, site, path):
    ids = re.findall(r'\sid="([^"]+)"', client.get(path).content.decode())
    assert len(ids) == len(set(ids))


def test_the_cookies_page_names_each_cookie(client, site):
    html = client.get("/cookies/").content.decode()
    named = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', html)
    assert named == [settings.SESSION_COOKIE_NAME, "telling", "messages"]


def test_readers_get_no_cookie(client, site):
    for path in ALL:
        assert not client.get(path).cookies


def test_the_accessibility_statement_has_the_headings_of_the_model(client, site):
    html = client.get("/accessibility/").content.decode()
    for heading in [
        "How accessible this website is",
        "Feedback and contact information",
        "Reporting accessibility problems with this website",
        "Enforcement procedure",
        "Compliance status",
        "Non-accessible content",
        "Disproportionate burden",
        "Preparation of this accessibility statement",
    ]:
        assert heading in html


def test_the_rules_for_figures_are_the_settings(client, site, settings):
    settings.DISCLOSURE_THRESHOLD = 7
    pages.load()
    assert "7" in client.get("/how-these-figures-are-made/").content.decode().split("Counts below this are hidden")[1][:80]


def test_the_list_of_stories_is_there_before_the_first_and_keeps_its_stories(client, site, uma, ola):
    assert "Nobody has told us anything yet" in client.get(STORIES).content.decode()
    assert f'href="{STORIES}"' in client.get("/help/").content.decode()
    story = make_published(uma, ola).page
    pages.load()
    assert client.get(story.url).status_code == 200


def test_how_long_an_experience_is_kept_is_the_setting(client, site, settings):
    settings.RETENTION_EXPERIENCE_MONTHS = 31
    pages.load()
    html = client.get("/privacy/").content.decode()
    assert "An experience goes 31 months after you sent it" in html
    assert "goes 14 days after you last saved it" in html


def test_a_page_costs_few_queries(client, site, lee):
    client.force_login(lee)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/accessibility/")
    assert len(queries) <= 15


def test_a_long_page_lists_its_sections(site):
    assert "Enforcement procedure" in StandardPage.objects.get(slug="accessibility").headings()
    assert StandardPage.objects.get(slug="cookies").headings() == []


def test_an_editor_can_open_the_home_page(client, site, person, second_factor):
    root = person("Root Example", is_staff=True, is_superuser=True)
    response = second_factor(client, root).get(f"/admin/pages/{site.pk}/edit/")
    assert response.status_code == 200
    assert f"{settings.SITE_NAME} editor".encode() in response.content
