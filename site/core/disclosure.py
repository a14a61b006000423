"""Small numbers: which counts of a table may be shown, and how, so that nobody is found in them.

Five rules, their numbers passed in as `Rules`:

1. A count from 1 to `threshold` - 1 is hidden as *small*. Nought is shown as 0: that nobody is counted says nothing about
   anybody.
2. A total that is shown as less than `share_base`, or would be, is not divided where one of its parts is small, nor is a small
   total: nothing under it is shown, noughts included.
3. Every count that is shown is rounded to the nearest `rounding`, from the true count; totals are never added up from
   rounded parts.
4. Where a hidden count could be worked out, the next smallest beside it is hidden as well: it *protects*. Where two kinds of
   total cross, and where a total is not divided, a hidden cell does not say which of the two it is. But for cells that never
   say it, none is the only one hidden on a line (a total and its parts).
5. Shares are taken from the rounded counts, and only of `share_base` or more. A median needs `threshold` people.

What can be worked out. Every cell has a *window*: at first what is told of it, a rounded number or a reason. A step makes a
window narrower: along a line on which something is hidden, or across from one count of a cell to another that it includes (all
who started have registered). `publish` takes every step, from windows that others have made narrower too, until none tells
anything new. When one would tell too much it hides more, and where no other cell is left that helps it tells no longer why. So
no chain of steps, however long, leaves a small count fewer numbers than 1 to `threshold` - 1 while anything beside it could
still be hidden, nor any hidden count fewer than `Rules.least`.

Several counts of one table are published one after the other, each beside those before it: those `over` it include it, those
`under` it are included. What was shown before stays shown, and steps that lead back to it are taken as well.

A published table is the sum of its lines: hand over every line that can be read off, under any filter and for any period that
is offered, and a cell is hidden in all of them or in none.

Limits. A computer finds out more from all lines at once than by any chain of steps. No rule here answers that, but tests do:
for courses made up at random they look for other courses of which everything would be shown in the very same way, until every
hidden count has been other numbers as well. Somebody who knows the people counted, or who reads the same table day after day
and sees it change, learns more than one table tells. That everybody, or nobody, of a large group did something can still be
read from two rounded counts. The figures are for people with a duty to keep, not for the public: who may look is the other
half of the protection.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from math import inf

Key = Hashable
Window = tuple[float, float]  # the least and the most that a count can be


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

    def window_of(self, count: int) -> Window:
        """What a reader knows of a count that is shown."""
        if not count:
            return 0, 0
        shown = self.rounded(count)
        lowest, highest = shown - self.rounding // 2, shown + (self.rounding - 1) // 2
        return max(lowest, self.threshold), highest

    def is_small(self, count: int) -> bool:
        return 0 < count < self.threshold

    def may_be_divided(self, count: int) -> bool:
        return self.rounded(count) >= self.share_base

    @property
    def least(self) -> int:
        """So many numbers stay possible for every hidden count: as many as the narrowest rounding leaves."""
        return min(self.threshold - 1, self.rounding // 2 + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A total and the parts that add up to it. Cells are named by any key."""

    total: Key
    parts: tuple[Key, ...]

    def cells(self) -> Iterator[Key]:
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


def share(part: Figure, whole: Figure, rules: Rules) -> int | None:
    """Per cent, from the rounded counts; None where one of them is hidden or the base is too small."""
    if part.shown is None or whole.shown is None or whole.shown < rules.share_base:
        return None
    return round(100 * part.shown / whole.shown)


class Table:
    """Lines with their cells looked up once, for several counts of one shape.

    `untold` are the cells where two kinds of total cross: of these it is not told why they are hidden. `unseen` are shown
    nowhere, but stand in lines. `nested` are those in which one count includes another: of all time for instance, but not of
    a month, which counts what happened in it.
    """

    def __init__(
        self, lines: Iterable[Line], *, untold: Iterable[Key] = (), unseen: Iterable[Key] = (), nested: Iterable[Key] = ()
    ) -> None:
        self.lines, self.unseen, self.nested = list(lines), dict.fromkeys(unseen), frozenset(nested)
        self.untold = frozenset([*untold, *self.unseen])
        self.of: dict[Key, list[Line]] = {}
        self.under: dict[Key, list[Line]] = {}
        for line in self.lines:
            self.under.setdefault(line.total, []).append(line)
            for key in line.cells():
                self.of.setdefault(key, []).append(line)


