"""Who has learned what: registrations, starts, completions and times, as they may be shown.

Counts come from the published cube of a course or module (learning/cubes.py), times from the histograms of the same months.
For an organisation and a staff group together there are no months: they would be too many small numbers.

A month counts what happened in it: those who completed need not be those who started in the same month.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import disclosure
from core.disclosure import Figure
from learning import cubes, periods
from learning.models import BAND_FIELDS, CoursePage, ModulePage, MonthlyCount
from learning.models.completion import ALL
from learning.periods import Period
from people.models import Organisation, StaffGroup

BAND_MINUTES = 5
Bands = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from."""

    courses: list[CoursePage]
    modules: list[ModulePage]
    organisations: dict[int, Organisation]
    staff_groups: dict[int, StaffGroup]
    periods: list[Period]

    def modules_of(self, course: CoursePage) -> list[ModulePage]:
        return [module for module in self.modules if module.is_child_of(course)]

    def find(self, activity: uuid.UUID) -> tuple[CoursePage | None, ModulePage | None]:
        """The course, or the module with its course, of an activity's key."""
        module = next((module for module in self.modules if module.activity == activity), None)
        return next((course for course in self.courses if _is_of(course, activity, module)), None), module


def _is_of(course: CoursePage, activity: uuid.UUID, module: ModulePage | None) -> bool:
    return module.is_child_of(course) if module else course.activity == activity


