"""Photos and PDFs as people send them, and as somebody makes them who means harm."""

from __future__ import annotations

import io
import struct

import pikepdf
from PIL import Image


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


SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

# Each with what its refusal is called; where that is empty, it is no photo and no PDF at all.
NOT_TAKEN = {
    "empty": (b"", "empty"),
    "text": (b"Dear checker, trust me.", ""),  # renamed .jpg
    "html": (b"<html>" + SCRIPT, ""),
    "svg": (b'<?xml version="1.0"?>' + SVG, ""),
    "gif head": (b"GIF89a", ""),
    "gif": (picture("GIF"), ""),
    "webp": (picture("WEBP"), ""),
    "program": (b"\x7fELF" + bytes(200), ""),
    "cut off": (picture()[:200], ""),
    "no pdf": (b"%PDF-1.7\nnothing follows", ""),
    "locked": (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "locked"),
    "long": (pdf(pages=11), "too_many_pages"),
    "large": (bytes(20 * 1024 * 1024 + 1), "too_large"),
    "bomb": (picture("PNG", mode="1", size=(20_000, 10_000)), "too_many_pixels"),
}
# A picture with something else behind or inside it.
BOTH = {
    "html behind": picture() + b"<html>" + SCRIPT,
    "archive behind": picture("PNG") + b"PK\x03\x04script",
    "script in a comment": picture(comment=SCRIPT),
}
