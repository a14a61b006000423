"""What of the record goes by itself, and what stays."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from core.models import AuditEvent
from learning.lrs import agents, attachments, credentials, documents, retention
from learning.models import Attachment, Document, Statement
from website import retention as clock

START = datetime(2026, 11, 28, 9, tzinfo=UTC)
ROBIN = "mbox|mailto:robin@example.org"
ACTIVITY = "https://example.org/course"


@pytest.fixture
def keep(db):
    """A document of each kind, last written so long ago."""

    def put(**ago):
        for place in (
            documents.Place(Document.Kind.STATE, activity=ACTIVITY, agent=ROBIN),
            documents.Place(Document.Kind.AGENT_PROFILE, agent=ROBIN),
            documents.Place(Document.Kind.ACTIVITY_PROFILE, activity=ACTIVITY),
        ):
            documents.put(place, "place", documents.Content(b"1", "text/plain"), new(), version="2.0.0")
        Document.objects.update(updated=timezone.now() - timedelta(**ago))

    return put


def new():
    return documents.Condition(none_match=("*",))


def kinds():
    return set(Document.objects.values_list("kind", flat=True))


def test_what_programs_keep_about_somebody_goes_when_nobody_writes_it_any_more(keep, settings):
    settings.RETENTION_DOCUMENT_MONTHS = 12
    keep(days=364)
    clock.run()
    assert len(kinds()) == 3
    Document.objects.update(updated=timezone.now() - timedelta(days=366))
    clock.run()
    assert kinds() == {"activity_profile"}
    assert AuditEvent.objects.get(act="documents.forget").after == "2"


def test_statements_stay_for_ever_unless_somebody_says_otherwise(store, say, settings):
    credential, _secret = credentials.create("A tool", ["all"])
    store(say(), source=Statement.Source.CREDENTIAL, credential=credential, now=timezone.now() - timedelta(days=365 * 40))
    clock.run()
    assert Statement.objects.count() == 1
    settings.RETENTION_STATEMENT_YEARS = 39
    clock.run()
    assert not Statement.objects.exists()


def test_what_others_said_goes_after_its_time_and_what_counts_stays(store, say, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    credential, _secret = credentials.create("A tool", ["all"])
    beside = {"credential": credential, "now": START}
    store(*(say() for _ in range(3)), source=Statement.Source.CREDENTIAL, **beside)
    store(say(), source=Statement.Source.IMPORTED, now=START)
    store(say(), source=Statement.Source.TRUSTED, **beside)
    store(say(), now=START)
    late = store(say(), source=Statement.Source.CREDENTIAL, credential=credential, now=START + timedelta(days=1))[0]
    retention.forget_statements(START + timedelta(hours=1))
    assert sorted(Statement.objects.values_list("source", flat=True)) == ["credential", "player", "trusted"]
    assert Statement.objects.filter(pk=late.pk).exists()
    events = AuditEvent.objects.filter(act="statements.forget").order_by("pk")
    assert [(event.subject_kind, event.after) for event in events] == [
        ("learning.statement", "1"),
        ("learning.credential", "2"),
        ("learning.credential", "1"),
    ]


def test_a_second_run_finds_nothing_and_says_nothing(keep):
    keep(days=1)
    for _ in range(2):
        retention.forget_documents(timezone.now())
        retention.forget_statements(timezone.now())
    assert AuditEvent.objects.filter(act__endswith=".forget").count() == 1


def test_a_file_goes_with_the_last_statement_that_brought_it(store, say, django_capture_on_commit_callbacks):
    total = hashlib.sha256(b"an essay").hexdigest()
    about = {"display": {"en": "A file"}, "contentType": "text/plain", "length": 8, "sha2": total}
    about |= {"usageType": "https://example.org/essay"}
    with attachments.carried([attachments.Part(total, 8, io.BytesIO(b"an essay"))]) as files:
        rows = store(say(attachments=[about]), say(attachments=[about]))
        with transaction.atomic():
            attachments.keep(files, rows)
    place = Attachment.objects.get().file
    for row, is_left in zip(rows, [True, False], strict=True):
        row.delete()
        with django_capture_on_commit_callbacks(execute=True):
            clock.run()
        assert place.storage.exists(str(place)) is is_left
        assert Attachment.objects.exists() is is_left


def test_documents_of_an_account_here_keep_to_the_same_time(lee, keep, settings):
    place = documents.Place(Document.Kind.STATE, activity=ACTIVITY, agent=agents.ifi(agents.account(lee.actor_name)))
    documents.put(place, "place", documents.Content(b"1", "text/plain"), new(), version="2.0.0")
    Document.objects.update(updated=timezone.now() - timedelta(days=365 * 3 + 2))
    clock.clear_record()
    assert not Document.objects.exists()
