"""What panels advised and what came of it: in which order, how much, and what an editor must say."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.blocks import StructBlockValidationError

from panels.blocks import AdviceBlock
from panels.demo import pages as demo_pages
from panels.models import PanelPage
from panels.models import advice as gathered
from tests.factories.advice import advice, make_page
from tests.factories.panels import make_panel


@pytest.fixture
def index(home):
    return demo_pages.load_index(home)


@pytest.fixture
def page(index, panel):
    given = [advice("Old", answered=90), advice("Asked", "waiting", ago=2), advice("New", "not_done", answered=3)]
    return make_page(index, panel, advice=given)


def said(rows) -> list[str]:
    return [row.value["said"] for row in rows]


def see(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


# The order ----------------------------------------------------------------------------------------


def test_the_newest_answer_or_unanswered_advice_stands_first(page):
    assert said(gathered.of(PanelPage.objects.get())) == ["Asked", "New", "Old"]


def test_of_several_panels_no_more_is_taken_than_was_asked_for(index, page):
    make_page(index, make_panel("Park Panel"), "park", advice=[advice("Benches", answered=20), advice("Lamps", answered=30)])
    pages = PanelPage.objects.with_advice()
    assert said(gathered.newest(pages, most=2)) == ["Asked", "New"]
    assert said(gathered.newest(pages, most=9, of_each=1, answered_only=True)) == ["New", "Benches"]


def test_they_are_counted_by_what_came_of_them(page):
    counts = gathered.tally(PanelPage.objects.with_advice())
    assert counts == {"all": 3, "done": 1, "planned": 0, "not_done": 1, "waiting": 1}


def test_what_is_only_a_draft_is_in_no_list(page):
    page.advice = [advice("Written, not published")]
    page.save_revision()
    assert "Written, not published" not in said(gathered.newest(PanelPage.objects.with_advice(), most=9))
    PanelPage.objects.get().unpublish()
    assert PanelPage.objects.with_advice() == []


# What an editor must say --------------------------------------------------------------------------


def judged(**changes) -> set[str]:
    block = AdviceBlock()
    value = block.to_python(advice("Wider doors")[1] | changes)
    try:
        block.clean(value)
    except StructBlockValidationError as error:
        return set(error.block_errors)
    return set()


def test_an_answer_has_its_words_and_its_day_and_a_refusal_says_why():
    assert judged() == set()
    assert judged(status="not_done", did="") == {"did"}
    assert judged(did="", did_on=None) == {"did", "did_on"}
    assert judged(status="waiting", did="", did_on=None) == set()


@pytest.mark.parametrize(("name", "days"), [("said_on", 1), ("did_on", 1), ("did_on", -60)])
def test_no_day_is_still_to_come_and_no_answer_comes_before_the_advice(name, days):
    assert judged(**{name: timezone.localdate() + timedelta(days=days)}) == {name}


# On the pages -------------------------------------------------------------------------------------


def test_a_panel_shows_its_advice_beside_the_answer_and_says_when_there_is_none(page):
    text = see("/panels/canal/")
    for words in ["To Example Water Board", "About “New”", "Why not", "What was done", "No answer yet", "has not answered yet"]:
        assert words in text


def test_what_is_older_opens_below(index, panel):
    make_page(index, panel, advice=[advice(f"Number {place}", answered=place) for place in range(7)])
    text = see("/panels/canal/")
    assert "3 older pieces of advice" in text
    assert text.index("Number 3") < text.index("3 older") < text.index("Number 4")


def test_a_panel_without_advice_has_no_such_part(index, panel):
    make_page(index, panel)
    assert 'id="advice"' not in see("/panels/canal/")


def test_the_list_of_panels_shows_what_was_answered(page):
    text = see("/panels/")
    assert "About “New”" in text
    assert "wait" in text
    assert "Asked" not in text


def test_what_somebody_wrote_is_text_and_never_html(index, panel):
    make_page(index, panel, advice=[advice("<script>alert(1)</script>")])
    assert "<script>alert" not in see("/panels/canal/")


def test_the_list_costs_the_same_for_one_panel_with_advice_and_for_three(index, page):
    one = asked("/panels/")
    for number in range(2):
        make_page(index, make_panel(f"Panel {number}"), f"panel-{number}", advice=[advice("More")] * 3)
    assert asked("/panels/") == one


def asked(address: str) -> int:
    Client().get(f"{address}?fresh")
    with CaptureQueriesContext(connection) as queries:
        Client().get(f"{address}?fresh")
    return len(queries)
