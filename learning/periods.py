"""The periods for which figures are given: whole months, from a fixed list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

YEARS_OFFERED = 3
ALL_TIME = "all"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of `first` to the last day of the month `last`. No `first`: from the beginning."""

    code: str
    name: str
    first: date | None
    last: date
    is_year: bool = False

    def holds(self, month: date) -> bool:
        return (self.first is None or self.first <= month) and month <= self.last

    def condition(self) -> Q:
        return Q(month__lte=self.last) & (Q(month__gte=self.first) if self.first else Q())


def offered(today: date) -> list[Period]:
    """Free periods would let two of them be subtracted, down to a single month or less; so there are only these."""
    month = today.replace(day=1)
    years = [_financial_year(month, back) for back in range(YEARS_OFFERED)]
    return [
        Period("last-12-months", _("Last 12 months"), months_before(month, 11), month),
        Period("last-3-months", _("Last 3 months"), months_before(month, 2), month),
        *years,
        Period(ALL_TIME, _("All time"), None, month),
    ]


def months_before(month: date, months: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, index + 1, 1)


def first_of_year(month: date) -> date:
    """The April with which the financial year of a month begins."""
    return date(month.year - (month.month < 4), 4, 1)


def _financial_year(month: date, back: int) -> Period:
    """April to March."""
    year = first_of_year(month).year - back
    name = _("April %(first)s to March %(last)s") % {"first": year, "last": year + 1}
    return Period(f"{year}-{(year + 1) % 100:02}", name, date(year, 4, 1), min(month, date(year + 1, 3, 1)), is_year=True)
