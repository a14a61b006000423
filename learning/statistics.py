"""Who has learned what: the figures that may be shown, from the monthly counts.

Everything that can be asked for is one published cube: a course by organisation and staff group for each period, either of
them by month, and its modules by either for each period. `core.disclosure` hides in all of it at once, so that no other
question answers what one question kept back. For an organisation and a staff group together there are therefore no months
and no modules, and periods are those of the list and no others.

A month counts what happened in it: those who completed need not be those who started in the same month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import disclosure
from core.disclosure import Figure, Line
from learning.models import BAND_FIELDS, CoursePage, ModulePage, MonthlyCount
from learning.models.completion import ALL
from people.models import Organisation, StaffGroup

MEASURES = ("registrations", "starts", "completions")
BAND_MINUTES = 5
YEARS_OFFERED = 3
MARGIN = Q(organisation=ALL) | Q(staff_group=ALL)
NOTHING = (0, 0, 0)

Numbers = tuple[int, ...]  # one for each of MEASURES


# What can be asked -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, from the first day of `first` to the last day of the month `last`. No `first`: from the beginning."""

    code: str
    name: str
    first: date | None
    last: date

    def holds(self, month: date) -> bool:
        return (self.first is None or self.first <= month) and month <= self.last

    def condition(self) -> Q:
        return Q(month__lte=self.last) & (Q(month__gte=self.first) if self.first else Q())


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from."""

    courses: list[CoursePage]
    organisations: dict[int, Organisation]
    staff_groups: dict[int, StaffGroup]
    periods: list[Period]


def offer() -> Offer:
    return Offer(
        courses=list(CoursePage.objects.live().order_by("title")),
        organisations=Organisation.objects.in_bulk(),
        staff_groups=StaffGroup.objects.in_bulk(),
        periods=periods(timezone.localdate()),
    )


def periods(today: date) -> list[Period]:
    """The periods on offer. Free ones would let two of them be subtracted, down to a single month or less."""
    month = today.replace(day=1)
    years = [_financial_year(month, back) for back in range(YEARS_OFFERED)]
    return [
        Period("last-12-months", _("Last 12 months"), _months_before(month, 11), month),
        Period("last-3-months", _("Last 3 months"), _months_before(month, 2), month),
        *years,
        Period("all", _("All time"), None, month),
    ]


def _financial_year(month: date, back: int) -> Period:
    """April to March."""
    year = month.year - (month.month < 4) - back
    name = _("April %(first)s to March %(last)s") % {"first": year, "last": year + 1}
    return Period(f"{year}-{(year + 1) % 100:02}", name, date(year, 4, 1), min(month, date(year + 1, 3, 1)))


def _months_before(month: date, months: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, index + 1, 1)


# What is answered --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Median:
    """Half took up to `upto` minutes or less; the other half `above` or more. The last band has no end."""

    above: int
    upto: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one module, organisation, staff group or month, as they may be shown."""

    key: str
    name: str
    registrations: Figure
    starts: Figure
    completions: Figure
    share: int | None = None
    median: Median | None = None

    @property
    def is_nought(self) -> bool:
        return not any(figure.hidden or figure.shown for figure in (self.registrations, self.starts, self.completions))


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer to one question, and the question. A list that does not belong to it is empty."""

    course: CoursePage
    period: Period
    organisation: Organisation | None
    staff_group: StaffGroup | None
    total: Row
    by_staff_group: list[Row] = field(default_factory=list)
    by_organisation: list[Row] = field(default_factory=list)
    by_module: list[Row] = field(default_factory=list)
    by_month: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.total.is_nought

    @property
    def is_crossed(self) -> bool:
        return bool(self.organisation and self.staff_group)


def rules() -> disclosure.Rules:
    return disclosure.Rules(settings.DISCLOSURE_THRESHOLD, settings.DISCLOSURE_ROUNDING, settings.DISCLOSURE_SHARE_BASE)


def summary(
    offered: Offer,
    course: CoursePage,
    period: Period,
    organisation: Organisation | None = None,
    staff_group: StaffGroup | None = None,
) -> Summary:
    """All figures of one course for one period, in seven queries at most."""
    question = _Question(
        offered, course, period, organisation.pk if organisation else ALL, staff_group.pk if staff_group else ALL
    )
    answer = _Answer(question)
    return Summary(
        course=course,
        period=period,
        organisation=organisation,
        staff_group=staff_group,
        total=answer.total(),
        by_staff_group=answer.by_staff_group(),
        by_organisation=answer.by_organisation(),
        by_module=answer.by_module(),
        by_month=answer.by_month(),
    )


def in_words(figure: Figure, *, crossed: bool = False) -> str:
    """Why a figure is not shown; of crossed figures only that it is not."""
    if figure.is_small:
        return _("fewer than %(threshold)s") % {"threshold": rules().threshold}
    if figure.hidden:
        return _("hidden") if crossed else _("hidden, to protect another figure")
    return ""


@dataclass(frozen=True, slots=True)
class _Question:
    offered: Offer
    course: CoursePage
    period: Period
    organisation: int
    staff_group: int

    @property
    def is_crossed(self) -> bool:
        return bool(self.organisation and self.staff_group)

    def counts(self) -> QuerySet[MonthlyCount]:
        return MonthlyCount.objects.filter(self.period.condition())

    def here(self) -> Q:
        return Q(organisation=self.organisation, staff_group=self.staff_group)


class _Answer:
    """One question, worked out: the figures of the whole cube, and the times of the rows that are asked for."""

    def __init__(self, question: _Question) -> None:
        self.question, self.rules = question, rules()
        self.cube = _course_cube(question.course, question.offered.periods)
        self.figures = _Figures(self.cube, _course_lines(self.cube, question.offered.periods), self.rules)
        self.times = _times_of_groups(question)

    def total(self) -> Row:
        question = self.question
        cell = (question.organisation, question.staff_group)
        return self._row("", _("All"), self._figures(*cell, question.period.code), self.times.get(cell))

    def by_staff_group(self) -> list[Row]:
        question = self.question
        if question.staff_group:
            return []
        rows = [
            self._group_row(str(pk), group.name, (question.organisation, pk))
            for pk, group in question.offered.staff_groups.items()
        ]
        return _by_size(rows)

    def by_organisation(self) -> list[Row]:
        question = self.question
        if question.organisation:
            return []
        items = question.offered.organisations.items()
        return _by_size([self._group_row(str(item.key), item.name, (pk, question.staff_group)) for pk, item in items])

    def by_month(self) -> list[Row]:
        question = self.question
        if question.is_crossed:
            return []
        times = _times(question.counts().filter(question.here(), page=question.course), "month")
        months = _months(question.period, self.cube)
        cell = (question.organisation, question.staff_group)
        return [
            self._row(f"{month:%Y-%m}", _month_name(month), self._figures(*cell, month), times.get((month,))) for month in months
        ]

    def by_module(self) -> list[Row]:
        question = self.question
        if question.is_crossed:
            return []
        modules = list(ModulePage.objects.child_of(question.course).live().order_by("path").defer_streamfields())
        cube = _modules_cube(question, modules)
        figures = _Figures(cube, _lines_across(cube), self.rules)
        times = _times(question.counts().filter(question.here(), page__in=modules), "page")
        registrations = self._figures(question.organisation, question.staff_group, question.period.code)[0]
        cell = (question.organisation, question.staff_group)
        return [
            self._row(str(page.activity), page.title, (registrations, *figures.at((*cell, page.pk))[1:]), times.get((page.pk,)))
            for page in modules
        ]

    def _group_row(self, key: str, name: str, cell: tuple[int, int]) -> Row:
        return self._row(key, name, self._figures(*cell, self.question.period.code), self.times.get(cell))

    def _figures(self, organisation: int, staff_group: int, span: str | date) -> tuple[Figure, ...]:
        return self.figures.at((organisation, staff_group, span))

    def _row(self, key: str, name: str, figures: tuple[Figure, ...], bands: Numbers | None) -> Row:
        registrations, starts, completions = figures
        share = disclosure.share(completions, starts, self.rules)
        median = median_of(bands) if bands and completions.shown else None
        return Row(key, name, registrations, starts, completions, share, median)


def median_of(bands: Numbers) -> Median | None:
    """Read from the histogram: the band in which the middle person's time falls."""
    below, half = 0, sum(bands) / 2
    for number, count in enumerate(bands):
        below += count
        if count and below >= half:
            return Median(number * BAND_MINUTES, None if number == len(bands) - 1 else (number + 1) * BAND_MINUTES)
    return None


