"""Photos and PDFs of receipts: judged by what they are, stripped of everything else, private, shown only as pictures."""

from __future__ import annotations

import io
import itertools
import re
import resource
import struct
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pikepdf
import pillow_heif
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageOps

from core import errors
from core.models import AuditEvent
from recompense import claims, drawing, receipts
from recompense.models import Receipt
from tests.factories.recompense import bus, cost, make_draft, make_payee, make_submitted, photo

pytestmark = pytest.mark.django_db
SECRET = b"53.4808N-2.2426W"


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


def picture(kind="JPEG", size=(60, 90), mode="RGB", **options) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, "white").save(content, kind, **options)
    return content.getvalue()


def pdf(pages=1, **options) -> bytes:
    content = io.BytesIO()
    with pikepdf.new() as document:
        for _each in range(pages):
            document.add_blank_page(page_size=(200, 300))
        document.save(content, **options)
    return content.getvalue()


def kept(receipt) -> Image.Image:
    return Image.open(io.BytesIO(receipts.picture(receipt, 1)))


# What is taken -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF", "MPO"])
def test_photos_of_every_telephone_are_kept_as_jpeg(line, mo, kind):
    receipt = receipts.add(line, ContentFile(picture(kind), name="IMG_0001"), by=mo)
    assert (receipt.kind, receipt.pages, kept(receipt).format, kept(receipt).size) == ("image/jpeg", 1, "JPEG", (60, 90))


def test_a_heic_photo_as_an_iphone_makes_it_is_upright(line, mo):
    heif = pillow_heif.from_pillow(Image.new("RGB", (90, 60), "white"))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    content = io.BytesIO()
    heif.save(content, exif=exif.tobytes())
    assert kept(receipts.add(line, ContentFile(content.getvalue()), by=mo)).size == (60, 90)


def test_a_photo_is_turned_as_it_was_held(line, mo):
    exif = Image.Exif()
    exif[0x0112] = 6
    receipt = receipts.add(line, ContentFile(picture(size=(90, 60), exif=exif.tobytes())), by=mo)
    assert kept(receipt).size == (60, 90)


def test_nothing_but_the_picture_is_kept(line, mo):
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    content = picture(exif=exif.tobytes(), comment=SECRET)
    assert content.count(SECRET) == 2
    receipt = receipts.add(line, ContentFile(content), by=mo)
    assert SECRET not in receipts.picture(receipt, 1)
    assert "exif" not in kept(receipt).info


def test_a_large_photo_is_made_as_large_as_reading_needs(line, mo):
    assert kept(receipts.add(line, ContentFile(picture(size=(4000, 6000))), by=mo)).size == (1600, 2400)


def test_what_a_picture_lets_through_is_white_paper(line, mo):
    content = io.BytesIO()
    Image.new("RGBA", (60, 90), (0, 0, 0, 0)).save(content, "PNG")
    receipt = receipts.add(line, ContentFile(content.getvalue()), by=mo)
    assert kept(receipt).getpixel((30, 45)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK"])
def test_pictures_of_every_colour_space_are_read(line, mo, mode):
    content = picture("JPEG" if mode in {"L", "CMYK"} else "PNG", mode=mode)
    assert kept(receipts.add(line, ContentFile(content), by=mo)).mode == "RGB"


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


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "receipt_empty"),
        (b"Dear checker, trust me.", "receipt_not_a_receipt"),  # text renamed .jpg
        (b"<html><script>alert(1)</script>", "receipt_not_a_receipt"),
        (b"GIF89a", "receipt_not_a_receipt"),
        (picture("GIF"), "receipt_not_a_receipt"),
        (picture("WEBP"), "receipt_not_a_receipt"),
        (picture()[:200], "receipt_not_a_receipt"),
        (b"%PDF-1.7\nnothing follows", "receipt_not_a_receipt"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "receipt_locked"),
        (pdf(pages=11), "receipt_too_many_pages"),
        (b"\x00" * (20 * 1024 * 1024 + 1), "receipt_too_large"),
    ],
    ids=["empty", "text", "html", "gif head", "gif", "webp", "cut off", "no pdf", "locked", "long", "large"],
)
def test_a_file_that_is_no_receipt_is_refused_kindly_and_nothing_of_it_stays(line, mo, private, content, code):
    error = refused(line, content, mo)
    assert error.code == code
    assert str(error)[0].isupper()
    assert files(private) == []


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_head(line, mo):
    """Two hundred million pixels in a few kilobytes; none of them is drawn."""
    content = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(content, "PNG")
    assert len(content.getvalue()) < 100_000
    assert refused(line, content.getvalue(), mo).code == "receipt_too_many_pixels"


