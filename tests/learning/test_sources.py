"""What the demonstration teaches, and where it is from: `learning/content/**.yaml` and `SOURCES.md` say the same.

A fact is a sentence with `[^key]` after its full stop. It stands in SOURCES.md, under its module's heading, in its exact
words, with the source's key, title, address and date. A sentence that sounds like a fact and has no source fails too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

CONTENT = Path(__file__).resolve().parents[2] / "learning" / "content"
MODULES = sorted(CONTENT.glob("*/[0-9]*.yaml"))
BY_NAME = [str(path.relative_to(CONTENT)) for path in MODULES]

MARKS = re.compile(r"((?:\s*\[\^[^\]]+\])+)")
KEY = re.compile(r"\[\^([^\]]+)\]")
ITEM = re.compile(r"\s*(?:[-*+]|\d+\.|#+)\s+")
STOP = re.compile(r"[.?!:][”’\"')*]*$")
SENTENCE = re.compile(r"\S.*?(?:[.?!][”’\"')*]*(?=\s+[^a-z\s])|$)")
CHECKED = re.compile(r"(yes|in part|no)\b")
DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")

TEACHES = {"text", "fact", "case_study", "drawing"}
SOUNDS_LIKE_A_FACT = re.compile(
    r"""
      \d\s?% | \bper\ cent\b | \b\d{1,3}(,\d{3})+\b | \bmillion\b          # a count
    | \b(one|two|three|four|\d+)\ (in|out\ of)\ (every\ )?(two|three|four|five|ten|\d+)\b
    | \b(half|thirds?|quarters?)\ of\b | \btimes\ (as|more)\b | \b(more|less)\ likely\b
    | \b(19|20)\d\d\b                                                      # a year
    | \bin\ (England|the\ UK|Britain)\b | \bthe\ law\b | \b(un)?lawful\b | \billegal\b | (?-i:\bAct\b) | \bSupreme\ Court\b
    | \b(study|studies|surveys?|research|researchers|census|evidence|guidelines?)\b | (?-i:\bNICE\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)

# Sentences that sound like a fact and need no source: they announce one, or repeat one that stands beside them.
NO_SOURCE_NEEDED: set[str] = {
    "If one hundred people were asked as the Census asked",  # the title of a drawing, whose words have their source
    "When we wrote this, in November 2026, we had not found it published.",  # about ourselves
}


