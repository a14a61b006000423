"""Files of statements: there when they are named, kept once, given back to those who brought them."""

import hashlib
import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils import timezone

from core import errors
from learning.lrs import attachments, statements, validation
from learning.models import Attachment, Statement
from tests.factories.statements import AUTHORITY
from tests.factories.together import together
from website import retention

FILE = b"here is a simple attachment"
OTHER = b"here is another one"


def part(content=FILE):
    return attachments.Part(hashlib.sha256(content).hexdigest(), len(content), io.BytesIO(content))


def about(content=FILE, **changes):
    """What a statement says of this file."""
    facts = {"usageType": "http://example.com/test", "display": {"en-US": "A test"}, "contentType": "text/plain"}
    return facts | {"length": len(content), "sha2": hashlib.sha256(content).hexdigest()} | changes


def elsewhere(content=FILE):
    return about(content, fileUrl="http://over.there.com/file.txt")


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    """A private storage on disk, as it is in the house."""
    storage = FileSystemStorage(tmp_path, base_url=None)
    monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storage)
    return storage


@pytest.fixture
def files(private):
    return lambda: sorted(private.listdir("attachments")[1]) if private.exists("attachments") else []


@pytest.fixture
def bring(db, django_capture_on_commit_callbacks):
    """Store statements with files, as a request does, and answer with the rows."""

    def put(said, *parts):
        with django_capture_on_commit_callbacks(execute=True), attachments.carried(parts) as carried, transaction.atomic():
            stored = statements.store(said, source=Statement.Source.PLAYER, authority=AUTHORITY)
            attachments.match(said, parts)
            attachments.keep(carried, [each.row for each in stored])
        return [each.row for each in stored]

    return put


def given_back(rows):
    return [(each.content_type, each.length, b"".join(each.chunks())) for each in attachments.of(rows)]


# Matching -----------------------------------------------------------------------------------------


def in_sub_statement(say, *listed):
    inner = {key: value for key, value in say(attachments=list(listed)).items() if key != "id"}
    return say(object=inner | {"objectType": "SubStatement"})


@pytest.mark.parametrize(
    ("listed", "parts"),
    [
        ([], []),
        ([about()], [part()]),
        ([about(sha2=about()["sha2"].upper())], [part()]),
        ([about(), about(display={"cy": "Un arall"})], [part()]),  # two attachments, one file
        ([about()], [part(), part()]),
        ([elsewhere()], []),
        ([elsewhere()], [part()]),
        ([elsewhere(), about(OTHER)], [part(OTHER)]),
        ([about(length=3)], [part()]),  # as the conformance suite sends it
    ],
)
def test_files_and_statements_belong_together(say, listed, parts):
    for said in [say(attachments=listed), in_sub_statement(say, *listed)]:
        validation.check(said)
        attachments.match([say(), said], parts)


def test_a_missing_file_is_named_by_its_place(say):
    for said, path in [
        ([say(attachments=[elsewhere(), about(OTHER)])], "attachments[1]"),
        ([say(), say(attachments=[about()])], "[1].attachments[0]"),
        ([in_sub_statement(say, about())], "object.attachments[0]"),
    ]:
        with pytest.raises(validation.Invalid) as refusal:
            attachments.match(said, [])
        assert refusal.value.path == path


def test_a_file_that_no_statement_names_is_refused(say):
    for said in [say(), say(attachments=[about()])]:
        with pytest.raises(errors.DomainError) as refusal:
            attachments.match([said], [part(), part(OTHER)])
        assert refusal.value.code == "excess_part"


# Keeping ------------------------------------------------------------------------------------------


def test_what_a_statement_brings_it_gives_back(bring, say):
    rows = bring([say(), say(attachments=[about(OTHER), about(contentType="text/x")])], part(), part(OTHER))
    assert given_back(rows) == [("text/plain", 19, OTHER), ("text/x", 27, FILE)]
    assert given_back(rows[:1]) == []


def test_a_file_of_a_sub_statement_and_one_beside_an_address_are_given_back(bring, say):
    rows = bring([in_sub_statement(say, about()), say(attachments=[elsewhere(OTHER)])], part(), part(OTHER))
    assert [content for *_facts, content in given_back(rows)] == [FILE, OTHER]


