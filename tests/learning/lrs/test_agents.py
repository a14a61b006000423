"""Names of actors and addresses of activities: one text for each, and back."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.lrs import agents, vocabulary
from learning.lrs.validation import actor

TEXT = st.text(min_size=1)
NAMES = st.one_of(
    st.fixed_dictionaries({"mbox": st.emails().map("mailto:{}".format)}),
    st.fixed_dictionaries({"mbox_sha1sum": st.text("0123456789abcdef", min_size=40, max_size=40)}),
    st.fixed_dictionaries({"openid": st.uuids().map("https://example.org/{}".format)}),
    st.fixed_dictionaries({"account": st.fixed_dictionaries({"homePage": st.just("https://example.org"), "name": TEXT})}),
)


@given(NAMES, TEXT)
def test_who_is_named_is_the_same_whatever_else_is_said(named, label):
    assert agents.ifi(named) == agents.ifi(named | {"name": label, "objectType": "Group", "member": []})


@given(NAMES, NAMES)
def test_two_identifiers_are_the_same_text_only_if_they_are_the_same(one, other):
    assert (agents.ifi(one) == agents.ifi(other)) == (one == other)


def test_the_texts_are_as_written_in_the_record():
    home = {"homePage": "https://example.org", "name": "lee"}
    assert agents.ifi({"account": home}) == "account|https://example.org|lee"
    assert agents.ifi({"mbox": "mailto:lee@example.org"}) == "mbox|mailto:lee@example.org"
    assert agents.ifi({"mbox_sha1sum": "a" * 40}) == "mbox_sha1sum|" + "a" * 40
    assert agents.ifi({"openid": "https://example.org/lee"}) == "openid|https://example.org/lee"
    assert agents.ifi({"objectType": "Group", "member": [{"mbox": "mailto:lee@example.org"}]}) == ""


def test_our_accounts_are_actors():
    actor.agent(agents.account(str(uuid.uuid4())), "actor")


@given(st.uuids(), st.uuids())
def test_an_address_of_ours_leads_back_to_what_it_names(module, step):
    iri = vocabulary.activity_iri(module)
    assert vocabulary.activity_uuid(iri) == module
    assert vocabulary.step_id(vocabulary.step_iri(module, str(step))) == str(step)
    for other in [vocabulary.step_iri(module, "a"), vocabulary.question_iri(module, "a"), iri + "/", "x" + iri, iri.upper(), ""]:
        assert vocabulary.activity_uuid(other) is None
    assert vocabulary.step_id(vocabulary.question_iri(module, "a")) == ""
    assert vocabulary.step_id("https://elsewhere.example/activities/x/steps/1") == ""


@pytest.mark.parametrize("name", vocabulary.VERBS)
def test_a_verb_carries_its_word(name):
    assert vocabulary.verb(name)["display"] == {"en": name}
    assert vocabulary.VERBS[name].endswith(f"/verbs/{name}")


def test_our_addresses_do_not_follow_host_or_port(settings):
    settings.BASE_URL = "https://elsewhere.example"
    assert vocabulary.people() == "https://alongside.example/xapi/people"
