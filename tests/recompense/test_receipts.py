"""Photos and PDFs of receipts: judged by what they are, stripped of everything else, private, shown only as pictures."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core import errors, uploads
from core.models import AuditEvent
from recompense import claims, receipts
from recompense.models import Receipt
from tests.factories.files import NOT_TAKEN, pdf, picture
from tests.factories.recompense import bus, cost, make_draft, make_payee, make_submitted, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(monkeypatch, tmp_path):
    """A folder of its own, as an installation has."""
    monkeypatch.setattr(Receipt._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    return tmp_path


@pytest.fixture
def draft(card, member, kit):
    return make_draft(member, kit)


@pytest.fixture
def line(draft, mo):
    return claims.add_line(draft, bus(draft), by=mo)


def files(private):
    return sorted(path.name for path in private.rglob("*") if path.is_file())


def refused(line, content: bytes, mo) -> errors.DomainError:
    with pytest.raises(errors.DomainError) as caught:
        receipts.add(line, ContentFile(content, name="photo.jpg"), by=mo)
    assert caught.value.field == "receipt"
    return caught.value


def kept(receipt) -> Image.Image:
    return Image.open(io.BytesIO(receipts.picture(receipt, 1)))


# What is taken -------------------------------------------------------------------------------------


def test_a_pdf_is_kept_as_it_came_and_shown_page_by_page(line, mo):
    content = pdf(pages=3)
    receipt = receipts.add(line, ContentFile(content), by=mo)
    assert (receipt.kind, receipt.pages) == ("application/pdf", 3)
    assert receipt.file.open().read() == content
    assert Image.open(io.BytesIO(receipts.picture(receipt, 3))).size == (400, 600)


def test_a_file_has_no_name_of_its_own(line, mo, private):
    receipts.add(line, ContentFile(picture(), name="../lgbtq-panel-taxi.jpg"), by=mo)
    (name,) = files(private)
    assert "taxi" not in name
    assert len(name) == 40  # a random key and its ending


# What is not ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "why"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_file_that_is_no_receipt_is_refused_kindly_and_nothing_of_it_stays(line, mo, private, content, why):
    error = refused(line, content, mo)
    assert error.code == f"receipt_{why or 'not_a_receipt'}"
    assert str(error)[0].isupper()
    assert files(private) == []


# The same again ------------------------------------------------------------------------------------


def test_the_same_photo_twice_for_one_cost_is_there_once(line, mo, private):
    assert receipts.add(line, photo(), by=mo) == receipts.add(line, photo(), by=mo)
    assert len(files(private)) == 1


def test_the_same_photo_for_another_claim_is_refused_and_says_which(line, mo, member, kit):
    receipts.add(line, photo(), by=mo)
    other = make_draft(member, kit, ago=timedelta(days=9))
    again = claims.add_line(other, bus(other), by=mo)
    error = refused(again, photo().read(), mo)
    assert error.code == "receipt_used_already"
    assert f"{line.claim.day:%-d %B %Y}" in str(error)


def test_one_receipt_pays_for_one_cost_of_a_kind_but_may_show_two_kinds(line, draft, mo):
    receipts.add(line, photo(), by=mo)
    twin = claims.add_line(draft, bus(draft), by=mo)
    assert refused(twin, photo().read(), mo).code == "receipt_used_here"
    parking = claims.add_line(draft, cost(draft, "PARKING", spent=3), by=mo)
    assert receipts.add(parking, photo(), by=mo).line == parking


def test_a_photo_of_a_claim_that_was_taken_back_can_be_used_again(line, mo, draft, member, kit):
    receipts.add(line, photo(), by=mo)
    claims.withdraw(draft, by=mo)
    again = claims.start(draft.attendance, by=mo)
    assert receipts.add(claims.add_line(again, bus(again), by=mo), photo(), by=mo).claim == again


def test_somebody_elses_same_photo_is_the_checkers_matter_and_not_theirs(line, mo, panel, kit, person):
    receipts.add(line, photo(), by=mo)
    ola = person("Ola Other")
    other = make_draft(panel.memberships.create(person=ola, starts_on=timezone.localdate() - timedelta(days=99)), kit)
    same = receipts.add(claims.add_line(other, bus(other), by=ola), photo(), by=ola)
    assert same.claim == other
    assert receipts.used_by_others(other)
    assert not receipts.used_by_others(make_draft(line.claim.attendance.membership, kit, ago=timedelta(days=5)))


def test_a_claim_takes_so_many_photos_and_no_more(line, mo, monkeypatch):
    monkeypatch.setattr(receipts, "MOST_RECEIPTS", 1)
    receipts.add(line, photo(), by=mo)
    assert refused(line, photo("black").read(), mo).code == "receipt_too_many"


# Held before their cost ----------------------------------------------------------------------------


def test_a_photo_is_held_until_its_cost_is_right(draft, mo, cas):
    held = receipts.hold(draft, photo(), by=mo)
    assert receipts.hold(draft, photo(), by=mo) == held
    assert list(receipts.waiting(draft)) == [held]
    line = claims.add_line(draft, bus(draft), by=mo, held=[held])
    assert list(line.receipts.all()) == [held]
    assert not receipts.waiting(draft).exists()


def test_a_photo_of_another_claim_is_no_photo_of_this(draft, mo, member, kit):
    other = make_draft(member, kit, ago=timedelta(days=9))
    held = receipts.hold(other, photo(), by=mo)
    assert claims.add_line(draft, bus(draft), by=mo, held=[held]).receipts.count() == 0


def test_what_was_held_for_nothing_goes_when_the_claim_is_sent(draft, mo, private, django_capture_on_commit_callbacks):
    make_payee(mo)
    receipts.hold(draft, photo(), by=mo)
    with django_capture_on_commit_callbacks(execute=True):
        claims.submit(draft, by=mo)
    assert files(private) == []
    assert not Receipt.objects.exists()


# Going ---------------------------------------------------------------------------------------------


def test_files_go_with_what_they_showed(line, draft, mo, private, django_capture_on_commit_callbacks):
    receipts.add(line, photo("white"), by=mo)
    second = receipts.add(line, photo("black"), by=mo)
    with django_capture_on_commit_callbacks(execute=True):
        receipts.remove(second, by=mo)
    assert len(files(private)) == 1
    with django_capture_on_commit_callbacks(execute=True):
        claims.remove_line(line, by=mo)
    assert files(private) == []
    assert not Receipt.objects.exists()


def test_the_pages_of_a_pdf_go_with_it(line, mo, private, django_capture_on_commit_callbacks):
    receipt = receipts.add(line, ContentFile(pdf(pages=2)), by=mo)
    (private / "receipts" / "left-1.jpg").write_bytes(b"left")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        receipts.sweep()
    assert len(files(private)) == 3
    with django_capture_on_commit_callbacks(execute=True):
        receipts.remove(receipt, by=mo)
    assert files(private) == []


def test_an_act_that_is_refused_loses_no_file(card, member, kit, mo, private, django_capture_on_commit_callbacks):
    claim = make_draft(member, kit)
    receipt = receipts.add(claims.add_line(claim, bus(claim), by=mo), photo(), by=mo)
    claim.status = "submitted"
    claim.submitted_at = timezone.now()
    claim.save()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(errors.WrongState):
        receipts.remove(receipt, by=mo)
    assert len(files(private)) == 1


def test_nobody_adds_to_or_takes_from_somebody_elses(line, sam, mo):
    receipt = receipts.add(line, photo(), by=mo)
    for act in [lambda: receipts.add(line, photo("black"), by=sam), lambda: receipts.remove(receipt, by=sam)]:
        with pytest.raises(errors.NotAllowed):
            act()


def test_files_that_no_row_knows_are_swept_after_a_day(line, mo, private):
    receipts.add(line, photo(), by=mo)
    (private / "receipts" / "left.jpg").write_bytes(b"left")
    receipts.sweep()
    assert len(files(private)) == 2
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        receipts.sweep()
    assert len(files(private)) == 1
    assert "left.jpg" not in files(private)


def test_where_nothing_was_ever_kept_nothing_is_swept(db, private):
    receipts.sweep()


def test_adding_leaves_a_trace_and_no_content(line, mo):
    receipts.add(line, photo(), by=mo)
    assert AuditEvent.objects.filter(act="receipt.add", subject=line.claim.key, actor=mo.audit_key).exists()


# Shown ---------------------------------------------------------------------------------------------


def get(client, receipt, page=1):
    return client.get(reverse("recompense:receipt", args=[receipt.key, page]))


def test_a_receipt_is_sent_as_a_picture_that_can_do_nothing(client, line, mo):
    receipt = receipts.add(line, ContentFile(pdf(pages=2)), by=mo)
    client.force_login(mo)
    answer = get(client, receipt, 2)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer["Content-Disposition"] == 'inline; filename="receipt-2.jpg"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("page", [0, 3, 99])
def test_a_page_that_is_not_there_is_not_found(client, line, mo, page):
    receipt = receipts.add(line, ContentFile(pdf(pages=2)), by=mo)
    client.force_login(mo)
    assert get(client, receipt, page).status_code == 404


def test_a_file_that_is_gone_is_not_found(client, line, mo, private):
    receipt = receipts.add(line, photo(), by=mo)
    (private / receipt.file.name).unlink()
    client.force_login(mo)
    assert get(client, receipt).status_code == 404


def test_strangers_find_nothing_and_visitors_are_asked_who_they_are(client, line, mo, sam, kit, second_factor):
    receipt = receipts.add(line, photo(), by=mo)
    assert get(client, receipt).url.startswith(reverse("account_login"))
    client.force_login(sam)
    assert get(client, receipt).status_code == 404
    second_factor(client, kit)
    assert get(client, receipt).status_code == 404


def test_finance_sees_receipts_of_what_was_sent_and_none_of_a_draft(client, card, member, kit, mo, cas, second_factor):
    claim = make_submitted(member, kit)
    draft = make_draft(member, kit, ago=timedelta(days=9))
    hidden = receipts.add(claims.add_line(draft, bus(draft), by=mo), photo(), by=mo)
    claims.ask(claim, "Was there a bus?", by=cas)
    shown = receipts.add(claims.add_line(claim, bus(claim), by=mo), photo("black"), by=mo)
    waiting = receipts.hold(claim, photo("red"), by=mo)
    second_factor(client, cas)
    assert [get(client, receipt).status_code for receipt in [shown, hidden, waiting]] == [404, 404, 404]  # while it is back
    claims.submit(claim, by=mo)
    assert [get(client, receipt).status_code for receipt in [shown, hidden]] == [200, 404]


def test_the_file_itself_has_no_address(client, home, line, mo):
    receipt = receipts.add(line, photo(), by=mo)
    client.force_login(mo)
    assert client.get(receipt.file.url).status_code == 404


def test_a_page_is_drawn_once_and_then_shown_without_drawing(line, mo, private, monkeypatch):
    receipt = receipts.add(line, ContentFile(pdf(pages=2)), by=mo)
    assert len(files(private)) == 3
    monkeypatch.setattr(uploads, "DRAW", ["/nothing/draws"])
    assert [Image.open(io.BytesIO(receipts.picture(receipt, page))).format for page in [1, 2]] == ["JPEG", "JPEG"]


def test_nothing_is_locked_while_a_file_is_drawn(client, draft, mo, monkeypatch):
    outside, depths = len(connection.savepoint_ids), []
    answer = uploads._answer
    monkeypatch.setattr(uploads, "_answer", lambda content: depths.append(len(connection.savepoint_ids)) or answer(content))
    client.force_login(mo)
    address = reverse("recompense:add_cost", args=[draft.key, bus(draft).rate.key])
    client.post(address, {"spent": "12.50", "receipt": photo()})
    assert depths == [outside]
