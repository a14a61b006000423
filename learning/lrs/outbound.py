"""What is said to a record store outside: statements, each as one of ours was stored; and what it answers.

It is asked by the guarded session of `core.outside`: addresses inside our own network are refused but for the hosts that
`FORWARDING_INSIDE` names, and no redirect is followed: statements and the key go where an administrator said, or nowhere.
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from urllib3.exceptions import HTTPError

from core import outside, typed
from learning.lrs import attachments, equality, mixed, validation
from learning.lrs.models import Forwarder, Statement

TIMEOUT = (5, 20)  # seconds to connect, and to wait for each piece of the answer
LONGEST = 60  # seconds to send a body with files
MOST_SAID = 300  # characters of an answer that administrators are shown
MOST_READ = 8 * 1024 * 1024  # bytes of a statement that is compared with ours
NOT_OURS_TO_SAY = {"stored", "authority", "version"}  # whoever stores it sets these (2.4.8 to 2.4.10)


class Failed(Exception):
    """The store did not take what was sent, and not for what it says. The sentence is for administrators."""


@dataclass(frozen=True)
class Answer:
    status: int
    said: str = ""

    @property
    def reason(self) -> str:
        other = ELSEWHERE if 300 <= self.status < 400 else OTHERWISE
        return f"{SENTENCES.get(self.status, other) % {'status': self.status}} {self.said}".strip()


@dataclass(frozen=True)
class Parcel:
    """A statement as it is sent, and the files that it brings."""

    row: Statement
    said: dict
    content: bytes
    files: list[attachments.Kept] = field(default_factory=list)


def parcel(row: Statement) -> Parcel:
    said = {key: value for key, value in row.body.items() if key not in NOT_OURS_TO_SAY}
    files = attachments.of([row])
    return Parcel(row, said, json.dumps(said, ensure_ascii=False).encode(), files)


def has_lost_files(sent: Parcel) -> bool:
    """Whether a file is not here that has no `fileUrl` either, or is no longer where it was kept."""
    here = {each.sha2 for each in sent.files if each.file.storage.exists(str(each.file))}
    named = {each["sha2"].lower() for _path, each in attachments.said([sent.said]) if "fileUrl" not in each}
    return not named | {each.sha2 for each in sent.files} <= here


def is_inside(endpoint: str) -> bool:
    """Whether whoever runs this machine lets statements go to that host, wherever it stands."""
    return (urlsplit(endpoint).hostname or "").lower() in settings.FORWARDING_INSIDE


class Line:
    """A connection to one store. Use it in a `with`."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._base = forwarder.endpoint.rstrip("/") + "/"
        self._session = outside.session(inside=is_inside(forwarder.endpoint))
        pair = f"{forwarder.username}:{forwarder.secret}".encode()
        self._headers = {
            "Authorization": f"Basic {b64encode(pair).decode()}",
            "X-Experience-API-Version": forwarder.version,
            "User-Agent": "forwarding/1",
        }

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_error: object) -> None:
        self._session.close()

    def post(self, parcels: Sequence[Parcel]) -> Answer:
        """Several without files, or one with its own. Raises `Failed` where nobody answers."""
        statements = b"[" + b",".join(each.content for each in parcels) + b"]"
        files = [file for each in parcels for file in each.files]
        if not files:
            return self._ask("POST", "statements", data=statements, headers={"Content-Type": "application/json"})
        boundary = secrets.token_hex(16)
        headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
        return self._ask("POST", "statements", data=Mixed(statements, files, boundary), headers=headers)

    def holds(self, sent: Parcel) -> bool:
        """Whether it has this very statement. One that may not be read there, or was voided, is not known to be the same."""
        with self._answered("GET", "statements", params={"statementId": str(sent.row.pk)}) as answer:
            content = _read(answer, MOST_READ) if answer.status_code == HTTPStatus.OK else b""
        return _is_same(sent.said, content)

    def about(self) -> tuple[Answer, list[str]]:
        """How it answers when it is asked what it is, and the versions of xAPI that it says it speaks."""
        with self._answered("GET", "about") as answer:
            content = _read(answer, MOST_SAID * 10)
        told = _json(content)
        versions = told.get("version") if isinstance(told, dict) else None
        known = [typed.clean(str(each))[:20] for each in versions[:10]] if isinstance(versions, list) else []
        return Answer(answer.status_code), known

    def knock(self) -> Answer:
        """How it answers to the key: reading one statement stores nothing there."""
        return self._ask("GET", "statements", params={"limit": "1"})

    def _ask(self, method: str, resource: str, **options: Any) -> Answer:
        with self._answered(method, resource, **options) as answer:
            return Answer(answer.status_code, _excerpt(answer))

    def _answered(
        self, method: str, resource: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> requests.Response:
        fixed: dict[str, Any] = {"timeout": TIMEOUT, "allow_redirects": False, "stream": True}
        try:
            return self._session.request(
                method, self._base + resource, headers=self._headers | (headers or {}), **fixed, **options
            )
        except outside.InsideError:
            raise Failed(_("The address leads inside our own network, where nothing is sent.")) from None
        except requests.Timeout:
            raise Failed(_("It did not answer in time.")) from None
        except requests.exceptions.SSLError:
            raise Failed(_("Its certificate is not valid, so nothing was sent.")) from None
        except (requests.RequestException, HTTPError):
            raise Failed(_("It could not be reached.")) from None


class Mixed:
    """A body with files that is read from the disk while it is sent. It knows its length: not every store takes it without.

    Raises `Failed` where that takes so long that the queue would stop the run, and every one after it at the same place.
    """

    def __init__(self, statements: bytes, files: Sequence[attachments.Kept], boundary: str) -> None:
        self._content = (statements, files, boundary)
        self._begun = time.monotonic()

    def __len__(self) -> int:
        return mixed.length(*self._content)

    def __iter__(self) -> Iterator[bytes]:
        for piece in mixed.body(*self._content):
            if time.monotonic() - self._begun > LONGEST:
                raise Failed(_("It takes its files too slowly."))
            yield piece


def _excerpt(answer: requests.Response) -> str:
    """What a refusal says, if that is text for people. Of what is taken nothing needs to be read."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    if answer.ok or kind not in {"text/plain", "application/json", "application/problem+json"}:
        return ""
    text = " ".join(typed.clean(_read(answer, MOST_SAID * 4).decode("utf-8", "replace")).split())
    return text if len(text) <= MOST_SAID else f"{text[:MOST_SAID]}…"


def _read(answer: requests.Response, most: int) -> bytes:
    """The beginning of what it says, as far as it comes. The status has been said by then."""
    try:
        return answer.raw.read(most, decode_content=True)
    except (HTTPError, OSError):
        return b""


def _is_same(ours: dict, content: bytes) -> bool:
    theirs = _json(content)
    try:
        validation.check(theirs)
    except validation.Invalid:
        return False
    return equality.is_same(ours, theirs)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


SENTENCES: dict[int, Any] = {
    HTTPStatus.BAD_REQUEST: gettext_lazy("It refused this as no valid statement (400)."),
    HTTPStatus.UNAUTHORIZED: gettext_lazy("It does not know the key and secret (401)."),
    HTTPStatus.FORBIDDEN: gettext_lazy("The key may not do this there (403)."),
    HTTPStatus.NOT_FOUND: gettext_lazy("There is no record store at this address (404)."),
    HTTPStatus.CONFLICT: gettext_lazy("It has another statement with this id (409)."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy("It found this too large (413)."),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy("It has had too much from us for now (429)."),
}
OTHERWISE = gettext_lazy("It answered with the HTTP status %(status)s.")
ELSEWHERE = gettext_lazy("It leads on to another address (%(status)s), where nothing is sent. If that one is right, enter it.")
