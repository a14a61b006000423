"""References to other statements (2.4.4.3)."""

from __future__ import annotations

from typing import Any

from learning.lrs.validation.shape import exactly, members
from learning.lrs.validation.types import uuid

STATEMENT_REF = {"objectType": exactly("StatementRef"), "id": uuid}


def statement_ref(value: Any, path: str) -> None:
    members(value, path, STATEMENT_REF, required=("objectType", "id"))
