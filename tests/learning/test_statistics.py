"""The read side: what is counted is found at every grain, and small numbers at none."""

import random
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import disclosure
from learning import counts, cubes, periods, statistics, statistics_sections
from learning.models import MonthlyCount
from learning.statistics import Median
from people.models import Organisation, StaffGroup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cubes.forget()


@pytest.fixture
def course(full_course):
    return full_course


@pytest.fixture
def organisations(reference_data):
    return [Organisation.objects.create(name=f"Trust {letter}", kind="nhs_trust") for letter in "ABC"]


@pytest.fixture
def groups(reference_data):
    return list(StaffGroup.objects.order_by("position")[:3])


def happened(page, organisation, group, *, registered=0, started=0, completed=0, minutes=12, months_ago=0):
    """So many people registered, started and completed, each in so many minutes."""
    month = periods.months_before(timezone.localdate().replace(day=1), months_ago)
    at = datetime(month.year, month.month, 15, 12, tzinfo=UTC)
    event = counts.Event(
        page.pk,
        at,
        organisation.pk,
        group.pk,
        registrations=registered,
        starts=started,
        completions=completed,
        seconds=minutes * 60,
    )
    counts.add([event])


def ask(course, code="last-12-months", **filters):
    offered = statistics.offer()
    period = next(period for period in offered.periods if period.code == code)
    return statistics.summary(offered, statistics.Question(course=course, period=period, **filters))


def by_name(rows):
    return {row.name: row for row in rows}


def test_totals_shares_and_medians_are_of_the_true_counts(course, organisations, groups):
    happened(course, organisations[0], groups[0], registered=52, started=41, completed=18, minutes=12)
    happened(course, organisations[1], groups[1], registered=30, started=21, completed=13, minutes=33)
    total = ask(course).total
    assert (total.registrations.shown, total.starts.shown, total.completions.shown) == (80, 60, 30)
    assert total.share == 50 and total.median == Median(10, 15)


def test_rows_are_by_organisation_staff_group_and_month(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=41, completed=18)
    happened(course, organisations[1], groups[1], started=21, completed=13, months_ago=2)
    summary = ask(course)
    assert [(row.name, row.starts.shown) for row in summary.by_organisation] == [("Trust A", 40), ("Trust B", 20)]
    assert [(row.name, row.completions.shown) for row in summary.by_staff_group] == [(groups[0].name, 20), (groups[1].name, 15)]
    assert [row.starts.shown for row in summary.by_month] == [20, 0, 40]


def test_a_module_has_its_own_figures_and_the_registrations_of_its_course(course, organisations, groups):
    module = course.modules().first()
    happened(course, organisations[0], groups[0], registered=52, started=41)
    happened(module, organisations[0], groups[0], started=41, completed=33, minutes=8)
    row = by_name(ask(course).by_module)[module.title]
    assert (row.registrations.shown, row.starts.shown, row.completions.shown, row.median) == (50, 40, 35, Median(5, 10))


def test_a_module_can_be_asked_about_by_itself(course, organisations, groups):
    module = course.modules().first()
    happened(course, organisations[0], groups[0], registered=52, started=41)
    happened(module, organisations[0], groups[0], started=38, completed=33, minutes=8)
    happened(module, organisations[1], groups[1], started=3, completed=3, minutes=8)
    summary = ask(course, module=module)
    rows = by_name(summary.by_organisation)
    assert summary.total.starts.shown == 40 and summary.by_month[0].completions.shown == 35 and not summary.by_module
    assert rows["Trust B"].starts.hidden == "small" and rows["Trust A"].starts.hidden == "protects"
    assert rows["Trust A"].registrations.shown == 50  # of the course


def test_a_module_shows_the_same_on_the_course_and_by_itself(course, organisations, groups):
    module = course.modules().first()
    for organisation, number in zip(organisations, (3, 17, 40), strict=True):
        happened(module, organisation, groups[0], started=number, completed=number)
    for organisation in organisations:
        of_course = by_name(ask(course, organisation=organisation).by_module)[module.title]
        by_itself = ask(course, module=module, organisation=organisation).total
        assert (of_course.starts, of_course.completions) == (by_itself.starts, by_itself.completions)


def test_a_course_with_an_outline_has_no_share_and_says_why(make_course, organisations, groups):
    course = make_course(70, full=1, outlines=2)
    happened(course, organisations[0], groups[0], registered=52, started=41)
    summary = ask(course)
    assert summary.outlines == 2 and summary.total.share is None


def test_what_is_kept_in_the_process_changes_with_the_counts(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=20)
    assert ask(course).total.starts.shown == 20
    happened(course, organisations[0], groups[0], started=20)
    assert ask(course).total.starts.shown == 40


