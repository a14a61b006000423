"""What is a statement and what is none, place by place (xAPI 1.0.3 Data, IEEE 9274.1.1)."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.lrs import validation, vocabulary
from learning.lrs.validation import types

AGENT = {"mbox": "mailto:lee@example.org"}
ACCOUNT = {"account": {"homePage": "https://example.org", "name": "lee"}}
GROUP = {"objectType": "Group", "name": "Ward 4", "member": [AGENT, {"objectType": "Agent", "openid": "https://example.org/lee"}]}
TEAM = {"objectType": "Group", "mbox_sha1sum": "a" * 40}
UUID = "39e24cc4-69af-4b01-a824-1fdc6ea8a3af"
REF = {"objectType": "StatementRef", "id": UUID}
ACTIVITY = {"id": "https://example.org/module"}
CHOICE = ACTIVITY | {
    "objectType": "Activity",
    "definition": {
        "name": {"en-GB": "Which words?"},
        "description": {"cy": "Pa eiriau?"},
        "type": vocabulary.INTERACTION,
        "moreInfo": "https://example.org/more",
        "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b"],
        "choices": [{"id": "a", "description": {"en": "Partner"}}, {"id": "b"}],
        "extensions": {"https://example.org/ext": {"deep": [None, 1]}},
    },
}
ATTACHMENT = {
    "usageType": "http://adlnet.gov/expapi/attachments/signature",
    "display": {"en": "Signature"},
    "contentType": "application/octet-stream",
    "length": 4235,
    "sha2": "b" * 64,
}
SUB = {
    "objectType": "SubStatement",
    "actor": ACCOUNT,
    "verb": {"id": "https://example.org/verbs/planned"},
    "object": CHOICE,
    "timestamp": "2026-11-23T09:30:00+01:00",
}
FULL = {
    "id": UUID,
    "actor": AGENT,
    "verb": {"id": vocabulary.ANSWERED, "display": {"en": "answered"}},
    "object": CHOICE,
    "result": {
        "score": {"scaled": -1, "raw": 3, "min": 0, "max": 3.5},
        "success": True,
        "completion": False,
        "response": "",
        "duration": "PT8M30.5S",
        "extensions": {vocabulary.PROGRESS: None},
    },
    "context": {
        "registration": UUID.upper(),
        "instructor": GROUP,
        "team": TEAM,
        "contextActivities": {"parent": ACTIVITY, "grouping": [ACTIVITY], "category": [], "other": [CHOICE]},
        "contextAgents": [{"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://example.org/role"]}],
        "contextGroups": [{"objectType": "contextGroup", "group": TEAM}],
        "revision": "2",
        "platform": "Alongside",
        "language": "en-GB",
        "statement": REF,
        "extensions": {vocabulary.SESSION_ID: "s"},
    },
    "timestamp": "2026-11-23T09:30:00.123456789Z",
    "stored": "2026-11-23T09:30:00Z",
    "authority": {"objectType": "Group", "member": [ACCOUNT, AGENT]},
    "version": "1.0.3",
    "attachments": [ATTACHMENT | {"fileUrl": "https://example.org/file", "description": {"en": "A file"}}],
}


def at(statement, path):
    for key in path[:-1]:
        statement = statement[key]
    return statement, path[-1]


def changed(path, value):
    statement = copy.deepcopy(FULL)
    place, key = at(statement, path)
    place[key] = value
    return statement


def without(path):
    statement = copy.deepcopy(FULL)
    place, key = at(statement, path)
    del place[key]
    return statement


def test_a_statement_with_everything_in_it_is_right():
    validation.check(FULL)


@pytest.mark.parametrize("half", ["\x00", "\ud800", "\udfff"], ids=ascii)
@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (["actor", "mbox"], "mailto:a", "@example.org"),
        (["verb", "id"], "https://example.org/", ""),
        (["verb", "display", "en"], "", ""),
        (["result", "response"], "a", "b"),
        (["context", "platform"], "", ""),
    ],
    ids=str,
)
def test_no_text_holds_what_no_database_can_write(path, before, after, half):
    validation.check(changed(path, f"{before}x{after}"))
    with pytest.raises(validation.Invalid):
        validation.check(changed(path, f"{before}x{half}{after}"))


@pytest.mark.parametrize("thing", [AGENT, ACCOUNT, GROUP, TEAM, ACTIVITY, CHOICE, REF, SUB], ids=str)
def test_every_kind_of_object_is_right_where_it_says_what_it_is(thing):
    kind = thing.get("objectType") or ("Agent" if thing in (AGENT, ACCOUNT) else "Activity")
    statement = {"actor": AGENT, "verb": {"id": vocabulary.PASSED}, "object": {"objectType": kind} | thing}
    validation.check(statement)


ACTOR_PLACES = [
    ("actor",),
    ("authority", "member", 0),
    ("context", "instructor"),
    ("context", "instructor", "member", 0),
    ("context", "contextAgents", 0, "agent"),
]
BAD_AGENTS = [
    None,
    "lee",
    [],
    {},
    {"name": "Lee"},
    AGENT | ACCOUNT,
    {"mbox": "lee@example.org"},
    {"mbox": "MAILTO:lee@example.org"},
    {"mbox": "mailto:lee"},
    {"mbox": None},
    {"Mbox": "mailto:lee@example.org"},
    {"mbox_sha1sum": "abc"},
    {"mbox_sha1sum": "g" * 40},
    {"openid": "lee"},
    {"account": {"homePage": "https://example.org"}},
    {"account": {"name": "lee"}},
    {"account": {"homePage": "example", "name": "lee"}},
    {"account": {"homePage": "https://example.org", "name": ""}},
    {"account": {"homePage": "https://example.org", "name": 7}},
    {"account": {"homePage": "https://example.org", "name": "lee", "age": "40"}},
    AGENT | {"objectType": "agent"},
    AGENT | {"objectType": "Person"},
    AGENT | {"objectType": None},
    AGENT | {"objectType": []},
    AGENT | {"name": 1},
    AGENT | {"member": []},
    AGENT | {"colour": "red"},
    {"objectType": "Group"},
    {"objectType": "Group", "member": []},
    {"objectType": "Group", "member": AGENT},
    {"objectType": "Group", "member": [GROUP]},
    {"objectType": "Group", "member": [{"name": "nobody"}]},
    TEAM | AGENT,
]


@pytest.mark.parametrize("place", ACTOR_PLACES, ids=str)
@pytest.mark.parametrize("agent", BAD_AGENTS, ids=str)
def test_a_wrong_agent_is_refused_wherever_it_stands(place, agent):
    with pytest.raises(validation.Invalid):
        validation.check(changed(place, agent))


BAD = {
    ("id",): [None, 1, "", "39e24cc4", UUID[:-1], UUID + "0", UUID[:-1] + "g", f"{{{UUID}}}"],
    ("verb",): [None, "passed", {}, {"display": {"en": "x"}}, {"id": "passed"}, {"id": "https://x.org/v", "Display": {}}],
    ("verb", "display"): ["passed", {"en": 1}, {"no such tag!": "x"}, {"en": None}, []],
    ("object",): [None, "x", [], {}, {"id": "x"}, {"objectType": "activity", "id": "https://x.org"}, AGENT, {"objectType": {}}],
    ("object", "definition"): [None, [], {"colour": "red"}, {"correctResponsesPattern": ["a"]}, {"choices": [{"id": "a"}]}],
    ("object", "definition", "interactionType"): ["Choice", "", None, 1, []],
    ("object", "definition", "choices"): [{}, [{"id": ""}], [{}], [{"id": "a"}, {"id": "a"}], [{"id": "a", "description": "x"}]],
    ("object", "definition", "correctResponsesPattern"): ["a", [1], [None], {}],
    ("object", "definition", "extensions"): [{"no scheme": 1}, [], None, "x"],
    ("object", "definition", "moreInfo"): ["example.org", 1, None],
    ("result",): [None, [], {"Score": {}}, {"grade": "A"}],
    ("result", "score"): [
        None,
        1,
        {"scaled": 1.01},
        {"scaled": -2},
        {"scaled": "1"},
        {"scaled": True},
        {"raw": None},
        {"points": 1},
    ],
    ("result", "score", "raw"): [-1, 4, "3", False],
    ("result", "score", "min"): [3.5, 9],
    ("result", "success"): ["true", 1, None],
    ("result", "completion"): ["yes", 0, None],
    ("result", "response"): [1, None, ["a"]],
    ("result", "duration"): [
        "",
        "P",
        "PT",
        "8 minutes",
        "P1S",
        "PT1D",
        "P1Y2W",
        "-PT1S",
        "PT1.5M2S",
        "P0001-01-01T00:00:00",
        None,
        60,
    ],
    ("context",): [None, [], {"Registration": UUID}, {"room": "4"}],
    ("context", "registration"): ["x", None, 1],
    ("context", "team"): [AGENT, {}, {"objectType": "Group"}],
    ("context", "contextActivities"): [[], None, {"Parent": []}, {"parent": "x"}, {"parent": [[ACTIVITY]]}, {"parent": [AGENT]}],
    ("context", "contextAgents"): [
        {},
        [AGENT],
        [{"objectType": "contextAgent"}],
        [{"objectType": "contextAgent", "agent": TEAM}],
    ],
    ("context", "contextAgents", 0, "relevantTypes"): [[], ["role"], "https://x.org", [None]],
    ("context", "contextGroups"): [[{"objectType": "contextGroup", "group": AGENT}], [{"objectType": "group", "group": TEAM}]],
    ("context", "revision"): [1, None],
    ("context", "platform"): [1, None],
    ("context", "language"): ["", "english language", "e", "en_GB", None, 1],
    ("context", "statement"): [UUID, {"id": UUID}, {"objectType": "statementRef", "id": UUID}, REF | {"x": 1}, SUB],
    ("context", "extensions"): [{"x": 1}, []],
    ("timestamp",): [
        "",
        "yesterday",
        "2026-11-23",
        "2026-13-01T00:00:00Z",
        "2026-11-23T09:30:00-00:00",
        "2026-11-23T09:30:00-00",
        None,
        1,
    ],
    ("stored",): ["x", None, "2026-02-30T00:00:00Z"],
    ("version",): ["1.1.0", "0.9", "2", "", None, 2.0, "1.0.", "1.0.x"],
    ("authority",): [GROUP | {"member": [AGENT]}, GROUP | AGENT, TEAM, {"objectType": "Group", "member": [AGENT] * 3}],
    ("attachments",): [{}, None, [{}], ["x"]],
    ("attachments", 0, "sha2"): ["abc", None, "b" * 63, 1],
    ("attachments", 0, "length"): [-1, 1.5, "4235", None, True],
    ("attachments", 0, "contentType"): ["text", "", None, 5],
    ("attachments", 0, "usageType"): ["signature", None],
    ("attachments", 0, "display"): ["Signature", None],
    ("colour",): ["red"],
    ("Actor",): [AGENT],
}


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, values in BAD.items() for value in values], ids=str)
def test_a_wrong_value_is_refused_and_its_place_named(place, value):
    with pytest.raises(validation.Invalid) as refusal:
        validation.check(changed(place, value))
    assert refusal.value.path.startswith(place[0])
    assert str(refusal.value.message).endswith(".")


@pytest.mark.parametrize(
    "place",
    [
        ("actor",),
        ("verb",),
        ("object",),
        ("verb", "id"),
        ("object", "id"),
        ("context", "statement", "objectType"),
        ("context", "contextAgents", 0, "objectType"),
        ("attachments", 0, "usageType"),
        ("attachments", 0, "display"),
        ("attachments", 0, "contentType"),
        ("attachments", 0, "length"),
        ("attachments", 0, "sha2"),
    ],
    ids=str,
)
def test_what_must_be_there_is_missed(place):
    with pytest.raises(validation.Invalid):
        validation.check(without(place))


@pytest.mark.parametrize("key", ["id", "stored", "version", "authority"])
def test_a_statement_inside_another_does_not_say_what_only_the_store_says(key):
    with pytest.raises(validation.Invalid):
        validation.check(changed(("object",), SUB | {key: FULL[key]}) | {"context": {}})


@pytest.mark.parametrize("place", ACTOR_PLACES[:1])
@pytest.mark.parametrize("agent", BAD_AGENTS, ids=str)
def test_a_wrong_agent_is_refused_inside_a_sub_statement(place, agent):
    with pytest.raises(validation.Invalid):
        validation.check({"actor": AGENT, "verb": {"id": vocabulary.PASSED}, "object": SUB | {"actor": agent}})


def test_no_sub_statement_stands_inside_another():
    with pytest.raises(validation.Invalid):
        validation.check({"actor": AGENT, "verb": {"id": vocabulary.PASSED}, "object": SUB | {"object": SUB}})


@pytest.mark.parametrize("key", ["revision", "platform"])
def test_revision_and_platform_are_said_of_activities_only(key):
    statement = {"actor": AGENT, "verb": {"id": vocabulary.PASSED}, "context": {key: "x"}}
    validation.check(statement | {"object": ACTIVITY})
    for thing in [REF, AGENT | {"objectType": "Agent"}, GROUP, SUB]:
        with pytest.raises(validation.Invalid):
            validation.check(statement | {"object": thing})


def test_only_a_statement_can_be_voided():
    voided = {"actor": AGENT, "verb": {"id": vocabulary.VOIDED}}
    validation.check(voided | {"object": REF})
    with pytest.raises(validation.Invalid):
        validation.check(voided | {"object": ACTIVITY})


def test_context_agents_are_unknown_to_version_1():
    with pytest.raises(validation.Invalid):
        validation.check(FULL, spec="1.0.3")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\0", "half a pair \ud800", {"\0": 1}], ids=repr)
def test_what_no_database_keeps_is_refused_even_in_extensions(value):
    with pytest.raises(validation.Invalid):
        validation.check(changed(("result", "extensions", vocabulary.PROGRESS), value))


def test_a_backslash_before_u0000_is_only_text():
    validation.check(changed(("result", "response"), "\\u0000"))


@pytest.mark.parametrize("depth", [70, 900, 5000])
def test_bottomless_nesting_is_refused(depth):
    deep = []
    for _ in range(depth):
        deep = [deep]
    with pytest.raises(validation.Invalid):
        validation.check(changed(("result", "extensions", vocabulary.PROGRESS), deep))


# Any JSON at all is judged, never tripped over.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FULL, *AGENT, "objectType"]) | st.text(), inner)
    ),
    max_leaves=20,
)
PLACES = [key if isinstance(key, tuple) else (key,) for key in BAD if key not in {("colour",), ("Actor",)}]


@given(JSON, st.sampled_from(PLACES))
def test_anything_anywhere_is_judged_without_tripping(value, place):
    for statement in (value, changed(place, value)):
        try:
            validation.check(statement)
        except validation.Invalid as refusal:
            assert str(refusal)


@given(st.datetimes(timezones=st.timezones() | st.just(None)))
def test_every_iso_timestamp_is_read_as_the_moment_it_names(moment):
    written = moment.isoformat()
    try:
        read = types.instant(written, "timestamp")
    except validation.Invalid:
        return  # offsets with seconds, before 1900; and moments outside the years 1 to 9999 in UTC
    assert read.replace(tzinfo=None) == (moment - moment.utcoffset() if moment.tzinfo else moment).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00+00:00"),
        ("2026-11-23t09:30:00z", "2026-11-23T09:30:00+00:00"),
        ("2026-11-23T09:30:00+01", "2026-11-23T08:30:00+00:00"),
        ("2026-11-23T09:30:00+0530", "2026-11-23T04:00:00+00:00"),
        ("2026-11-23T09:30:00.9999999Z", "2026-11-23T09:30:00.999999+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
        ("2026-11-23T09:30:00", "2026-11-23T09:30:00+00:00"),
    ],
)
def test_timestamps_are_read_in_utc_and_cut_not_rounded(written, read):
    assert types.instant(written, "timestamp").isoformat() == read


NUMBERS = st.integers(0, 10_000)


@given(st.dictionaries(st.sampled_from("YMD"), NUMBERS), st.dictionaries(st.sampled_from("HMS"), NUMBERS), st.integers(0, 999))
def test_every_duration_of_iso_8601_is_right(date, clock, thousandths):
    days = "".join(f"{date[unit]}{unit}" for unit in "YMD" if unit in date)
    hours = "".join(f"{clock[unit]}{f'.{thousandths:03}' if unit == 'S' else ''}{unit}" for unit in "HMS" if unit in clock)
    if days or hours:
        types.duration(f"P{days}" + (f"T{hours}" if hours else ""), "duration")


@pytest.mark.parametrize(
    "written", ["P4W", "P1.5Y", "P1Y2.5M", "P1DT2.5H", "PT1.5M", "PT0.001S", "P1Y2M10DT2H30M", "PT36H", "P0,5D"]
)
def test_the_smallest_part_of_a_duration_may_be_a_fraction(written):
    types.duration(written, "duration")


@pytest.mark.parametrize("written", ["P1.5Y2M", "PT1.5H2M", "P1.5DT1H", "PT1H1.5M2S", "P1W2D", "P1YT", "p1y", "PT1S ", "P-1Y"])
def test_no_other_part_of_a_duration_is_a_fraction(written):
    with pytest.raises(validation.Invalid):
        types.duration(written, "duration")


def test_durations_are_compared_to_the_hundredth_cut_and_not_rounded():
    assert types.cut_duration("PT1.999S") == types.cut_duration("PT1.99S")
    assert types.cut_duration("PT1.99S") != types.cut_duration("PT2S")
    assert types.cut_duration("PT1M0S") == types.cut_duration("PT1M")


@pytest.mark.parametrize(
    "tag", ["en", "en-GB", "cy", "zh-Hant-TW", "sl-rozaj-biske", "de-CH-1996", "x-private", "i-klingon", "es-419"]
)
def test_well_formed_language_tags_are_right(tag):
    types.language(tag, "language")


@pytest.mark.parametrize(
    "tag", ["https://example.org", "urn:uuid:x", "tag:example.org,2026:x", "mailto:x@y.z", "https://例え.jp/道"]
)
def test_iris_have_a_scheme(tag):
    types.iri(tag, "id")


@pytest.mark.parametrize(
    "tag", ["example.org", "//example.org", "ab=c://x", ":x", "https:", "a b:c", "https://x y", "https://x\n", "1a:b"]
)
def test_what_has_no_scheme_is_no_iri(tag):
    with pytest.raises(validation.Invalid):
        types.iri(tag, "id")
