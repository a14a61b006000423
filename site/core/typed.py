"""What people type, or paste without knowing what is in it, as it can be kept, shown and handed on.

Signs that nobody can see and some format forbids are left out once, on the way in: XML has no word for most control
characters, PostgreSQL none for the null, spreadsheets none for either, and one that turns the reading direction round lets
a moderator read something else than what stands there. What a reader sees stays as it was typed.
"""

from __future__ import annotations

import re
from typing import Any

LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")  # Word's line within a paragraph, a new page, and Unicode's own
# XML 1.0, 2.2, lists what may stand in it; C1 controls may, but steer terminals. Overrides of direction: UAX 9, 2.2.
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    return UNSEEN.sub("", LINE_ENDS.sub("\n", text))


def clean_all(data: Any) -> Any:
    """The same for every text within lists and objects, their names too."""
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, list):
        return [clean_all(item) for item in data]
    if isinstance(data, dict):
        return {clean_all(name): clean_all(item) for name, item in data.items()}
    return data
