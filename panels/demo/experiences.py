"""What eighty invented people told: the same words, states and numbers of stories each time, by the same acts as in real use.

Only the clock is ours. References and passphrases are drawn by lot as everybody's are; of one, both are handed back, so that
whoever tries the demonstration out can come back to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from core import mail
from panels.demo.pages import read
from panels.demo.people import at
from panels.experiences import moderating, telling
from panels.models import Experience, Panel, StoryPage, Theme
from people.models import District, User

FILES = ["published", "inside", "desk", "ended"]
TAKEN_OUT = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")  # {what was told|what stands in its place}
Status, Season = Experience.Status, Experience.Season
SEASONS = [Season.WINTER, Season.SPRING, Season.SUMMER, Season.AUTUMN]  # the year's quarters, from December


@dataclass(frozen=True)
class Lists:
    """What rows name by a word."""

    panels: dict[str, Panel]
    themes: dict[str, Theme]
    districts: dict[str, District]


def load(panels: dict[str, Panel], *, uma: User, ola: User) -> tuple[str, str]:
    """Uma and Ola read them, each the second reader of what the other prepared. Back come the two words that open one."""
    themes, districts = Theme.objects.in_bulk(field_name="slug"), District.objects.all()
    lists = Lists(panels, themes, {district.name: district for district in districts})
    opens = ("", "")
    with mail.off(), transaction.atomic():  # nobody reads their mail
        for place, row in enumerate(rows()):
            experience, passphrase = _tell(row, place, lists)
            _moderate(experience, row, lists, *([uma, ola] if place % 2 else [ola, uma]))
            _put_back(experience, row, place)
            opens = (experience.reference, passphrase) if row.get("yours") else opens
    return opens


def rows() -> list[dict[str, Any]]:
    """As they came in, the oldest first."""
    return sorted((row for name in FILES for row in _read(name)), key=lambda row: -row["sent"])


def _read(name: str) -> list[dict[str, Any]]:
    state = {"published": Status.PUBLISHED, "inside": Status.KEPT}.get(name)
    return [{"status": state, **row} for row in read(f"experiences/{name}")]


def told(row: dict[str, Any]) -> dict[str, str]:
    return {kind: TAKEN_OUT.sub(r"\1", text).strip() for kind, text in row["told"].items()}


def shown(row: dict[str, Any]) -> dict[str, str]:
    return {kind: TAKEN_OUT.sub(r"\2", text).strip() for kind, text in row["told"].items()}


def _tell(row: dict[str, Any], place: int, lists: Lists) -> tuple[Experience, str]:
    """Whoever tells it freely leaves to others what it is about."""
    experience, passphrase = telling.begin(row.get("shape", Experience.Shape.GUIDED))
    known = {"panel": lists.panels.get(row.get("panel", "")), "district": lists.districts.get(row.get("district", ""))}
    facts = {**known, "whose": row.get("whose", ""), **_lived(row, place)}
    themes = _themes(row, lists) if experience.shape == Experience.Shape.GUIDED else []
    telling.write(experience, told(row), themes=themes, **facts)
    telling.agree(experience, row["may"], email=_address(place) if "contact" in row["may"] else "")
    return telling.submit(experience), passphrase


def _moderate(experience: Experience, row: dict[str, Any], lists: Lists, first: User, second: User) -> None:
    """As far as it has come; what was taken back had come `until` there."""
    reached = row.get("until", row["status"])
    if "concern" in row:
        moderating.refer(experience, row["concern"], row["referral"], by=first)
    if reached != Status.RECEIVED:
        _read_and_sort(experience, row, lists, first)
    if reached == Status.DECLINED:
        moderating.decline(experience, row["reason"], by=first)
    if reached in [Status.PREPARED, Status.PUBLISHED, Status.KEPT]:
        moderating.prepare(experience, shown(row), note=row.get("note", ""), by=first)
    if reached == Status.PUBLISHED:
        moderating.publish(experience, number=row["number"], by=second)
    if reached == Status.KEPT:
        moderating.keep(experience, by=second)
    if row["status"] == Status.WITHDRAWN:
        telling.withdraw(experience)


def _read_and_sort(experience: Experience, row: dict[str, Any], lists: Lists, by: User) -> None:
    moderating.take(experience, by=by)
    moderating.read(experience, by=by)
    if experience.shape == Experience.Shape.FREE:
        moderating.sort(experience, themes=_themes(row, lists), district=experience.district, by=by)


def _put_back(experience: Experience, row: dict[str, Any], place: int) -> None:
    """It was told then, and published on a workday one to two weeks later."""
    sent_at = _sent_at(row, place)
    began_at = sent_at - timedelta(minutes=11 + place % 30)
    Experience.objects.filter(pk=experience.pk).update(began_at=began_at, changed_at=sent_at, submitted_at=sent_at)
    experience.agreements.update(given_at=sent_at)
    published_at = at(9 + place % 6 - row["sent"], hour=9 + place % 8, minute=place * 7 % 60)
    StoryPage.objects.filter(experience=experience).update(first_published_at=published_at)


def _sent_at(row: dict[str, Any], place: int) -> datetime:
    """At any hour between seven and midnight."""
    day = timezone.localtime() - timedelta(days=row["sent"])
    return day.replace(hour=7 + place * 5 % 17, minute=place * 13 % 60, second=0, microsecond=0)


def _lived(row: dict[str, Any], place: int) -> dict[str, Any]:
    """Season and year, where somebody says how long ago it was."""
    if "lived" not in row:
        return {}
    day = _sent_at(row, place) - timedelta(days=row["lived"])
    return {"season": SEASONS[day.month // 3 % 4], "year": day.year}


def _themes(row: dict[str, Any], lists: Lists) -> list[Theme]:
    return [lists.themes[slug] for slug in row["about"]]


def _address(place: int) -> str:
    return f"teller{place:02}@people.example"
