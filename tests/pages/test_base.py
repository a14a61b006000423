"""The frame of every page: its name, its dress, and the first word of its title."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from pages.forms import GovukForm


class Name(GovukForm):
    name = forms.CharField(label="Your name")


@pytest.fixture
def draw(home):
    """`draw(template, **context)`: the page as a stranger sees it."""

    def render(template="pages/form_base.html", **context) -> str:
        request = RequestFactory().get("/privacy/", headers={"host": "testserver"})
        request.user = AnonymousUser()
        return render_to_string(template, context, request=request)

    return render


def test_a_form_with_errors_says_so_first_in_the_title_and_above_the_heading(draw):
    html = draw(form=Name({}))
    assert "<title>Error: " in html
    assert html.index("There is a problem") < html.index("<h1")


def test_a_fresh_form_says_nothing_of_errors(draw):
    html = draw(form=Name())
    assert "<title>Error: " not in html
    assert "There is a problem" not in html


def test_the_wordmark_is_drawn_for_alongside_and_written_for_any_other_name(draw, settings):
    assert 'class="mark__word"' in draw()
    settings.SITE_NAME = "Beside"
    html = draw()
    assert 'class="mark__word"' not in html
    assert ">Beside<" in html


def test_a_theme_replaces_tokens_and_logo(draw, settings):
    settings.SITE_THEME = "/srv/theme"
    html = draw()
    assert "theme/tokens.css" in html
    assert "pages/tokens.css" not in html
    assert "theme/logo.svg" in html


def test_a_demonstration_says_that_it_is_one(draw, settings):
    settings.DEMO = True
    assert "This is a demonstration" in draw()
    settings.DEMO = False
    assert "This is a demonstration" not in draw()


@pytest.mark.parametrize(
    "template", ["pages/base.html", "pages/page_base.html", "pages/player_base.html", "pages/staff_base.html"]
)
def test_help_and_rights_are_on_every_kind_of_page(draw, template):
    html = draw(template)
    for link in ["/help/", "/privacy/", "/cookies/", "/accessibility/"]:
        assert f'href="{link}"' in html


def test_only_own_files_are_asked_for(draw):
    html = draw()
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
