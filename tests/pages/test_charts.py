"""Where bars and lines stand, and that a drawing carries no style of its own."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from pages import charts


def bar_chart(*rows):
    return charts.bars("g", "A title", "A description", rows, whole_name="Started", part_name="Completed")


def drawn(tag, chart):
    return Template(f"{{% load charts %}}{{% {tag} chart %}}").render(Context({"chart": chart}))


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, [0, 5]),
        (5, [0, 5]),
        (20, [0, 5, 10, 15, 20]),
        (25, [0, 10, 20, 30]),
        (540, [0, 200, 400, 600]),
        (1_000_000, [0, 500_000, 1_000_000]),
    ],
)
def test_scales_go_in_round_steps_and_reach_the_largest(largest, expected):
    assert charts.scale(largest, most=4) == expected


def test_no_scale_has_too_many_steps_or_stops_short():
    for largest in range(3000):
        ticks = charts.scale(largest, most=4)
        assert ticks[0] == 0 and ticks[-1] >= largest and 2 <= len(ticks) <= 5


def test_bars_begin_straight_at_nought_and_end_round_with_their_value_beside():
    rows = [
        charts.Bar("Nursing and midwifery", 540, 410, "77%"),
        charts.Bar("Other", 180, 95, "51%"),
        charts.Bar("C", None, None, reason="hidden"),
    ]
    wide, small = bar_chart(*rows).wide, bar_chart(*rows).small
    assert wide.bars[0].whole == "M190 18h360.6a12 12 0 0 1 0 24h-360.6z"
    assert (wide.bars[0].note.x, wide.bars[0].note.y, wide.bars[0].note.text) == ("570.6", "35", "77%")
    assert wide.bars[2].stub == "M190 110h8a6 12 0 0 1 0 24h-8z" and not wide.bars[2].whole
    assert small.bars[1].labels[0].y == "85" and small.bars[0].whole == "M0 34h274.2a12 12 0 0 1 0 24h-274.2z"


def test_a_bar_shorter_than_its_round_end_is_not_drawn_backwards():
    small = bar_chart(charts.Bar("Many", 1000, 5), charts.Bar("None", 0, 0)).wide.bars
    assert small[0].part == "M190 18h0a2.1 12 0 0 1 0 24h-0z"
    assert small[1].whole == "" and small[1].part == ""


def test_long_names_take_two_lines_and_then_end_in_dots():
    labels = bar_chart(charts.Bar("Pharmacy, psychology and other science " * 2, 5, 5)).wide.bars[0].labels
    assert [len(label.text) <= 23 for label in labels] == [True, True] and labels[1].text.endswith("…")
    assert len(bar_chart(charts.Bar("x" * 100, 5, 5)).wide.bars[0].labels) == 2


def test_a_hidden_month_breaks_the_line_and_leaves_a_stub():
    chart = charts.lines("m", "T", "D", list("abcd"), [charts.Series("Completed", [10, None, 20, 20])])
    line = chart.wide.lines[0]
    assert len(line.runs) == 1 and len(line.dots) == 3 and len(line.stubs) == 1


def test_one_month_is_a_dot_and_no_line():
    line = charts.lines("m", "T", "D", ["Nov"], [charts.Series("Completed", [10])]).wide.lines[0]
    assert line.runs == [] and len(line.dots) == 1


def test_names_of_two_lines_do_not_lie_on_each_other():
    chart = charts.lines("m", "T", "D", ["a", "b"], [charts.Series("One", [10, 10]), charts.Series("Two", [10, 10])])
    for drawing in (chart.wide, chart.small):
        first, second = (float(line.name.y) for line in drawing.lines)
        assert abs(first - second) >= charts.APART


def test_at_most_twelve_places_are_named_and_the_last_is():
    places = charts.lines("m", "T", "D", [str(number) for number in range(30)], [charts.Series("One", [5] * 30)]).wide.places
    assert len(places) <= 12 and places[-1].text == "29"


def test_drawings_say_what_they_show_and_carry_no_style():
    months = charts.lines(
        "m", "A title", "A description", ["a", "b"], [charts.Series("<One>", [5, None]), charts.Series("Two", [None, None])]
    )
    for html in (drawn("bar_chart", bar_chart(charts.Bar("<b>", 20, None, reason="fewer than 5"))), drawn("line_chart", months)):
        assert "style=" not in html and "<title id=" in html and "A description" in html
        ElementTree.fromstring(f"<div>{html}</div>")
        ids = re.findall(r' id="([^"]+)"', html)
        assert len(ids) == len(set(ids)) == 4
