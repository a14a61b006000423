"""The mail that a demonstration would have sent, read from the files it was written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

MOST = 50
RULE = b"-" * 79 + b"\n"  # what Django's file backend writes after each message


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    sent: datetime
    text: str


def newest() -> list[Letter]:
    """The last letters, newest first."""
    files = sorted(_folder().glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:MOST]
    letters = [letter for file in files for letter in _letters(file)]
    return sorted(letters, key=lambda letter: letter.sent, reverse=True)[:MOST]


def _folder() -> Path:
    return Path(getattr(settings, "EMAIL_FILE_PATH", settings.VAR_DIR / "mail"))


def _letters(file: Path) -> list[Letter]:
    """Bytes, as they were written: a letter says itself how its characters are to be read."""
    return [_letter(written) for written in file.read_bytes().split(RULE) if written.strip()]


def _letter(written: bytes) -> Letter:
    message = message_from_bytes(written.lstrip(), policy=policy.default, _class=EmailMessage)
    body = message.get_body(("plain",))
    return Letter(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent=parsedate_to_datetime(str(message["Date"])),
        text=body.get_content() if body else "",
    )
