"""Small numbers: which counts of a table may be shown, and how, so that nobody is found in them.

Four rules, their numbers passed in as `Rules`:

1. A count from 1 to `threshold` - 1 is hidden as *small*. Nought is shown as 0: that nobody is counted says nothing about
   anybody. Only where a total is itself small is nothing under it shown, noughts included.
2. Every count that is shown is rounded to the nearest `rounding`, from the true count; totals are never added up from
   rounded parts.
3. Where a hidden count could be worked out along a line (a total and its parts), the next smallest part is hidden as well:
   it *protects*. Where two kinds of total cross, a hidden cell does not say which of the two it is. No line holds a hidden
   count alone; whoever knows all that is shown on it, the rounding rule and why each cell is hidden learns no more of a
   small count than that it is small, and of another hidden one no more than rounding would have told.
4. Shares are taken from the rounded counts, and only of `share_base` or more. A median needs `threshold` people.

A published cube is the sum of its lines: hand `hide` every line that can be read off any table, under any filter and for any
period that is offered, and a cell is hidden in all of them or in none.

Limits. Lines that cross are guarded by hiding until every one of them holds by itself and with the others of the same total.
The tests attack that with every assignment that fits, for tables of two by two; no proof covers all sizes. Somebody who knows
the people counted, or who reads the same table day after day and sees it change, learns more than one table tells. That
everybody, or nobody, of a large group did something can still be read from two rounded counts. The figures are for people
with a duty to keep, not for the public: who may look is the other half of the protection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Range = tuple[float, float]


class Reason(StrEnum):
    SMALL = "small"
    PROTECTS = "protects"


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the rules above."""

    threshold: int = 5
    rounding: int = 5
    share_base: int = 20

    def rounded(self, count: int) -> int:
        return (count + self.rounding // 2) // self.rounding * self.rounding

    def range_of(self, count: int) -> Range:
        """What a reader knows of a count that is shown."""
        if not count:
            return 0, 0
        shown = self.rounded(count)
        lowest, highest = shown - self.rounding // 2, shown + (self.rounding - 1) // 2
        return max(lowest, self.threshold), highest


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A total and the parts that add up to it. Cells are named by any key."""

    total: Hashable
    parts: tuple[Hashable, ...]

    def cells(self) -> Iterator[Hashable]:
        yield self.total
        yield from self.parts


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as it may be shown: a rounded number, or why there is none."""

    shown: int | None
    hidden: str = ""

    @property
    def is_small(self) -> bool:
        return self.hidden == Reason.SMALL


class Lines:
    """Lines with their cells looked up once, for several counts of one shape."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.of: dict[Hashable, list[Line]] = defaultdict(list)
        self.under: dict[Hashable, list[Line]] = defaultdict(list)
        for line in lines:
            self.under[line.total].append(line)
            for key in line.cells():
                self.of[key].append(line)


class _Ranges(dict):
    """What a reader knows of each cell, worked out when it is asked for."""

    def __init__(self, counts: Mapping, rules: Rules) -> None:
        self.counts, self.rules = counts, rules

    def __missing__(self, key: Hashable) -> Range:
        self[key] = found = self.rules.range_of(self.counts[key])
        return found


class _Cube:
    """The work of `hide`: what is hidden so far, and the lines that must be looked at again."""

    def __init__(self, counts: Mapping, lines: Lines, rules: Rules, untold: Collection[Hashable]) -> None:
        self.counts, self.lines, self.rules, self.untold = counts, lines, rules, untold
        self.hidden: dict[Hashable, Reason] = {}
        self.ranges = _Ranges(counts, rules)
        self.waiting: dict[Line, None] = {}  # in order, each once

    def solve(self) -> dict[Hashable, Reason]:
        for key, count in self.counts.items():
            if 0 < count < self.rules.threshold:
                self._hide(key, Reason.SMALL)
        while self.waiting:
            line = next(iter(self.waiting))
            del self.waiting[line]
            self._guard(line)
        return self.hidden

    def _hide(self, key: Hashable, reason: Reason) -> None:
        self.hidden[key] = Reason.PROTECTS if key in self.untold else reason
        self.ranges[key] = self._range_of_hidden(key)
        for line in self.lines.of.get(key, ()):
            self.waiting.update(dict.fromkeys(self.lines.under[line.total]))

    def _range_of_hidden(self, key: Hashable) -> Range:
        count = self.counts[key]
        if key in self.untold:
            return 0, inf
        if self.hidden[key] == Reason.SMALL:
            return min(count, 1), self.rules.threshold - 1
        return (self.rules.threshold if count else 0), inf

    def _guard(self, line: Line) -> None:
        if self.hidden.get(line.total) == Reason.SMALL:
            self._empty(line)
        while self._gives_away(line) and (key := self._next(line)) is not None:
            self._hide(key, Reason.PROTECTS)

    def _empty(self, line: Line) -> None:
        for key in line.parts:
            if key not in self.hidden:
                self._hide(key, Reason.SMALL)

    def _next(self, line: Line) -> Hashable | None:
        """What to hide next: the smallest part shown, else a nought, else the total."""
        shown = [key for key in line.parts if key not in self.hidden]
        if shown:
            return min(shown, key=lambda key: self.counts[key] or inf)
        return None if line.total in self.hidden else line.total

    def _gives_away(self, line: Line) -> bool:
        hidden = [key for key in line.cells() if key in self.hidden]
        if not hidden:
            return False
        return len(hidden) == 1 or self._narrows(line, hidden)

    def _narrows(self, line: Line, hidden: list[Hashable]) -> bool:
        """Whether the line tells more of a hidden cell than its reason does."""
        bottom, top = self._range_of_total(line.total)
        lowest, highest = self._sums(line)
        for key in hidden:
            low, high = self.ranges[key]
            if key == line.total:
                found = bottom, top
            else:
                most_others = inf if highest == inf and self._others_are_open(line, key) else highest - high
                found = max(low, bottom - most_others), min(high, top - (lowest - low))
            if self._tells(key, found):
                return True
        return False

    def _sums(self, line: Line) -> Range:
        ranges = [self.ranges[key] for key in line.parts]
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)

    def _range_of_total(self, total: Hashable) -> Range:
        """From what is known of it, and from all the ways in which it is divided."""
        known = [self.ranges[total], *map(self._sums, self.lines.under[total])]
        return max(low for low, _ in known), min(high for _, high in known)

    def _others_are_open(self, line: Line, key: Hashable) -> bool:
        return any(self.ranges[other][1] == inf for other in line.parts if other != key)

    def _tells(self, key: Hashable, found: Range) -> bool:
        if self.hidden[key] == Reason.SMALL:
            return found != self.ranges[key]
        return found[1] - found[0] < self.rules.rounding - 1


def hide(
    counts: Mapping[Key, int], lines: Lines | Iterable[Line], rules: Rules, untold: Collection[Key] = frozenset()
) -> dict[Key, Reason]:
    """The cells that must be hidden, and why. `lines` are all totals with their parts that anybody can read.

    `untold` are the cells where two kinds of total cross: of these it is not told whether they are small or protect others.
    """
    known = lines if isinstance(lines, Lines) else Lines(lines)
    return _Cube(counts, known, rules, untold).solve()  # type: ignore[return-value]


def figure(count: int, reason: Reason | None, rules: Rules) -> Figure:
    """The count as it may be shown."""
    return Figure(None, reason.value) if reason else Figure(rules.rounded(count))


def protect(
    counts: Mapping[Key, int], lines: Lines | Iterable[Line], rules: Rules, untold: Collection[Key] = frozenset()
) -> dict[Key, Figure]:
    """Every cell as it may be shown."""
    hidden = hide(counts, lines, rules, untold)
    return {key: figure(count, hidden.get(key), rules) for key, count in counts.items()}


def share(part: Figure, whole: Figure, rules: Rules) -> int | None:
    """Per cent, from the rounded counts; None where one of them is hidden or the base is too small."""
    if part.shown is None or whole.shown is None or whole.shown < rules.share_base:
        return None
    return round(100 * part.shown / whole.shown)
