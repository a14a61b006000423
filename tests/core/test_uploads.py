"""Files that somebody sends: drawn anew by a process of their own, so that neither what they hold nor what they do reaches us."""

from __future__ import annotations

import io
import itertools
import re
import resource
import struct
import subprocess
import threading
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from core import drawing, errors, uploads
from tests.factories.files import BOTH, NOT_TAKEN, UPRIGHT, WORDS_FOR_A_NUMBER, nested, pdf, picture, with_exif

SECRET = b"53.4808N-2.2426W"


def drawn(content: bytes) -> Image.Image:
    (page,) = uploads.draw(ContentFile(content), field="file").pages
    return Image.open(io.BytesIO(page))


def refused(content: bytes) -> errors.DomainError:
    with pytest.raises(errors.DomainError) as caught:
        uploads.draw(ContentFile(content), field="file")
    assert caught.value.field == "file"
    return caught.value


@pytest.mark.parametrize(("content", "why"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_neither_photo_nor_pdf_is_refused_kindly(content, why):
    error = refused(content)
    assert error.code == f"file_{why or 'not_a_file'}"
    assert str(error)[0].isupper()


@pytest.mark.parametrize("content", BOTH.values(), ids=BOTH)
def test_of_a_file_that_is_two_things_only_the_picture_is_left(content):
    (page,) = uploads.draw(ContentFile(content), field="file").pages
    assert b"script" in content
    assert b"script" not in page


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF", "MPO"])
def test_photos_of_every_telephone_are_kept_as_jpeg(kind):
    photo = drawn(picture(kind))
    assert (photo.format, photo.size) == ("JPEG", (60, 90))


def test_a_heic_photo_as_an_iphone_makes_it_is_upright():
    heif = pillow_heif.from_pillow(Image.new("RGB", (90, 60), "white"))
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    content = io.BytesIO()
    heif.save(content, exif=exif.tobytes())
    assert drawn(content.getvalue()).size == (60, 90)


def test_a_photo_is_turned_as_it_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert drawn(picture(size=(90, 60), exif=exif.tobytes())).size == (60, 90)


def test_nothing_but_the_picture_is_kept():
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    content = picture(exif=exif.tobytes(), comment=SECRET)
    assert content.count(SECRET) == 2
    (page,) = uploads.draw(ContentFile(content), field="file").pages
    assert SECRET not in page
    assert "exif" not in drawn(content).info


def test_a_large_photo_is_made_as_large_as_reading_needs():
    assert drawn(picture(size=(4000, 6000))).size == (1600, 2400)


def test_what_a_picture_lets_through_is_white_paper():
    content = io.BytesIO()
    Image.new("RGBA", (60, 90), (0, 0, 0, 0)).save(content, "PNG")
    assert drawn(content.getvalue()).getpixel((30, 45)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK"])
def test_pictures_of_every_colour_space_are_read(mode):
    content = picture("JPEG" if mode in {"L", "CMYK"} else "PNG", mode=mode)
    assert drawn(content).mode == "RGB"


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_head():
    """Two hundred million pixels in a few kilobytes; none of them is drawn."""
    content = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(content, "PNG")
    assert len(content.getvalue()) < 100_000
    assert refused(content.getvalue()).code == "file_too_many_pixels"


def test_a_file_over_the_limit_is_never_read():
    class Large:
        size = 100 * 1024 * 1024
        name = "photo.jpg"

        def read(self, *given):
            raise AssertionError("read into memory")

    with pytest.raises(errors.DomainError) as caught:
        uploads.draw(Large(), field="file")
    assert caught.value.code == "file_too_large"


def test_a_stream_without_a_size_is_read_no_further_than_the_limit():
    asked = []

    class Stream:
        def read(self, most):
            asked.append(most)
            return b"\x00" * most

    with pytest.raises(errors.DomainError):
        uploads.draw(Stream(), field="file")
    assert asked == [uploads.MOST_BYTES + 1]


def test_several_files_are_drawn_at_once():
    """PDFium is not safe in threads: each file has a process of its own."""
    counts: list[int] = []

    def draw():
        counts.append(len(uploads.draw(ContentFile(pdf(3)), field="file").pages))

    threads = [threading.Thread(target=draw) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [3] * 4


@pytest.mark.parametrize("limit", ["MEMORY", "SECONDS"])
def test_a_pdf_that_grows_without_end_costs_its_own_process_alone(monkeypatch, tmp_path, limit):
    """With limits of a test: at their real size this takes half a minute."""
    program = tmp_path.parent / "drawing.py"
    least = {"MEMORY": "256 * 1024**2", "SECONDS": "1"}[limit]
    program.write_text(re.sub(rf"(?m)^{limit} = .*", f"{limit} = {least}", Path(drawing.__file__).read_text()))
    monkeypatch.setattr(uploads, "DRAW", [*uploads.DRAW[:-1], str(program)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = nested(14)
    assert len(content) < 5000
    error = refused(content)
    assert (error.code, str(error)) == ("file_not_a_file", "We could not read this file. Take a photo of it instead")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_a_file_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(uploads, "LONGEST_DRAWING", 0.5)
    assert refused(nested(14)).code == "file_not_a_file"


def test_who_finds_no_turn_is_asked_to_try_again(monkeypatch):
    monkeypatch.setattr(uploads, "TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(uploads, "LONGEST_WAIT", 0.01)
    with uploads.TURNS:
        error = refused(picture())
    assert (error.code, "Try again" in str(error)) == ("file_busy", True)
    assert drawn(picture())


def test_a_turn_is_given_back_by_what_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(uploads, "LONGEST_WAIT", 0.01)
    assert [refused(b"none").code for _each in range(2)] == ["file_not_a_file"] * 2


@pytest.mark.parametrize(
    "content",
    [
        with_exif(UPRIGHT, 1),  # cut off before the offset of what follows
        with_exif(UPRIGHT + WORDS_FOR_A_NUMBER + struct.pack("<L", 0), 2),
    ],
    ids=["cut", "odd"],
)
def test_a_good_photo_with_odd_tags_is_taken_and_upright(content):
    assert drawn(content).size == (60, 90)


@pytest.mark.parametrize("turn", range(2, 9))
def test_every_turn_is_the_one_that_pillow_makes(turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    opened = Image.effect_noise((9, 6), 80)
    opened.getexif()[0x0112] = turn
    content = io.BytesIO()
    opened.save(content, "PNG", exif=exif)
    assert drawing._upright(Image.open(content)).tobytes() == ImageOps.exif_transpose(opened).convert("RGB").tobytes()


def test_a_heic_that_claims_to_be_endless_is_refused():
    content = bytearray(picture("HEIF"))
    size = content.index(b"ispe") + 8
    content[size : size + 8] = struct.pack(">LL", 64, 0xA0000000)
    assert refused(bytes(content)).code == "file_not_a_file"


def test_a_picture_of_more_than_fifty_million_pixels_is_refused():
    assert refused(picture("PNG", mode="1", size=(8000, 6400))).code == "file_too_many_pixels"


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


def test_the_program_knows_neither_django_nor_our_keys():
    said = "import drawing, os, sys; print(sorted(os.environ), 'django' in sys.modules)"
    place = str(Path(drawing.__file__).parent)
    done = subprocess.run(
        [*uploads.DRAW[:-1], "-c", f"import sys; sys.path.append({place!r}); {said}"],
        capture_output=True,
        env=uploads.ENVIRONMENT,
        check=True,
        text=True,
    )
    assert "KEY" not in done.stdout
    assert done.stdout.strip().endswith("False")
