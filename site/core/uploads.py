"""Looking at photos and PDFs that somebody sends: by what they are and not by their names, and never in the web's own process.

Each is drawn anew, so that nothing but the picture is kept: no place, no time, no name of a telephone. `drawing` does that,
as a process of its own that can be lost. What is wrong with a file is said in words for whoever sent it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import IO

from django.utils.translation import gettext as _

from core import drawing, errors

MOST_BYTES = 20 * 1024 * 1024
LOG = logging.getLogger(__name__)

# The program, without the keys that stand in our own environment.
DRAW = [sys.executable, "-P", drawing.__file__]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG"}}
LONGEST_DRAWING = 20  # seconds by the clock
LONGEST_WAIT = 10  # seconds for a turn
TURNS = threading.BoundedSemaphore(1)  # in one web process: each may take as much memory as `drawing` allows


@dataclass(frozen=True)
class Drawn:
    """A file that was looked at and found good."""

    content: bytes  # as it came
    is_pdf: bool
    pages: list[bytes]  # JPEG
    digest: str  # SHA-256 of what came


def draw(upload: IO[bytes], *, field: str) -> Drawn:
    """Look at a file and draw it. That takes seconds, so that it comes before anything is locked.

    A file that is refused is an error of `field`, and its code begins with that: `receipt_too_large`.
    """
    try:
        content = _read(upload)
        kind, pages = _draw(content)
    except _Refused as refusal:
        raise errors.DomainError(_sentence(refusal.why), code=f"{field}_{_code(refusal.why, field)}", field=field) from refusal
    return Drawn(content, kind == drawing.PDF, pages, hashlib.sha256(content).hexdigest())


class _Refused(Exception):
    def __init__(self, why: str) -> None:
        self.why = why


def _read(upload: IO[bytes]) -> bytes:
    """A larger file stays where the web put it, on disk: no more than the limit is ever read."""
    size = getattr(upload, "size", None) or 0
    content = b"" if size > MOST_BYTES else upload.read(MOST_BYTES + 1)
    if max(size, len(content)) > MOST_BYTES:
        raise _Refused("too_large")
    if not content:
        raise _Refused("empty")
    return content


def _draw(content: bytes) -> tuple[str, list[bytes]]:
    """What kind of file it is, and its pages as pictures."""
    with _turn():
        answer = _answer(content)
    said, _line, drawn = answer.partition(b"\n")
    facts = json.loads(said)
    if "refused" in facts:
        raise _Refused(facts["refused"])
    return facts["kind"], _parts(drawn, facts["sizes"])


@contextmanager
def _turn() -> Iterator[None]:
    if not TURNS.acquire(timeout=LONGEST_WAIT):
        raise _Refused("busy")
    try:
        yield
    finally:
        TURNS.release()


def _answer(content: bytes) -> bytes:
    """Whatever ends the program, its file is one that cannot be read. Its complaint is let go, which may quote the file."""
    try:
        return subprocess.check_output(  # noqa: S603
            DRAW, input=content, stderr=subprocess.DEVNULL, env=ENVIRONMENT, timeout=LONGEST_DRAWING
        )
    except subprocess.SubprocessError as error:
        LOG.warning("A file could not be drawn: %s", getattr(error, "returncode", "out of time"))
        raise _Refused("unread") from error


def _parts(drawn: bytes, sizes: list[int]) -> list[bytes]:
    ends = list(accumulate(sizes))
    return [drawn[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _code(why: str, field: str) -> str:
    return f"not_a_{field}" if why in {"no_picture", "no_pdf", "unread"} else why


def _sentence(why: str) -> str:
    sentences = {
        "too_large": _("The file is larger than 20 MB. Take a smaller photo, or scan in black and white"),
        "empty": _("The file is empty. Take the photo again"),
        "busy": _("Many photos are being sent to us now. Try again in a moment"),
        "locked": _("This PDF is locked with a password. Save a copy without one, or take a photo"),
        "too_many_pages": _("A PDF may have up to %(most)s pages") % {"most": drawing.MOST_PAGES},
        "too_many_pixels": _("The photo has too many pixels. Take a smaller one"),
        "no_picture": _("We cannot read this file. Send a photo (JPEG, PNG or HEIC) or a PDF"),
        "no_pdf": _("We cannot read this PDF. Take a photo of it"),
        "unread": _("We could not read this file. Take a photo of it instead"),
    }
    return sentences[why]
