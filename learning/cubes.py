"""The published cube of a course: its counts and those of its modules by organisation, staff group and time, protected.

All that can be asked about a course is one cube: organisation and staff group together for each period, either of them by
month as well; of the course registrations, starts and completions, of each module starts and completions. `core.disclosure`
hides in all of it, so that no other question answers what one kept back: first the course's counts, each of which includes
the next, then those of each module beside them.
Working one out takes some 20 ms a page, so each process keeps those it made until the counts of page or course change.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, product

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum

from core import disclosure
from core.disclosure import Figure, Line, Published, Table
from learning import periods
from learning.models import MonthlyCount
from learning.models.completion import ALL
from learning.periods import Period

MEASURES = ("registrations", "starts", "completions")  # each includes the next
MARGIN = Q(organisation=ALL) | Q(staff_group=ALL)
ANY_OTHER = -1  # one organisation, or staff group, that stands for all of which nobody was counted
KEPT = 200  # pages in a process, of about a megabyte each for a large course

Span = frozenset[date]  # months
Counts = dict[Hashable, int]  # by the number of a cell


def rules() -> disclosure.Rules:
    return disclosure.Rules(settings.DISCLOSURE_THRESHOLD, settings.DISCLOSURE_ROUNDING, settings.DISCLOSURE_SHARE_BASE)


# The shape of a cube -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """Whom and when a course and its modules have counted, and for which periods figures are given."""

    organisations: tuple[int, ...]
    staff_groups: tuple[int, ...]
    begun: date
    offered: tuple[Period, ...]


class Grid:
    """The cells of a shape, numbered, and the lines along which they add up.

    A span is a month, a period or a stretch: months that belong to the same periods. A stretch is shown to nobody, unless it
    is a period as well; but every period is a sum of stretches, and what the periods tell of them must be minded.
    """

    def __init__(self, shape: Shape) -> None:
        self.begun = shape.begun
        self.organisations = _numbered([ALL, *shape.organisations, ANY_OTHER])
        self.staff_groups = _numbered([ALL, *shape.staff_groups, ANY_OTHER])
        self.months = list(_months(shape))
        self.periods = {period.code: frozenset(filter(period.holds, self.months)) for period in shape.offered}
        self.stretches = _stretches(self.months, self.periods.values())
        self.longer = list(dict.fromkeys([*self.periods.values(), *self.stretches]))
        self.spans = _numbered(dict.fromkeys([*(frozenset([month]) for month in self.months), *self.longer]))
        self.table = Table(self._lines(), untold=self._crossed(), unseen=self._unseen(), nested=self._nested())

    def cell(self, organisation: int, staff_group: int, span: Span) -> int:
        """The number of a cell. Whoever was never counted has that of any other."""
        row = self.organisations.get(organisation, len(self.organisations) - 1)
        column = self.staff_groups.get(staff_group, len(self.staff_groups) - 1)
        return (row * len(self.staff_groups) + column) * len(self.spans) + self.spans[span]

    def span(self, named: str | date) -> Span:
        return self.periods[named] if isinstance(named, str) else frozenset([named])

    def cells(self) -> Iterator[tuple[int, int, Span]]:
        """An organisation and a staff group together have no months: they would be too many small numbers."""
        for organisation, staff_group in product(self.organisations, self.staff_groups):
            for span in self.longer if organisation and staff_group else self.spans:
                yield organisation, staff_group, span

    def _crossed(self) -> Iterator[int]:
        return (self.cell(*cell) for cell in self.cells() if cell[0] and cell[1])

    def _unseen(self) -> Iterator[int]:
        shown = set(self.periods.values())
        for organisation, staff_group, span in self.cells():
            if span not in shown and (len(span) > 1 or (organisation and staff_group)):
                yield self.cell(organisation, staff_group, span)

    def _nested(self) -> Iterator[int]:
        """Wherever all is counted from the beginning on."""
        spans = {span for span in self.spans if all(month in span for month in self.months if self.begun <= month <= max(span))}
        return (self.cell(*cell) for cell in self.cells() if cell[2] in spans)

    def _lines(self) -> Iterator[Line]:
        """Every total with parts that can be read of it, under any filter and for any period."""
        return chain(self._lines_of_time(), self._lines_across())

    def _lines_across(self) -> Iterator[Line]:
        """All organisations together, and all staff groups."""
        _all, *organisations = self.organisations
        _all, *staff_groups = self.staff_groups
        shown = list(self.periods.values())
        for span in self.spans:
            together = span in shown
            for group in [ALL, *staff_groups] if together else [ALL]:
                yield self._line((ALL, group, span), [(one, group, span) for one in organisations])
            for one in [ALL, *organisations] if together else [ALL]:
                yield self._line((one, ALL, span), [(one, group, span) for group in staff_groups])

    def _lines_of_time(self) -> Iterator[Line]:
        divided = [(span, parts) for span in self.longer for parts in _divisions(span, self.longer)]
        by_month = [(span, [frozenset([month]) for month in sorted(span)]) for span in self.longer if len(span) > 1]
        for one, group in product(self.organisations, self.staff_groups):
            for span, parts in divided if one and group else [*divided, *by_month]:
                yield self._line((one, group, span), [(one, group, part) for part in parts])

    def _line(self, total: tuple[int, int, Span], parts: Iterable[tuple[int, int, Span]]) -> Line:
        return Line(self.cell(*total), tuple(self.cell(*part) for part in parts))


def _numbered(keys: Iterable) -> dict:
    return {key: number for number, key in enumerate(keys)}


def _months(shape: Shape) -> Iterator[date]:
    """From the April before anybody was counted, or that of the first year on offer: a first month must not tell of anybody."""
    month = periods.first_of_year(min([shape.begun, *(period.first for period in shape.offered if period.first)]))
    last = max(period.last for period in shape.offered)
    while month <= last:
        yield month
        month = periods.months_before(month, -1)


def _stretches(months: Iterable[date], spans: Collection[Span]) -> list[Span]:
    found: dict[tuple[bool, ...], set[date]] = {}
    for month in months:
        found.setdefault(tuple(month in span for span in spans), set()).add(month)
    return [frozenset(stretch) for stretch in found.values()]


def _divisions(span: Span, spans: Collection[Span]) -> list[list[Span]]:
    """The ways in which a span is the sum of others: beginning with each that is part of it, and going on with the longest."""
    parts = [part for part in spans if part < span]
    ways = {}
    for first in parts:
        way, rest = [first], span - first
        while rest:
            way.append(max((part for part in parts if part <= rest), key=len))
            rest -= way[-1]
        ways[frozenset(way)] = way
    return list(ways.values())


@lru_cache(maxsize=50)
def _grid(shape: Shape) -> Grid:
    return Grid(shape)


# What may be shown -------------------------------------------------------------------------------


class Figures:
    """The counts of a course, or of a module beside those of its course, as they may be shown."""

    def __init__(self, grid: Grid, counts: Mapping[str, Counts], known: disclosure.Rules, course: Figures | None = None) -> None:
        self.grid = grid
        self.published: list[Published] = []
        over, under = (course.published[:2], course.published[2:]) if course else ([], [])
        for measure in MEASURES[1:] if course else MEASURES:
            before = [*over, *self.published]
            self.published.append(disclosure.publish(counts[measure], grid.table, known, over=before, under=under))

    def at(self, organisation: int, staff_group: int, span: str | date) -> list[Figure]:
        """The figures of one cell, in the order of MEASURES; those of a module without registrations."""
        cell = self.grid.cell(organisation, staff_group, self.grid.span(span))
        return [published.figure(cell) for published in self.published]

    def months(self, period: Period) -> list[date]:
        """The months of a period, from the first of which more is said than nought."""
        months = sorted(self.grid.span(period.code))
        told = (number for number, month in enumerate(months) if any(figure != Figure(0) for figure in self.at(ALL, ALL, month)))
        return months[next(told, len(months)) :]


# Keeping -----------------------------------------------------------------------------------------

_kept: OrderedDict[Hashable, Figures] = OrderedDict()


def of(course: int, modules: Collection[int], offered: list[Period], *, asked: Collection[int]) -> dict[int, Figures]:
    """The figures of a course, and of those of its modules that are asked for, by page.

    One query to see what has changed, two for all that has. A cube has one shape, so all modules must be named.
    """
    shape, versions = _look([course, *modules], offered)
    known, grid = rules(), _grid(shape)
    keys: dict[int, Hashable] = {course: (connection.settings_dict["NAME"], shape, known, versions[course])}
    keys |= {page: (keys[course], page, versions[page]) for page in asked if page != course}
    counts = _read([page for page, key in keys.items() if key not in _kept], grid)
    found: dict[int, Figures] = {}
    for page, key in keys.items():
        found[page] = _kept.get(key) or Figures(grid, counts[page], known, found.get(course))
        _keep(key, found[page])
    return found


def forget() -> None:
    _kept.clear()


def _keep(key: Hashable, figures: Figures) -> None:
    _kept[key] = figures
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


def _look(pages: list[int], offered: list[Period]) -> tuple[Shape, dict[int, tuple]]:
    """The shape of the cube, and of each page what changes whenever something is counted.

    A cube that is kept a moment too long is still whole and safe.
    """
    rows = MonthlyCount.objects.filter(MARGIN, page__in=pages).values_list("page", "organisation", "staff_group").order_by()
    sums = {f"sum_of_{name}": Sum(name) for name in MEASURES}
    versions: dict[int, list[tuple]] = {page: [] for page in pages}
    for page, *row in rows.annotate(first=Min("month"), cells=Count("pk"), last=Max("pk"), **sums):
        versions[page].append(tuple(row))
    found = [row for some in versions.values() for row in some]
    shape = Shape(
        organisations=tuple(sorted({row[0] for row in found} - {ALL})),
        staff_groups=tuple(sorted({row[1] for row in found} - {ALL})),
        begun=min([row[2] for row in found], default=offered[0].last),
        offered=tuple(offered),
    )
    return shape, {page: tuple(sorted(some)) for page, some in versions.items()}


# Reading -----------------------------------------------------------------------------------------


def _read(pages: list[int], grid: Grid) -> dict[int, dict[str, Counts]]:
    """Of each page and measure the count of every cell, noughts included, so that noughts can be hidden too."""
    nothing: Counts = {grid.cell(*cell): 0 for cell in grid.cells()}
    counts = {page: {measure: dict(nothing) for measure in MEASURES} for page in pages}
    if pages:
        _read_months(counts, grid)
        _read_crossed(counts, grid)
    return counts


def _read_months(counts: dict[int, dict[str, Counts]], grid: Grid) -> None:
    """Months of an organisation, of a staff group and of all, and their sums by span."""
    rows = MonthlyCount.objects.filter(MARGIN, page__in=counts, month__in=grid.months)
    spans = {month: [span for span in grid.spans if month in span] for month in grid.months}
    for page, organisation, group, month, *numbers in rows.values_list("page", "organisation", "staff_group", "month", *MEASURES):
        cells = [grid.cell(organisation, group, span) for span in spans[month]]
        _add(counts[page], cells, numbers)


def _read_crossed(counts: dict[int, dict[str, Counts]], grid: Grid) -> None:
    """An organisation and a staff group together, for each stretch, and their sums by period."""
    sums = {
        f"{measure}_{number}": Sum(measure, filter=Q(month__in=stretch), default=0)
        for (number, stretch), measure in product(enumerate(grid.stretches), MEASURES)
    }
    rows = MonthlyCount.objects.filter(page__in=counts).exclude(MARGIN).values_list("page", "organisation", "staff_group")
    spans = [[span for span in grid.longer if stretch <= span] for stretch in grid.stretches]
    for page, organisation, group, *numbers in rows.annotate(**sums):
        for number, inside in enumerate(spans):
            cells = [grid.cell(organisation, group, span) for span in inside]
            _add(counts[page], cells, numbers[number * len(MEASURES) :])


def _add(counts: dict[str, Counts], cells: Iterable[int], numbers: Iterable[int]) -> None:
    """What was taken back in a later month is never less than nothing."""
    for measure, number in zip(MEASURES, numbers, strict=False):
        for cell in cells if number > 0 else ():
            counts[measure][cell] += number
