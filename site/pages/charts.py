"""Where the bars and lines of a chart stand. Pure geometry in pixels of the drawing; templates turn it into SVG.

Every chart is drawn twice, for wide and for small screens, and shown with the same figures as a table beside it.
A figure that may not be shown is a dashed stub with the reason in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

# What is to be drawn -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A whole and, filled, the part of it. None is hidden, and `reason` says why. `value` stands at the bar's end."""

    label: str
    whole: int | None
    part: int | None
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A line: one value for each place on the axis. None is hidden."""

    name: str
    values: Sequence[int | None]


# What is drawn -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    text: str
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class DrawnText:
    x: str
    y: str
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """`whole`, `part` and `stub` are paths; an empty one is not drawn."""

    labels: list[DrawnText]
    whole: str
    part: str
    stub: str
    note: DrawnText


@dataclass(frozen=True, slots=True)
class BarDrawing:
    width: int
    height: int
    top: int
    bottom: int
    axis_y: int
    ticks: list[Tick]
    bars: list[DrawnBar]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Ready for `{% bar_chart %}`. `name` makes the ids of one page differ."""

    name: str
    title: str
    description: str
    whole_name: str
    part_name: str
    wide: BarDrawing
    small: BarDrawing


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """`number` is 1 or 2: the style. `runs` are the points of unbroken stretches; `stubs` stand where a value is hidden."""

    number: int
    runs: list[str]
    dots: list[tuple[str, str]]
    stubs: list[str]
    name: DrawnText


@dataclass(frozen=True, slots=True)
class LineDrawing:
    width: int
    height: int
    left: int
    right: int
    axis_y: int
    label_x: int
    ticks: list[Tick]
    places: list[Tick]
    lines: list[DrawnLine]


@dataclass(frozen=True, slots=True)
class LineChart:
    """Ready for `{% line_chart %}`."""

    name: str
    title: str
    description: str
    wide: LineDrawing
    small: LineDrawing


# Bars --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _BarLayout:
    width: int
    start: int
    end: int
    pitch: int
    first: int
    line_length: int
    is_wide: bool


WIDE_BARS = _BarLayout(width=640, start=190, end=604, pitch=46, first=18, line_length=23, is_wide=True)
SMALL_BARS = _BarLayout(width=360, start=0, end=318, pitch=58, first=34, line_length=44, is_wide=False)
THICK, ROUND, GAP = 24, 12, 8
STUB = "h8a6 12 0 0 1 0 24h-8z"


def bars(name: str, title: str, description: str, rows: Sequence[Bar], *, whole_name: str, part_name: str) -> BarChart:
    """Bars from the top, straight at nought and round at the end."""
    drawings = [_draw_bars(rows, layout) for layout in (WIDE_BARS, SMALL_BARS)]
    return BarChart(name, title, description, whole_name, part_name, *drawings)


def _draw_bars(rows: Sequence[Bar], layout: _BarLayout) -> BarDrawing:
    ticks = scale(max((number for row in rows for number in (row.whole, row.part) if number), default=0), most=4)
    bottom = 14 + layout.pitch * len(rows)
    unit = (layout.end - layout.start) / ticks[-1]
    return BarDrawing(
        width=layout.width,
        height=bottom + 26,
        top=6,
        bottom=bottom,
        axis_y=bottom + 18,
        ticks=[Tick(_px(layout.start + tick * unit), f"{tick:,}", is_base=not tick) for tick in ticks],
        bars=[_draw_bar(row, layout, layout.first + layout.pitch * number, unit) for number, row in enumerate(rows)],
    )


def _draw_bar(row: Bar, layout: _BarLayout, y: int, unit: float) -> DrawnBar:
    labels = _labels(row.label, layout, y)
    if row.whole is None:
        note = DrawnText(_px(layout.start + 26), _px(y + 17), row.reason, "ax")
        return DrawnBar(labels, "", "", f"M{layout.start} {y}{STUB}", note)
    length = max(row.whole, row.part or 0) * unit
    note = DrawnText(_px(layout.start + length + GAP), _px(y + 17), row.value or row.reason, "val" if row.value else "ax")
    return DrawnBar(
        labels, _bar_path(layout.start, y, row.whole * unit), _bar_path(layout.start, y, (row.part or 0) * unit), "", note
    )


def _bar_path(x: float, y: float, length: float) -> str:
    if length <= 0:
        return ""
    bow, straight = min(ROUND, length), _px(max(length - ROUND, 0))
    return f"M{_px(x)} {_px(y)}h{straight}a{_px(bow)} 12 0 0 1 0 {THICK}h-{straight}z"


def _labels(text: str, layout: _BarLayout, y: int) -> list[DrawnText]:
    """Beside the bar in at most two lines, or above it in one."""
    if not layout.is_wide:
        return [DrawnText("0", _px(y - 7), _cut(text, layout.line_length))]
    lines = _two_lines(text, layout.line_length)
    top = y + 17 if len(lines) == 1 else y + 9
    return [DrawnText(_px(layout.start - 14), _px(top + 17 * number), line) for number, line in enumerate(lines)]