def _by_size(rows: Iterable[Row]) -> list[Row]:
    """The largest first, by what is shown: the order must not tell what rounding hides. Rows of nothing are left out."""
    return sorted((row for row in rows if not row.is_nought), key=_size, reverse=True)


def _size(row: Row) -> tuple[int, int]:
    return (-1, 0) if row.starts.shown is None else (row.starts.shown, row.registrations.shown or 0)


def _month_name(month: date) -> str:
    return date_format(month, "M Y")


# The cube: cells by organisation, staff group and a third thing (period, month or module) ---------

Cell = tuple[int, int, Hashable]
Cube = Mapping[Cell, Numbers]


def _course_cube(course: CoursePage, offered: list[Period]) -> Cube:
    months, inner = _month_cells(course), _inner_cells(course, offered)
    codes = {month: [period.code for period in offered if period.holds(month)] for month in {cell[2] for cell in months}}
    sums: dict[Cell, Numbers] = defaultdict(lambda: NOTHING)
    for (organisation, group, month), numbers in months.items():
        for code in codes[month]:
            sums[organisation, group, code] = _plus(sums[organisation, group, code], numbers)
    return _filled({**months, **inner, **sums})


def _month_cells(course: CoursePage) -> dict[tuple[int, int, date], Numbers]:
    rows = MonthlyCount.objects.filter(MARGIN, page=course).values_list("organisation", "staff_group", "month", *MEASURES)
    return {(organisation, group, month): _counted(numbers) for organisation, group, month, *numbers in rows}


