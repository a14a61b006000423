"""`make opinion`: what Ralph, another record store in Python, says of the statements that our property tests make.

    .venv/bin/python scripts/opinion.py [--write]

Ralph (`ralph-malph`, MIT) is a second opinion, not a measure: where we differ, the specification decides, and DIFFERENCES
says which clause. It is installed into var/opinion/, an environment of its own: one of its packages is under the GPL, and
it holds others at versions that are not ours. The statements are the same in each run. Exit code 0: every difference is
known, and every known one is still there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "site"))

import django

from learning.lrs import validation
from tests.factories import xapi

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "var" / "opinion"
LOCK = ROOT / "requirements-ralph.txt"
PAGE = ROOT / "docs" / "ralph.md"
SPEC = "1.0.3"  # the only one that Ralph knows
SAMPLES = 120
RALPH = """
import json, sys
from pydantic import ValidationError
from ralph.models.xapi.base.statements import BaseXapiStatement
for line in sys.stdin:
    try:
        BaseXapiStatement.model_validate(json.loads(line))
        print("")
    except ValidationError as error:
        print(error.errors()[0]["msg"].splitlines()[0])
    except Exception as error:
        print(f"{type(error).__name__} is raised")
"""
PLAIN: dict[str, Any] = {
    "text": "x",
    "content": "x",
    "truth": True,
    "whole number": 1,
    "uuid": "39e24cc4-69af-4b01-a824-1fdc6ea8a3af",
    "iri": "https://example.org/x",
    "mbox": "mailto:x@example.org",
    "sha1": "a" * 40,
    "sha2": "a" * 64,
    "timestamp": "2026-11-23T09:30:00Z",
    "duration": "PT1S",
    "language": "en",
    "version": "1.0.3",
    "media type": "text/plain",
    "language map": {"en": "x"},
    "extensions": {"https://example.org/x": 1},
}
SCORE = {"scaled": 0.5, "raw": 1, "min": 0, "max": 2}


SIMPLE = {"actor": {"mbox": PLAIN["mbox"]}, "verb": {"id": PLAIN["iri"]}, "object": {"id": PLAIN["iri"]}}


# (rule, place): why we differ there. Without a rule: a valid statement that Ralph refuses. Clauses of xAPI 1.0.3, part two.
NULLS = "2.2: null is refused everywhere but inside extensions. Ralph looks for it in objects, and not in lists."
LETTERS = "Our own rule: PostgreSQL keeps no U+0000, and half of a surrogate pair is no UTF-8."
DIFFERENCES = {
    ("", "an empty object"): "2.2: empty objects SHOULD NOT be sent; nothing says that a store refuses them.",
    ("", "instructor of context"): "2.4.6: an agent, and it MAY be a group.",
    ("", "mbox_sha1sum of agent"): "2.4.2.3 asks for the sum in hexadecimal digits, in either case.",
    ("", "mbox_sha1sum of group"): "2.4.2.3, the same.",
    ("", "object of substatement"): "2.4.4.3: everything but a SubStatement may stand there, agents and groups too.",
    ("", "version of statement"): "ADL’s suite has 1.0 taken (XAPI-00101); by the letter of 2.4.10 Ralph is right.",
    (
        "a bad IRI",
        "iri",
    ): "2.2: an IRI has a scheme. Ralph takes any text as an openid, and a line end or a space in some others.",
    ("a bad UUID", "uuid"): "2.4.1: the standard form of RFC 4122, without braces.",
    ("a bad duration", "duration"): "4.6: weeks stand alone (P4W1D is its example of what is wrong), no sign, and text.",
    ("a bad language tag", "language"): "4.2: RFC 5646 has a hyphen, not an underscore.",
    ("a bad media type", "media type"): "2.4.11: an Internet media type (RFC 2046), that is type and subtype.",
    ("a bad sum", "sha2"): "2.4.11: a SHA-2 sum.",
    ("a bad timestamp", "timestamp"): "4.5: a combined date and time in text. Without seconds ISO 8601 would allow it; RFC 3339, "
    "for which 4.5 has a SHOULD, does not.",
    ("a group without members", "group"): "2.4.2.2: an anonymous group lists its agents. None is no list of them.",
    ("a negative zero", "timestamp"): "4.5, ISO 8601: no offset is negative zero. ADL’s suite asks for it (XAPI-00123).",
    ("a wrong type", "content"): "2.2: a number is no text.",
    ("a wrong type", "number"): "2.2: text is no number.",
    ("a wrong type", "scaled"): "2.2: text is no number.",
    ("a wrong type", "whole number"): "2.2: text and a truth value are no number.",
    ("an authority that is no pair", "statement"): "2.4.9: a group of exactly two, application and person.",
    ("no number", "extensions"): "RFC 8259 6: Infinity and NaN are no JSON.",
    ("out of range", "whole number"): "2.4.11: a length in octets is not negative.",
    (
        "scores in disorder",
        "result",
    ): "2.4.5.1: min is less than max, and raw between them. Ralph passes over zeros, and takes the same twice.",
    ("voiding something else", "statement"): "2.3.2: only statements are voided, by a StatementRef.",
}
DIFFERENCES |= {
    ("a letter that is none", kind): LETTERS for kind in ["content", "extensions", "iri", "media type", "sha2", "text"]
}
DIFFERENCES |= {("null", kind): NULLS for kind in ["definition", "iri", "language map", "text"]}


@dataclass(frozen=True)
class Case:
    """A statement, and what is the matter with it: a rule that it breaks, or none."""

    rule: str
    place: str
    value: Any  # what stands in the place that it is about
    statement: Any
    sample: int = 0
    path: xapi.Path = ()


def ralph(statements: Sequence[Any]) -> list[str]:
    """Why Ralph refuses each; empty where it takes it."""
    python = PLACE / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp = PLACE / "lock"
    if not stamp.exists() or stamp.read_bytes() != LOCK.read_bytes():
        venv.create(PLACE, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK], check=True)
        stamp.write_bytes(LOCK.read_bytes())
    lines = "".join(f"{json.dumps(each)}\n" for each in statements)
    said = subprocess.run([python, "-c", RALPH], input=lines, capture_output=True, text=True, check=True).stdout
    return said.split("\n")[: len(statements)]


# Statements ---------------------------------------------------------------------------------------


def plain(value: Any, kind: Any) -> Any:
    """The same shape, with a value in each place that nobody doubts."""
    kind = xapi.resolved(kind, value)
    if isinstance(kind, list):
        return [plain(one, kind[0]) for one in value]
    if kind == "score":
        return {key: SCORE[key] for key in value}
    if kind == "component":
        return value | ({"description": PLAIN["language map"]} if "description" in value else {})
    if kind in xapi.SHAPES:
        return {key: plain(item, xapi.SHAPES[kind][key]) for key, item in value.items()}
    return PLAIN.get(kind, value)


def only(value: Any, kind: Any, path: xapi.Path) -> Any:
    """A simple statement with nothing else in it than what stands at that place, and leads there."""
    kind = xapi.resolved(kind, value)
    if not path:
        return _least(value, kind) if isinstance(kind, list) or kind in xapi.SHAPES else value
    key = path[0]
    if isinstance(kind, list):
        return [only(one, kind[0], path[1:]) if number == key else _least(one, kind[0]) for number, one in enumerate(value)]
    return _least(value, kind) | {key: only(value[key], xapi.SHAPES[kind][key], path[1:])}


def _least(value: Any, kind: Any) -> Any:
    """What such a value must have, and no more."""
    kind = xapi.resolved(kind, value)
    if isinstance(kind, list):
        return [_least(one, kind[0]) for one in value]
    if kind not in xapi.SHAPES:
        return plain(value, kind)
    if kind == "component":
        return {"id": value["id"]}  # each has its own
    needed = {
        "objectType",
        *([] if {*xapi.IDENTIFIERS} & {*value} else ["member"]),
        *xapi.IDENTIFIERS,
        *xapi.REQUIRED.get(kind, ()),
    }
    if kind == "definition" and {*value} - {"name", "description", "type", "moreInfo", "extensions"}:
        needed.add("interactionType")
    least = {name: _least(item, xapi.SHAPES[kind][name]) for name, item in value.items() if name in needed}
    return least | ({name: SIMPLE[name] for name in SIMPLE} if kind in {"statement", "substatement"} else {})


def valid(samples: Sequence[dict]) -> Iterator[Case]:
    """Each place of each statement by itself, so that a difference has one cause. What is empty only here is left out."""
    for number, sample in enumerate(samples):
        holders: dict[xapi.Path, str] = {}
        for path, kind, value in xapi.places(sample):
            holders[path] = kind
            statement = only(sample, "statement", path)
            if _at(statement, path) != {} or value == {}:
                yield Case("", _named(path, holders, value), value, statement, number, path)


def _named(path: xapi.Path, holders: dict[xapi.Path, str], value: Any) -> str:
    if value == {}:
        return "an empty object"
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return f"{path[-1]} of {holders[path[:-1]]}" if path else "statement"


def _at(value: Any, path: xapi.Path) -> Any:
    for key in path:
        value = value[key]
    return value


def broken(samples: Sequence[dict]) -> Iterator[Case]:
    """One rule broken in each, in statements that Ralph takes as they are."""
    whole = [plain(sample, "statement") for sample in samples]
    taken = [each for each, refusal in zip(whole, ralph(whole), strict=True) if not refusal]
    for statement in taken:
        for fault in xapi.broken(statement, SPEC):
            yield Case(fault.rule, fault.kind, fault.wrong, fault.statement)


def takes(statement: Any) -> bool:
    try:
        validation.check(statement, spec=SPEC)
    except validation.Invalid:
        return False
    return True


# Comparing ----------------------------------------------------------------------------------------


def compared(cases: Sequence[Case]) -> tuple[dict[tuple[str, str], list[Case]], Counter]:
    """Where we differ, and how many statements there are of each kind. What stands inside what Ralph refuses says nothing."""
    different, number = defaultdict(list), Counter()
    refused: set[tuple[int, xapi.Path]] = set()
    for case, refusal in zip(cases, ralph([case.statement for case in cases]), strict=True):
        key = (case.rule, case.place)
        if not case.rule and any((case.sample, case.path[:end]) in refused for end in range(len(case.path))):
            continue
        number[key] += 1
        if takes(case.statement) == bool(refusal):
            different[key].append(case)
        if not case.rule and refusal:
            refused.add((case.sample, case.path))
    return different, number


def page(different: dict[tuple[str, str], list[Case]], number: Counter) -> str:
    release = next(line.split()[0] for line in LOCK.read_text().splitlines() if line.startswith("ralph-malph"))
    right = sum(count for (rule, _place), count in number.items() if not rule)
    lines = [
        "# A second opinion",
        f"What [Ralph](https://github.com/openfun/ralph) ({release}, its model `BaseXapiStatement`) says of {right} valid and",
        f"{number.total() - right} broken statements of xAPI {SPEC}, made by `tests/factories/xapi.py` with a fixed seed:",
        "`make opinion` asks again, `make opinion ARGS=--write` writes this page. Where we differ, the specification decides.",
        "",
        "Ralph is installed into an environment of its own: rfc3987, which it needs, is under the GPL. Its server asks less of",
        "a statement than this model, and neither knows xAPI 2.0.0.",
        "",
        f"We agree on all but {sum(map(len, different.values()))}. Clauses are those of xAPI 1.0.3, part two.",
    ]
    for title, is_valid in [("We take it and Ralph does not", True), ("We refuse it and Ralph takes it", False)]:
        lines += ["", f"## {title}", "| what | where | such as | how many | why |", "|---|---|---|---|---|"]
        for key in sorted(key for key in different if (key[0] == "") == is_valid):
            found = different[key]
            examples = ", ".join(list(dict.fromkeys(_example(case) for case in found))[:3])
            counts = f"{len(found)} of {number[key]}"
            lines.append(
                f"| {key[0] or 'a valid value'} | {key[1]} | {examples} | {counts} | {DIFFERENCES.get(key, '**unknown**')} |"
            )
    return "\n".join(lines) + "\n"


def _example(case: Case) -> str:
    if case.value is case.statement:
        return "the whole"
    written = json.dumps(case.value).replace("|", "\\|")
    return f"`{written if len(written) < 60 else written[:50] + '…'}`"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/ralph.md")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()  # a refusal is a sentence in some language
    samples = xapi.samples(xapi.statements(SPEC), SAMPLES)
    cases = [*valid(samples), *broken(samples)]
    different, number = compared(cases)
    text = page(different, number)
    print(text)
    if given.write:
        PAGE.write_text(text)
    unknown, gone = different.keys() - DIFFERENCES.keys(), DIFFERENCES.keys() - different.keys()
    sys.exit(f"Not known: {sorted(unknown)}. Known, and not there: {sorted(gone)}." if unknown or gone else 0)
