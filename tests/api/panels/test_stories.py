"""Stories and themes, as everybody reads them by a program."""

import pytest
from django.utils import timezone

from panels import themes
from panels.experiences import moderating, telling
from panels.models import StoryPage, Theme
from people.models import District
from tests.api.panels.conftest import PLACE, field, problem
from tests.factories.experiences import MARKER, SHOWN, make_experience, make_kept, make_prepared, make_published

STORIES, THEMES = f"{PLACE}/stories", f"{PLACE}/themes"
AGREED = ["publish", "district"]


@pytest.fixture(autouse=True)
def lists(reference_data, stories_index):
    themes.load()


@pytest.fixture
def story(uma, ola):
    """`story({…})`: one that is published."""

    def make(agreed=AGREED, **given):
        return make_published(uma, ola, agreed=agreed, **given).page

    return make


def numbers(answer):
    return [row["number"] for row in answer.json()["results"]]


def test_a_story_is_read_as_far_as_it_is_shown(client, story):
    page = story(district=District.objects.get(gss_code="E08000004"), season="summer", year=2025, themes=[Theme.objects.first()])
    one = client.get(f"{STORIES}/{page.slug}")
    assert one.json() == {
        "number": int(page.slug),
        "url": page.full_url,
        "published_in": f"{timezone.localdate(page.first_published_at):%Y-%m}",
        "when": "Summer 2025",
        "district": {"code": "E08000004", "name": "Oldham"},
        "themes": [Theme.objects.first().slug],
        "passages": [
            {"kind": "happened", "heading": "What happened?", "text": SHOWN["happened"]},
            {"kind": "helped", "heading": "What would have helped?", "text": SHOWN["helped"]},
        ],
    }
    assert "waited an hour" not in one.content.decode()
    assert client.get(f"{STORIES}/{page.slug}", headers={"If-None-Match": one["ETag"]}).status_code == 304
    assert client.get(STORIES).json()["results"] == [one.json()]


def test_the_district_is_said_only_where_its_teller_agreed(client, story):
    page = story(agreed=["publish"], district=District.objects.get(gss_code="E08000004"))
    assert client.get(f"{STORIES}/{page.slug}").json()["district"] is None
    assert numbers(client.get(STORIES, {"district": "E08000004"})) == []


def test_only_what_is_published_is_there(client, story, uma, ola):
    make_experience()
    make_prepared(uma)
    make_kept(uma, ola)
    taken = story()
    moderating.take(taken.experience, by=uma)
    assert numbers(client.get(STORIES)) == []
    assert problem(client.get(f"{STORIES}/{taken.slug}")) == (404, "not_found")


def test_what_was_taken_back_is_gone(client, story):
    page = story()
    telling.withdraw(page.experience)
    assert problem(client.get(f"{STORIES}/{page.slug}")) == (404, "not_found")
    assert numbers(client.get(STORIES, {"words": "lantern"})) == []


def test_they_are_found_by_theme_district_and_words(client, story):
    waiting, oldham = Theme.objects.get(slug="waiting"), District.objects.get(gss_code="E08000004")
    here, there = int(story(themes=[waiting], district=oldham).slug), int(story().slug)
    assert numbers(client.get(STORIES)) == [there, here]
    assert numbers(client.get(STORIES, {"theme": "waiting"})) == [here]
    assert numbers(client.get(STORIES, {"district": "E08000004"})) == [here]
    assert numbers(client.get(STORIES, {"words": "lantern canal"})) == [there, here]
    assert numbers(client.get(STORIES, {"words": "hour"})) == []
    assert numbers(client.get(STORIES, {"words": "lantern", "theme": "waiting", "district": "E08000004"})) == [here]


@pytest.mark.parametrize(
    ("asked", "code", "fields"),
    [
        ({"theme": "nonesuch"}, "invalid", ["theme"]),
        ({"district": "E99"}, "invalid", ["district"]),
        ({"words": "x" * 101}, "invalid", ["words"]),
        ({"status": "received"}, "unknown_parameter", []),
        ({"limit": "0"}, "invalid", ["limit"]),
    ],
)
def test_what_cannot_be_asked_is_refused(client, asked, code, fields):
    answer = client.get(STORIES, asked)
    assert (problem(answer), field(answer)) == ((400, code), fields)


def test_they_come_in_pages(client, story):
    made = [int(story().slug) for _time in range(3)]
    first = client.get(STORIES, {"limit": 2})
    assert numbers(first) == made[:0:-1]
    assert numbers(client.get(first.json()["next"])) == made[:1]


def test_nothing_is_written(client, story, send):
    page = story()
    for method in ["post", "patch", "put", "delete"]:
        assert send(client, method, f"{STORIES}/{page.slug}", {"number": 1}).status_code == 405
    assert StoryPage.objects.count() == 1


def test_the_themes_are_read_in_their_order(client):
    answer = client.get(THEMES).json()["results"]
    assert answer[0] == {"slug": "getting-in", "name": "Getting in and getting about"}
    assert [row["slug"] for row in answer] == list(Theme.objects.values_list("slug", flat=True))


@pytest.mark.parametrize("asked", [{}, {"theme": "waiting", "words": "lantern"}])
def test_it_costs_the_same_for_one_and_for_three(client, story, queries, asked):
    facts = {"themes": [Theme.objects.get(slug="waiting")], "district": District.objects.first()}
    story(**facts)
    one = queries(client, STORIES, asked)
    story(**facts)
    story(**facts)
    assert len(numbers(client.get(STORIES, asked))) == 3
    assert queries(client, STORIES, asked) == one
    assert MARKER in client.get(STORIES).content.decode()
