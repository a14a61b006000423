"""A file of statements: JSON lines, each with a statement and what this store knows about it.

    {"statement": {…}, "source": "trusted", "credential": "<its key in the audit trail>", "files": ["<SHA-2>"], "seal": "…"}

The seal is a keyed digest of the rest (`BLIND_INDEX_KEY`). Only what this installation has written bears one that fits, and
only that is believed when the line is read again: who said it, when it was stored, and so whether it may count. A line that is
a bare statement, as other stores give them, or whose seal does not fit, is a statement and no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core import encryption, errors
from learning.lrs import validation
from learning.lrs.models import Statement

PURPOSE = "learning.lrs.lines"
MEMBERS = frozenset({"statement", "source", "credential", "files", "seal"})


@dataclass(frozen=True)
class Line:
    """One statement, valid by the rules of its version. Without a seal that fits the rest is as little as can be claimed."""

    statement: dict
    source: str = Statement.Source.IMPORTED
    credential: str = ""
    files: tuple[str, ...] = ()
    is_sealed: bool = False

    @property
    def spec(self) -> str:
        """The version of xAPI by whose rules it is judged."""
        said = self.statement.get("version") if isinstance(self.statement, dict) else ""
        return "1.0.3" if str(said).startswith("1.") else "2.0.0"


def write(statement: dict, source: str, credential: str = "", files: Sequence[str] = ()) -> str:
    facts = {"statement": statement, "source": source, "credential": credential, "files": list(files)}
    return json.dumps(facts | {"seal": _seal(facts)}, ensure_ascii=False, separators=(",", ":")) + "\n"


def read(text: bytes) -> Line:
    """Raises `DomainError` for what is no statement."""
    try:
        line = _line(json.loads(text))
    except (ValueError, RecursionError):
        raise errors.DomainError(_("This line is not JSON in UTF-8."), code="unreadable_line") from None
    validation.check(line.statement, spec=line.spec)
    return line


def _line(found: Any) -> Line:
    if not isinstance(found, dict) or found.keys() != MEMBERS:
        return Line(found)
    facts = {name: found[name] for name in MEMBERS - {"seal"}}
    if found["seal"] != _seal(facts):
        return Line(found["statement"])
    return Line(**facts | {"files": tuple(facts["files"]), "is_sealed": True})


def _seal(facts: dict[str, Any]) -> str:
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return encryption.blind_index(written, purpose=PURPOSE)
