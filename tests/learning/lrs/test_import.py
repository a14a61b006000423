"""Lines come back: what this store has said itself as it was, everything else as new, and nothing that counts by saying so."""

import hashlib
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from core.models import AuditEvent
from learning import completion
from learning.lrs import activities, attachments, credentials, exporting, importing, vocabulary
from learning.models import Attachment, Statement
from tests.factories.learning import work_through
from tests.factories.statements import MODULE

READ_IN = {"objectType": "Agent", "account": {"homePage": "https://alongside.example/xapi", "name": "import"}}
FACTS = ["id", "stored", "timestamp", "actor", "verb", "activity", "parent", "registration", "session", "target", "source"]
FACTS += ["credential", "is_voided", "body"]


def exported(**asked) -> bytes:
    return "".join(exporting.chunks(**asked)).encode()


def as_file(*found) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in found)


def taken(content: bytes, **options):
    outcome = importing.Outcome()
    for some in importing.take(io.BytesIO(content), **{"authority": READ_IN} | options):
        outcome += some
    return outcome


def facts():
    return list(Statement.objects.order_by("stored", "id").values(*FACTS))


@pytest.fixture
def record(store, say, void):
    """A voided statement, its voiding, one of our own player and one of a credential that counts."""
    credential, _secret = credentials.create("A tool", ["all"])
    said = say()
    return [
        *store(said, void(said["id"]), version="1.0.3"),
        *store(say("completed", result={"score": {"scaled": 0.5}, "duration": "PT1.230S"})),
        *store(say("passed", timestamp="2026-11-23T10:30:00+01:00"), source=Statement.Source.TRUSTED, credential=credential),
    ]


# What was here before -----------------------------------------------------------------------------


def test_a_store_is_the_same_after_it_was_lost_and_read_in(record):
    before, content = facts(), exported()
    Statement.objects.all().delete()
    assert taken(content) == importing.Outcome(restored=4)
    assert facts() == before


def test_reading_in_again_changes_nothing(record):
    before = facts()
    assert taken(exported()) == importing.Outcome(here=4)
    assert facts() == before


def test_what_is_missing_is_put_back_and_is_voided_by_what_stayed(record):
    before, content = facts(), exported()
    Statement.objects.filter(pk=record[0].pk).delete()
    assert taken(content) == importing.Outcome(restored=1, here=3)
    assert facts() == before


