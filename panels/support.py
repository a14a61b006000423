"""Whom somebody can ring while they tell what happened to them: a file that a deployer keeps."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings


@dataclass(frozen=True)
class Line:
    name: str
    number: str
    says: str  # what for
    open: str

    @property
    def tel(self) -> str:
        """As a telephone takes it."""
        return self.number.replace(" ", "")


@dataclass(frozen=True)
class Support:
    checked_on: datetime.date
    lines: list[Line]


def known() -> Support:
    return _read(settings.SUPPORT_LINES)


@cache
def _read(file: Path) -> Support:
    held = yaml.safe_load(file.read_text(encoding="utf-8"))
    return Support(held["checked_on"], [Line(**row) for row in held["lines"]])
