"""Pictures of panels whose data is the panel, and days and times as people say them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from panels import moments
from panels.models import Campaign

register = template.Library()

CENTRE, RADIUS = (260, 230), 176
ROOMY = 68.7  # between two of sixteen seats: there a person is drawn at full size
SHOULDERS = ["f-damson", "f-data-3", "f-data-4", "f-data-2"]
HEADS = ["f-marigold", "f-lilac", "f-coral", "f-damson", "f-lilac"]
TINTS = ["", " seat--b", " seat--c", " seat--d"]
CHAIR_EVERY, CHAIR_AT = 5, 3  # somebody uses a wheelchair, as a matter of course and as nobody's portrait

register.filter("day", moments.day)
register.filter("moment", moments.at)
register.filter("brief", moments.brief)
register.filter("left", moments.left)
register.simple_tag(moments.hours, name="hours")


@register.filter
def closing(campaign: Campaign) -> str:
    """When it closes, or that it was closed before that."""
    if not campaign.closed_early:
        return moments.at(campaign.closes_at)
    closed_at = getattr(campaign, "closed_at", None)
    if closed_at is None:
        return _("Closed early")
    day = formats.date_format(timezone.localtime(closed_at), "j F Y")
    return _("Closed early, on %(day)s") % {"day": day}


@register.inclusion_tag("panels/art/round_table.html")
def round_table(taken: int, free: int, offered: int = 0, name: str = "table") -> dict:
    """One person for each member, one ring for each free seat. `offered`: how many of the free ones somebody can apply for."""
    seats = taken + free
    size = min(1.0, 2 * RADIUS * math.sin(math.pi / seats) / ROOMY) if seats > 1 else 1.0
    drawn = [_seat(place, kind, seats) for place, kind in enumerate(_kinds(taken, free, offered))]
    shown = offered or free
    return {
        "seats": drawn,
        "size": round(size, 3),
        "taken": taken,
        "free": free,
        "offered": offered,
        "shown": shown,
        "name": name,
    }


@register.inclusion_tag("panels/art/small_table.html")
def small_table(taken: int, free: int, place: int = 0) -> dict:
    """The same in the size of a list. It says nothing by itself: the numbers stand beside it."""
    above = math.ceil((taken + free) / 2)
    rows = [(11, range(above)), (37, range(above, taken + free))]
    seats = [_dot(number, cells, y, taken) for y, cells in rows for number in cells]
    return {"seats": seats, "tint": TINTS[place % len(TINTS)]}


def _kinds(taken: int, free: int, offered: int) -> Iterator[str]:
    """Free seats evenly between the taken ones, and those that are offered evenly between the free."""
    seats, met = taken + free, 0
    for place in range(seats):
        if (place + 1) * free // seats == place * free // seats:
            yield "taken"
            continue
        yield "offered" if (met + 1) * offered // free > met * offered // free else "free"
        met += 1


def _seat(place: int, kind: str, seats: int) -> dict:
    angle = 360 * place / seats
    x = CENTRE[0] + RADIUS * math.sin(math.radians(angle))
    y = CENTRE[1] - RADIUS * math.cos(math.radians(angle))
    colours = {"shoulders": SHOULDERS[place % len(SHOULDERS)], "head": HEADS[place % len(HEADS)]}
    return {"kind": kind, "x": f"{x:.1f}", "y": f"{y:.1f}", "angle": f"{angle:.1f}", **colours, "wheels": _has_wheels(place)}


def _has_wheels(place: int) -> bool:
    return place % CHAIR_EVERY == CHAIR_AT


def _dot(number: int, cells: range, y: int, taken: int) -> dict:
    step = 96 / max(len(cells), 1)
    radius = min(5.2, step * 0.42)
    x = 4 + step * (number - cells.start + 0.5)
    is_free = number >= taken
    return {"x": f"{x:.1f}", "y": y, "r": f"{radius * (0.75 if is_free else 1):.1f}", "is_free": is_free}