def test_an_empty_file_is_kept(bring, say):
    assert given_back(bring([say(attachments=[about(b"")])], part(b""))) == [("text/plain", 0, b"")]


def test_the_same_content_is_kept_once(bring, say, files):
    rows = [*bring([say(attachments=[about()])], part()), *bring([say(attachments=[about()])], part())]
    assert len(given_back(rows)) == 1
    assert (Attachment.objects.count(), len(files())) == (1, 1)


def test_two_requests_that_bring_the_same_at_once_leave_one_file(bring, say, store, files, django_capture_on_commit_callbacks):
    with attachments.carried([part()]) as slow:
        first = bring([say(attachments=[about()])], part())
        second = store(say(attachments=[about()]))
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            attachments.keep(slow, second)
            attachments.keep(slow, second)
    assert given_back(first) == given_back(second) == [("text/plain", 27, FILE)]
    assert (Attachment.objects.count(), len(files())) == (1, 1)


def test_who_knows_a_sum_is_not_given_the_file(bring, say):
    bring([say(attachments=[about()])], part())
    assert given_back(bring([say(attachments=[elsewhere()])])) == []


def test_the_place_of_a_file_tells_nothing(bring, say):
    bring([say(attachments=[about()])], part())
    folder, name = str(Attachment.objects.get().file).split("/")
    assert folder == "attachments"
    assert uuid.UUID(name).version == 4


@pytest.mark.parametrize("bad", [{"verb": {}}, {"attachments": [about(), about(OTHER)]}, {"attachments": []}])
def test_of_a_refused_batch_nothing_is_kept(bring, say, files, bad):
    with pytest.raises(errors.DomainError):
        bring([say(), say(**{"attachments": [about()]} | bad)], part())
    assert not Statement.objects.exists()
    assert not Attachment.objects.exists()
    assert files() == []


def test_a_refusal_after_keeping_takes_the_new_file_and_leaves_the_old_one(bring, say, store, files):
    rows = bring([say(attachments=[about()])], part())
    new = store(say(attachments=[about(), about(OTHER)]))
    with pytest.raises(errors.Conflict), attachments.carried([part(), part(OTHER)]) as carried, transaction.atomic():
        attachments.keep(carried, new)
        raise errors.Conflict
    assert len(files()) == 1
    assert given_back(rows) == [("text/plain", 27, FILE)]


@pytest.mark.django_db(transaction=True)
def test_files_are_kept_only_in_the_transaction_of_their_statements():
    with pytest.raises(RuntimeError):
        attachments.keep({}, [])


def test_what_a_killed_process_left_is_swept_after_a_day(store, say, private, files):
    for name in ["left", "known"]:
        private.save(f"attachments/{name}", ContentFile(FILE))
    known = Attachment.objects.create(sha2="0" * 64, length=27, file="attachments/known")
    known.statements.add(*store(say()))
    attachments.sweep()
    assert files() == ["known", "left"]  # a request may still be under way
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        retention.clear_record()
    assert files() == ["known"]


def test_giving_back_costs_the_same_with_one_and_with_three(bring, say, django_assert_num_queries):
    rows = [*bring([say(attachments=[about()])], part()), *bring([say(attachments=[about(OTHER)])], part(OTHER))]
    for some in [rows[:1], rows]:
        with django_assert_num_queries(1):
            given_back(some)
    with django_assert_num_queries(0):
        attachments.of([])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_leave_one_file_of_each(say, files):
    def bringing(*contents):
        said, parts = [say(attachments=list(map(about, contents)))], list(map(part, contents))

        def bring():
            with attachments.carried(parts) as carried, transaction.atomic():
                stored = statements.store(said, source=Statement.Source.PLAYER, authority=AUTHORITY)
                attachments.keep(carried, [each.row for each in stored])

        return bring

    together(*[bringing(FILE, OTHER), bringing(OTHER, FILE)] * 4)
    assert sorted(files()) == sorted(str(each.file).split("/")[1] for each in Attachment.objects.all())
    assert [each.statements.count() for each in Attachment.objects.all()] == [2, 2]
