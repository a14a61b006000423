"""Documents kept, merged and deleted: the rules below the wire."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import errors, transactions
from learning.lrs import agents, credentials, documents
from learning.lrs.documents import Condition, Content, Place
from learning.models import Document
from tests.factories.turns import lone

__all__ = ["lone"]

LEE = agents.ifi(agents.account("lee"))
STATE = Place("state", "https://example.org/activity", LEE)
PROFILE = Place("agent_profile", agent=LEE)
TEXT = Content(b"one", "text/plain")

pytestmark = pytest.mark.django_db


def test_the_tag_is_the_sum_of_the_content():
    documents.put(STATE, "a", TEXT, version="2.0.0")
    assert documents.get(STATE, "a").etag == '"fe05bcdcdc4928012781a5f1a2a77cbb5398e106"'


def test_places_are_kept_apart():
    places = [
        STATE,
        PROFILE,
        Place("activity_profile", STATE.activity),
        Place("state", STATE.activity, agents.ifi(agents.account("mo"))),
        Place("state", "https://example.org/other", LEE),
        Place("state", STATE.activity, LEE, uuid.uuid4()),
    ]
    for number, place in enumerate(places):
        documents.put(place, "a", Content(str(number).encode(), "text/plain"), version="2.0.0")
    assert [documents.get(place, "a").body for place in places] == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_long_identifiers_and_names_in_any_script_find_their_documents():
    place = Place("state", "https://example.org/" + "活" * 2000, "account|https://example.org|" + "名" * 2000)
    name = "𝔞" * 500
    documents.put(place, name, TEXT, version="2.0.0")
    assert documents.names(place) == [name]
    assert documents.of({"account": {"homePage": "https://example.org", "name": "名" * 2000}}).get().body == b"one"


def test_the_database_holds_one_document_of_a_name_with_and_without_a_registration():
    for place in [STATE, Place("state", STATE.activity, LEE, uuid.uuid4())]:
        documents.put(place, "a", TEXT, version="2.0.0")
        row = documents.get(place, "a")
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "state", "activity": "https://x.org"},
        {"kind": "state", "agent": LEE},
        {"kind": "agent_profile", "agent": LEE, "activity": "https://x.org"},
        {"kind": "agent_profile", "agent": LEE, "registration": uuid.uuid4()},
        {"kind": "activity_profile", "activity": "https://x.org", "agent": LEE},
        {"kind": "other", "activity": "https://x.org"},
    ],
)
def test_the_database_holds_a_document_only_where_its_kind_belongs(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(place="x", name="a", content=b"", content_type="text/plain", updated=timezone.now(), **wrong)


def test_a_change_moves_its_time_on():
    documents.put(STATE, "a", TEXT, version="1.0.3")
    before = documents.get(STATE, "a").updated
    documents.put(STATE, "a", TEXT, version="1.0.3")
    assert documents.names(STATE, before) == ["a"]
    assert documents.names(STATE, documents.get(STATE, "a").updated) == []


def test_a_merge_keeps_what_is_there_in_its_order_and_says_its_type():
    documents.merge(STATE, "a", Content(b'{"z": 1, "a": {"b": 1}}', "Application/JSON; charset=UTF-8"))
    documents.merge(STATE, "a", Content('{"a": {"ü": 2}}'.encode(), "application/json"))
    row = documents.get(STATE, "a")
    assert (row.body.decode(), row.content_type) == ('{"z":1,"a":{"ü":2}}', "application/json")


def test_json_that_is_no_object_may_be_put_and_not_merged():
    listed = Content(b"[1]", "application/json")
    with pytest.raises(documents.Unreadable):
        documents.merge(STATE, "a", listed)
    documents.put(STATE, "a", listed, version="2.0.0")
    assert documents.get(STATE, "a").body == b"[1]"


def test_where_a_condition_fails_nothing_moves():
    documents.put(PROFILE, "a", TEXT, Condition(none_match=("*",)), version="1.0.3")
    for act in [
        lambda: documents.put(PROFILE, "a", Content(b"two", "text/plain"), Condition(match=('"x"',)), version="1.0.3"),
        lambda: documents.merge(PROFILE, "a", Content(b"two", "text/plain"), Condition(none_match=("*",))),
        lambda: documents.delete(PROFILE, "a", Condition(match=('"x"',))),
    ]:
        with pytest.raises(documents.Changed):
            act()
    assert documents.get(PROFILE, "a").body == b"one"


def test_a_refusal_says_what_to_do():
    with pytest.raises(errors.DomainError, match="If-None-Match"):
        documents.put(PROFILE, "a", TEXT, version="1.0.3")
    documents.put(PROFILE, "a", TEXT, version="2.0.0")
    with pytest.raises(errors.Conflict, match="ETag"):
        documents.put(PROFILE, "a", TEXT, version="2.0.0")


WRITES = {
    "put": lambda: documents.put(STATE, "a", TEXT, version="2.0.0"),
    "merge": lambda: documents.merge(STATE, "a", TEXT),
    "delete": lambda: documents.delete(STATE, "a"),
    "delete all": lambda: documents.delete_all(STATE),
    "note the use of a credential": lambda: credentials._note_use(credentials.Credential()),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_on_sqlite_each_waits_their_turn_among_those_who_store_statements(lone, monkeypatch, write):
    """Who only asks again and again comes last: between two of those nobody writes for less than a millisecond."""
    waited = []
    monkeypatch.setattr(transactions.fcntl, "flock", lambda *given: waited.append(given))
    write()
    assert len(waited) == 1
