"""Reference data that every installation has: districts, staff groups, and the organisation "Not listed"."""

from __future__ import annotations

from pathlib import Path

import yaml
from django.db import transaction

from people.models import District, Organisation, StaffGroup

DATA = Path(__file__).parent / "data"
NOT_LISTED = "Not listed"


@transaction.atomic
def load(districts: Path | None = None) -> None:
    """Create what is missing and mend what has changed; run at every set-up."""
    for row in _rows(districts or DATA / "districts.yaml"):
        District.objects.update_or_create(gss_code=row["gss_code"], defaults={"name": row["name"]})
    for position, row in enumerate(_rows(DATA / "staff_groups.yaml"), start=1):
        defaults = {"position": position, "esr_name": row.get("esr_name", "")}
        StaffGroup.objects.update_or_create(name=row["name"], defaults=defaults)
    Organisation.objects.get_or_create(kind=Organisation.Kind.NOT_LISTED, defaults={"name": NOT_LISTED})


def _rows(path: Path) -> list[dict[str, str]]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
