"""Adding to the monthly counts, in the transaction of the act that is counted, and counting afresh.

Every event adds to four cells: its organisation and staff group, either of them with all of the other, and all of both.
All events of one call become one statement that writes its cells in the order of their keys, so that two learners at the
same moment wait for each other and never lock each other out. Call `add` once in a transaction, with everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from django.db import connection, transaction
from django.db.models import F, Min, Q, Sum
from django.utils import timezone

from learning.models import BAND_FIELDS, ModuleProgress, MonthlyCount, Registration
from learning.models.completion import ALL

BAND_SECONDS = 300
CELLS_A_STATEMENT = 200  # 32 values each: under the limits of both databases
COUNT_FIELDS = ["registrations", "starts", "completions"]
KEY_FIELDS = ["page_id", "month", "organisation", "staff_group"]
NUMBER_FIELDS = [*COUNT_FIELDS, *BAND_FIELDS]

Key = tuple[int, date, int, int]


@dataclass(frozen=True, slots=True)
class Event:
    """Something to count on a course or module. `seconds` goes with a completion: the time it took, as first counted.

    `sign` -1 takes back what was added with the same values, as when a counted statement is voided.
    """

    page_id: int
    at: datetime
    organisation_id: int
    staff_group_id: int
    registrations: int = 0
    starts: int = 0
    completions: int = 0
    seconds: int | None = None
    sign: int = 1

    @property
    def month(self) -> date:
        """Its first day, as London's clocks tell it."""
        return timezone.localdate(self.at, timezone.get_default_timezone()).replace(day=1)

    def cells(self) -> Iterator[Key]:
        """The keys of the four cells it adds to."""
        for organisation, staff_group in product((ALL, self.organisation_id), (ALL, self.staff_group_id)):
            yield self.page_id, self.month, organisation, staff_group

    def numbers(self) -> list[int]:
        """What it adds, in the order of NUMBER_FIELDS."""
        numbers = [self.registrations, self.starts, self.completions, *[0] * len(BAND_FIELDS)]
        if self.seconds is not None:
            numbers[len(COUNT_FIELDS) + band(self.seconds)] = self.completions
        return [number * self.sign for number in numbers]


def band(seconds: int) -> int:
    """The five minutes into which a time falls; the last band holds everything from two hours on."""
    return min(seconds // BAND_SECONDS, len(BAND_FIELDS) - 1)


def course_seconds(registration: Registration) -> int:
    """The time that a completed course took: what was done of it by then. A module added and done later is none of it."""
    return registration.progress.filter(completed_at__lte=registration.completed_at).aggregate(sum=Sum("seconds"))["sum"] or 0


def add(events: Iterable[Event]) -> None:
    """Add all events to their cells, in one statement."""
    _write(_merged(events))


def rebuild() -> int:
    """Count everything afresh from registrations and progress; the number of cells written.

    Whoever adds meanwhile waits until this transaction ends.
    """
    with transaction.atomic():
        _hold_back_others()
        MonthlyCount.objects.all().delete()
        cells = _merged(_history())
        _write(cells)
    return len(cells)


def _merged(events: Iterable[Event]) -> dict[Key, list[int]]:
    cells: dict[Key, list[int]] = defaultdict(lambda: [0] * len(NUMBER_FIELDS))
    for event in events:
        numbers = event.numbers()
        for key in event.cells():
            cells[key] = [sum(pair) for pair in zip(cells[key], numbers, strict=True)]
    return cells


def _write(cells: dict[Key, list[int]]) -> None:
    rows = [(*key, *numbers) for key, numbers in sorted(cells.items()) if any(numbers)]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), CELLS_A_STATEMENT):
            some = rows[start : start + CELLS_A_STATEMENT]
            cursor.execute(_upsert(len(some)), [value for row in some for value in _adapted(row)])


def _upsert(rows: int) -> str:
    """Insert cells, or add to those that exist. Names come from the model, values are parameters."""
    quote, table = connection.ops.quote_name, MonthlyCount._meta.db_table
    names = [*KEY_FIELDS, *NUMBER_FIELDS]
    row = f"({', '.join(['%s'] * len(names))})"
    sums = ", ".join(f"{quote(name)} = {quote(table)}.{quote(name)} + excluded.{quote(name)}" for name in NUMBER_FIELDS)
    return (
        f"INSERT INTO {quote(table)} ({', '.join(map(quote, names))}) VALUES {', '.join([row] * rows)} "  # noqa: S608
        f"ON CONFLICT ({', '.join(map(quote, KEY_FIELDS))}) DO UPDATE SET {sums}"
    )


def _adapted(row: tuple) -> tuple:
    page, month, *rest = row
    return page, connection.ops.adapt_datefield_value(month), *rest


def _hold_back_others() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(MonthlyCount._meta.db_table)} IN EXCLUSIVE MODE")


def _history() -> Iterator[Event]:
    yield from _history_of_courses()
    yield from _history_of_modules()


def _history_of_courses() -> Iterator[Event]:
    """A course starts with the first of its modules; its time is that of `course_seconds`."""
    done_by_then = Sum("progress__seconds", filter=Q(progress__completed_at__lte=F("completed_at")))
    rows = Registration.objects.annotate(first=Min("progress__started_at"), seconds=done_by_then).order_by()
    names = ("course_id", "organisation_id", "staff_group_id", "registered_at", "first", "completed_at", "seconds")
    for course, organisation, group, registered, first, completed, seconds in rows.values_list(*names).iterator():
        yield Event(course, registered, organisation, group, registrations=1)
        if first:
            yield Event(course, first, organisation, group, starts=1)
        if completed:
            yield Event(course, completed, organisation, group, completions=1, seconds=seconds or 0)


def _history_of_modules() -> Iterator[Event]:
    rows = ModuleProgress.objects.order_by()
    names = (
        "module_id",
        "registration__organisation_id",
        "registration__staff_group_id",
        "started_at",
        "completed_at",
        "seconds",
    )
    for module, organisation, group, started, completed, seconds in rows.values_list(*names).iterator():
        yield Event(module, started, organisation, group, starts=1)
        if completed:
            yield Event(module, completed, organisation, group, completions=1, seconds=seconds)