def _inner_cells(course: CoursePage, offered: list[Period]) -> dict[Cell, Numbers]:
    """An organisation and a staff group together, for each period."""
    sums = {
        f"{measure}_{number}": Sum(measure, filter=period.condition(), default=0)
        for (number, period), measure in product(enumerate(offered), MEASURES)
    }
    rows = MonthlyCount.objects.filter(page=course).exclude(MARGIN).values_list("organisation", "staff_group").annotate(**sums)
    width = len(MEASURES)
    return {
        (organisation, group, period.code): _counted(numbers[number * width : (number + 1) * width])
        for organisation, group, *numbers in rows
        for number, period in enumerate(offered)
    }


def _modules_cube(question: _Question, modules: list[ModulePage]) -> Cube:
    rows = question.counts().filter(MARGIN, page__in=modules).values_list("organisation", "staff_group", "page")
    sums = {f"sum_of_{measure}": Sum(measure) for measure in MEASURES}
    return _filled(
        {(organisation, group, page): _counted(numbers) for organisation, group, page, *numbers in rows.annotate(**sums)}
    )


def _filled(cells: dict[Cell, Numbers]) -> Cube:
    """With a nought wherever nobody was counted, so that noughts can be hidden too."""
    organisations, groups = {key[0] for key in cells} | {ALL}, {key[1] for key in cells} | {ALL}
    crossed = {key[2] for key in cells if key[0] and key[1]}
    for third in {key[2] for key in cells}:
        margins = [*product(organisations, [ALL]), *product([ALL], groups)]
        for organisation, group in product(organisations, groups) if third in crossed else margins:
            cells.setdefault((organisation, group, third), NOTHING)
    return cells


