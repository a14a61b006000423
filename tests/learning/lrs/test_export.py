"""All statements leave as lines: in order, whole, without anybody being passed over."""

import hashlib
import io
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.models import AuditEvent
from learning.lrs import attachments, credentials, exporting, lines, statements, weights
from learning.models import Statement
from tests.factories.statements import AUTHORITY

START = datetime(2026, 11, 28, 9, tzinfo=UTC)


def exported(**asked):
    return [json.loads(line) for chunk in exporting.chunks(**asked) for line in chunk.splitlines()]


def test_a_line_says_the_statement_as_it_is_kept_and_where_it_came_from(store, say):
    credential, _secret = credentials.create("A tool", ["all"])
    row = store(say(), source=Statement.Source.TRUSTED, credential=credential)[0]
    (line,) = exported()
    assert line["statement"] == row.body
    assert (line["source"], line["credential"], line["files"]) == ("trusted", str(credential.audit_key), [])


def test_lines_stand_in_the_order_of_storing_and_of_ids_where_that_is_the_same(store, say, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 2)
    said = [say() for _ in range(5)]
    for statement in said:
        store(statement, now=START)
    late = store(say(), now=START - timedelta(days=1))[0]
    assert [line["statement"]["id"] for line in exported()] == [str(late.pk), *sorted(each["id"] for each in said)]


def test_voided_statements_and_those_that_void_them_are_both_in_it(store, say, void):
    said = say()
    store(said)
    store(void(said["id"]))
    assert len(exported()) == 2


def test_since_is_exclusive_and_until_inclusive(store, say):
    rows = [store(say(), now=START + timedelta(hours=hour))[0] for hour in range(4)]
    found = exported(since=rows[0].stored, until=rows[2].stored)
    assert [line["statement"]["id"] for line in found] == [str(row.pk) for row in rows[1:3]]


def test_an_export_costs_one_query_a_chunk(store, say, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 2)
    store(*(say() for _ in range(5)))
    # The credentials, three chunks, and that there is no more; PostgreSQL is asked first who is still writing.
    with django_assert_num_queries(6 if connection.vendor == "postgresql" else 5):
        exported()


def test_long_statements_are_not_held_together(store, say, monkeypatch):
    monkeypatch.setattr(weights, "MOST", 1000)
    monkeypatch.setattr(weights, "LIGHT", 800)
    rows = store(*(say(result={"response": "long " * 300}) for _ in range(3)), *(say() for _ in range(3)))
    assert [line["statement"]["id"] for line in exported()] == [str(row.pk) for row in rows]
    assert len([*exporting.chunks()]) > 3


def test_the_seal_is_broken_by_any_change(store, say):
    store(say())
    (line,) = exported()
    assert lines.read(json.dumps(line).encode()).is_sealed
    for name, value in [("source", "trusted"), ("statement", say()), ("files", ["0" * 64]), ("seal", "0"), ("seal", "\ud800")]:
        assert not lines.read(json.dumps(line | {name: value}).encode()).is_sealed


def test_files_are_put_beside_the_lines_once_and_again_only_where_they_are_not_whole(store, say, tmp_path):
    content = b"an essay"
    total = hashlib.sha256(content).hexdigest()
    attachment = {"usageType": "https://example.org/essay", "display": {"en": "An essay"}, "contentType": "text/plain"}
    attachment |= {"length": len(content), "sha2": total}
    with attachments.carried([attachments.Part(total, len(content), io.BytesIO(content))]) as files:
        rows = store(say(attachments=[attachment]), say())
        with transaction.atomic():
            attachments.keep(files, rows)
    assert [line["files"] for line in exported(folder=tmp_path) if line["files"]] == [[total]]
    assert [place.name for place in tmp_path.iterdir()] == [total]
    (tmp_path / total).write_bytes(b"an ess")
    exported(folder=tmp_path)
    assert (tmp_path / total).read_bytes() == content


def test_the_command_writes_a_file_that_nobody_else_reads(store, say, tmp_path, capsys):
    store(say(), say())
    place = tmp_path / "statements.jsonl"
    call_command("lrs_export", "--out", str(place), "--files", str(tmp_path / "files"))
    assert len(place.read_text().splitlines()) == 2
    assert place.stat().st_mode & 0o777 == 0o600
    assert AuditEvent.objects.get(act="statements.export").actor is None
    assert "2 statements…" in capsys.readouterr().err


def test_the_command_writes_to_the_standard_output_what_lies_between_two_times(store, say, capsys):
    rows = [store(say(), now=START + timedelta(hours=hour))[0] for hour in range(3)]
    call_command("lrs_export", "--since", "2026-11-28T09:00:00Z", "--until", "2026-11-28T10:00:00Z")
    assert [json.loads(line)["statement"]["id"] for line in capsys.readouterr().out.splitlines()] == [str(rows[1].pk)]


@pytest.mark.parametrize("options", [{"since": "yesterday"}, {"out": "/nowhere/at/all"}])
def test_the_command_says_what_it_does_not_understand(db, options):
    with pytest.raises((CommandError, SystemExit)):
        call_command("lrs_export", *(f"--{name}={value}" for name, value in options.items()))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_not_passed_over(say):
    began, finish = threading.Event(), threading.Event()
    early, late = say(), say()
    thread = threading.Thread(target=write_slowly, args=(early, began, finish))
    thread.start()
    began.wait(10)
    try:
        write(late)
        assert exported() == []
    finally:
        finish.set()
        thread.join(10)
    assert [line["statement"]["id"] for line in exported()] == [early["id"], late["id"]]


def write(said):
    with transaction.atomic():
        statements.store([said], source="player", authority=AUTHORITY)


def write_slowly(said, began, finish):
    try:
        with transaction.atomic():
            statements.store([said], source="player", authority=AUTHORITY)
            began.set()
            finish.wait(10)
    finally:
        connection.close()
