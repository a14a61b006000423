"""The published cube of a course or module: its counts by organisation, staff group and period or month, protected.

Everything that can be asked about a page is one cube: organisation and staff group together for each period, either of them
by month as well. `core.disclosure` hides in all of it at once, so that no other question answers what one kept back.
Working one out takes some 20 ms, so each process keeps those it made until the page's counts change.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from itertools import product

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Max, Q, Sum

from core import disclosure
from core.disclosure import Figure, Line
from learning.models import MonthlyCount
from learning.models.completion import ALL
from learning.periods import ALL_TIME, Period

MEASURES = ("registrations", "starts", "completions")
MARGIN = Q(organisation=ALL) | Q(staff_group=ALL)
NOTHING = (0, 0, 0)
KEPT = 200  # cubes in a process, of about a megabyte each for a large course

Numbers = tuple[int, ...]  # one for each of MEASURES
Cell = tuple[int, int, Hashable]  # organisation, staff group, and a period's code or a month
Cube = Mapping[Cell, Numbers]


def rules() -> disclosure.Rules:
    return disclosure.Rules(settings.DISCLOSURE_THRESHOLD, settings.DISCLOSURE_ROUNDING, settings.DISCLOSURE_SHARE_BASE)


class Figures:
    """A cube as it may be shown."""

    def __init__(self, cube: Cube, lines: Iterable[Line], known: disclosure.Rules) -> None:
        self.cube, self.rules, shape = cube, known, disclosure.Lines(lines)
        crossed = {cell for cell in cube if cell[0] and cell[1]}
        self.hidden = [
            disclosure.hide({cell: numbers[index] for cell, numbers in cube.items()}, shape, known, untold=crossed)
            for index in range(len(MEASURES))
        ]

    def at(self, organisation: int, staff_group: int, span: str | date) -> tuple[Figure, ...]:
        """The figures of one cell, in the order of MEASURES."""
        cell = (organisation, staff_group, span)
        numbers = self.cube.get(cell, NOTHING)
        return tuple(
            disclosure.figure(number, hidden.get(cell), self.rules) for number, hidden in zip(numbers, self.hidden, strict=True)
        )

    def first_month(self, period: Period) -> date | None:
        """The first month of a period in which anybody was counted."""
        return min((span for _o, _g, span in self.cube if isinstance(span, date) and period.holds(span)), default=None)


# Keeping -----------------------------------------------------------------------------------------

_kept: OrderedDict[Hashable, Figures] = OrderedDict()


def of(pages: Iterable[int], offered: list[Period]) -> dict[int, Figures]:
    """The figures of each page: one query to see what has changed, two for all that has."""
    pages, known = list(pages), rules()
    codes = tuple((period.code, period.last) for period in offered)
    keys = {page: (*version, known, codes) for page, version in _versions(pages).items()}
    missing = [page for page in pages if keys[page] not in _kept]
    if missing:
        for page, cube in _read(missing, offered).items():
            _keep(keys[page], Figures(cube, lines(cube, offered), known))
    return {page: _kept[keys[page]] for page in pages}


def forget() -> None:
    _kept.clear()


def _keep(key: Hashable, figures: Figures) -> None:
    _kept[key] = figures
    while len(_kept) > KEPT:
        _kept.popitem(last=False)


def _versions(pages: list[int]) -> dict[int, tuple]:
    """What changes whenever something is counted. A cube that is kept a moment too long is still whole and safe."""
    weight = F("organisation") + 7 * F("staff_group")
    sums = {f"sum_of_{name}": Sum(name) for name in MEASURES} | {f"spread_of_{name}": Sum(F(name) * weight) for name in MEASURES}
    rows = MonthlyCount.objects.filter(MARGIN, page__in=pages).values_list("page").order_by()
    versions = {page: rest for page, *rest in rows.annotate(cells=Count("pk"), last=Max("pk"), **sums)}
    return {page: (connection.settings_dict["NAME"], page, *versions.get(page, ())) for page in pages}


# Reading -----------------------------------------------------------------------------------------


def _read(pages: list[int], offered: list[Period]) -> dict[int, Cube]:
    cells: dict[int, dict[Cell, Numbers]] = {page: {} for page in pages}
    _read_months(cells, offered)
    _read_crossed(cells, offered)
    return {page: _filled(found) for page, found in cells.items()}


def _read_months(cells: dict[int, dict[Cell, Numbers]], offered: list[Period]) -> None:
    """Months of an organisation, of a staff group and of all, and their sums by period."""
    rows = MonthlyCount.objects.filter(MARGIN, page__in=cells)
    codes: dict[date, list[str]] = {}
    for page, organisation, group, month, *numbers in rows.values_list("page", "organisation", "staff_group", "month", *MEASURES):
        known, counted = cells[page], _counted(numbers)
        known[organisation, group, month] = counted
        if month not in codes:
            codes[month] = [period.code for period in offered if period.holds(month)]
        for code in codes[month]:
            key = (organisation, group, code)
            known[key] = _plus(known.get(key, NOTHING), counted)


def _read_crossed(cells: dict[int, dict[Cell, Numbers]], offered: list[Period]) -> None:
    """An organisation and a staff group together, for each period."""
    sums = {
        f"{measure}_{number}": Sum(measure, filter=period.condition(), default=0)
        for (number, period), measure in product(enumerate(offered), MEASURES)
    }
    rows = MonthlyCount.objects.filter(page__in=cells).exclude(MARGIN).values_list("page", "organisation", "staff_group")
    width = len(MEASURES)
    for page, organisation, group, *numbers in rows.annotate(**sums):
        for number, period in enumerate(offered):
            some = numbers[number * width : (number + 1) * width]
            cells[page][organisation, group, period.code] = _counted(some)


def _filled(cells: dict[Cell, Numbers]) -> Cube:
    """With a nought wherever nobody was counted, so that noughts can be hidden too."""
    organisations, groups = {key[0] for key in cells} | {ALL}, {key[1] for key in cells} | {ALL}
    crossed = {key[2] for key in cells if key[0] and key[1]}
    margins = [*product(organisations, [ALL]), *product([ALL], groups)]
    for span in {key[2] for key in cells}:
        for organisation, group in product(organisations, groups) if span in crossed else margins:
            cells.setdefault((organisation, group, span), NOTHING)
    return cells


def _plus(these: Numbers, those: Numbers) -> Numbers:
    return (these[0] + those[0], these[1] + those[1], these[2] + those[2])


def _counted(numbers: Iterable[int]) -> Numbers:
    """What was taken back in a later month is never less than nothing."""
    return tuple(max(number, 0) for number in numbers)


# Lines -------------------------------------------------------------------------------------------


def lines(cube: Cube, offered: list[Period]) -> list[Line]:
    """Every total with parts that can be read of it, under any filter and for any period."""
    return [*_lines_across(cube), *_lines_of_months(cube, offered), *_lines_of_years(cube, offered)]


def _lines_across(cube: Cube) -> list[Line]:
    """All organisations together, and all staff groups, wherever both sides can be read."""
    parts: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in cube:
        organisation, group, span = cell
        if organisation:
            parts[ALL, group, span, "organisation"].append(cell)
        if group:
            parts[organisation, ALL, span, "staff_group"].append(cell)
    return [Line(total[:3], tuple(cells)) for total, cells in parts.items()]


def _lines_of_months(cube: Cube, offered: list[Period]) -> list[Line]:
    months: dict[tuple[int, int], list[tuple[Cell, date]]] = defaultdict(list)
    for cell in cube:
        if isinstance(cell[2], date):
            months[cell[0], cell[1]].append((cell, cell[2]))
    found = [
        Line((*pair, period.code), tuple(cell for cell, month in cells if period.holds(month)))
        for (pair, cells), period in product(months.items(), offered)
    ]
    return [line for line in found if line.parts]


def _lines_of_years(cube: Cube, offered: list[Period]) -> list[Line]:
    """All time is the sum of the years on offer, where nothing is older than they are."""
    years = [period for period in offered if period.is_year]
    if any(isinstance(span, date) and not any(year.holds(span) for year in years) for _o, _g, span in cube):
        return []
    pairs = {cell[:2] for cell in cube if cell[2] == ALL_TIME}
    found = [Line((*pair, ALL_TIME), tuple((*pair, year.code) for year in years if (*pair, year.code) in cube)) for pair in pairs]
    return [line for line in found if line.parts]
