"""Filters that look beyond a statement's actor and object (xAPI 1.0.3 Communication 2.1.3)."""

import uuid

import pytest

from learning.lrs import credentials, mentions, queries
from learning.lrs.queries import CHAIN
from learning.models import Mention, Statement

ANN = {"mbox": "mailto:ann@example.org"}
BEN = {"account": {"homePage": "https://example.org", "name": "ben"}}
TEAM = {"objectType": "Group", "mbox": "mailto:team@example.org", "member": [ANN]}
NAMELESS = {"objectType": "Group", "member": [BEN, ANN]}
COURSE, MODULE = "https://example.org/course", "https://example.org/module"


def found(**filters):
    return {row.pk for row in queries.find(**filters)[0]}


def followed(**filters) -> list:
    """Through all pages."""
    page, cursor = queries.find(**filters)
    seen = [row.pk for row in page]
    while cursor:
        page, cursor = queries.find(cursor=cursor)
        seen += [row.pk for row in page]
    return seen


def inside(**changes):
    """A statement inside another."""
    said = {"objectType": "SubStatement", "actor": BEN, "verb": {"id": "https://example.org/did"}, "object": {"id": MODULE}}
    return {"object": said | changes}


NARROW = {
    "the actor": {"actor": ANN},
    "the object": {"object": ANN | {"objectType": "Agent"}},
    "a member of the group that acts": {"actor": TEAM},
    "a member of a nameless group that acts": {"actor": NAMELESS},
    "a member of the group that is the object": {"object": NAMELESS},
}
WIDE = {
    "the instructor": {"context": {"instructor": ANN}},
    "a member of the instructing group": {"context": {"instructor": NAMELESS}},
    "a member of the team": {"context": {"team": TEAM}},
    "an agent of the context": {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": ANN}]}},
    "in a group of the context": {"context": {"contextGroups": [{"objectType": "contextGroup", "group": NAMELESS}]}},
    "the actor inside": inside(actor=ANN),
    "a member of the group that acts inside": inside(actor=NAMELESS),
    "the object inside": inside(object=ANN | {"objectType": "Agent"}),
    "the instructor inside": inside(context={"instructor": ANN}),
}


@pytest.mark.parametrize("said", NARROW.values(), ids=NARROW)
def test_an_agent_is_found_as_actor_and_object_and_in_groups(store, say, said):
    store(say(actor=BEN))
    row = store(say(**{"actor": BEN} | said))[0]
    assert found(agent=ANN) == found(agent=ANN, related_agents=True) == {row.pk}


@pytest.mark.parametrize("said", WIDE.values(), ids=WIDE)
def test_a_related_agent_is_found_only_when_asked_for(store, say, said):
    store(say(actor=BEN))
    row = store(say(**{"actor": BEN} | said))[0]
    assert found(agent=ANN) == set()
    assert found(agent=ANN, related_agents=True) == {row.pk}


def test_a_group_is_found_by_its_own_identifier(store, say):
    row = store(say(actor=TEAM))[0]
    assert found(agent={key: TEAM[key] for key in ("objectType", "mbox")}) == {row.pk}


def test_who_vouches_is_a_related_agent(store, say):
    credential, _secret = credentials.create("Library", ["all"])
    by = credentials.authority(credential)
    row = store(say(), source=Statement.Source.CREDENTIAL, credential=credential, authority=by)[0]
    ours = store(say(), authority=credentials.authority())[0]
    assert found(agent=by) == set()
    assert found(agent=by, related_agents=True) == {row.pk}
    assert found(agent=credentials.authority(), related_agents=True) == {ours.pk}
    for name in [str(uuid.uuid4()), "nobody"]:
        by["account"]["name"] = name
        assert found(agent=by, related_agents=True) == set()


@pytest.mark.parametrize("kind", ["parent", "grouping", "category", "other"])
@pytest.mark.parametrize("place", [0, 1])
def test_each_activity_of_a_context_is_related(store, say, kind, place):
    listed = [{"id": MODULE}, {"id": MODULE}]
    listed[place] = {"id": COURSE}
    row = store(say(context={"contextActivities": {kind: listed}}))[0]
    assert found(activity=COURSE) == set()
    assert found(activity=COURSE, related_activities=True) == {row.pk}


@pytest.mark.parametrize("changes", [{"object": {"id": COURSE}}, {"context": {"contextActivities": {"parent": {"id": COURSE}}}}])
def test_activities_of_a_statement_inside_are_related(store, say, changes):
    row = store(say(**inside(**changes)))[0]
    assert found(activity=COURSE) == set()
    assert found(activity=COURSE, related_activities=True) == {row.pk}


def test_both_wide_filters_at_once(store, say):
    both = {"context": {"instructor": ANN, "contextActivities": {"grouping": [{"id": COURSE}]}}}
    row = store(
        say(**both), say(context={"instructor": ANN}), say(context={"contextActivities": {"grouping": [{"id": COURSE}]}})
    )[0]
    assert found(agent=ANN, related_agents=True, activity=COURSE, related_activities=True) == {row.pk}


def test_what_is_mentioned_in_several_places_is_kept_once_by_the_narrowest(store, say):
    row = store(say(actor=NAMELESS, context={"instructor": ANN, "team": TEAM}))[0]
    kinds = dict(Mention.objects.filter(statement=row).values_list("value", "kind"))
    assert kinds.pop("mbox|mailto:ann@example.org") == kinds.pop("account|https://example.org|ben") == "party"
    assert kinds == {"mbox|mailto:team@example.org": "agent"}


def test_the_usual_statement_has_no_mentions(store, say):
    assert [*mentions.of(store(say())[0])] == []


def test_a_page_of_a_wide_filter_loses_and_repeats_nothing(store, say):
    rows = [store(say(actor=ANN) if turn % 2 else say(context={"instructor": ANN}))[0].pk for turn in range(7)]
    assert followed(agent=ANN, related_agents=True, limit=2, ascending=True) == rows
    assert followed(agent=ANN, related_agents=True, limit=2) == rows[::-1]


def test_what_refers_to_what_refers_to_a_match_matches(store, say):
    said = [say(actor=ANN)]
    for _link in range(CHAIN + 1):
        said.append(say(object={"objectType": "StatementRef", "id": said[-1]["id"]}))
    rows = store(*said[::-1])  # whichever came first
    assert found(agent=ANN) == {row.pk for row in rows[1:]}  # as far as CHAIN goes


@pytest.mark.parametrize("every", [1, 2, 5])
def test_references_keep_their_places_in_pages(store, say, every):
    rows = []
    for turn in range(7):
        said = say(actor=ANN)
        refers = say(actor=BEN, object={"objectType": "StatementRef", "id": said["id"]})
        rows += [row.pk for row in store(said, *([refers] if turn % every == 0 else []))]
        store(say(actor=BEN))
    assert followed(agent=ANN, limit=2, ascending=True) == rows
    assert followed(agent=ANN, limit=2) == rows[::-1]


def test_a_chain_is_met_in_its_middle(store, say):
    first = say()
    second = say(actor=ANN, object={"objectType": "StatementRef", "id": first["id"]})
    third = say(object={"objectType": "StatementRef", "id": second["id"]})
    rows = store(first, second, third)
    assert found(agent=ANN) == {row.pk for row in rows[1:]}


def test_a_ring_of_references_ends(store, say):
    one, other = str(uuid.uuid4()), str(uuid.uuid4())
    said = [
        say(id=one, object={"objectType": "StatementRef", "id": other}),
        say(id=other, object={"objectType": "StatementRef", "id": one}),
    ]
    store(*said)
    assert found(agent=said[0]["actor"]) == {uuid.UUID(one), uuid.UUID(other)}


def test_what_matches_in_two_ways_stands_once(store, say):
    row = store(say(actor=ANN, context={"instructor": ANN, "team": TEAM}))[0]
    assert [found.pk for found in queries.find(agent=ANN, related_agents=True)[0]] == [row.pk]


def test_deleting_a_statement_takes_its_mentions(store, say):
    row = store(say(context={"instructor": ANN}))[0]
    row.delete()
    assert not Mention.objects.exists()