def test_fewer_than_five_are_hidden_with_their_neighbour(course, organisations, groups):
    for organisation, number in zip(organisations, (3, 17, 40), strict=True):
        happened(course, organisation, groups[0], started=number)
    rows = by_name(ask(course).by_organisation)
    assert rows["Trust A"].starts.hidden == "small" and rows["Trust B"].starts.hidden == "protects"
    assert rows["Trust C"].starts.shown == 40


def test_what_is_hidden_stays_hidden_under_every_filter_and_period(course, organisations, groups):
    for organisation, number in zip(organisations, (3, 17, 40), strict=True):
        happened(course, organisation, groups[0], started=number)
    assert ask(course, organisation=organisations[0]).total.starts.hidden
    assert ask(course, organisation=organisations[1]).total.starts.hidden
    assert by_name(ask(course, staff_group=groups[0]).by_organisation)["Trust B"].starts.hidden
    for code in ("last-3-months", "all"):
        assert by_name(ask(course, code).by_organisation)["Trust B"].starts.hidden


def test_under_a_small_total_everybody_on_offer_looks_the_same(course, organisations, groups):
    """Were the rows of those who are counted the only ones, or the only ones hidden, each of them would be one."""
    for organisation in organisations[:2]:
        happened(course, organisation, groups[0], registered=1, months_ago=2)
    summary = ask(course)
    assert [row.name for row in summary.by_organisation] == [one.name for one in Organisation.objects.all()]
    assert [row.name for row in summary.by_staff_group] == [group.name for group in StaffGroup.objects.all()]
    assert len(summary.by_month) == 12
    for row in [summary.total, *summary.by_organisation, *summary.by_staff_group, *summary.by_month]:
        assert row.registrations.hidden == "small" and row.starts.shown == row.completions.shown == 0


def test_whoever_was_never_counted_looks_like_the_others_under_every_filter(course, organisations, groups):
    happened(course, organisations[0], groups[0], registered=3)
    stranger, group = organisations[2], groups[2]
    assert ask(course, organisation=stranger).total.registrations.hidden == "small"
    crossed = ask(course, organisation=stranger, staff_group=group).total.registrations
    assert crossed == ask(course, organisation=organisations[0], staff_group=groups[0]).total.registrations
    assert crossed.hidden == "protects"


def test_nor_does_the_list_tell_who_is_counted_in_a_total_that_is_not_divided(course, organisations, groups):
    happened(course, organisations[0], groups[0], registered=12, started=3)
    happened(course, organisations[1], groups[1], registered=2)
    summary = ask(course)
    assert summary.total.registrations.shown == 15 and summary.total.starts.hidden == "small"
    assert len(summary.by_organisation) == Organisation.objects.count()
    assert {(row.registrations.hidden, row.starts.hidden) for row in summary.by_organisation} == {("protects", "small")}


def test_two_periods_cannot_be_subtracted_down_to_one_small_month(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=30)
    happened(course, organisations[0], groups[0], started=28, months_ago=1)
    happened(course, organisations[0], groups[0], started=2, months_ago=5)
    summary = ask(course)
    hidden = [row.starts.hidden for row in summary.by_month]
    assert hidden.count("small") == 1 and hidden.count("protects") >= 1


def test_periods_are_fixed_and_of_whole_months():
    found = {period.code: (period.first, period.last) for period in periods.offered(date(2026, 2, 17))}
    assert found == {
        "last-12-months": (date(2025, 3, 1), date(2026, 2, 1)),
        "last-3-months": (date(2025, 12, 1), date(2026, 2, 1)),
        "2025-26": (date(2025, 4, 1), date(2026, 2, 1)),
        "2024-25": (date(2024, 4, 1), date(2025, 3, 1)),
        "2023-24": (date(2023, 4, 1), date(2024, 3, 1)),
        "all": (None, date(2026, 2, 1)),
    }


def test_an_organisation_and_a_staff_group_together_have_no_months(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=41)
    summary = ask(course, organisation=organisations[0], staff_group=groups[0])
    assert summary.question.is_crossed
    assert not (summary.by_month or summary.by_organisation or summary.by_staff_group)


def test_a_crossed_figure_does_not_say_whether_it_is_small(course, organisations, groups):
    for organisation in organisations:
        for group in groups:
            happened(course, organisation, group, started=3 if (organisation, group) == (organisations[0], groups[0]) else 30)
    hidden = {row.starts.hidden for row in ask(course, organisation=organisations[0]).by_staff_group}
    assert hidden == {"", "protects"}


def read(course):
    """The grid of a course's cube, and its true counts by measure and cell."""
    shape, _versions = cubes._look([course.pk], statistics.offer().periods)
    grid = cubes.Grid(shape)
    return grid, cubes._read([course.pk], grid)[course.pk]


