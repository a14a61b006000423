"""Statements that bring files: multipart/mixed, in both directions (Communication 1.5.2, RFC 2046 5.1).

A request is read in pieces of 64 kB. Files go to disk while their sums are computed, so that a large one costs no memory;
statements are held, up to their limit. Nothing of it is kept: what was read is gone when the block ends.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Protocol

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from core import errors
from learning.lrs import mixed
from learning.lrs.attachments import ALGORITHMS, Part

CHUNK = 64 * 1024
IN_MEMORY = 16 * 1024  # a file up to this size, such as a signature, needs no disk
MOST_HEADERS = 30  # lines in the header of a part
LONGEST_HEADER = 4096  # bytes of such a line
MOST_PARTS = 100  # files of a request
CRLF = b"\r\n"

# RFC 2046 5.1.1: 1 to 70 of these, and no space at the end.
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]", re.ASCII)
# RFC 7230 3.2: a name, a colon, and anything but controls.
HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
FOLDED = re.compile(rb"[ \t][^\x00-\x08\x0a-\x1f\x7f]*")
SHA2 = re.compile(r"[0-9A-Fa-f]+", re.ASCII)


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """What a request brought. The statements are UTF-8; whether they are JSON is asked later."""

    statements: bytes
    parts: list[Part]


@contextmanager
def received(stream: Stream, content_type: str) -> Iterator[Received]:
    """Read a whole body: `stream` is the request itself, `content_type` that header with its parameters.

    Files are closed, and so gone, at the end of the block.

    Raises `errors.DomainError` (400) for what is no multipart/mixed of the Experience API, and `errors.TooLarge` (413).
    """
    body = _Body(stream, _boundary(content_type))
    with ExitStack() as files:
        body.pass_over()
        if body.is_over():
            raise _refused("no_statements", _("The body has no parts. The first must be the statements, as application/json."))
        statements, parts = _statements(body), []
        while not body.is_over():
            if len(parts) >= MOST_PARTS:
                message = _("One request may bring %(most)s files. Send them with several.")
                raise errors.TooLarge(message % {"most": MOST_PARTS}, code="too_many_parts")
            parts.append(_part(body, len(parts) + 2, files))
        yield Received(statements, parts)


def answer(statements: bytes, attachments: Iterable[mixed.Sendable]) -> StreamingHttpResponse:
    """The answer to `attachments=true`: always multipart/mixed, with or without files."""
    boundary = secrets.token_hex(16)
    content_type = f"multipart/mixed; boundary={boundary}"
    return StreamingHttpResponse(mixed.body(statements, attachments, boundary), content_type=content_type)


def _refused(code: str, message: str) -> errors.DomainError:
    return errors.DomainError(message, code=code)


# Parts --------------------------------------------------------------------------------------------


def _boundary(content_type: str) -> bytes:
    kind, parameters = media_type(content_type)
    if kind != "multipart/mixed":
        raise _refused("not_mixed", _("Send statements with files as multipart/mixed."))
    if not BOUNDARY.fullmatch(parameters.get("boundary", "")):
        message = _("The header Content-Type must name the boundary: 1 to 70 letters, digits and signs that RFC 2046 allows.")
        raise _refused("no_boundary", message)
    return parameters["boundary"].encode()


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """The type in small letters, and its parameters. Of a header that is none, nothing."""
    try:
        return parse_header_parameters(header)
    except ValueError:
        return "", {}


def _statements(body: _Body) -> bytes:
    kind, parameters = media_type(body.headers().get("content-type", ""))
    if kind != "application/json":
        raise _refused("first_part", _("The first part must be the statements, with the Content-Type application/json."))
    if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise _refused("charset", _("Statements must be in UTF-8."))
    found = bytearray()
    for piece in body.content():
        found += piece
        if len(found) > settings.XAPI_MOST_STATEMENT_BYTES:
            message = _("The statements of one request may have %(most)s bytes. Send fewer at once.")
            raise errors.TooLarge(message % {"most": settings.XAPI_MOST_STATEMENT_BYTES})
    return _in_utf8(bytes(found))


def _in_utf8(content: bytes) -> bytes:
    try:
        content.decode()
    except UnicodeDecodeError:
        raise _refused("charset", _("Statements must be in UTF-8.")) from None
    return content


def _part(body: _Body, number: int, files: ExitStack) -> Part:
    headers = body.headers()
    announced = _announced(headers, number)
    file = SpooledTemporaryFile(IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - closed with the others
    files.enter_context(file)
    digest, length = hashlib.new(ALGORITHMS[len(announced)]), 0
    for piece in body.content():
        length += len(piece)
        if length > settings.XAPI_MOST_ATTACHMENT_BYTES:
            message = _("Part %(number)s is larger than %(most)s bytes.")
            raise errors.TooLarge(message % {"number": number, "most": settings.XAPI_MOST_ATTACHMENT_BYTES})
        digest.update(piece)
        file.write(piece)
    if digest.hexdigest() != announced:
        message = _("The content of part %(number)s has another SHA-2 than its header X-Experience-API-Hash says.")
        raise _refused("wrong_hash", message % {"number": number})
    return Part(announced, length, file)


def _announced(headers: dict[str, str], number: int) -> str:
    announced = headers.get(mixed.HASH.lower(), "")
    if not announced:
        raise _refused("no_hash", _("Part %(number)s has no header X-Experience-API-Hash.") % {"number": number})
    if len(announced) not in ALGORITHMS or not SHA2.fullmatch(announced):
        message = _("X-Experience-API-Hash of part %(number)s must be a SHA-2 sum in hexadecimal digits.")
        raise _refused("bad_hash", message % {"number": number})
    if headers.get("content-transfer-encoding", "").lower() != "binary":
        message = _("Part %(number)s must have the header Content-Transfer-Encoding: binary.")
        raise _refused("transfer_encoding", message % {"number": number})
    return announced.lower()


# Pieces -------------------------------------------------------------------------------------------


class _Body:
    """A body that is cut at its boundary. Of what was read no more than a piece is held."""

    def __init__(self, stream: Stream, boundary: bytes) -> None:
        self._stream = stream
        self._delimiter = CRLF + b"--" + boundary
        self._held = bytearray(CRLF)  # the first boundary may stand at the very beginning
        self._read = 0
        self._begun = False

    def pass_over(self) -> None:
        """The preamble, which is for people with old mail programs."""
        for _piece in self.content():
            pass
        self._begun = True

    def is_over(self) -> bool:
        """After a boundary: was it the last? Then whatever follows is passed over. Else its line ends here."""
        self._hold(2)
        if self._held.startswith(b"--"):
            while self._fill():
                self._held.clear()
            return True
        if self._line().strip(b" \t"):
            raise _refused("boundary_line", _("On the line of a boundary nothing else may stand."))
        return False

    def headers(self) -> dict[str, str]:
        """Values by names in small letters. The empty line stays: where a part has no content, it belongs to the boundary."""
        lines: list[bytes] = []
        while not self._at_empty_line():
            line = self._line()
            if lines and FOLDED.fullmatch(line):
                line = lines.pop() + line
            if len(line) > LONGEST_HEADER:
                raise _long_header()
            if len(lines) >= MOST_HEADERS:
                message = _("The header of a part may have %(most)s lines.")
                raise _refused("header_too_long", message % {"most": MOST_HEADERS})
            lines.append(line)
        return _named(lines)

    def content(self) -> Iterator[bytes]:
        """What stands before the next boundary, without the line end that belongs to that."""
        self._hold(len(self._delimiter))
        if not self._held.startswith(self._delimiter):
            del self._held[: len(CRLF)]
        while (end := self._held.find(self._delimiter)) < 0:
            ready = len(self._held) - len(self._delimiter) + 1  # a boundary may have begun in the rest
            if ready > 0:
                yield bytes(self._held[:ready])
                del self._held[:ready]
            self._need()
        yield bytes(self._held[:end])
        del self._held[: end + len(self._delimiter)]

    def _at_empty_line(self) -> bool:
        self._hold(len(CRLF))
        return self._held.startswith(CRLF)

    def _line(self) -> bytes:
        while (end := self._held.find(CRLF)) < 0:
            if len(self._held) > LONGEST_HEADER:
                raise _long_header()
            self._need()
        line = bytes(self._held[:end])
        del self._held[: end + len(CRLF)]
        return line

    def _hold(self, size: int) -> None:
        while len(self._held) < size:
            self._need()

    def _need(self) -> None:
        if self._fill():
            return
        if not self._begun:
            raise _refused("boundary_missing", _("The boundary that the header Content-Type names does not stand in the body."))
        raise _refused("truncated", _("The body ends in the middle: the closing boundary is missing."))

    def _fill(self) -> bool:
        try:
            piece = self._stream.read(CHUNK)
        except OSError:  # whoever sent this is gone
            piece = b""
        self._held += piece
        self._read += len(piece)
        if self._read > settings.XAPI_MOST_BYTES:
            raise errors.TooLarge(_("One request may have %(most)s bytes.") % {"most": settings.XAPI_MOST_BYTES})
        return bool(piece)


def _long_header() -> errors.DomainError:
    message = _("A line in the header of a part may have %(most)s bytes.")
    return _refused("header_too_long", message % {"most": LONGEST_HEADER})


def _named(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = HEADER.fullmatch(line)
        if not match:
            message = _("Each line in the header of a part must be a name and a value, without control characters.")
            raise _refused("bad_header", message)
        name = match[1].decode().lower()
        if name in found:
            raise _refused("bad_header", _("The header of a part names %(name)s twice.") % {"name": match[1].decode()})
        found[name] = match[2].decode("latin-1").strip()
    return found
