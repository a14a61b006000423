"""What panels advised and what came of it, gathered from their pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panels import blocks

if TYPE_CHECKING:
    from panels.models.pages import PanelPage


@dataclass(frozen=True)
class Advice:
    """A piece of advice with the page it stands on."""

    page: PanelPage
    value: blocks.AdviceValue


def of(page: PanelPage) -> list[Advice]:
    """All of one panel, by its last day: that of the answer, or of the advice while there is none."""
    return newest([page], most=blocks.MOST_ADVICE)


def newest(
    pages: Iterable[PanelPage], *, most: int, of_each: int = blocks.MOST_ADVICE, answered_only: bool = False
) -> list[Advice]:
    """The newest of several panels, no more than `of_each` from one. What is not shown is never made into blocks."""
    places = [row for page in pages for row in _places(page, answered_only)[:of_each]]
    places.sort(key=lambda row: row[0], reverse=True)
    return [Advice(page, page.advice[place].value) for _day, place, page in places[:most]]


def tally(pages: Iterable[PanelPage]) -> dict[str, int]:
    """How much was advised, and what came of it: all, done, planned, not_done, waiting."""
    counts = Counter(raw["value"]["status"] for page in pages for raw in page.advice.raw_data)
    return {"all": counts.total(), **{status: counts[status] for status in blocks.STATUSES}}


def _places(page: PanelPage, answered_only: bool) -> list[tuple[str, int, PanelPage]]:
    """Where the advice of one page stands, the newest first."""
    rows = enumerate(page.advice.raw_data)
    days = [(_last_day(raw), place, page) for place, raw in rows if _is_answered(raw) or not answered_only]
    return sorted(days, key=lambda row: row[0], reverse=True)


def _last_day(raw: dict) -> str:
    """As it is written: an ISO day, or nothing."""
    return str(raw["value"].get("did_on") or raw["value"]["said_on"])


def _is_answered(raw: dict) -> bool:
    return raw["value"]["status"] != blocks.WAITING
