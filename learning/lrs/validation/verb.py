"""Verbs (2.4.3)."""

from __future__ import annotations

from typing import Any

from learning.lrs.validation.shape import members
from learning.lrs.validation.types import iri, language_map

VERB = {"id": iri, "display": language_map}


def verb(value: Any, path: str) -> None:
    members(value, path, VERB, required=("id",))
