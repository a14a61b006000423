"""A certificate as a document: what stands on it, in which order, and whose name."""

import io
from datetime import UTC, datetime

import pikepdf
import pypdf
import pytest
from django.utils import translation

from learning import documents
from learning.models import Certificate
from people import names

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(registration):
    """Lee's certificate of a module, completed when it was tomorrow already in London."""

    return Certificate.objects.create(
        code="7F3K-29QD-0X1Z",
        registration=registration,
        module=registration.course.modules().first(),
        title="Language that includes",
        version=3,
        minutes=72,
        issued_at=datetime(2026, 7, 17, 23, 30, tzinfo=UTC),
    )


def words(certificate) -> str:
    """The text of its one page, in the order in which it is read, each run of white space as one space."""
    pages = pypdf.PdfReader(io.BytesIO(documents.certificate_pdf(certificate))).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def test_a_certificate_says_who_completed_what_when_and_where_to_check_and_nothing_else(certificate, settings):
    settings.BASE_URL = "https://alongside.example"
    assert words(certificate) == (
        "This is to say that Lee Okafor completed Language that includes "
        "Completed 18 July 2026 Learning time 1 hour 12 minutes Version 3 Number 7F3K-29QD-0X1Z "
        "Check this certificate, with its number, at alongside.example/learning/check"
    )


def test_a_certificate_of_the_demonstration_says_so(certificate, settings):
    assert "Demonstration content" not in words(certificate)
    settings.DEMO = True
    assert "Demonstration content" in words(certificate)


def test_a_certificate_is_tagged_with_a_neutral_title(certificate, settings):
    settings.BASE_URL = "https://alongside.example"
    with translation.override("en-gb"), pikepdf.open(io.BytesIO(documents.certificate_pdf(certificate))) as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert document.Root.Lang == "en-GB"
        assert tags(document.Root.StructTreeRoot) >= {"/H1", "/P", "/Figure", "/Link"}
        assert [figure.Alt for figure in elements(document.Root.StructTreeRoot) if figure.S == "/Figure"] == ["Alongside"]
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Certificate"
        assert "Language that includes" not in str(dict(document.docinfo))
        [link] = [note for note in document.pages[0].Annots if note.Subtype == "/Link"]
        assert link.A.URI == "https://alongside.example/learning/check/"


def elements(node):
    """Every structure element under a node of the tag tree."""
    children = node.get("/K")
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from elements(child)


def tags(node) -> set[str]:
    return {str(element.S) for element in elements(node)}


def test_the_name_of_a_file_names_no_course(certificate):
    assert "7F3K" not in documents.FILE_NAME


def test_a_changed_name_stands_on_the_next_copy_and_the_former_one_does_not(certificate, lee):
    assert "Lee Okafor" in words(certificate)
    names.change(lee, "Noa Ōkafor", by=lee)
    again = Certificate.objects.get(pk=certificate.pk)
    assert "Noa Ōkafor" in words(again)
    assert "Lee" not in words(again)
    assert b"Lee" not in documents.certificate_pdf(again)


def test_pronouns_are_not_shown(certificate, lee):
    lee.pronouns = "xe/xem"
    lee.save()
    certificate.refresh_from_db()
    assert "xe/xem" not in words(certificate)


@pytest.mark.parametrize("name", ["#panic()", '"] $x$ #panic()', "$x$", "\\*", '#read("/.env")'])
def test_a_name_is_never_run(certificate, name):
    certificate.registration.learner.display_name = name
    assert name.replace(" ", "") in words(certificate).replace(" ", "")


@pytest.mark.parametrize("name", ["W" * 120, "Anna-Maria " * 10, "王" * 120, "", "\u202e", "\u200d", "🏳️‍🌈" * 17])
def test_a_name_of_any_length_keeps_the_certificate_on_one_sheet(certificate, name):
    certificate.registration.learner.display_name = name
    assert "7F3K-29QD-0X1Z" in words(certificate)


def test_a_name_that_cannot_be_drawn_is_explained_and_the_rest_is_shown(certificate):
    certificate.registration.learner.display_name = "ꦗꦮ 🏳️‍🌈"
    text = words(certificate)
    assert "□□ □ completed Language that includes" in text
    assert "□ stands for a letter that this document cannot draw." in text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, ""), (1, "1 minute"), (60, "1 hour"), (61, "1 hour 1 minute"), (150, "2 hours 30 minutes")],
)
def test_learning_time_is_said_in_hours_and_minutes(minutes, said):
    assert documents.learning_time(minutes) == said


def test_a_course_has_no_version_to_show(certificate):
    certificate.version = 0
    assert "Version" not in words(certificate)


def test_a_certificate_whose_holder_was_erased_bears_no_name(certificate):
    certificate.registration.learner = None
    assert "This is to say that – completed Language that includes" in words(certificate)
