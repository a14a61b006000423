"""Pictures of panels: what is drawn is what there is."""

import re

import pytest
from django.template import Context, Template


def draw(what: str) -> str:
    return Template("{% load panel_tags %}{% " + what + " %}").render(Context())


def counted(svg: str) -> dict[str, int]:
    return {
        "people": svg.count('width="58"'),
        "open": svg.count("f-honey"),
        "free": svg.count("free-seat"),
    }


@pytest.mark.parametrize(
    ("taken", "free", "offered"), [(11, 5, 5), (11, 5, 2), (16, 0, 0), (0, 16, 0), (0, 1, 1), (24, 0, 0), (40, 16, 3), (1, 0, 0)]
)
def test_each_member_is_a_person_and_each_free_seat_a_ring(taken, free, offered):
    svg = draw(f"round_table {taken} {free} {offered}")
    assert counted(svg) == {"people": taken, "open": offered, "free": free - offered}
    assert f"with {taken + free} seat" in svg


def test_the_numbers_are_said_to_whoever_does_not_see_the_picture():
    title = re.search(r"<title[^>]*>(.*?)</title>", draw("round_table 11 5 2")).group(1)
    assert title == "A round table with 16 seats, seen from above. 11 are taken, 5 are free. You can apply for 2 of them."


def test_people_sit_further_apart_than_they_are_wide_however_many_there_are():
    for seats in [16, 24, 56]:
        svg = draw(f"round_table {seats} 0")
        size = float(re.search(r"scale\(([\d.]+)\)", svg).group(1))
        assert size * 58 < 2 * 176 * 3.1416 / seats


def test_an_empty_table_is_drawn_too():
    assert "<title" in draw("round_table 0 0")
    assert "<circle" not in draw("small_table 0 0")


@pytest.mark.parametrize(("taken", "free"), [(11, 5), (14, 0), (0, 3), (37, 19)])
def test_the_small_table_has_a_dot_for_each_seat(taken, free):
    svg = draw(f"small_table {taken} {free}")
    assert svg.count('class="seat"') == taken
    assert svg.count("seat--open") == free