def test_a_file_over_the_limit_is_never_read(line, mo):
    class Large:
        size = 100 * 1024 * 1024
        name = "photo.jpg"

        def read(self, *given):
            raise AssertionError("read into memory")

    with pytest.raises(errors.DomainError) as caught:
        receipts.add(line, Large(), by=mo)
    assert caught.value.code == "receipt_too_large"


def test_a_stream_without_a_size_is_read_no_further_than_the_limit(line, mo):
    asked = []

    class Stream:
        def read(self, most):
            asked.append(most)
            return b"\x00" * most

    with pytest.raises(errors.DomainError):
        receipts.add(line, Stream(), by=mo)
    assert asked == [receipts.MOST_BYTES + 1]


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


def test_several_files_are_drawn_at_once(db):
    """PDFium is not safe in threads: each file has a process of its own."""
    drawn: list[int] = []
    threads = [threading.Thread(target=lambda: drawn.append(len(receipts.take(ContentFile(pdf(3))).pages))) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [3] * 4


def test_a_page_is_drawn_once_and_then_shown_without_drawing(line, mo, private, monkeypatch):
    receipt = receipts.add(line, ContentFile(pdf(pages=2)), by=mo)
    assert len(files(private)) == 3
    monkeypatch.setattr(receipts, "DRAW", ["/nothing/draws"])
    assert [Image.open(io.BytesIO(receipts.picture(receipt, page))).format for page in [1, 2]] == ["JPEG", "JPEG"]


# Files made to do harm -----------------------------------------------------------------------------


def nested(width: int) -> bytes:
    """A page of forms in forms in forms, each drawn so many times: width to the power of six."""
    content = io.BytesIO()
    with pikepdf.new() as document:
        inner = form(document, b"0 0 200 300 re f\n" * width)
        for _each in range(5):
            inner = form(document, b"/F Do\n" * width, F=inner)
        page = document.add_blank_page(page_size=(200, 300))
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        page.obj.Contents = document.make_stream(b"/F Do\n")
        document.save(content)
    return content.getvalue()


def form(document, drawn: bytes, **inner) -> pikepdf.Object:
    facts = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 200, 300]}
    made = document.make_stream(drawn, pikepdf.Dictionary(**facts))
    made.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(**inner))
    return made


def with_exif(entries: bytes, number: int) -> bytes:
    body = b"Exif\0\0II*\0" + struct.pack("<LH", 8, number) + entries
    content = picture(size=(90, 60))
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + content[2:]


UPRIGHT = struct.pack("<HHLL", 0x0112, 3, 1, 6)
WORDS_FOR_A_NUMBER = struct.pack("<HHLL", 0x011A, 2, 4, 0x61616161)


