"""What was told beside what is to be shown: which words stay, which are left out, and which are new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s*\S+")
MOST_PAIRS = 500_000  # of equal words: what takes about a second, and far more than people write


@dataclass(frozen=True)
class Stretch:
    """Some words in a row that all stay, or all do not."""

    text: str
    stays: bool = True


def compare(told: str, shown: str) -> tuple[list[Stretch], list[Stretch]]:
    """Each text as a row of stretches. How the words are spaced does not count."""
    before, after = WORDS.findall(told), WORDS.findall(shown)
    left, right = [], []
    for what, start, end, other_start, other_end in _steps([word.strip() for word in before], [word.strip() for word in after]):
        left.append(Stretch("".join(before[start:end]), what == "equal"))
        right.append(Stretch("".join(after[other_start:other_end]), what == "equal"))
    return [stretch for stretch in left if stretch.text], [stretch for stretch in right if stretch.text]


def _steps(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """As `SequenceMatcher` has them, or coarsely: one word ten thousand times over would keep it busy for minutes."""
    times = Counter(after)
    pairs = sum(times[word] for word in before)
    if pairs > MOST_PAIRS:
        return _coarsely(before, after)
    return list(SequenceMatcher(None, before, after, autojunk=False).get_opcodes())


def _coarsely(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What both begin with stays, and all the rest is left out and new."""
    same = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    same = min(len(before), len(after)) if same is None else same
    return [("equal", 0, same, 0, same), ("replace", same, len(before), same, len(after))]
