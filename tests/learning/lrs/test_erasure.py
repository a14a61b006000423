"""A person is taken out of the record: nothing says who it was, and how much was done stays counted."""

import hashlib
import io
import json
import threading
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.models import AuditEvent
from learning import completion
from learning.lrs import (
    agents,
    attachments,
    credentials,
    documents,
    erased,
    erasure,
    exporting,
    importing,
    signatures,
    vocabulary,
)
from learning.lrs.validation import Invalid, check
from learning.models import Attachment, Document, Erasure, Statement
from tests.factories.learning import work_through
from tests.factories.statements import AUTHORITY, MODULE
from website import privacy

ROBIN = {"mbox": "mailto:robin@example.org", "name": "Robin Nightjar"}
TOTAL = hashlib.sha1(b"mailto:robin@example.org", usedforsecurity=False).hexdigest()
ELSE = {"objectType": "Agent", "mbox": "mailto:else@example.org", "name": "Somebody Else"}
JSON = documents.Content(b"{}", "application/json")
WORDS = ["robin@example.org", "Robin", "Nightjar", TOTAL]
ACTIVITY = {"id": vocabulary.activity_iri(MODULE)}
GROUP = {"objectType": "Group", "member": [ELSE, ROBIN]}

PLACES = {
    "actor": {"actor": ROBIN},
    "actor by the sum": {"actor": {"mbox_sha1sum": TOTAL.upper(), "name": "Robin"}},
    "a member of the actor": {"actor": GROUP},
    "object": {"object": ROBIN | {"objectType": "Agent"}},
    "a member of the object": {"object": GROUP},
    "instructor": {"context": {"instructor": ROBIN}},
    "team": {"context": {"team": GROUP}},
    "context agents": {"context": {"contextAgents": [{"objectType": "contextAgent", "agent": ROBIN}]}},
    "context groups": {"context": {"contextGroups": [{"objectType": "contextGroup", "group": GROUP}]}},
    "a statement inside": {
        "object": {"objectType": "SubStatement", "actor": ROBIN, "verb": vocabulary.verb("passed"), "object": ACTIVITY}
    },
    "the context of one inside": {
        "object": {
            "objectType": "SubStatement",
            "actor": ELSE,
            "verb": vocabulary.verb("passed"),
            "object": ACTIVITY,
            "context": {"instructor": ROBIN},
        }
    },
    "extensions": {"context": {"extensions": {"https://example.org/mentor": {"who": [ROBIN]}}}},
}


def robin_is_gone():
    said = json.dumps(list(Statement.objects.values_list("body", "actor")), ensure_ascii=False)
    return not any(word in said for word in WORDS)


def file(content):
    return attachments.Part(hashlib.sha256(content).hexdigest(), len(content), io.BytesIO(content))


def named(part, usage="https://example.org/essay"):
    about = {"display": {"en": "A file"}, "contentType": "text/plain", "length": part.length, "sha2": part.sha2}
    return about | {"usageType": usage}


def bring(store, *said, parts):
    with attachments.carried(parts) as files:
        rows = store(*said)
        with transaction.atomic():
            attachments.keep(files, rows)
    return rows


# Wherever they stand ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_a_pseudonym_takes_their_place_wherever_they_stand(store, say, place):
    store(say(**PLACES[place]), say(actor=ELSE))
    assert erasure.pseudonymise(ROBIN, by=None) == 1
    assert robin_is_gone()
    for row in Statement.objects.all():
        check(row.body)
        assert row.actor == agents.ifi(row.body["actor"])
    assert Statement.objects.filter(actor=agents.ifi(ELSE)).exists()


def test_who_vouched_for_a_statement_is_pseudonymised_too(store, say):
    store(say(), authority=ROBIN)
    erasure.pseudonymise(ROBIN, by=None)
    assert robin_is_gone()


@pytest.mark.parametrize(
    "who",
    [
        {"openid": "https://robin.example.org/?q=%_é"},
        {"account": {"homePage": "https://example.org/100%", "name": 'Robin "é" \\ \u2028王'}},
        {"mbox": "mailto:röbin@example.org"},
    ],
)
def test_every_way_of_naming_somebody_is_known(store, say, who):
    store(say(actor=who), say(actor=ELSE))
    assert erasure.pseudonymise(who, by=None) == 1
    assert json.dumps(next(iter(who.values()))) not in json.dumps(list(Statement.objects.values_list("body", flat=True)))


