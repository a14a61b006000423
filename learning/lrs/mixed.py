"""Statements and their files as one multipart/mixed body (Communication 1.5.2): for an answer, and for another store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

HASH = "X-Experience-API-Hash"
PRINTABLE = re.compile(r"[\x20-\x7e]+", re.ASCII)


class Sendable(Protocol):
    """A file to be sent: `learning.lrs.attachments.Kept`."""

    @property
    def sha2(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def length(self) -> int: ...
    def chunks(self) -> Iterator[bytes]: ...


def body(statements: bytes, files: Iterable[Sendable], boundary: str) -> Iterator[bytes]:
    """In pieces. Each file is opened when its turn comes."""
    yield _first(statements, boundary)
    for each in files:
        yield _head(each, boundary)
        yield from each.chunks()
    yield _last(boundary)


def length(statements: bytes, files: Iterable[Sendable], boundary: str) -> int:
    """How many bytes the body has, before any file is opened."""
    around = len(_first(statements, boundary)) + len(_last(boundary))
    return around + sum(len(_head(each, boundary)) + each.length for each in files)


def _first(statements: bytes, boundary: str) -> bytes:
    return f"--{boundary}\r\nContent-Type: application/json\r\n\r\n".encode() + statements


def _head(each: Sendable, boundary: str) -> bytes:
    kind = each.content_type if PRINTABLE.fullmatch(each.content_type) else "application/octet-stream"
    lines = ["", f"--{boundary}", f"Content-Type: {kind}", "Content-Transfer-Encoding: binary", f"{HASH}: {each.sha2}", "", ""]
    return "\r\n".join(lines).encode()


def _last(boundary: str) -> bytes:
    return f"\r\n--{boundary}--\r\n".encode()
