"""What was told beside what is to be shown: which words stay, which are left out, and which are new."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s*\S+")


@dataclass(frozen=True)
class Stretch:
    """Some words in a row that all stay, or all do not."""

    text: str
    stays: bool = True


def compare(told: str, shown: str) -> tuple[list[Stretch], list[Stretch]]:
    """Each text as a row of stretches. How the words are spaced does not count."""
    before, after = WORDS.findall(told), WORDS.findall(shown)
    matcher = SequenceMatcher(None, [word.strip() for word in before], [word.strip() for word in after], autojunk=False)
    left, right = [], []
    for what, start, end, other_start, other_end in matcher.get_opcodes():
        left.append(Stretch("".join(before[start:end]), what == "equal"))
        right.append(Stretch("".join(after[other_start:other_end]), what == "equal"))
    return [stretch for stretch in left if stretch.text], [stretch for stretch in right if stretch.text]