def test_another_account_of_the_same_name_is_somebody_else(store, say):
    here, there = ({"account": {"homePage": f"https://example.org/{place}", "name": "robin"}} for place in ("a", "b"))
    store(say(actor=here), say(actor=there), say(actor=there, context={"instructor": here}))
    assert erasure.pseudonymise(here, by=None) == 2
    assert Statement.objects.filter(actor=agents.ifi(there)).count() == 2


def test_one_person_has_one_pseudonym_and_stays_counted(store, say, monkeypatch):
    monkeypatch.setattr(erasure, "BATCH", 2)
    store(*(say(actor=ROBIN) for _ in range(5)))
    told = []
    assert erasure.pseudonymise(ROBIN, by=None, told=told.append) == 5
    (actor,) = set(Statement.objects.values_list("actor", flat=True))
    assert actor.startswith("account|https://alongside.example/xapi/erased|")
    assert told == [2, 4, 5]


def test_two_people_have_two_and_neither_can_be_worked_out(store, say):
    other = {"mbox": "mailto:other@example.org"}
    rows = store(say(actor=ROBIN), say(actor=other))
    for who in (ROBIN, other):
        erasure.pseudonymise(who, by=None)
    names = {row.body["actor"]["account"]["name"] for row in Statement.objects.filter(pk__in=[row.pk for row in rows])}
    assert len(names) == 2
    assert all(uuid.UUID(name).version == 4 for name in names)
    assert not Erasure.objects.exclude(pseudonym=None).exists()


def test_doing_it_again_changes_nothing(store, say):
    store(say(actor=ROBIN))
    erasure.pseudonymise(ROBIN, by=None)
    before = list(Statement.objects.values())
    assert erasure.pseudonymise(ROBIN, by=None) == 0
    assert list(Statement.objects.values()) == before
    assert Erasure.objects.count() == 1