@pytest.mark.parametrize("seed", range(3))
def test_no_small_number_is_shown_and_none_is_hidden_alone_unless_nobody_says_why(course, organisations, groups, seed):
    """The whole published cube, read as anybody could read it through all filters and periods."""
    chance = random.Random(seed)
    for organisation in organisations:
        for group in groups:
            for month in range(14):
                started = chance.choice([0, 0, 1, 3, 6, 9, 14])
                happened(course, organisation, group, started=started, completed=chance.randint(0, started), months_ago=month)
    grid, counts = read(course)
    figures = cubes.Figures(grid, counts, cubes.rules())
    for measure, published in zip(cubes.MEASURES, figures.published, strict=True):
        for cell, count in counts[measure].items():
            figure = published.figure(cell)
            assert figure.hidden or (figure.shown == cubes.rules().rounded(count) and not 0 < count < 5)
        for line in grid.table.lines:
            hidden = [cell for cell in line.cells() if cell in published.hidden and counts[measure][cell]]
            assert len(hidden) != 1 or hidden[0] in grid.table.untold


def test_each_line_adds_up_in_the_true_counts(course, organisations, groups):
    for months_ago in (0, 1, 7, 11, 20, 40):
        for organisation, group in zip(organisations, groups, strict=True):
            happened(course, organisation, group, registered=9, started=7, completed=6, months_ago=months_ago)
    grid, counts = read(course)
    for line in grid.table.lines:
        for measure in cubes.MEASURES:
            assert sum(counts[measure][part] for part in line.parts) == counts[measure][line.total]


def test_whatever_two_periods_leave_between_them_stands_in_a_line(course, organisations, groups):
    """The last twelve months less the last three are nine months that somebody could ask about by subtracting."""
    happened(course, organisations[0], groups[0], started=9)
    happened(course, organisations[0], groups[0], started=9, months_ago=20)
    grid, _counts = read(course)
    year, quarter = (grid.cell(0, 0, grid.span(code)) for code in ("last-12-months", "last-3-months"))
    rest = [line.parts for line in grid.table.under[year] if quarter in line.parts]
    assert rest and all(part in grid.table.unseen for parts in rest for part in parts if part != quarter)


def test_counting_is_the_same_number_of_queries_for_one_organisation_and_for_three(course, organisations, groups):
    numbers = []
    for organisation in organisations:
        happened(course, organisation, groups[0], registered=20, started=20, completed=20)
        with CaptureQueriesContext(connection) as captured:
            summary = ask(course)
        numbers.append(len(captured))
        assert summary.total.starts.shown
    assert len(set(numbers)) == 1
    assert numbers[0] <= 5 + 6  # what is on offer, and the figures


def test_the_median_is_read_from_the_histogram():
    bands = [0] * 25
    assert statistics.median_of(bands) is None
    bands[2], bands[3] = 5, 4
    assert statistics.median_of(bands) == Median(10, 15)
    bands[24] = 30
    assert statistics.median_of(bands) == Median(120, None)


def test_a_median_needs_five_who_completed(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=30, completed=4)
    assert ask(course).total.median is None


def test_a_share_needs_twenty_who_started_and_is_of_rounded_counts(course, organisations, groups):
    happened(course, organisations[0], groups[0], started=17, completed=12)
    assert ask(course).total.share is None
    happened(course, organisations[0], groups[0], started=5, completed=0)
    assert ask(course).total.share == 50  # 10 of 20, from 12 of 22


def test_rows_are_ordered_by_what_is_shown(course, organisations, groups):
    for organisation, number in zip(organisations, (23, 24, 27), strict=True):
        happened(course, organisation, groups[0], started=number)
    shown = [row.starts.shown for row in ask(course).by_organisation]
    assert shown == sorted(shown, reverse=True)


def test_headings_claim_only_what_rounding_cannot_have_made():
    def row(name, started, completed):
        figures = [disclosure.Figure(started), disclosure.Figure(started), disclosure.Figure(completed)]
        return statistics.Row(name, name, *figures, share=round(100 * completed / started))

    assert statistics_sections.surely_highest([row("A", 200, 180), row("B", 200, 100)]).name == "A"
    assert statistics_sections.surely_highest([row("A", 20, 15), row("B", 20, 10)]) is None
    assert statistics_sections.surely_highest([row("A", 200, 180)]) is None


def test_counting_afresh_finds_what_was_added(registration, course):
    MonthlyCount.objects.all().delete()
    assert counts.rebuild() == 4
    cell = MonthlyCount.objects.get(page=course, organisation=0, staff_group=0)
    assert cell.registrations == 1
    before = list(
        MonthlyCount.objects.order_by("pk").values_list("page", "month", "organisation", "staff_group", "registrations")
    )
    counts.rebuild()
    after = list(MonthlyCount.objects.order_by("pk").values_list("page", "month", "organisation", "staff_group", "registrations"))
    assert before == after