def test_an_import_that_was_broken_off_is_gone_on_with(record, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    before, content = facts(), exported()
    Statement.objects.all().delete()
    some = importing.take(io.BytesIO(content), authority=READ_IN)
    next(some), next(some)
    some.close()
    assert taken(content) == importing.Outcome(restored=2, here=2)
    assert facts() == before


def test_what_a_credential_said_that_is_not_here_counts_no_more(record):
    content = exported()
    Statement.objects.all().delete()
    record[-1].credential.delete()
    taken(content)
    row = Statement.objects.get(pk=record[-1].pk)
    assert (row.source, row.credential) == (Statement.Source.IMPORTED, None)
    assert row.body == record[-1].body


def test_files_come_back_to_the_statements_that_brought_them_and_to_no_other(store, say, tmp_path):
    content = b"an essay"
    total = hashlib.sha256(content).hexdigest()
    attachment = {"usageType": "https://example.org/essay", "display": {"en": "An essay"}, "contentType": "text/plain"}
    attachment |= {"length": len(content), "sha2": total}
    with attachments.carried([attachments.Part(total, len(content), io.BytesIO(content))]) as files:
        brought, linking = store(
            say(attachments=[attachment]), say(attachments=[attachment | {"fileUrl": "https://example.org/essay.txt"}])
        )
        with transaction.atomic():
            attachments.keep(files, [brought])
    lines = exported(folder=tmp_path)
    Statement.objects.all().delete()
    attachments.drop_unused()
    assert not Attachment.objects.exists()

    assert taken(lines) == importing.Outcome(restored=2)  # without a folder nobody asks for files
    assert taken(lines, folder=tmp_path) == importing.Outcome(here=2)
    assert [b"".join(kept.chunks()) for kept in attachments.of([brought])] == [content]
    assert attachments.of([linking]) == []

    (tmp_path / total).write_bytes(b"another")
    assert taken(lines, folder=tmp_path).missing == [total]


# What was not -------------------------------------------------------------------------------------


def test_a_bare_statement_is_new_and_vouched_for_by_whoever_reads_it_in(db, say):
    said = say(stored="2001-01-01T00:00:00Z", authority={"mbox": "mailto:else@example.org"}, version="1.0.3")
    assert taken(as_file(said)) == importing.Outcome(new=1)
    row = Statement.objects.get()
    assert (row.source, row.credential, row.body["authority"]) == (Statement.Source.IMPORTED, None, READ_IN)
    assert row.stored.year > 2001
    assert row.body["version"] == "1.0.3"


def test_a_line_that_was_changed_claims_no_more_than_a_bare_statement(record):
    found = [json.loads(line) for line in exported().splitlines()]
    Statement.objects.all().delete()
    taken(as_file(*(line | {"source": "trusted"} for line in found)))
    assert set(Statement.objects.values_list("source", flat=True)) == {"imported", "trusted"}
    assert Statement.objects.get(source="trusted").pk == record[-1].pk  # whose line says nothing else than it did


def test_no_line_makes_anything_count(lee, registration, course, say):
    module = course.modules().first()
    about = {"objectType": "Activity", "id": vocabulary.activity_iri(module.activity)}
    actor = {"objectType": "Agent", "account": {"homePage": vocabulary.people(), "name": lee.actor_name}}
    context = {"registration": str(registration.key)}
    said = [say(verb, actor=actor, object=about, context=context) for verb in ("initialized", "completed", "passed")]
    forged = [{"statement": each, "source": "player", "credential": "", "files": [], "seal": "0" * 64} for each in said]
    assert taken(as_file(*forged)).new == 3
    completion.rebuild()
    assert not registration.progress.exists()


def test_progress_is_derived_again_from_what_came_back(lee, registration, course):
    work_through(registration, course.modules().first(), lee)
    progress = registration.progress.get()
    before = (progress.status, progress.seconds, progress.score, progress.was_completed_at, progress.was_passed_at)
    content = exported()
    Statement.objects.all().delete()
    completion.rebuild()
    assert registration.progress.get().status == "started"

    taken(content)
    completion.rebuild()
    progress = registration.progress.get()
    assert (progress.status, progress.seconds, progress.score, progress.was_completed_at, progress.was_passed_at) == before
    assert Statement.objects.visible_to(lee).count() == Statement.objects.count()


def test_what_is_known_of_an_activity_is_newer_than_what_a_file_says(store, say):
    iri = vocabulary.activity_iri(MODULE)
    described = {"objectType": "Activity", "id": iri, "definition": {"name": {"en": "As it was called"}}}
    store(say("initialized", object=described))
    content = exported()
    Statement.objects.all().delete()
    store(say("initialized", object=described | {"definition": {"name": {"en": "As it is called"}}}))
    taken(content)
    assert activities.known(iri)["definition"]["name"] == {"en": "As it is called"}


def test_of_two_things_that_a_file_says_of_an_activity_the_later_holds(db, say, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    iri = vocabulary.activity_iri(MODULE)
    described = [{"id": iri, "definition": {"name": {"en": name}}} for name in ("once", "now")]
    taken(as_file(*(say("initialized", object=each) for each in described)))
    assert activities.known(iri)["definition"]["name"] == {"en": "now"}


# Bad lines ----------------------------------------------------------------------------------------


def test_bad_lines_are_told_by_number_and_reason_and_the_rest_is_stored(store, say):
    here = store(say())[0]
    good = [say(), say()]
    content = (
        as_file(good[0])
        + b"{\n"
        + b"\n"
        + as_file([1], say(verb={}), say("failed", id=str(here.pk)), good[1], good[1], say("failed", id=good[1]["id"]))
        + b'{"id": "\xff"}\n'
        + b"[" * 100_000
    )
    outcome = taken(content)
    assert (outcome.new, outcome.here) == (2, 1)
    assert [number for number, _reason in outcome.refused] == [2, 4, 5, 6, 9, 10, 11]
    reasons = dict(outcome.refused)
    assert "JSON" in reasons[2]
    assert reasons[5].startswith("verb.id")
    assert str(here.pk) in reasons[6]


def test_a_line_that_is_too_long_is_not_held_in_memory(db, say, settings):
    settings.XAPI_MOST_STATEMENT_BYTES = 1000
    content = as_file(say(), say(result={"response": "a" * 10_000}), say())
    outcome = taken(content)
    assert (outcome.new, [number for number, _reason in outcome.refused]) == (2, [2])


def test_a_version_that_is_none_is_told(db, say):
    for version in (3, "9.9.9", {}, None):
        assert len(taken(as_file(say(version=version))).refused) == 1


def test_an_empty_file_holds_nothing(db):
    assert taken(b"") == importing.Outcome()


def test_statements_are_stored_together_not_one_by_one(db, say, django_assert_max_num_queries):
    content = as_file(*(say() for _ in range(100)))
    with django_assert_max_num_queries(12):
        taken(content)


# The command --------------------------------------------------------------------------------------


def test_the_command_tells_what_it_did(store, say, tmp_path, capsys):
    place = tmp_path / "statements.jsonl"
    place.write_bytes(as_file(store(say())[0].body, say()))
    call_command("lrs_import", str(place), "--files", str(tmp_path))
    said = capsys.readouterr().out
    assert "0 statements were put back as they were; 1 are new and count for nobody; 1 were here; 0 were refused;" in said
    event = AuditEvent.objects.get(act="statements.import")
    assert (event.after, event.subject) == ("0 restored, 1 new, 0 refused", uuid.UUID(int=0))


def test_the_command_names_bad_lines_and_does_not_end_well(db, say, tmp_path, capsys):
    place = tmp_path / "statements.jsonl"
    place.write_bytes(as_file(say(), {"id": 3}))
    with pytest.raises(CommandError, match="refused"):
        call_command("lrs_import", str(place))
    assert "Line 2: " in capsys.readouterr().err
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("options", [["nowhere.jsonl"], ["nowhere.jsonl", "--files", "nowhere"]])
def test_the_command_says_what_is_not_there(db, options):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("lrs_import", *options)
