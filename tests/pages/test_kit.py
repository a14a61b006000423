"""The kit's tags and templates."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from pages.pictures import ICONS

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = [ROOT / "site", ROOT / "learning", ROOT / "recompense", ROOT / "api"]
TEMPLATES = [
    path for folder in FOLDERS for path in folder.rglob("templates/**/*.html") if not {"wagtailadmin", "email"} & set(path.parts)
]


def draw(source: str, **context) -> str:
    return Template("{% load kit %}" + source).render(Context(context))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_breaks_the_strict_policy(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert "<style" not in source
    assert "javascript:" not in source
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag or 'type="application/json"' in tag


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icons_are_hidden_from_screen_readers(name):
    html = draw(f'{{% icon "{name}" %}}')
    assert 'aria-hidden="true"' in html
    assert "style=" not in html


def test_a_note_has_its_tint_its_sign_and_its_words():
    html = draw('{% note "honey" title="Mind this" level=3 %}<p>One & two</p>{% endnote %}')
    assert '<div class="note note--honey">' in html
    assert "<h3>Mind this</h3>" in html
    assert "<p>One & two</p>" in html


def test_a_title_is_escaped():
    assert "<b>" not in draw('{% note "mint" title=title %}{% endnote %}', title="<b>")


def test_a_summary_list_says_what_is_missing_and_what_change_changes():
    rows = [{"key": "Name", "value": "Lee", "href": "/n/"}, {"key": "Work", "value": ""}]
    html = draw('{% summary_list rows title="You" %}', rows=rows)
    assert 'Change<span class="vh"> Name</span>' in html
    assert "Not provided" in html
    assert html.count("<a ") == 1


def test_a_task_that_cannot_start_is_no_link():
    html = draw(
        "{% task_list tasks %}",
        tasks=[{"title": "One", "href": "/1/", "status": "Completed"}, {"title": "Two", "status": "Later"}],
    )
    assert html.count("<a ") == 1
    assert "<div>Two</div>" in html


def test_the_pager_keeps_the_rest_of_the_query():
    page = Paginator(range(30), 10).page(2)
    html = draw("{% pager page %}", page=page, request=RequestFactory().get("/?q=a&page=2"))
    assert 'href="?q=a&amp;page=1"' in html
    assert 'href="?q=a&amp;page=3"' in html


@pytest.mark.parametrize(("path", "current"), [("/learning/", "page"), ("/learning/x/", "true"), ("/help/", "")])
def test_the_navigation_says_where_you_are(path, current):
    html = draw('{% nav_item "/learning/" "Learning" %}', request=RequestFactory().get(path), page=object())
    assert (f'aria-current="{current}"' in html) is bool(current)


def test_an_amount_is_written_as_people_read_it():
    assert draw("{{ sum|pounds }}", sum=Decimal("1234.5")) == "£1,234.50"


@pytest.mark.parametrize(
    ("utc", "said"),
    [
        ((2026, 11, 10, 17, 30), "5.30 pm"),
        ((2026, 7, 10, 19, 0), "8 pm"),
        ((2026, 1, 1, 0, 5), "12.05 am"),
        ((2026, 1, 1, 12, 0), "12 pm"),
    ],
)
def test_a_time_of_day_is_londons_and_said_as_people_say_it(utc, said):
    assert draw("{{ at|clock }}", at=datetime.datetime(*utc, tzinfo=datetime.UTC)) == said