class Published:
    """One count of a table as it may be shown, and the windows that hold for it."""

    def __init__(self, counts: Mapping[Key, int], rules: Rules) -> None:
        self.counts, self.rules = counts, rules
        self.hidden: dict[Key, Reason] = {}
        self.untold: set[Key] = set()
        self.windows: dict[Key, Window] = _Found(self.first_window)

    def figure(self, key: Key) -> Figure:
        reason = self.hidden.get(key)
        return Figure(None, reason.value) if reason else Figure(self.rules.rounded(self.counts[key]))

    def first_window(self, key: Key) -> Window:
        """What is known of a cell before anything is worked out: a rounded number, a reason, or nothing."""
        if key not in self.hidden:
            return self.rules.window_of(self.counts[key])
        if key in self.untold:
            return 0, inf
        return (1, self.rules.threshold - 1) if self.hidden[key] == Reason.SMALL else (self.rules.threshold, inf)


class _Found(dict):
    """What is looked up, or made, when it is first asked for."""

    def __init__(self, find: Callable) -> None:
        self.find = find

    def __missing__(self, key: Hashable):
        self[key] = found = self.find(key)
        return found


def publish(
    counts: Mapping[Key, int], table: Table, rules: Rules, *, over: Sequence[Published] = (), under: Sequence[Published] = ()
) -> Published:
    """A count of the table beside what was published of it before.

    `over` and `under` are those before it: the largest first, each of which includes the next, and the count stands between.
    """
    published = Published(counts, rules)
    _Hiding(published, table, over, under).solve()
    return published


# The work of `publish` ---------------------------------------------------------------------------

Found = Iterator[tuple["_Side", Key, Window]]  # windows that a step makes narrower


class _Side:
    """One of the counts, as it is known during the work. What an earlier one is known by is narrowed here only."""

    def __init__(self, published: Published, *, is_own: bool = False) -> None:
        self.counts, self.hidden = published.counts, published.hidden
        self.windows: dict[Key, Window] = published.windows if is_own else _Found(published.windows.__getitem__)
        self.steps: dict[Line, _Along] = _Found(lambda line: _Along(self, line))


@dataclass(frozen=True, slots=True, eq=False)
class _Along:
    """The step along a line: to its total from the parts, to each part from the total and the other parts."""

    side: _Side
    line: Line

    def cells(self) -> Iterator[Key]:
        return self.line.cells()

    def found(self) -> Found:
        windows, (bottom, top) = self.side.windows, self.side.windows[self.line.total]
        parts = [windows[part] for part in self.line.parts]
        lowest, highest = sum([low for low, _high in parts]), sum([high for _low, high in parts])
        if lowest > bottom or highest < top:
            yield self.side, self.line.total, (max(lowest, bottom), min(highest, top))
        widest = max([high - low for low, high in parts])
        if top - lowest < widest or highest - bottom < widest:
            for part, window in zip(self.line.parts, _parts(bottom, top, parts), strict=True):
                if window != windows[part]:
                    yield self.side, part, window


def _parts(bottom: float, top: float, parts: Sequence[Window]) -> Iterator[Window]:
    """What the total, from `bottom` to `top`, leaves to each of its parts."""
    lowest, without_end = sum(low for low, _high in parts), sum(high == inf for _low, high in parts)
    highest = sum(high for _low, high in parts if high < inf)
    for low, high in parts:
        most_others = inf if without_end > (high == inf) else highest - (high if high < inf else 0)
        yield max(low, bottom - most_others), min(high, top - (lowest - low))


