"""Everything that is shown of a course, attacked at once: nobody's hidden number can be worked out of it.

A course is made up of people at random. All that any page, file or answer of the interface shows of it, under every filter
and for every period, is written down. Then other people are looked for of whom everything would be shown in the very same
way. A hidden count that is another number in one of these other worlds cannot be worked out, whatever the means.
"""

import math
import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import product

import pytest

from learning import counts, cubes, periods, statistics
from people.models import Organisation, StaffGroup

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 15)
MONTHS = [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)]
STEPS = 5000
WARMTH = 0.5  # the warmer, the more readily the search goes where less fits


@pytest.fixture(autouse=True)
def nothing_kept():
    cubes.forget()


@pytest.fixture
def organisations(reference_data):
    return [Organisation.objects.create(name=f"Trust {letter}", kind="nhs_trust") for letter in "ABC"]


@pytest.fixture
def groups(reference_data):
    return list(StaffGroup.objects.order_by("position")[:2])


@pytest.fixture
def pages(full_course):
    """The course and its two modules."""
    return [full_course, *full_course.modules()]


@pytest.fixture
def offered(pages, organisations, groups):
    return replace(statistics.offer(), periods=periods.offered(TODAY))


# People ------------------------------------------------------------------------------------------
# Somebody is (organisation, staff group, month of registration, months of starting and of completing each module), all by
# number, None for never.


def somebody(chance):
    """Most people do all of it on one day, and most organisations are small."""

    def later(month):
        return min(month + chance.choice([0, 0, 0, 1]), len(MONTHS) - 1)

    registered = chance.randrange(len(MONTHS))
    started = tuple(later(registered) if chance.random() < 0.8 else None for _module in range(2))
    completed = tuple(later(month) if month is not None and chance.random() < 0.8 else None for month in started)
    return chance.choice([0, 0, 0, 1, 1, 2]), chance.choice([0, 0, 1]), registered, started, completed


def acts(person):
    """What is counted of somebody: page, measure, and month."""
    _organisation, _group, registered, started, completed = person
    yield 0, "registrations", registered
    if any(month is not None for month in started):
        yield 0, "starts", min(month for month in started if month is not None)
    if None not in completed:
        yield 0, "completions", max(completed)
    for page, (start, completion) in enumerate(zip(started, completed, strict=True), start=1):
        if start is not None:
            yield page, "starts", start
        if completion is not None:
            yield page, "completions", completion


def happen(people, pages, organisations, groups):
    counts.add(
        counts.Event(
            pages[page].pk,
            datetime(MONTHS[month].year, MONTHS[month].month, 9, 12, tzinfo=UTC),
            organisations[person[0]].pk,
            groups[person[1]].pk,
            **{measure: 1},
            seconds=600 if measure == "completions" else None,
        )
        for person in people
        for page, measure, month in acts(person)
    )


# What is shown -----------------------------------------------------------------------------------
# A cell is (page, measure, organisation, staff group, months), by number, None for all of them.


def months_of(span):
    """The numbers of the months of a period, or of a month as it is written in a row."""
    is_inside = (lambda month: f"{month:%Y-%m}" == span) if isinstance(span, str) else span.holds
    return tuple(number for number, month in enumerate(MONTHS) if is_inside(month))


def all_that_is_shown(offered, pages, organisations, groups):
    """Cell → figure, from the answers to all questions. A cell is the same in all of them."""
    found, (course, *modules) = {}, pages
    number = {"": None} | {str(page.activity): number for number, page in enumerate(pages)}
    number |= {str(row.key): number for number, row in enumerate(organisations)}
    number |= {str(row.pk): number for number, row in enumerate(groups)}
    choices = product([None, *modules], [None, *organisations], [None, *groups], offered.periods)
    for module, organisation, group, period in choices:
        answer = statistics.summary(offered, statistics.Question(course, period, module, organisation, group))
        page, here = number[str((module or course).activity)], number[str(organisation.key if organisation else "")]
        there = number[str(group.pk if group else "")]
        rows = [(page, here, there, period, answer.total)]
        rows += [(page, number[row.key], there, period, row) for row in answer.by_organisation if row.key in number]
        rows += [(page, here, number[row.key], period, row) for row in answer.by_staff_group if row.key in number]
        rows += [(number[row.key], here, there, period, row) for row in answer.by_module]
        rows += [(page, here, there, row.key, row) for row in answer.by_month]
        for (page_of_row, *choice, span, row), measure in product(rows, cubes.MEASURES):
            cell = (0 if measure == "registrations" else page_of_row, measure, *choice, months_of(span))
            if months_of(span):
                assert found.setdefault(cell, getattr(row, measure)) == getattr(row, measure)
    return found


def is_crossed(cell):
    return None not in cell[2:4]


def cells_of(person, spans):
    """Every cell in which somebody is counted, under any filter and for any period."""
    organisation, group, *_rest = person
    for (page, measure, month), one, other in product(acts(person), (None, organisation), (None, group)):
        for span in spans[one is not None and other is not None]:
            if month in span:
                yield page, measure, one, other, span


def range_of(figure, count):
    """What is told of a cell. Of one that protects others it is not told that it is not small itself."""
    rules = cubes.rules()
    if not figure.hidden:
        return rules.window_of(figure.shown)
    return ((1 if count else 0), rules.threshold - 1) if figure.is_small else (0, math.inf)


# The search --------------------------------------------------------------------------------------