def test_what_was_broken_off_is_gone_on_with_under_the_same_pseudonym(store, say, monkeypatch):
    monkeypatch.setattr(erasure, "BATCH", 2)
    store(*(say(actor=ROBIN) for _ in range(5)))

    def break_off(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasure.pseudonymise(ROBIN, by=None, told=break_off)
    assert Statement.objects.filter(actor=agents.ifi(ROBIN)).count() == 3
    assert erasure.pseudonymise(ROBIN, by=None) == 3
    assert Statement.objects.values("actor").distinct().count() == 1


def test_an_account_here_goes_another_way(lee):
    with pytest.raises(Exception, match="account here"):
        erasure.pseudonymise(agents.account(lee.actor_name), by=None)


@pytest.mark.parametrize("who", [{}, {"name": "Robin"}, [], {"mbox": "robin"}, GROUP])
def test_what_is_no_agent_is_refused(db, who):
    with pytest.raises(Invalid):
        erasure.pseudonymise(who, by=None)
    assert not Erasure.objects.exists()


# What goes with them ------------------------------------------------------------------------------


def test_their_documents_go_and_those_of_others_stay(db):
    for who in (ROBIN, {"mbox_sha1sum": TOTAL}, ELSE):
        for place in (
            documents.Place(Document.Kind.STATE, activity=ACTIVITY["id"], agent=agents.ifi(who)),
            documents.Place(Document.Kind.AGENT_PROFILE, agent=agents.ifi(who)),
        ):
            documents.put(place, "place", JSON, version="1.0.3", condition=new())
    erasure.pseudonymise(ROBIN, by=None)
    assert set(Document.objects.values_list("agent", flat=True)) == {agents.ifi(ELSE)}


def new():
    return documents.Condition(none_match=("*",))


def test_their_own_files_go_and_of_others_only_signatures(store, say, django_capture_on_commit_callbacks):
    essay, notes, signed = file(b"an essay by Robin"), file(b"notes of a meeting"), file(b"a signature over Robin")
    with django_capture_on_commit_callbacks(execute=True):
        (own,) = bring(
            store, say(actor=ROBIN, attachments=[named(essay), named(signed, signatures.USAGE)]), parts=[essay, signed]
        )
        both = [named(notes), named(signed, signatures.USAGE)]
        (other,) = bring(store, say(actor=ELSE, context={"instructor": ROBIN}, attachments=both), parts=[notes, signed])
        (third,) = bring(store, say(actor=ELSE, attachments=[named(essay)]), parts=[essay])
        places = {row.sha2: row.file for row in Attachment.objects.all()}
        erasure.pseudonymise(ROBIN, by=None)
    for row in (own, other, third):
        row.refresh_from_db()
    assert "attachments" not in own.body
    assert [each["sha2"] for each in other.body["attachments"]] == [notes.sha2]
    assert [kept.sha2 for kept in attachments.of([own, other, third])] == [notes.sha2, essay.sha2]
    assert not places[signed.sha2].storage.exists(str(places[signed.sha2]))
    assert places[essay.sha2].storage.exists(str(places[essay.sha2]))  # the third statement has brought it too


def test_files_of_a_statement_inside_go_as_well(store, say):
    essay = file(b"an essay by Robin")
    inside = {"objectType": "SubStatement", "actor": ELSE, "verb": vocabulary.verb("passed"), "object": ACTIVITY}
    (row,) = bring(store, say(actor=ROBIN, object=inside | {"attachments": [named(essay)]}), parts=[essay])
    erasure.pseudonymise(ROBIN, by=None)
    row.refresh_from_db()
    assert "attachments" not in row.body["object"]
    assert not Attachment.objects.exists()


def test_the_audit_trail_says_that_somebody_went_and_not_who(store, say, adi):
    store(say(actor=ROBIN))
    erasure.pseudonymise(ROBIN, by=adi)
    begun, done = AuditEvent.objects.filter(act="agent.erase")
    assert (begun.actor, begun.after, done.before, done.after) == (adi.audit_key, "begun", "begun", "1 statements")
    said = json.dumps([list(AuditEvent.objects.values()), list(Erasure.objects.values())], default=str)
    assert not any(word in said for word in WORDS)
    assert Statement.objects.get().body["actor"]["account"]["name"] not in said


# Afterwards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_what_speaks_of_them_later_is_refused(db, say, place):
    erasure.pseudonymise(ROBIN, by=None)
    assert erased.spoken_of([say(), say(**PLACES[place]), say(actor=ELSE)]) == {1}
    with pytest.raises(erased.Erased):
        erased.refuse([say(**PLACES[place])])
    erased.refuse([say(actor=ELSE)])


@pytest.mark.parametrize(
    "who", [ROBIN, {"mbox_sha1sum": TOTAL}, {"openid": "https://r.example.org"}, {"account": {"homePage": "a:b", "name": "c|d"}}]
)
def test_documents_about_them_are_refused_later(db, who):
    for each in (ROBIN, who):
        erasure.pseudonymise(each, by=None)
    place = documents.Place(Document.Kind.AGENT_PROFILE, agent=agents.ifi(who))
    for act in (lambda: documents.put(place, "a", JSON, new(), version="2.0.0"), lambda: documents.merge(place, "a", JSON)):
        with pytest.raises(erased.Erased):
            act()
    documents.put(documents.Place(Document.Kind.AGENT_PROFILE, agent=agents.ifi(ELSE)), "a", JSON, new(), version="2.0.0")


def test_more_names_than_a_database_takes_at_once_are_asked_for(db, say, monkeypatch, django_assert_num_queries):
    erasure.pseudonymise(ROBIN, by=None)
    monkeypatch.setattr(erased, "MOST_ASKED", 2)
    with django_assert_num_queries(3):
        assert erased.spoken_of([say(), say(actor=ELSE), say(actor=ROBIN), *(say(actor={"openid": f"a:{n}"}) for n in "ab")]) == {
            2
        }


def test_to_ask_costs_one_query(db, say, django_assert_num_queries):
    said = [say(actor=ELSE) for _ in range(50)]
    erasure.pseudonymise(ROBIN, by=None)
    with django_assert_num_queries(1):
        erased.refuse(said)


def test_an_older_file_does_not_bring_them_back(store, say):
    _kept, lost = store(say(actor=ROBIN), say(actor=ROBIN))
    content = "".join(exporting.chunks()).encode()
    erasure.pseudonymise(ROBIN, by=None)
    Statement.objects.filter(pk=lost.pk).delete()
    (outcome,) = importing.take(io.BytesIO(content), authority=AUTHORITY)
    assert outcome == importing.Outcome(refused=[(1, str(erased.Erased())), (2, str(erased.Erased()))])
    assert robin_is_gone()


def test_a_file_of_what_is_left_can_be_read_in(store, say):
    store(say(actor=ROBIN), say(actor=GROUP))
    erasure.pseudonymise(ROBIN, by=None)
    content = "".join(exporting.chunks()).encode()
    Statement.objects.all().delete()
    (outcome,) = importing.take(io.BytesIO(content), authority=AUTHORITY)
    assert outcome == importing.Outcome(restored=2)


def test_progress_is_derived_as_before(lee, registration, course, store, say):
    credential, _secret = credentials.create("A tool", ["all"])
    module = course.modules().first()
    work_through(registration, module, lee)
    context = {"registration": str(registration.key), "instructor": ROBIN}
    about = {"id": vocabulary.activity_iri(module.activity)}
    said = say("passed", actor=agents.account(lee.actor_name), object=about, context=context, result={"score": {"scaled": 0.8}})
    completion.record([said], credential=credential)
    before = registration.progress.values().get()
    assert erasure.pseudonymise(ROBIN, by=None) == 1
    completion.rebuild()
    assert registration.progress.values().get() == before


# Accounts here ------------------------------------------------------------------------------------


def test_what_others_put_beside_an_account_goes_with_it(lee, registration, course, store, say):
    credential, _secret = credentials.create("A tool", ["all"])
    mine = agents.account(lee.actor_name)
    essay = file(b"by Lee")
    source = {"source": Statement.Source.CREDENTIAL, "credential": credential}
    with attachments.carried([essay]) as files:
        rows = store(say(actor=mine | {"name": "Lee Okafor"}, attachments=[named(essay)]), say(actor=ELSE), **source)
        with transaction.atomic():
            attachments.keep(files, rows)
    work_through(registration, course.modules().first(), lee)
    number = Statement.objects.filter(actor=agents.ifi(mine)).count()
    privacy.erase(lee, by=None)
    assert Statement.objects.filter(actor=agents.ifi(mine)).count() == number
    assert "Okafor" not in json.dumps(list(Statement.objects.values_list("body", flat=True)))
    assert "Somebody Else" in json.dumps(list(Statement.objects.values_list("body", flat=True)))
    assert not Attachment.objects.exists()


# The command --------------------------------------------------------------------------------------


def test_the_command_tells_how_many(store, say, capsys):
    store(say(actor=ROBIN))
    call_command("lrs_erase", json.dumps(ROBIN))
    said = capsys.readouterr()
    assert said.out == "1 statements speak of a pseudonym now.\n"
    assert "1 statements…" in said.err


@pytest.mark.parametrize("agent", ["robin@example.org", "{}", "[]", "[" * 100_000])
def test_the_command_says_what_it_does_not_understand(db, agent):
    with pytest.raises(CommandError):
        call_command("lrs_erase", agent)


# At once ------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_brought_again_while_it_goes_is_kept_or_refused_never_half(store, say):
    part = file(b"an essay")
    with attachments.carried([part]) as files:
        first = store(say(attachments=[named(part)]))
        with transaction.atomic():
            attachments.keep(files, first)
    Statement.objects.all().delete()
    held, let_go = threading.Event(), threading.Event()

    def bring_again():
        try:
            with attachments.carried([file(b"an essay")]) as files, transaction.atomic():
                rows = store(say(attachments=[named(part)]))
                attachments.keep(files, rows)
                held.set()
                let_go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=bring_again)
    thread.start()
    held.wait(10)
    threading.Timer(0.5, let_go.set).start()
    attachments.drop_unused()
    thread.join(10)
    row = Attachment.objects.get()
    assert row.file.storage.exists(str(row.file))
    assert attachments.of(Statement.objects.all())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_was_storing_when_the_erasure_began_is_waited_for(store, say):
    """It has not heard of the erasure, and commits after every pass over what is here."""
    held, let_go = threading.Event(), threading.Event()

    def store_slowly():
        try:
            with transaction.atomic():
                store(say(actor=ROBIN))
                held.set()
                let_go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=store_slowly)
    thread.start()
    assert held.wait(10)
    threading.Timer(0.5, let_go.set).start()
    assert erasure.pseudonymise(ROBIN, by=None) == 1
    thread.join(10)
    assert "robin" not in json.dumps(Statement.objects.get().body)
