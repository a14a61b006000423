"""Statements by hypothesis: every shape that xAPI knows, and each of them broken by one rule in one place.

`SHAPES` is written from the specification and not from `learning.lrs.validation`, which it judges.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
VERSIONS = ("1.0.3", "2.0.0")
Path = tuple[str | int, ...]

# Values -------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CONTENT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12)
SEGMENT = st.text(st.sampled_from(string.ascii_letters + string.digits + "-._~é道🙂"), min_size=1, max_size=8)
IRI = st.builds(
    "{}{}".format,
    st.sampled_from(["https://example.org/", "http://例え.jp/a/", "urn:example:", "tag:example.org,2026:"]),
    SEGMENT,
)
URL = st.builds("https://example.org/{}?of={}#part".format, st.integers(0, 99), st.integers(0, 99))
UUID = st.builds(lambda value, case: case(str(value)), st.uuids(version=4), st.sampled_from([str.lower, str.upper]))
LANGUAGE = st.sampled_from(["en", "en-GB", "cy", "zh-Hant-TW", "sl-rozaj-biske", "de-CH-1996", "es-419", "gd", "x-ward", "und"])
LANGUAGE_MAP = st.dictionaries(LANGUAGE, CONTENT, max_size=2)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
EXTENSIONS = st.dictionaries(IRI, ANYTHING, max_size=2)
OFFSET = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters))) | st.just(UTC)


@st.composite
def moments(draw) -> str:
    """From the year 1000: an earlier one with an offset is written by no `strftime` as four digits."""
    written = draw(st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=OFFSET)).isoformat()
    return written.replace("+00:00", draw(st.sampled_from(["Z", "+00:00"])))


@st.composite
def durations(draw) -> str:
    if draw(st.booleans()):
        return draw(st.sampled_from(["P4W", "P1.5W", "PT0S", "P1Y2M10DT2H30M5.25S", "PT1,5H"]))
    date = "".join(f"{draw(st.integers(0, 99))}{unit}" for unit in draw(st.sampled_from(["", "D", "YD", "YMD"])))
    clock = "".join(f"{draw(st.integers(0, 99))}{unit}" for unit in draw(st.sampled_from(["S", "HS", "HM", "HMS"])))
    return f"P{date}T{clock}"


def objects(required: dict, **optional) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(required, optional=optional)


# Who and what -------------------------------------------------------------------------------------

ACCOUNT = objects({"homePage": IRI, "name": CONTENT})
IDENTIFIERS = {
    "mbox": st.sampled_from(["mailto:lee@example.org", "mailto:lee.o+ward@mail.example.org", "mailto:L@example.com"]),
    "mbox_sha1sum": st.text("0123456789abcdefABCDEF", min_size=40, max_size=40),
    "openid": URL,
    "account": ACCOUNT,
}


def _identified(required: dict, **optional) -> st.SearchStrategy[dict]:
    one = [objects({name: value} | required, **optional) for name, value in IDENTIFIERS.items()]
    return st.one_of(one)


AGENT = _identified({}, objectType=st.just("Agent"), name=CONTENT)
SURE_AGENT = _identified({"objectType": st.just("Agent")}, name=CONTENT)
MEMBERS = st.lists(AGENT, min_size=1, max_size=2)
ANONYMOUS = objects({"objectType": st.just("Group"), "member": MEMBERS}, name=CONTENT)
GROUP = ANONYMOUS | _identified({"objectType": st.just("Group")}, name=CONTENT, member=st.lists(AGENT, max_size=2))
ACTOR = AGENT | GROUP
AUTHORITY = AGENT | objects({"objectType": st.just("Group"), "member": st.lists(AGENT, min_size=2, max_size=2)})
VERB = objects({"id": IRI}, display=LANGUAGE_MAP)
COMPONENTS = st.lists(
    objects({"id": st.text(string.ascii_letters, min_size=1, max_size=4)}, description=LANGUAGE_MAP),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one["id"],
)
DEFINED = {"name": LANGUAGE_MAP, "description": LANGUAGE_MAP, "type": IRI, "moreInfo": URL, "extensions": EXTENSIONS}
INTERACTIONS = ["true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric"]
PARTS = dict.fromkeys(("choices", "scale", "source", "target", "steps"), COMPONENTS)
DEFINITION = objects({}, **DEFINED) | objects(
    {"interactionType": st.sampled_from([*INTERACTIONS, "other"])},
    correctResponsesPattern=st.lists(CONTENT, max_size=2),
    **PARTS,
    **DEFINED,
)
ACTIVITY = objects({"id": IRI}, objectType=st.just("Activity"), definition=DEFINITION)
REFERENCE = objects({"objectType": st.just("StatementRef"), "id": UUID})


# What came of it, and where -----------------------------------------------------------------------


@st.composite
def scores(draw) -> dict:
    least, raw, most = sorted(draw(st.lists(st.integers(-1000, 1000) | st.floats(-1000, 1000), min_size=3, max_size=3)))
    said = {"raw": raw, "scaled": draw(st.integers(-1, 1) | st.floats(-1, 1))} | (
        {"min": least, "max": most} if least < most else {}
    )
    return {key: said[key] for key in said if draw(st.booleans())}


RESULT = objects(
    {},
    score=scores(),
    success=st.booleans(),
    completion=st.booleans(),
    response=CONTENT,
    duration=durations(),
    extensions=EXTENSIONS,
)
CONTEXT_ACTIVITIES = objects(
    {}, **{kind: ACTIVITY | st.lists(ACTIVITY, max_size=2) for kind in ("parent", "grouping", "category", "other")}
)
TYPES = st.lists(IRI, min_size=1, max_size=2)
CONTEXT_1 = {
    "registration": UUID,
    "instructor": ACTOR,
    "team": GROUP,
    "contextActivities": CONTEXT_ACTIVITIES,
    "revision": CONTENT,
    "platform": CONTENT,
    "language": LANGUAGE,
    "statement": REFERENCE,
    "extensions": EXTENSIONS,
}
CONTEXT_2 = CONTEXT_1 | {
    "contextAgents": st.lists(objects({"objectType": st.just("contextAgent"), "agent": AGENT}, relevantTypes=TYPES), max_size=2),
    "contextGroups": st.lists(objects({"objectType": st.just("contextGroup"), "group": GROUP}, relevantTypes=TYPES), max_size=2),
}
ATTACHMENT = objects(
    {
        "usageType": IRI,
        "display": LANGUAGE_MAP,
        "contentType": st.sampled_from(["text/plain", "image/svg+xml", "text/html; charset=utf-8"]),
        "length": st.integers(0, 10**12),
        "sha2": st.sampled_from([56, 64, 96, 128]).flatmap(
            lambda size: st.text("0123456789abcdef", min_size=size, max_size=size)
        ),
        "fileUrl": URL,  # so that no file need come with the statement
    },
    description=LANGUAGE_MAP,
)


@st.composite
def _said(draw, spec: str, about: st.SearchStrategy[dict], **more) -> dict:
    said = draw(
        objects(
            {"actor": ACTOR, "verb": VERB, "object": about},
            result=RESULT,
            context=objects({}, **(CONTEXT_1 if spec == "1.0.3" else CONTEXT_2)),
            timestamp=moments(),
            attachments=st.lists(ATTACHMENT, max_size=2),
            **more,
        )
    )
    if said["object"].get("objectType", "Activity") != "Activity" and "context" in said:
        said["context"] = {key: value for key, value in said["context"].items() if key not in {"revision", "platform"}}
    return said


def _either(*kinds: st.SearchStrategy[dict]) -> st.SearchStrategy[dict]:
    """Each as likely as the others, however many shapes it has itself."""
    return st.sampled_from(kinds).flatmap(lambda kind: kind)


def statements(spec: str) -> st.SearchStrategy[dict]:
    """Valid ones of that version of xAPI. None voids another: what would be voided must be known."""
    inside = _either(ACTIVITY, SURE_AGENT | GROUP, REFERENCE)
    sub = _said(spec, inside).map(lambda said: said | {"objectType": "SubStatement"})
    version = st.sampled_from(["1.0", "1.0.0", "1.0.3"] if spec == "1.0.3" else ["2.0.0", "1.0.3"])
    return _said(spec, _either(inside, sub), id=UUID, stored=moments(), authority=AUTHORITY, version=version)


def samples(strategy: st.SearchStrategy, count: int) -> list:
    """So many, and the same ones in each run."""
    found: list = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


# Shapes -------------------------------------------------------------------------------------------

NAMED = {"objectType": "word", "name": "text", "mbox": "mbox", "mbox_sha1sum": "sha1", "openid": "iri", "account": "account"}
SAID = {
    "actor": "actor",
    "verb": "verb",
    "object": "object",
    "result": "result",
    "context": "context",
    "timestamp": "timestamp",
    "attachments": ["attachment"],
}
SHAPES: dict[str, dict[str, Any]] = {
    "statement": SAID | {"id": "uuid", "stored": "timestamp", "authority": "actor", "version": "version"},
    "substatement": SAID | {"objectType": "word"},
    "agent": NAMED,
    "group": NAMED | {"member": ["agent"]},
    "account": {"homePage": "iri", "name": "content"},
    "verb": {"id": "iri", "display": "language map"},
    "activity": {"objectType": "word", "id": "iri", "definition": "definition"},
    "reference": {"objectType": "word", "id": "uuid"},
    "definition": {
        "name": "language map",
        "description": "language map",
        "type": "iri",
        "moreInfo": "iri",
        "extensions": "extensions",
        "interactionType": "word",
        "correctResponsesPattern": ["text"],
    }
    | {part: ["component"] for part in PARTS},
    "component": {"id": "content", "description": "language map"},
    "result": {
        "score": "score",
        "success": "truth",
        "completion": "truth",
        "response": "text",
        "duration": "duration",
        "extensions": "extensions",
    },
    "score": {"scaled": "scaled", "raw": "number", "min": "number", "max": "number"},
    "context": {
        "registration": "uuid",
        "instructor": "actor",
        "team": "group",
        "contextActivities": "context activities",
        "contextAgents": ["context agent"],
        "contextGroups": ["context group"],
        "revision": "text",
        "platform": "text",
        "language": "language",
        "statement": "reference",
        "extensions": "extensions",
    },
    "context activities": dict.fromkeys(["parent", "grouping", "category", "other"], "activities"),
    "context agent": {"objectType": "word", "agent": "agent", "relevantTypes": ["iri"]},
    "context group": {"objectType": "word", "group": "group", "relevantTypes": ["iri"]},
    "attachment": {
        "usageType": "iri",
        "display": "language map",
        "description": "language map",
        "contentType": "media type",
        "length": "whole number",
        "sha2": "sha2",
        "fileUrl": "iri",
    },
}
REQUIRED = {
    "statement": ("actor", "verb", "object"),
    "substatement": ("actor", "verb", "object"),
    "account": ("homePage", "name"),
    "verb": ("id",),
    "activity": ("id",),
    "reference": ("id",),
    "component": ("id",),
    "context agent": ("objectType", "agent"),
    "context group": ("objectType", "group"),
    "attachment": ("usageType", "display", "contentType", "length", "sha2"),
}
# Values that are wrong wherever something of that kind stands, by the rule that they break.
WRONG: dict[str, dict[str, list]] = {
    "text": {"a wrong type": [1, True, [], {}]},
    "content": {"a wrong type": [1, []], "empty": [""]},
    "word": {"a wrong word": ["", "no such word", 1, []], "a wrong case": [str.lower, str.upper]},
    "truth": {"a wrong type": ["true", "", 0, 1, []]},
    "number": {"a wrong type": ["1", True, []], "no number": [float("nan"), float("inf")]},
    "scaled": {"a wrong type": ["1", False], "out of range": [1.01, -1.01, 2, -100, 10**400]},
    "whole number": {"a wrong type": ["1", 1.5, True], "out of range": [-1]},
    "uuid": {"a bad UUID": ["", "1", "39e24cc4-69af-4b01-a824-1fdc6ea8a3a", "{39e24cc4-69af-4b01-a824-1fdc6ea8a3af}", 1]},
    "iri": {"a bad IRI": ["", "example.org", "//example.org", "https://a b", "https://x\n", "1a:b", ":a", "https:", 1, {}]},
    "mbox": {
        "a bad mbox": ["", "lee@example.org", "MAILTO:lee@example.org", "mailto:", "mailto:lee", "mailto:a b@example.org", 1]
    },
    "sha1": {"a bad sum": ["", "a" * 39, "a" * 41, "g" * 40, 1]},
    "sha2": {"a bad sum": ["", "a" * 63, "a" * 40, "g" * 64, 1]},
    "timestamp": {
        "a bad timestamp": [
            "",
            "2026-11-23",
            "09:30:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-23T09:30Z",
            1,
        ],
        "a negative zero": ["2026-11-23T09:30:00-00:00", "2026-11-23T09:30:00-0000", "2026-11-23T09:30:00-00"],
    },
    "duration": {"a bad duration": ["", "P", "PT", "1S", "P1S", "PT1D", "P1Y2W", "-PT1S", "PT1.5M2S", "P1H", "pt1s", 1]},
    "language": {"a bad language tag": ["", "e", "en_GB", "en-", "-en", "english language", "abcdefghi", 1]},
    "version": {"a bad version": ["", "1", "1.1.0", "0.95", "2", "1.0.", "v1.0.3", " 1.0.3", 1.0]},
    "media type": {"a bad media type": ["", "text", "/plain", "text/", "text plain", 1]},
    "language map": {"a wrong type": ["x", [], 1]},
    "extensions": {"a wrong type": ["x", [], 1]},
}


@dataclass(frozen=True)
class Broken:
    rule: str
    kind: str
    where: tuple[str, ...]  # the paths that name the place, one or the other
    wrong: Any  # what stands there then
    statement: Any


def broken(statement: dict, spec: str) -> Iterator[Broken]:
    """Each rule broken at each place where it applies, one at a time."""
    for path, kind, value in places(statement):
        for rule, where, wrong in _faults(kind, value):
            paths = tuple(written((*path, *keys)) for keys in where)
            yield Broken(rule, kind, paths, wrong, put(statement, path, wrong))
    yield from _together(statement, spec)


def places(value: Any, kind: Any = "statement", path: Path = ()) -> Iterator[tuple[Path, str, Any]]:
    """Every place of a statement, with what kind of thing stands there."""
    kind = resolved(kind, value)
    if isinstance(kind, list):
        yield path, "list", value
        for number, one in enumerate(value):
            yield from places(one, kind[0], (*path, number))
        return
    yield path, kind, value
    for key, shape in SHAPES.get(kind, {}).items():
        if key in value:
            yield from places(value[key], shape, (*path, key))


def resolved(kind: Any, value: Any) -> Any:
    if kind == "activities":
        return ["activity"] if isinstance(value, list) else "activity"
    if kind == "actor":
        return "group" if value.get("objectType") == "Group" else "agent"
    if kind == "object":
        by_type = {"Agent": "agent", "Group": "group", "StatementRef": "reference", "SubStatement": "substatement"}
        return by_type.get(value.get("objectType", "Activity"), "activity")
    return kind


def written(path: Path) -> str:
    """As the validator writes it: `context.contextActivities.parent[0].id`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with something else at that place."""
    if not path:
        return new
    first, *rest = path
    inside = put(value[first], tuple(rest), new)
    if isinstance(value, list):
        return [*value[:first], inside, *value[first + 1 :]]
    return value | {first: inside}


def without(value: dict, *keys: str) -> dict:
    return {key: item for key, item in value.items() if key not in keys}


# Faults -------------------------------------------------------------------------------------------

Fault = tuple[str, Sequence[Path], Any]  # the rule, the places below this one that may be named, what stands here then
HERE: Sequence[Path] = ((),)


def _faults(kind: str, value: Any) -> Iterator[Fault]:
    yield "null", HERE, None
    for rule, wrong in WRONG.get(kind, {}).items():
        for one in wrong:
            new = one(value) if callable(one) else one
            if new != value or type(new) is not type(value):
                yield rule, HERE, new
    if isinstance(value, str):
        yield "a letter that is none", HERE, f"{value}\ud800"
        yield "a letter that is none", HERE, f"{value}\0"
    if kind == "list":
        yield "a wrong type", HERE, "x"
        yield "null", [(len(value),)], [*value, None]
    if kind == "language map":
        yield "a bad language tag", [("no tag!",)], value | {"no tag!": "x"}
        yield "a wrong type", [("en-NZ",)], value | {"en-NZ": 1}
        yield "null", [("en-NZ",)], value | {"en-NZ": None}
    if kind == "extensions":
        yield "a bad IRI", [("no scheme",)], value | {"no scheme": 1}
        yield "no number", [("https://x.org", "a", 0)], value | {"https://x.org": {"a": [float("-inf")]}}
        yield "a letter that is none", [("https://x.org", 0)], value | {"https://x.org": ["\0"]}
        yield "a letter that is none", [("https://x.org",)], value | {"https://x.org": {"\ud800": 1}}
    if kind in SHAPES:
        yield from _faults_of_an_object(kind, value)
    if kind in {"agent", "group"}:
        yield from _faults_of_an_actor(kind, value)
    if kind == "definition":
        yield from _faults_of_a_definition(value)
    if kind == "result":
        for wrong, key in [({"min": 2, "max": 1}, "min"), ({"min": 1, "max": 1}, "min"), ({"raw": 3, "max": 2}, "raw")]:
            yield "scores in disorder", [("score", key)], value | {"score": wrong}
        yield "scores in disorder", [("score", "raw")], value | {"score": {"raw": -1, "min": 0}}


def _faults_of_an_object(kind: str, value: dict) -> Iterator[Fault]:
    yield "a wrong type", HERE, "x"
    yield "an unknown key", [("colour",)], value | {"colour": "red"}
    for key in REQUIRED.get(kind, ()):
        yield "something missing", [(key,)], without(value, key)
    for key in value.keys() - {"objectType"}:
        wrong = key.upper() if key != key.upper() else key.lower()
        yield "a key in a wrong case", [(key,), (wrong,), ()], without(value, key) | {wrong: value[key]}


def _faults_of_an_actor(kind: str, value: dict) -> Iterator[Fault]:
    named = without(value, *IDENTIFIERS)
    other = {"openid": "https://example.org/x"} if "mbox" in value else {"mbox": "mailto:x@example.org"}
    if named != value:
        yield "two identifiers", HERE, value | other
    if kind == "agent":
        yield "no identifier", HERE, named
        yield "an agent with members", [("member",)], value | {"member": [other]}
        return
    yield "a group without members", [("member",)], without(named, "member")
    yield "a group without members", [("member",)], named | {"member": []}
    yield "a group within a group", [("member", 0, "objectType")], value | {"member": [{"objectType": "Group"} | other]}


def _faults_of_a_definition(value: dict) -> Iterator[Fault]:
    plain = without(value, "interactionType")
    for part in ["correctResponsesPattern", *PARTS]:
        yield "an interaction without a type", [("interactionType",)], plain | {part: []}
    for part in PARTS:
        yield "two components of one id", [(part,)], value | {"interactionType": "choice", part: [{"id": "a"}, {"id": "a"}]}


def _together(statement: dict, spec: str) -> Iterator[Broken]:
    """What stands right alone and is wrong beside something else."""

    def fault(rule: str, where: str, wrong: dict) -> Broken:
        return Broken(rule, "statement", (where,), wrong, wrong)

    outer = {"actor": statement["actor"], "verb": statement["verb"]}
    sub = outer | {"objectType": "SubStatement", "object": {"id": "https://example.org/a"}}
    said = [("id", "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"), ("version", "1.0.3"), ("stored", "2026-11-23T09:30:00Z")]
    for key, value in [*said, ("authority", statement["actor"])]:
        yield fault("a SubStatement with what the store says", f"object.{key}", outer | {"object": sub | {key: value}})
    yield fault("a SubStatement within another", "object.object.objectType", outer | {"object": sub | {"object": sub}})
    if statement["object"].get("objectType") != "StatementRef":
        yield fault("voiding something else", "object", statement | {"verb": {"id": VOIDED}})
    for about in [{"objectType": "Agent", "mbox": "mailto:x@example.org"}, sub]:
        for key in ["revision", "platform"]:
            yield fault("said of an activity only", f"context.{key}", outer | {"object": about, "context": {key: "x"}})
    agents = [{"mbox": "mailto:x@example.org"}] * 3
    for count in [1, 3]:
        wrong = {"authority": {"objectType": "Group", "member": agents[:count]}}
        yield fault("an authority that is no pair", "authority", statement | wrong)
    if spec == "1.0.3":
        for key in ["contextAgents", "contextGroups"]:
            yield fault("what 1.0.3 does not know", f"context.{key}", statement | {"context": {key: []}})
