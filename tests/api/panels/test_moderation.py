"""Uma and Ola moderate by programs that have every scope; Mo reads what was shared with his panel."""

import pytest

from api.events import EVENTS
from core.models import AuditEvent, OutboxEvent
from panels import themes
from panels.experiences import moderating, telling
from panels.models import Experience, StoryPage
from people.models import District
from tests.api.panels.conftest import PLACE, field, keys, problem
from tests.factories.experiences import (
    MARKER,
    SHOWN,
    WORDS,
    make_draft,
    make_experience,
    make_kept,
    make_prepared,
    make_published,
)

DESK, SHARED = f"{PLACE}/moderation", f"{PLACE}/shared-experiences"
SCOPES = ["experiences/read", "experiences/moderate", "originals/read"]
PRIVATE = "Nobody knew who mends it."  # told, and never shown


@pytest.fixture
def uma_(uma, machine):
    return machine(uma, *SCOPES)


@pytest.fixture
def ola_(ola, machine):
    return machine(ola, *SCOPES)


@pytest.fixture
def mo_(mo, machine):
    return machine(mo, *SCOPES)


@pytest.fixture
def act(send):
    """`act(client, row, "take", {…})`."""

    def do(client, row, name, data=None, **headers):
        return send(client, "post", f"{DESK}/{row.key}/{name}", data, **headers)

    return do


def test_from_taking_to_publishing_by_two_people(uma_, ola_, act, stories_index):
    row = make_experience()
    taken = act(uma_, row, "take").json()
    assert (taken["status"], taken["can"]) == ("reading", ["save", "sort", "refer", "prepare", "decline"])
    assert act(uma_, row, "save", {"shown": SHOWN}).json()["passages"][0]["text"] == SHOWN["happened"]
    assert act(uma_, row, "prepare", {"shown": SHOWN, "note": "Taken out: the hour"}).json()["prepared_by_you"] is True
    assert problem(act(uma_, row, "publish")) == (403, "not_the_same_person")
    assert ola_.get(f"{DESK}/{row.key}").json()["can"] == ["sort", "refer", "send-back", "publish", "keep"]
    assert act(ola_, row, "publish").json()["status"] == "published"
    assert StoryPage.objects.count() == 1


def test_back_to_the_first_kept_inside_or_declined(uma_, ola_, act, uma):
    row, other = make_prepared(uma), make_prepared(uma)
    assert act(ola_, row, "send-back", {"note": "The hour is still in it"}).json()["status"] == "reading"
    declined = act(uma_, row, "decline", {"reason": "There is a court case"}).json()
    assert (declined["status"], declined["reason"]) == ("declined", "There is a court case")
    assert act(ola_, other, "keep").json()["status"] == "kept"


def test_a_concern_and_what_it_is_about_are_noted(uma_, act, reference_data):
    themes.load()
    row = make_experience()
    act(uma_, row, "take")
    said = act(uma_, row, "refer", {"concern": "danger", "referral": "The duty team was told at noon"}).json()
    assert (said["concern"], said["referral"]) == ("danger", "The duty team was told at noon")
    sorted_ = act(uma_, row, "sort", {"themes": ["waiting"], "district": "E08000004"}).json()
    assert (sorted_["themes"], sorted_["district"]) == (["waiting"], "E08000004")


@pytest.mark.parametrize(
    ("name", "said", "expected", "fields"),
    [
        ("publish", {}, (409, "wrong_state"), []),
        ("prepare", {"shown": {}}, (400, "nothing_shown"), ["shown"]),
        ("prepare", {}, (400, "invalid"), ["shown"]),
        ("decline", {"reason": ""}, (400, "invalid"), ["reason"]),
        ("refer", {"concern": "danger", "referral": ""}, (400, "no_referral"), ["referral"]),
        ("sort", {"themes": ["nonesuch"], "district": None}, (400, "invalid"), ["themes"]),
    ],
)
def test_what_cannot_be_done_is_refused(uma_, uma, act, name, said, expected, fields):
    row = moderating.take(make_experience(), by=uma)
    answer = act(uma_, row, name, said)
    assert (problem(answer), field(answer)) == (expected, fields)


def test_nobody_decides_on_what_has_changed_since_they_read_it(uma_, ola_, act, uma):
    row = make_prepared(uma)
    tag = ola_.get(f"{DESK}/{row.key}")["ETag"]
    moderating.refer(row, "crime", "Asked the duty team", by=uma)
    assert problem(act(ola_, row, "keep", **{"If-Match": tag})) == (412, "precondition_failed")


def test_what_was_not_agreed_to_is_not_done(ola_, act, uma):
    row = make_prepared(uma, agreed=["panel"])
    assert problem(act(ola_, row, "publish")) == (400, "not_agreed")