def _two_lines(text: str, length: int) -> list[str]:
    if len(text) <= length:
        return [text]
    space = text.rfind(" ", 0, length + 1)
    cut = space if space > 0 else length
    return [text[:cut], _cut(text[cut:].strip(), length)]


def _cut(text: str, length: int) -> str:
    """What is cut off stands in the table."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip(' ,')}…"


# Lines -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _LineLayout:
    width: int
    height: int
    left: int
    first: int
    last: int
    base: int
    top: int
    most_places: int
    is_wide: bool


WIDE_LINES = _LineLayout(640, 430, left=38, first=52, last=536, base=396, top=18, most_places=12, is_wide=True)
SMALL_LINES = _LineLayout(360, 300, left=38, first=52, last=344, base=266, top=18, most_places=6, is_wide=False)
APART = 18  # between two names at the ends of lines
NAME_ROOM = 90


def lines(name: str, title: str, description: str, places: Sequence[str], series: Sequence[Series]) -> LineChart:
    """One or two lines over the same places, told apart by marker and dash as well as by colour."""
    drawings = [_draw_lines(places, series, layout) for layout in (WIDE_LINES, SMALL_LINES)]
    return LineChart(name, title, description, *drawings)


def _draw_lines(places: Sequence[str], series: Sequence[Series], layout: _LineLayout) -> LineDrawing:
    ticks = scale(max((value for line in series for value in line.values if value), default=0), most=5)
    unit = (layout.base - layout.top) / ticks[-1]
    across = [_across(number, len(places), layout) for number in range(len(places))]
    every = ceil(len(places) / layout.most_places) or 1
    drawn = [_draw_line(number, line, across, unit, layout) for number, line in enumerate(series, start=1)]
    return LineDrawing(
        width=layout.width,
        height=layout.height,
        left=layout.left,
        right=layout.last,
        axis_y=layout.base + 24,
        label_x=layout.left - 8,
        ticks=[Tick(_px(layout.base - tick * unit), f"{tick:,}", is_base=not tick) for tick in ticks],
        places=[
            Tick(_px(across[number]), place) for number, place in enumerate(places) if (len(places) - 1 - number) % every == 0
        ],
        lines=_named(drawn, layout),
    )


def _across(number: int, places: int, layout: _LineLayout) -> float:
    if places == 1:
        return (layout.first + layout.last) / 2
    return layout.first + (layout.last - layout.first) * number / (places - 1)


def _draw_line(number: int, line: Series, across: list[float], unit: float, layout: _LineLayout) -> DrawnLine:
    points = [None if value is None else (x, layout.base - value * unit) for x, value in zip(across, line.values, strict=True)]
    shown = [point for point in points if point]
    end = shown[-1] if shown else (across[-1], layout.base)
    shift = 4 if number == 1 else -4
    return DrawnLine(
        number=number,
        runs=[" ".join(f"{_px(x)},{_px(y)}" for x, y in run) for run in _runs(points) if len(run) > 1],
        dots=[(_px(x), _px(y)) for x, y in shown],
        stubs=[_stub(x + shift, layout.base) for x, point in zip(across, points, strict=True) if point is None],
        name=DrawnText(_px(end[0]), _px(end[1]), line.name if shown else ""),
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return runs


def _stub(x: float, base: float) -> str:
    return f"M{_px(x - 4)} {_px(base)}v-8a4 6 0 0 1 8 0v8z"


def _named(drawn: list[DrawnLine], layout: _LineLayout) -> list[DrawnLine]:
    """Names at the ends: beside them where there is room, else above the upper line and below the lower one."""
    order = sorted(drawn, key=lambda line: float(line.name.y))
    placed, lowest = {}, float("-inf")
    for position, line in enumerate(order):
        if layout.is_wide:
            lowest = max(float(line.name.y) + 5, lowest + APART)
            placed[line.number] = DrawnText(_px(layout.last + 14), _px(lowest), line.name.text)
        else:
            y = _clear_of(line, layout, above=position == 0 and len(order) > 1, lowest=lowest)
            lowest = y
            placed[line.number] = DrawnText(_px(layout.last), _px(y), line.name.text, "end")
    return [DrawnLine(line.number, line.runs, line.dots, line.stubs, placed[line.number]) for line in reversed(drawn)]


def _clear_of(line: DrawnLine, layout: _LineLayout, *, above: bool, lowest: float) -> float:
    """Above or below the last stretch of the line, over which its name is written."""
    near = [float(y) for x, y in line.dots if float(x) > layout.last - NAME_ROOM] or [float(line.name.y)]
    over, under = max(min(near) - 14, 12), max(near) + 24
    if above or under > layout.base - 6:
        return max(over, lowest + APART)
    return max(under, lowest + APART)


# Scales ------------------------------------------------------------------------------------------


def scale(largest: int, *, most: int) -> list[int]:
    """Round numbers from 0 to at least `largest`, in at most `most` steps of 1, 2 or 5 times a power of ten, from 5 on."""
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    step = next(step for step in steps if step >= 5 and step * most >= largest)
    return list(range(0, max(ceil(largest / step), 1) * step + 1, step))


def _px(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
