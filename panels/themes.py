"""The list of themes that every installation begins with."""

from __future__ import annotations

from pathlib import Path

import yaml

from panels.models import Theme

FILE = Path(__file__).parent / "data" / "themes.yaml"


def load() -> None:
    """Add what is missing. What somebody has renamed stays renamed."""
    for position, row in enumerate(yaml.safe_load(FILE.read_text(encoding="utf-8")), start=1):
        Theme.objects.get_or_create(slug=row["slug"], defaults={"name": row["name"], "position": position})