@pytest.mark.parametrize("limit", ["MEMORY", "SECONDS"])
def test_a_pdf_that_grows_without_end_costs_its_own_process_alone(line, mo, private, monkeypatch, tmp_path, limit):
    """With limits of a test: at their real size this takes half a minute."""
    program = tmp_path.parent / "drawing.py"
    least = {"MEMORY": "256 * 1024**2", "SECONDS": "1"}[limit]
    program.write_text(re.sub(rf"(?m)^{limit} = .*", f"{limit} = {least}", Path(drawing.__file__).read_text()))
    monkeypatch.setattr(receipts, "DRAW", [*receipts.DRAW[:-1], str(program)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = nested(14)
    assert len(content) < 5000
    error = refused(line, content, mo)
    assert (error.code, str(error)) == ("receipt_not_a_receipt", "We could not read this file. Take a photo of it instead")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes
    assert files(private) == []


def test_a_file_that_takes_too_long_is_ended(line, mo, monkeypatch):
    monkeypatch.setattr(receipts, "LONGEST_DRAWING", 0.5)
    assert refused(line, nested(14), mo).code == "receipt_not_a_receipt"


def test_who_finds_no_turn_is_asked_to_try_again(line, mo, monkeypatch):
    monkeypatch.setattr(receipts, "TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(receipts, "LONGEST_WAIT", 0.01)
    with receipts.TURNS:
        error = refused(line, picture(), mo)
    assert (error.code, "Try again" in str(error)) == ("receipt_busy", True)
    assert receipts.add(line, photo(), by=mo)


def test_a_turn_is_given_back_by_what_is_refused(line, mo, monkeypatch):
    monkeypatch.setattr(receipts, "TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(receipts, "LONGEST_WAIT", 0.01)
    assert [refused(line, b"none", mo).code for _each in range(2)] == ["receipt_not_a_receipt"] * 2


@pytest.mark.parametrize(
    "content",
    [
        with_exif(UPRIGHT, 1),  # cut off before the offset of what follows
        with_exif(UPRIGHT + WORDS_FOR_A_NUMBER + struct.pack("<L", 0), 2),
    ],
    ids=["cut", "odd"],
)
def test_a_good_photo_with_odd_tags_is_taken_and_upright(line, mo, content):
    assert kept(receipts.add(line, ContentFile(content), by=mo)).size == (60, 90)


@pytest.mark.parametrize("turn", range(2, 9))
def test_every_turn_is_the_one_that_pillow_makes(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    opened = Image.effect_noise((9, 6), 80)
    opened.getexif()[0x0112] = turn
    content = io.BytesIO()
    opened.save(content, "PNG", exif=exif)
    assert drawing._upright(Image.open(content)).tobytes() == ImageOps.exif_transpose(opened).convert("RGB").tobytes()


def test_a_heic_that_claims_to_be_endless_is_refused(line, mo):
    content = bytearray(picture("HEIF"))
    size = content.index(b"ispe") + 8
    content[size : size + 8] = struct.pack(">LL", 64, 0xA0000000)
    assert refused(line, bytes(content), mo).code == "receipt_not_a_receipt"


def test_a_picture_of_more_than_fifty_million_pixels_is_refused(line, mo):
    assert refused(line, picture("PNG", mode="1", size=(8000, 6400)), mo).code == "receipt_too_many_pixels"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "RGB"])
def test_a_large_picture_is_made_small_in_bands_without_a_seam(mode):
    """A slope of grey from top to bottom: each row is as light as the one above, or lighter."""
    slope = Image.linear_gradient("L").resize((1000, 7000)).convert(mode)
    content = io.BytesIO()
    slope.save(content, "PNG")
    small = drawing._upright(Image.open(content))
    assert small.size == (343, 2400)
    rows = [small.getpixel((171, row))[0] for row in range(small.height)]
    assert all(-1 <= after - before <= 2 for before, after in itertools.pairwise(rows))
    assert (rows[0], rows[-1]) == (0, 255)


def test_the_program_knows_neither_django_nor_our_keys(monkeypatch):
    said = "import drawing, os, sys; print(sorted(os.environ), 'django' in sys.modules)"
    place = str(Path(drawing.__file__).parent)
    done = subprocess.run(
        [*receipts.DRAW[:-1], "-c", f"import sys; sys.path.append({place!r}); {said}"],
        capture_output=True,
        env=receipts.ENVIRONMENT,
        check=True,
        text=True,
    )
    assert "KEY" not in done.stdout
    assert done.stdout.strip().endswith("False")


def test_nothing_is_locked_while_a_file_is_drawn(client, draft, mo, monkeypatch):
    outside, depths = len(connection.savepoint_ids), []
    answer = receipts._answer
    monkeypatch.setattr(receipts, "_answer", lambda content: depths.append(len(connection.savepoint_ids)) or answer(content))
    client.force_login(mo)
    address = reverse("recompense:add_cost", args=[draft.key, bus(draft).rate.key])
    client.post(address, {"spent": "12.50", "receipt": photo()})
    assert depths == [outside]
