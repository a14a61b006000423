"""A program of its own that looks at a file which somebody sent, and draws it: a photo or a PDF in, pages as JPEG out.

A file can be made to fill the memory, to take for ever, or to break what reads it. What reads it is therefore this, within
limits, and never the web: `uploads` runs it by its path. It knows neither Django nor a secret of ours, and begins in a tenth
of a second. It answers one line of JSON, then the pages one after the other. What it did not foresee ends it.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress

import pillow_heif
import pypdfium2
from PIL import ExifTags, Image

PHOTO, PDF = "image/jpeg", "application/pdf"
PICTURES = ("JPEG", "PNG", "HEIF")
MOST_PIXELS = 51_000_000  # what telephones call 50 megapixels
MOST_PAGES = 10
LONGEST_SIDE = 2400  # pixels: a long till roll can still be read
PDF_SCALE = 2  # 144 dots to the inch
BAND = 64  # rows of the smaller picture that are made at a time
MEMORY = 1024**3  # bytes of addresses
SECONDS = 10  # of the processor
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """Its code says why; the sentence for it is the web's."""


def draw(content: bytes) -> tuple[str, list[bytes]]:
    """What kind of file it is, and its pages."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return PDF, _pages(content)
    return PHOTO, [_photo(content)]


# Photos -------------------------------------------------------------------------------------------


def _photo(content: bytes) -> bytes:
    try:
        opened = Image.open(io.BytesIO(content), formats=PICTURES)  # reads the head alone
        _judge_pixels(opened)
        return _jpeg(_upright(opened))
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise Refused("no_picture") from error


def _judge_pixels(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise Refused("too_many_pixels")


def _upright(opened: Image.Image) -> Image.Image:
    """As it was held. Small first, which spares memory."""
    turn = _turn(opened)
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture = _reduced(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture.transpose(turn) if turn is not None else picture


def _turn(opened: Image.Image) -> Image.Transpose | None:
    """By the one tag that says so. Many programs write odd tags, and a good photo is good without them."""
    with suppress(Exception):
        return TURNS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
    return None


def _reduced(opened: Image.Image) -> Image.Image:
    """On white paper and about as small as needed, band by band: the full size is held once."""
    opened.load()
    factor = max(opened.size) // LONGEST_SIDE
    if factor < 2:
        return _on_paper(opened)
    small = Image.new("RGB", (-(-opened.width // factor), -(-opened.height // factor)))
    for top in range(0, opened.height, factor * BAND):
        band = opened.crop((0, top, opened.width, min(opened.height, top + factor * BAND)))
        small.paste(_on_paper(band).reduce(factor), (0, top // factor))
    return small


def _on_paper(picture: Image.Image) -> Image.Image:
    """White where it lets something through."""
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    picture = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


# PDF ----------------------------------------------------------------------------------------------


def _pages(content: bytes) -> list[bytes]:
    try:
        with pypdfium2.PdfDocument(content) as document:
            if not 1 <= len(document) <= MOST_PAGES:
                raise Refused("too_many_pages")
            return [_jpeg(_page(document, index)) for index in range(len(document))]
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Refused("locked" if "password" in str(error).lower() else "no_pdf") from error


def _page(document: pypdfium2.PdfDocument, index: int) -> Image.Image:
    page = document[index]
    width, height = page.get_size()
    if min(width, height) < 1:
        raise ValueError("A page without an area")
    return page.render(scale=min(PDF_SCALE, LONGEST_SIDE / max(width, height))).to_pil().convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.info = {}  # a comment would be written out again
    picture.save(kept, "JPEG", quality=85, optimize=True)
    return kept.getvalue()


# The program --------------------------------------------------------------------------------------


def _answer(content: bytes) -> Iterator[bytes]:
    try:
        kind, pages = draw(content)
    except Refused as refusal:
        yield json.dumps({"refused": str(refusal)}).encode()
        return
    yield json.dumps({"kind": kind, "sizes": [len(page) for page in pages]}).encode() + b"\n"
    yield from pages


def _limit() -> None:
    """For good: what broke in cannot lift them. Where a system knows no limit of addresses, the clock of `uploads` runs too."""
    limits = {resource.RLIMIT_AS: MEMORY, resource.RLIMIT_CPU: SECONDS, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0}
    for kind, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def main() -> None:
    _limit()
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    sys.stdout.buffer.writelines(_answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