def _course_lines(cube: Cube, offered: list[Period]) -> list[Line]:
    return [*_lines_across(cube), *_lines_of_months(cube, offered), *_lines_of_years(cube, offered)]


def _lines_across(cube: Cube) -> list[Line]:
    """All organisations together, and all staff groups, wherever both sides can be read."""
    parts: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in cube:
        organisation, group, third = cell
        if organisation:
            parts[ALL, group, third, "organisation"].append(cell)
        if group:
            parts[organisation, ALL, third, "staff_group"].append(cell)
    return [Line(total[:3], tuple(cells)) for total, cells in parts.items()]


def _lines_of_months(cube: Cube, offered: list[Period]) -> list[Line]:
    months: dict[tuple[int, int], list[tuple[Cell, date]]] = defaultdict(list)
    for cell in cube:
        if isinstance(cell[2], date):
            months[cell[0], cell[1]].append((cell, cell[2]))
    lines = [
        Line((*pair, period.code), tuple(cell for cell, month in cells if period.holds(month)))
        for (pair, cells), period in product(months.items(), offered)
    ]
    return [line for line in lines if line.parts]


def _lines_of_years(cube: Cube, offered: list[Period]) -> list[Line]:
    """All time is the sum of the years on offer, where nothing is older than they are."""
    years = [period for period in offered if period.code[0].isdigit()]
    if any(isinstance(third, date) and not any(year.holds(third) for year in years) for _o, _g, third in cube):
        return []
    pairs = {cell[:2] for cell in cube if cell[2] == "all"}
    lines = [Line((*pair, "all"), tuple((*pair, year.code) for year in years if (*pair, year.code) in cube)) for pair in pairs]
    return [line for line in lines if line.parts]


class _Figures:
    """A cube as it may be shown."""

    def __init__(self, cube: Cube, lines: list[Line], known: disclosure.Rules) -> None:
        self.cube, self.rules, shape = cube, known, disclosure.Lines(lines)
        crossed = {cell for cell in cube if cell[0] and cell[1]}
        self.hidden = [
            disclosure.hide({cell: numbers[index] for cell, numbers in cube.items()}, shape, known, untold=crossed)
            for index in range(len(MEASURES))
        ]

    def at(self, cell: Cell) -> tuple[Figure, ...]:
        """The figures of one cell, in the order of MEASURES."""
        numbers = self.cube.get(cell, NOTHING)
        return tuple(
            disclosure.figure(number, hidden.get(cell), self.rules) for number, hidden in zip(numbers, self.hidden, strict=True)
        )


def _plus(these: Numbers, those: Numbers) -> Numbers:
    return (these[0] + those[0], these[1] + those[1], these[2] + those[2])


def _counted(numbers: Iterable[int]) -> Numbers:
    """What was taken back in a later month is never less than nothing."""
    return tuple(max(number, 0) for number in numbers)


def _months(period: Period, cube: Cube) -> list[date]:
    """The months of a period, from the first in which anybody was counted."""
    first = min((cell[2] for cell in cube if isinstance(cell[2], date) and period.holds(cell[2])), default=None)
    months = []
    while first and first <= period.last:
        months.append(first)
        first = _months_before(first, -1)
    return months


# Times -------------------------------------------------------------------------------------------


def _times_of_groups(question: _Question) -> dict[tuple, Numbers]:
    """The histogram of each organisation and each staff group that is asked for, and of all together."""
    rows = question.counts().filter(page=question.course)
    if question.is_crossed:
        rows = rows.filter(question.here())
    else:
        rows = rows.filter(Q(organisation=question.organisation) | Q(staff_group=question.staff_group))
    return _times(rows, "organisation", "staff_group")


def _times(rows: QuerySet[MonthlyCount], *by: str) -> dict[tuple, Numbers]:
    sums = {f"sum_of_{name}": Sum(name) for name in BAND_FIELDS}
    width = len(by)
    return {tuple(row[:width]): _counted(row[width:]) for row in rows.values_list(*by).annotate(**sums)}