class Row(NamedTuple):
    sentence: str
    source: str
    published: str
    checked: str


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rows(title: str) -> list[Row]:
    """The table under the module's heading."""
    sections = re.split(r"^## ", (CONTENT / "SOURCES.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next((text for text in sections if re.match(rf"[^\n]*: {re.escape(title)}\n", text)), "")
    lines = [line.strip() for line in section.splitlines() if line.startswith("|")][2:]
    wrong = [line for line in lines if line.count(" | ") != 3]
    assert not wrong, _shown("These rows of SOURCES.md do not have four cells", wrong)
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]


def strings(value: object) -> Iterator[str]:
    """Every text in a block. A fact's figure and its words are one sentence."""
    if isinstance(value, dict) and {"figure", "text"} <= set(value):
        value = f"{value['figure']} {value['text']}"
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def paragraphs(text: str) -> list[str]:
    """Paragraphs and items of lists, each on one line."""
    found: list[str] = [""]
    for line in text.splitlines():
        if not line.strip() or ITEM.match(line):
            found.append("")
        begun = ITEM.match(line)
        found[-1] = f"{found[-1]} {line[begun.end() if begun else 0 :].strip()}".strip()
    return [paragraph for paragraph in found if paragraph]


def stretches(text: str) -> Iterator[tuple[str, list[str]]]:
    """What stands before a mark, and the mark's keys; at the end what has no mark."""
    for paragraph in paragraphs(text):
        parts = MARKS.split(paragraph)
        for words, mark in zip(parts[::2], [*parts[1::2], ""], strict=True):
            if words.strip():
                yield words.strip(), KEY.findall(mark)


def sentences(text: str) -> list[str]:
    return SENTENCE.findall(text)


def ends_with(words: str, sentence: str) -> bool:
    """`words` end with the whole of `sentence`, which begins where a sentence begins."""
    before = words.removesuffix(sentence).rstrip()
    return words.endswith(sentence) and (not before or bool(STOP.search(before)))


def all_texts(facts: dict) -> Iterator[str]:
    yield from strings([value for key, value in facts.items() if key != "sources"])


def _sourced(facts: dict) -> list[tuple[str, str]]:
    """Each stretch before a mark, once with each key of the mark."""
    found = [(words, key) for text in all_texts(facts) for words, keys in stretches(text) for key in keys]
    return list(dict.fromkeys(found))


def _shown(message: str, found: list[str]) -> str:
    return "\n".join([f"{message}:", *(f"  • {line}" for line in found)])


every_module = pytest.mark.parametrize("path", MODULES, ids=BY_NAME)


@every_module
def test_every_sourced_sentence_stands_in_the_list_in_its_exact_words(path):
    facts = read(path)
    listed = rows(facts["title"])
    missing = [
        f"{sentences(words)[-1]}  [^{key}]"
        for words, key in _sourced(facts)
        if not any(ends_with(words, row.sentence) and f"`{key}`:" in row.source for row in listed)
    ]
    assert not missing, _shown(f"Not in SOURCES.md under “{facts['title']}” in these words and with this key", missing)


@every_module
def test_every_row_of_the_list_has_its_sentence(path):
    facts = read(path)
    said = _sourced(facts)
    left_over = [
        row.sentence
        for row in rows(facts["title"])
        if not any(ends_with(words, row.sentence) and f"`{key}`:" in row.source for words, key in said)
    ]
    assert not left_over, _shown(f"In SOURCES.md, but not sourced so in “{facts['title']}”", left_over)


@every_module
def test_the_list_gives_each_source_its_title_address_and_date(path):
    facts = read(path)
    wrong = []
    for row in rows(facts["title"]):
        for source in facts.get("sources", []):
            named = f"`{source['key']}`: {source['title']}. {source['publisher']}. <{source['url']}>"
            if f"`{source['key']}`:" in row.source and not (
                named in row.source and str(source["published"]) in row.published.split("; ")
            ):
                wrong.append(f"{row.sentence}\n    the module says: {named} | {source['published']}")
        if not CHECKED.match(row.checked):
            wrong.append(f"{row.sentence}\n    the last cell begins with yes, in part or no")
    assert not wrong, _shown("SOURCES.md names the source otherwise than the module", wrong)


@every_module
def test_every_source_is_used_and_has_a_date(path):
    facts = read(path)
    sources = {source["key"]: source for source in facts.get("sources", [])}
    used = {key for _words, key in _sourced(facts)}
    assert used - set(sources) == set(), "used in the text, and no source has this key"
    assert set(sources) - used == set(), "a source that no sentence uses"
    undated = [key for key, source in sources.items() if not DATE.fullmatch(str(source.get("published", "")))]
    assert not undated, _shown("Say when it was published, as 2023-01-06, 2023-01 or 2023", undated)
    assert len(sources) == len(facts.get("sources", [])), "two sources have the same key"


@every_module
def test_what_sounds_like_a_fact_has_a_source(path):
    facts = read(path)
    listed = rows(facts["title"])
    bare = [sentence for sentence in _bare(facts, listed) if sentence not in NO_SOURCE_NEEDED]
    assert not bare, _shown(
        "These sound like facts and have no source. Give each its own [^key], say it otherwise, or, where it is none, add it to "
        "NO_SOURCE_NEEDED in this file",
        bare,
    )


def test_every_exception_is_still_needed():
    bare = {sentence for path in MODULES for sentence in _bare(read(path), rows(read(path)["title"]))}
    assert NO_SOURCE_NEEDED - bare == set(), "take these out of NO_SOURCE_NEEDED"


def _bare(facts: dict, listed: list[Row]) -> list[str]:
    """Sentences of the teaching that sound like facts and are covered by no row of the list."""
    taught = [
        content for step in facts["steps"] for block in step["blocks"] for kind, content in block.items() if kind in TEACHES
    ]
    found = []
    for text in strings([facts.get("covers", ""), *taught]):
        for words, keys in stretches(text):
            found += [sentence for sentence in sentences(_unsourced(words, keys, listed)) if SOUNDS_LIKE_A_FACT.search(sentence)]
    return found


def _unsourced(words: str, keys: list[str], listed: list[Row]) -> str:
    """What is left of a stretch when the sentence before its mark is taken away."""
    if not keys:
        return words
    covered = [row.sentence for row in listed if ends_with(words, row.sentence)] or sentences(words)[-1:]
    return words.removesuffix(max(covered, key=len))