@dataclass(frozen=True, slots=True, eq=False)
class _Across:
    """The step from one count of a cell to another that it includes. Where it does not, they are not compared."""

    chain: tuple[_Side, ...]  # the largest first
    key: Key

    def cells(self) -> Iterator[Key]:
        yield self.key

    def found(self) -> Found:
        for larger, smaller in pairwise(self.chain):
            if smaller.counts[self.key] <= larger.counts[self.key]:
                (bottom, high), (low, top) = larger.windows[self.key], smaller.windows[self.key]
                if low > bottom:
                    yield larger, self.key, (low, high)
                if high < top:
                    yield smaller, self.key, (low, high)


class _Hiding:
    """What is hidden so far, and the steps that must be tried again. All orders are fixed, so that every process hides alike."""

    def __init__(self, published: Published, table: Table, over: Sequence[Published], under: Sequence[Published]) -> None:
        self.table, self.rules = table, published.rules
        self.counts, self.hidden, self.untold = published.counts, published.hidden, published.untold
        self.own = _Side(published, is_own=True)
        self.chain = (*map(_Side, over), self.own, *map(_Side, under))
        self.across: dict[Key, _Across] = _Found(lambda key: _Across(self.chain, key))
        self.undivided: dict[Line, None] = {}
        self.hidden_on: dict[Line, list[Key]] = defaultdict(list)  # but for noughts
        self.waiting: OrderedDict[_Along | _Across, None] = OrderedDict()  # each once

    def solve(self) -> None:
        self._hide_untold(self.table.unseen)
        for key in [key for side in self.chain for key in side.hidden if key in self.table.nested]:
            self._wait(self.own, key)
        small = [key for key, count in self.counts.items() if self.rules.is_small(count) and key not in self.table.unseen]
        for key in small:
            self._hide(key, Reason.SMALL, is_told=key not in self.table.untold)
        for key in small:
            self._leave_undivided(line for line in self.table.of.get(key, ()) if line.total not in self.table.unseen)
        while self.waiting:
            self._try(self.waiting.popitem(last=False)[0])
        self._name()

    def _leave_undivided(self, lines: Iterable[Line]) -> None:
        """Where a total is not divided, neither is any of its parts."""
        for line in lines:
            if line not in self.undivided and not self.rules.may_be_divided(self.counts[line.total]):
                self.undivided[line] = None
                self._hide_untold(line.parts)
                for key in line.parts:
                    self._leave_undivided(self.table.under.get(key, ()))

    def _name(self) -> None:
        """The reasons that are told."""
        small = [key for key, reason in self.hidden.items() if reason == Reason.SMALL and key not in self.untold]
        self.hidden |= dict.fromkeys(self.untold, Reason.PROTECTS)
        for key in small:
            self._name_small(key)

    def _name_small(self, total: Key) -> None:
        """Of all that is under a small total everybody sees that it is small, noughts included."""
        for line in self.table.under.get(total, ()):
            for key in line.parts:
                if self.hidden[key] != Reason.SMALL and key not in self.table.untold:
                    self.hidden[key] = Reason.SMALL
                    self._name_small(key)

    # steps

    def _try(self, step: _Along | _Across) -> None:
        """Take in what the step tells, if that may be known. Else hide more, and try again."""
        found = list(step.found())
        if all(self._may_be_known(*one) for one in found) and not self._leaves_one(step):
            self._learn(found)
        elif self._hide_along(step):
            self.waiting[step] = None
        elif all(self._may_be_known(*one, is_last=True) for one in found):
            self._learn(found)
        elif self._hide_around(step):
            self.waiting[step] = None

    def _leaves_one(self, step: _Along | _Across) -> bool:
        """Whether a line hides one count alone and need not. Rounding may do, but is not what we trust in."""
        if isinstance(step, _Across) or step.side is not self.own:
            return False
        hidden, never_told = self.hidden_on[step.line], self.table.untold
        return len(hidden) == 1 and hidden[0] not in never_told and self._next(step) is not None

    def _may_be_known(self, side: _Side, key: Key, window: Window, *, is_last: bool = False) -> bool:
        count, (low, high) = side.counts[key], window
        if not count or key not in side.hidden:
            return True
        if self.rules.is_small(count) and key not in self.table.unseen and not is_last:
            return low <= 1 and high >= self.rules.threshold - 1
        return high - low + 1 >= self.rules.least

    def _learn(self, found: Iterable[tuple[_Side, Key, Window]]) -> None:
        for side, key, window in found:
            side.windows[key] = window
            self._wait(side, key)

    def _wait(self, side: _Side, key: Key) -> None:
        for line in self.table.of.get(key, ()):
            self.waiting[side.steps[line]] = None
        if key in self.table.nested:
            self.waiting[self.across[key]] = None

    # hiding

    def _hide_along(self, step: _Along | _Across) -> bool:
        """Hide one cell more; else tell no longer why they are hidden; else both. False: there is nothing more to hide."""
        key, last = self._next(step), self._next(step, is_told=False)
        if key is not None:
            self._hide(key, Reason.PROTECTS, is_told=key not in self.table.untold)
        elif not self._hide_untold(key for key in self._all_under(step) if key in self.hidden):
            if last is None:
                return False
            self._hide(last, Reason.PROTECTS, is_told=False)
        self._open_again(step.cells())
        return True

    def _next(self, step: _Along | _Across, *, is_told: bool = True) -> Key | None:
        """The smallest part of which less would be known if it were hidden, else the total."""
        total, *parts = step.cells()
        useful = [key for key in parts if self._would_help(key, is_told)]
        if useful:
            return min(useful, key=self.counts.__getitem__)
        return total if self._would_help(total, is_told) else None

    def _would_help(self, key: Key, is_told: bool) -> bool:
        if key in self.hidden or not self.counts[key]:
            return False
        (low, high), (bottom, top) = self.own.windows[key], self._room(key, is_told)
        return bottom < low or high < top

    def _room(self, key: Key, is_told: bool) -> Window:
        """What would be known of a cell that is hidden to protect another: no more than the other counts of it tell."""
        bottom, top = self.rules.threshold if is_told and key not in self.table.untold else 0, inf
        if key not in self.table.nested:
            return bottom, top
        place = self.chain.index(self.own)
        larger, smaller = self.chain[:place][-1:], self.chain[place + 1 :][:1]
        lows = [side.windows[key][0] for side in smaller if side.counts[key] <= self.counts[key]]
        highs = [side.windows[key][1] for side in larger if side.counts[key] >= self.counts[key]]
        return max([bottom, *lows]), min([top, *highs])

    def _all_under(self, step: _Along | _Across) -> dict[Key, None]:
        total, *_parts = step.cells()
        return dict.fromkeys([total, *(key for line in self.table.under.get(total, ()) for key in line.parts)])

    def _hide_around(self, step: _Along | _Across) -> bool:
        """Hide all that touches the step; where all is hidden, the whole table."""
        near = dict.fromkeys(key for cell in step.cells() for line in self.table.of.get(cell, ()) for key in line.cells())
        return self._hide_untold(near) or self._hide_untold(self.counts)

    def _hide_untold(self, keys: Iterable[Key]) -> bool:
        """Hide the cells and do not tell why. False: they were so before."""
        told = [key for key in keys if key not in self.untold]
        for key in told:
            self._hide(key, self.hidden.get(key, Reason.PROTECTS), is_told=False)
        return bool(told)

    def _hide(self, key: Key, reason: Reason, *, is_told: bool) -> None:
        if key not in self.hidden and self.counts[key]:
            for line in self.table.of.get(key, ()):
                self.hidden_on[line].append(key)
            for side in () if key in self.table.unseen else self.chain if key in self.table.nested else [self.own]:
                self._wait(side, key)
        self.hidden[key] = reason
        if not is_told:
            self.untold.add(key)
        self._open_again([key])

    def _open_again(self, keys: Iterable[Key]) -> None:
        """What was worked out of the cells may no longer be, now that more is hidden."""
        for side, key in product(self.chain, keys):
            known = side.windows.pop(key, None)
            if known and known != side.windows[key]:
                self._wait(side, key)
