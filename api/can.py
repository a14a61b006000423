"""What whoever asks may do with a thing now, by the names that the interface has for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import acts

CHANGES = frozenset({"revise", "write", "publish", "move"})  # what the acts behind PATCH are called
LOOKS = {"see_contact": "contact", "download": "file"}
HELP = _("What you may do now: the last words of addresses below this one, and “change” for PATCH. Dates are judged when you do.")


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class Can(serializers.Field):
    """`can = Can(recruitment.ACTS)`. In what is read one by one: it asks what somebody is to this row.

    `changes`: which of them stand behind PATCH, where that is not as everywhere.
    """

    def __init__(self, table: Mapping[str, acts.Act], changes: frozenset[str] = CHANGES, **kwargs: Any) -> None:
        self.table, self.changes = table, changes
        super().__init__(source="*", read_only=True, help_text=HELP, **kwargs)

    def to_representation(self, row: Any) -> list[str]:
        return [self.spoken(name) for name in acts.offered(self.table, row, self.context["request"].user)]

    def spoken(self, name: str) -> str:
        return "change" if name in self.changes else LOOKS.get(name, name).replace("_", "-")