class Worlds:
    """A walk through other people, past those of whom everything would be shown in the same way."""

    def __init__(self, people, shown, chance):
        self.people, self.chance = list(people), chance
        spans = {crossed: list({cell[-1]: None for cell in shown if is_crossed(cell) == crossed}) for crossed in (True, False)}
        numbers = defaultdict(lambda: len(numbers))  # of cells
        self.cells = cache(lambda person: [numbers[cell] for cell in cells_of(person, spans)])
        self.counts = Counter(number for person in people for number in self.cells(person))
        self.ranges = {numbers[cell]: range_of(figure, self.counts[numbers[cell]]) for cell, figure in shown.items()}
        hidden = [numbers[cell] for cell, figure in shown.items() if figure.hidden]
        self.seen = {cell: {self.counts[cell]} for cell in hidden if self.counts[cell]}
        self.misfits = sum(self.misfit(cell, self.counts[cell]) for cell in self.counts | self.ranges)
        self.wish = None

    def misfit(self, cell, number):
        low, high = self.ranges.get(cell, (0, 0))  # what has no row is nought
        return low - number if number < low else max(number - high, 0)

    def never_another(self, rounds):
        """The hidden cells that are the same in all worlds found: walk about, and then towards others of what is left."""
        for _round in range(rounds):
            self.walk(STEPS)
            for cell in self.left():
                known = self.counts[cell]
                for number in (known + 1, known - 1):
                    self.wish = cell, number
                    self.walk(STEPS // 5)
            self.wish = None
            if not self.left():
                break
        return self.left()

    def left(self):
        return [cell for cell, numbers in self.seen.items() if len(numbers) == 1]

    def walk(self, steps):
        for _step in range(steps):
            self.step()

    def step(self):
        """Change somebody, or two. A step to where less fits is taken the more seldom the less does."""
        going, coming = self.changed()
        change = defaultdict(int)
        for person, by in [*((self.people[place], -1) for place in going), *((person, 1) for person in coming)]:
            for cell in self.cells(person):
                change[cell] += by
        counts = self.counts
        worse = sum(self.misfit(cell, counts[cell] + by) - self.misfit(cell, counts[cell]) for cell, by in change.items() if by)
        if self.chance.random() < math.exp(min(-(worse + self.away_from_wish(change)) / WARMTH, 0)):
            self.people = [person for place, person in enumerate(self.people) if place not in going] + coming
            for cell, by in change.items():
                counts[cell] += by
            self.misfits += worse
            self.look(change)

    def away_from_wish(self, change):
        if not self.wish or self.wish[0] not in change:
            return 0
        cell, number = self.wish
        return (abs(self.counts[cell] + change[cell] - number) - abs(self.counts[cell] - number)) / 2

    def look(self, change):
        """Where all fits, this is another world."""
        if not self.misfits:
            for cell in change.keys() & self.seen.keys():
                self.seen[cell].add(self.counts[cell])

    def changed(self):
        """The places of people who go, and who comes instead."""
        (here, one), (there, two) = self.chance.sample(list(enumerate(self.people)), 2)
        kind = self.chance.randrange(10)
        if kind == 0:
            return [], [self.other(one)]
        if kind == 1:
            return [here], []
        return ([here], [self.other(one)]) if kind < 6 else ([here, there], self.swapped(one, two))

    def swapped(self, one, two):
        """They change organisation, staff group, or all that they did."""
        at = self.chance.choice([slice(0, 1), slice(1, 2), slice(2, None)])
        return [
            (*person[: at.start], *other[at], *person[at.stop or len(person) :]) for person, other in ((one, two), (two, one))
        ]

    def other(self, person):
        """Somebody who works elsewhere, or did one thing more, less, earlier or later."""
        organisation, group, registered, started, completed = person
        kind, module, months = self.chance.randrange(5), self.chance.randrange(2), range(len(MONTHS))
        if kind == 0:
            return self.chance.randrange(3), group, registered, started, completed
        if kind == 1:
            return organisation, self.chance.randrange(2), registered, started, completed
        if kind == 2:
            first = min((month for month in started if month is not None), default=months[-1])
            return organisation, group, self.chance.randint(0, first), started, completed
        start = self.chance.choice([None, *months[registered:]])
        completion = None if start is None else self.chance.choice([None, *months[start:]])
        started, completed = (
            tuple(new if place == module else month for place, month in enumerate(old))
            for old, new in ((started, start), (completed, completion))
        )
        return organisation, group, registered, started, completed


# Attacks -----------------------------------------------------------------------------------------


@pytest.fixture
def worlds(offered, pages, organisations, groups):
    """The other worlds of these people, as far as anybody sees them."""

    def look(people, chance):
        happen(people, pages, organisations, groups)
        found = Worlds(people, all_that_is_shown(offered, pages, organisations, groups), chance)
        assert found.seen and not found.misfits
        return found

    return look


@pytest.mark.parametrize("seed", range(5))
def test_no_hidden_count_of_a_course_can_be_worked_out(worlds, seed):
    chance = random.Random(seed)
    people = [somebody(chance) for _ in range(chance.choice([20, 25, 32]))]
    assert not worlds(people, chance).never_another(rounds=12)


def test_who_started_is_not_worked_out_of_who_registered(worlds):
    """7, 7 and 5 registered, of whom 7, 7 and 4 started: of each other's rounded numbers only these would be left."""
    people = [(organisation, 0, 3, (3, None), (None, None)) for organisation in [*[0] * 7, *[1] * 7, *[2] * 4]]
    people.append((2, 0, 3, (None, None), (None, None)))
    assert not worlds(people, random.Random(0)).never_another(rounds=12)


def test_who_started_a_module_is_not_worked_out_of_who_started_its_course(worlds):
    people = [(organisation, 0, 3, (3, 3), (None, None)) for organisation in [*[0] * 7, *[1] * 7, *[2] * 4]]
    people.append((2, 0, 3, (3, None), (None, None)))
    assert not worlds(people, random.Random(0)).never_another(rounds=12)