def test_the_words_as_they_were_told_are_read_on_purpose_and_each_look_is_noted(uma_, uma, machine):
    row = make_experience()
    plain = uma_.get(f"{DESK}/{row.key}").content.decode() + uma_.get(DESK).content.decode()
    assert PRIVATE not in plain
    assert not AuditEvent.objects.filter(act="experience.read").exists()
    for times in [1, 2]:
        told = uma_.get(f"{DESK}/{row.key}/original").json()["passages"]
        assert {part["kind"]: part["words"] for part in told} == WORDS
        assert AuditEvent.objects.filter(act="experience.read").count() == times
    without = machine(uma, "experiences/read", "experiences/moderate")
    assert problem(without.get(f"{DESK}/{row.key}/original")) == (403, "scope_missing")


def test_for_others_there_is_no_desk(mo_, act, member, machine, kit, uma):
    row = make_prepared(uma)
    for client in [mo_, machine(kit, *SCOPES)]:
        for address in [DESK, f"{DESK}/{row.key}", f"{DESK}/{row.key}/original"]:
            assert problem(client.get(address)) == (404, "not_found")
        assert problem(act(client, row, "take")) == (404, "not_found")


def test_a_draft_and_what_was_taken_back_are_not_at_the_desk(uma_):
    make_draft()
    telling.withdraw(make_experience())
    row = make_experience()
    assert keys(uma_.get(DESK)) == [str(row.key)]
    assert keys(uma_.get(DESK, {"status": "reading"})) == []


# What panels may read ----------------------------------------------------------------------------


def test_members_read_what_is_shared_with_their_panel_as_far_as_it_is_shown(mo_, member, panel, uma, ola):
    oldham = District.objects.get(gss_code="E08000004")
    facts = {"panel": panel, "district": oldham, "season": "summer", "year": 2025}
    row = make_kept(uma, ola, agreed=["panel"], **facts)
    answer = mo_.get(f"{SHARED}/{row.key}")
    assert answer.json() == {
        "key": str(row.key),
        "panel": str(panel.key),
        "when": "Summer 2025",
        "district": None,
        "themes": [],
        "passages": [
            {"kind": "happened", "heading": "What happened?", "text": SHOWN["happened"]},
            {"kind": "helped", "heading": "What would have helped?", "text": SHOWN["helped"]},
        ],
    }
    assert mo_.get(SHARED).json()["results"] == [answer.json()]
    assert PRIVATE not in answer.content.decode()


def test_nobody_else_reads_it_and_nothing_else_is_read(mo_, member, panel, uma, ola, machine, sam):
    row = make_kept(uma, ola, agreed=["panel"], panel=panel)
    make_kept(uma, ola, agreed=["share"], panel=panel)
    make_kept(uma, ola, agreed=["panel"])
    make_prepared(uma, agreed=["panel"], panel=panel)
    assert keys(mo_.get(SHARED)) == [str(row.key)]
    assert problem(machine(sam, *SCOPES).get(f"{SHARED}/{row.key}")) == (404, "not_found")
    telling.agree(row, [])
    assert problem(mo_.get(f"{SHARED}/{row.key}")) == (404, "not_found")


@pytest.mark.parametrize("place", [DESK, SHARED])
def test_it_costs_the_same_for_one_and_for_three(uma_, mo_, member, panel, uma, ola, queries, place):
    reader = uma_ if place == DESK else mo_
    make_kept(uma, ola, panel=panel)
    one = queries(reader, place)
    make_kept(uma, ola, panel=panel)
    make_kept(uma, ola, panel=panel)
    assert len(keys(reader.get(place))) == 3
    assert queries(reader, place) == one


# What other systems are told ---------------------------------------------------------------------


def told():
    """The published names, each with what the news says."""
    rows = [row for row in OutboxEvent.objects.order_by("pk") if row.name in EVENTS]
    return [(EVENTS[row.name].type, {name: row.ids[name] for name in EVENTS[row.name].ids}) for row in rows]


def test_news_says_that_one_came_without_its_key_and_then_what_whoever_keeps_a_copy_must_know(uma, ola, stories_index):
    row = make_published(uma, ola)
    telling.agree(row, [])
    about = {"experience": str(row.key)}
    assert told() == [("experience.received", {}), ("experience.published", about), ("experience.use_ended", about)]


def test_what_is_taken_up_again_kept_or_taken_back_is_news_and_what_is_declined_is_not(uma, ola):
    row = make_kept(uma, ola)
    moderating.decline(moderating.take(row, by=ola), "There is a court case", by=ola)
    telling.withdraw(row)
    names = [type_ for type_, _said in told()]
    assert names == [f"experience.{what}" for what in ["received", "kept", "use_ended", "withdrawn"]]
    assert MARKER not in str(list(OutboxEvent.objects.values()))
    assert Experience.objects.sent().count() == 0
