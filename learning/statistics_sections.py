"""The figures as they are told: for each list a heading that states what was found, a drawing, and its rows.

A heading claims something only where rounding cannot have made it: otherwise it names the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from learning import cubes, statistics
from learning.statistics import Row, Summary
from pages import charts
from pages.charts import BarChart, LineChart

MOST_BARS = 12
MONTHS_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    heading: str
    text: str
    first_column: str
    rows: list[Row]
    bars: BarChart | None = None
    line: LineChart | None = None
    has_registrations: bool = True


def sections(summary: Summary) -> list[Section]:
    """Those that the question has, in the order of the page."""
    found = [_by_module(summary), _by_staff_group(summary), _by_organisation(summary), _by_month(summary)]
    return [section for section in found if section.rows]


def _by_staff_group(summary: Summary) -> Section:
    rows = summary.by_staff_group
    text = _("How many started and how many completed, by staff group.")
    return Section(
        "staff-group",
        _heading(rows, _("By staff group")),
        text,
        _("Staff group"),
        rows,
        bars=_bars("staff-group", _("Started and completed, by staff group"), rows, crossed=bool(summary.question.organisation)),
    )


def _by_organisation(summary: Summary) -> Section:
    rows = summary.by_organisation
    text = _("How many started and how many completed, by organisation.")
    if len(rows) > MOST_BARS:
        text += " " + _("The picture shows the %(number)s largest; the table has them all.") % {"number": MOST_BARS}
    return Section(
        "organisation",
        _heading(rows, _("By organisation")),
        text,
        _("Organisation"),
        rows,
        bars=_bars("organisation", _("Started and completed, by organisation"), rows, crossed=bool(summary.question.staff_group)),
    )


def _by_module(summary: Summary) -> Section:
    return Section(
        "module",
        _heading(summary.by_module, _("By module")),
        _("How many started and how many completed each module."),
        _("Module"),
        summary.by_module,
        bars=_bars("module", _("Started and completed, by module"), summary.by_module, crossed=summary.question.is_crossed),
        has_registrations=False,
    )


def _by_month(summary: Summary) -> Section:
    rows = summary.by_month
    return Section(
        "month",
        _heading_of_months(rows),
        _("People who started and who completed, month by month. The last month is counted so far."),
        _("Month"),
        rows,
        line=_lines(rows) if rows else None,
    )


# Headings ----------------------------------------------------------------------------------------


def _heading(rows: Sequence[Row], neutral: str) -> str:
    best = surely_highest(rows)
    return _("Highest share completed: %(name)s") % {"name": best.name} if best else neutral


def surely_highest(rows: Sequence[Row]) -> Row | None:
    """The row whose share is the highest whatever the true counts behind the rounded ones are."""
    ranges = [(row, *_range_of_share(row)) for row in rows if row.share is not None]
    if len(ranges) < 2:
        return None
    best = max(ranges, key=lambda item: item[1])
    return best[0] if all(best[1] > highest for row, _lowest, highest in ranges if row is not best[0]) else None


def _range_of_share(row: Row) -> tuple[float, float]:
    slack = cubes.rules().rounding // 2
    completions, starts = row.completions.shown or 0, row.starts.shown or 0
    return (completions - slack) / (starts + slack), (completions + slack) / (starts - slack)


def _heading_of_months(rows: Sequence[Row]) -> str:
    """The last three whole months against the three before them."""
    shown = [row.completions.shown for row in rows[:-1]][-2 * MONTHS_COMPARED :]
    known = [number for number in shown if number is not None]
    slack = 2 * MONTHS_COMPARED * (cubes.rules().rounding // 2)
    if len(known) == 2 * MONTHS_COMPARED:
        change = sum(known[MONTHS_COMPARED:]) - sum(known[:MONTHS_COMPARED])
        if abs(change) > slack:
            more, fewer = (
                _("More completed in the last three whole months than before"),
                _("Fewer completed in the last three whole months than before"),
            )
            return more if change > 0 else fewer
    return _("Month by month")


# Drawings ----------------------------------------------------------------------------------------


def _bars(name: str, title: str, rows: Sequence[Row], *, crossed: bool = False) -> BarChart:
    drawn = [
        charts.Bar(row.name, row.starts.shown, row.completions.shown, _percent(row), _reason(row, crossed))
        for row in rows[:MOST_BARS]
    ]
    return charts.bars(name, title, _described(rows), drawn, whole_name=_("Started"), part_name=_("Completed"))


def _percent(row: Row) -> str:
    return "" if row.share is None else f"{row.share}%"


def _reason(row: Row, crossed: bool) -> str:
    if row.starts.hidden:
        return statistics.in_words(row.starts, crossed=crossed)
    if row.completions.hidden:
        return _("completed: %(reason)s") % {"reason": statistics.in_words(row.completions, crossed=True)}
    return ""


def _described(rows: Sequence[Row]) -> str:
    """For those who do not see the drawing: what it shows, its ends, and what is missing."""
    said = [_("Each bar shows how many started and, filled, how many completed.")]
    shares = sorted((row for row in rows if row.share is not None), key=lambda row: row.share or 0)
    if len(shares) > 1:
        said.append(
            _("The highest share is %(high)s%%, %(best)s; the lowest %(low)s%%, %(last)s.")
            % {"high": shares[-1].share, "best": shares[-1].name, "low": shares[0].share, "last": shares[0].name}
        )
    hidden = sum(1 for row in rows if row.starts.hidden)
    if hidden:
        said.append(_("Hidden rows: %(number)s.") % {"number": hidden})
    said.append(_("All figures are in the table."))
    return " ".join(said)


def _lines(rows: Sequence[Row]) -> LineChart:
    series = [
        charts.Series(_("Completed"), [row.completions.shown for row in rows]),
        charts.Series(_("Started"), [row.starts.shown for row in rows]),
    ]
    places = [row.name.split()[0] for row in rows]
    title = _("Started and completed, by month")
    return charts.lines("month", title, _described_months(rows), places, series)


def _described_months(rows: Sequence[Row]) -> str:
    said = [_("From %(first)s to %(last)s.") % {"first": rows[0].name, "last": rows[-1].name}]
    shown = [row for row in rows if row.completions.shown is not None]
    if shown:
        most = max(shown, key=lambda row: row.completions.shown or 0)
        said.append(_("Most completed in %(month)s: %(number)s.") % {"month": most.name, "number": most.completions.shown})
    if len(shown) < len(rows):
        said.append(_("Hidden months are dashed stubs."))
    said.append(_("All figures are in the table."))
    return " ".join(said)