def offer() -> Offer:
    return Offer(
        courses=list(CoursePage.objects.live().order_by("title")),
        modules=list(ModulePage.objects.live().order_by("path").defer_streamfields()),
        organisations=Organisation.objects.in_bulk(),
        staff_groups=StaffGroup.objects.in_bulk(),
        periods=periods.offered(timezone.localdate()),
    )


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
class Question:
    """A course, or one of its modules, for a period; of an organisation, a staff group, both or neither."""

    course: CoursePage
    period: Period
    module: ModulePage | None = None
    organisation: Organisation | None = None
    staff_group: StaffGroup | None = None

    @property
    def page(self) -> CoursePage | ModulePage:
        return self.module or self.course

    @property
    def is_crossed(self) -> bool:
        return bool(self.organisation and self.staff_group)

    @property
    def cell(self) -> tuple[int, int]:
        return (self.organisation.pk if self.organisation else ALL, self.staff_group.pk if self.staff_group else ALL)


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer to a question. A list that does not belong to it is empty."""

    question: Question
    total: Row
    by_module: list[Row] = field(default_factory=list)
    by_staff_group: list[Row] = field(default_factory=list)
    by_organisation: list[Row] = field(default_factory=list)
    by_month: list[Row] = field(default_factory=list)
    outlines: int = 0  # modules of the course that nobody can complete yet

    @property
    def is_empty(self) -> bool:
        return self.total.is_nought


def summary(offered: Offer, question: Question) -> Summary:
    """All figures that answer the question, in six queries at most, four while nothing has changed."""
    modules = [] if question.module else offered.modules_of(question.course)
    answer = _Answer(offered, question, modules)
    return Summary(
        question=question,
        total=answer.total(),
        by_module=answer.by_module(),
        by_staff_group=answer.by_staff_group(),
        by_organisation=answer.by_organisation(),
        by_month=answer.by_month(),
        outlines=sum(module.is_outline for module in modules),
    )


def in_words(figure: Figure, *, crossed: bool = False) -> str:
    """Why a figure is not shown; of crossed figures only that it is not."""
    if figure.is_small:
        return _("fewer than %(threshold)s") % {"threshold": cubes.rules().threshold}
    if figure.hidden:
        return _("hidden") if crossed else _("hidden, to protect another figure")
    return ""


class _Answer:
    """One question, worked out: the figures of the pages that it touches, and the times of its rows."""

    def __init__(self, offered: Offer, question: Question, modules: list[ModulePage]) -> None:
        self.offered, self.question, self.modules, self.rules = offered, question, modules, cubes.rules()
        self.can_be_completed = not any(module.is_outline for module in modules)
        every, asked = ([page.pk for page in pages] for pages in (offered.modules_of(question.course), [question.page, *modules]))
        self.figures = cubes.of(question.course.pk, every, offered.periods, asked=asked)
        self.times = self._times_of_groups()

    def total(self) -> Row:
        return self._group_row("", _("All"), self.question.cell)

    def by_staff_group(self) -> list[Row]:
        organisation, chosen = self.question.cell
        groups = {} if chosen else self.offered.staff_groups
        return _by_size(self._group_row(str(pk), group.name, (organisation, pk)) for pk, group in groups.items())

    def by_organisation(self) -> list[Row]:
        chosen, staff_group = self.question.cell
        rows = {} if chosen else self.offered.organisations
        return _by_size(self._group_row(str(row.key), row.name, (pk, staff_group)) for pk, row in rows.items())

    def by_month(self) -> list[Row]:
        if self.question.is_crossed:
            return []
        times = _times(self._counts().filter(self._here(), page=self.question.page), "month")
        months = self.figures[self.question.course.pk].months(self.question.period)
        return [self._month_row(month, times.get((month,))) for month in months]

    def by_module(self) -> list[Row]:
        if not self.modules:
            return []
        times = _times(self._counts().filter(self._here(), page__in=self.modules), "page")
        return [self._module_row(module, times.get((module.pk,))) for module in self.modules if not module.is_outline]

    def _month_row(self, month: date, bands: Bands | None) -> Row:
        return self._row(f"{month:%Y-%m}", date_format(month, "M\xa0Y"), self._at(*self.question.cell, month), bands)

    def _module_row(self, module: ModulePage, bands: Bands | None) -> Row:
        figures = self._at(*self.question.cell, self.question.period.code, page=module)
        return self._row(str(module.activity), module.title, figures, bands)

    def _group_row(self, key: str, name: str, cell: tuple[int, int]) -> Row:
        return self._row(key, name, self._at(*cell, self.question.period.code), self.times.get(cell), self.can_be_completed)

    def _at(self, organisation: int, staff_group: int, span: str | date, page: ModulePage | None = None) -> tuple[Figure, ...]:
        """The registrations of a module are those of its course."""
        registrations, *_others = self.figures[self.question.course.pk].at(organisation, staff_group, span)
        *_others, starts, completions = self.figures[(page or self.question.page).pk].at(organisation, staff_group, span)
        return registrations, starts, completions

    def _row(self, key: str, name: str, figures: tuple[Figure, ...], bands: Bands | None, has_share: bool = True) -> Row:
        """No share of a course that nobody can complete yet."""
        registrations, starts, completions = figures
        share = disclosure.share(completions, starts, self.rules) if has_share else None
        median = median_of(bands) if bands and completions.shown else None
        return Row(key, name, registrations, starts, completions, share, median)

    def _counts(self) -> QuerySet[MonthlyCount]:
        return MonthlyCount.objects.filter(self.question.period.condition())

    def _here(self) -> Q:
        organisation, staff_group = self.question.cell
        return Q(organisation=organisation, staff_group=staff_group)

    def _times_of_groups(self) -> dict[tuple, Bands]:
        """The histogram of each organisation and each staff group that is asked for, and of all together."""
        organisation, staff_group = self.question.cell
        asked = self._here() if self.question.is_crossed else Q(organisation=organisation) | Q(staff_group=staff_group)
        return _times(self._counts().filter(asked, page=self.question.page), "organisation", "staff_group")


def median_of(bands: Bands) -> Median | None:
    """Read from the histogram: the band in which the middle person's time falls."""
    below, half = 0, sum(bands) / 2
    for number, count in enumerate(bands):
        below += count
        if count and below >= half:
            return Median(number * BAND_MINUTES, None if number == len(bands) - 1 else (number + 1) * BAND_MINUTES)
    return None


def _times(rows: QuerySet[MonthlyCount], *by: str) -> dict[tuple, Bands]:
    sums = {f"sum_of_{name}": Sum(name) for name in BAND_FIELDS}
    width = len(by)
    return {tuple(row[:width]): tuple(max(count, 0) for count in row[width:]) for row in rows.values_list(*by).annotate(**sums)}


def _by_size(rows: Iterable[Row]) -> list[Row]:
    """The largest first, by what is shown: the order must not tell what rounding hides. Rows of nothing are left out."""
    return sorted((row for row in rows if not row.is_nought), key=_size, reverse=True)


def _size(row: Row) -> tuple[int, int]:
    return (-1, 0) if row.starts.shown is None else (row.starts.shown, row.registrations.shown or 0)
