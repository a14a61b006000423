"""A POST that is sent twice is done once, be it sent again after a broken line or twice at the same moment.

The row that remembers a request is written in the transaction of its act: a refused act leaves nothing. Of two at once
the second waits for the first: on PostgreSQL at the unique constraint, on SQLite before it may write at all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api import errors
from api.models import IdempotencyKey
from core.encryption import blind_index

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATTERN = "[!-~]{1,255}"  # visible ASCII
KEPT = timedelta(hours=24)
UNGUESSABLE = 20  # characters


@dataclass(frozen=True)
class Outcome:
    """What came of a request: now, or when it was first sent."""

    kept: IdempotencyKey
    row: Model | None = None  # as the act left it; nothing where an earlier request did it

    @property
    def is_replayed(self) -> bool:
        return self.row is None


def once(request: Request, status: int, act: Callable[[], Model]) -> Outcome:
    """Do the act, unless a request with this key has done it. `act` answers a row with a `key`, or raises and leaves nothing."""
    key = _key(request)
    with transaction.atomic():
        held, is_new = _hold(request, key, status)
        if not is_new:
            return Outcome(held)
        row = act()
        held.made = row.key  # type: ignore[attr-defined]
        held.save(update_fields=["made"])
    return Outcome(held, row)


def is_done(request: Request) -> bool:
    """Whether an act with this key was done, so that nothing has to be made ready for it."""
    return IdempotencyKey.objects.filter(credential=_credential(request), key=_key(request)).exclude(pk__in=_over()).exists()


def secret(request: Request) -> str:
    """What this request leads to with its key, today and when it is sent again; 256 bits in hex.

    It is worked out and kept nowhere, so that whoever is answered with it needs both the key and every word of the request.
    Where there is no credential the key stands for one: it must not be guessed.
    """
    key = _key(request)
    if len(key) < UNGUESSABLE:
        message = _("Send a random value of at least %(least)s characters in Idempotency-Key, such as a UUID.")
        raise errors.Refused(HTTPStatus.BAD_REQUEST, "idempotency_key_short", message % {"least": UNGUESSABLE})
    return blind_index(f"{key} {_digest(request)}", purpose="idempotency secret")


def forget() -> None:
    """Delete what is older than a day. Safe to repeat."""
    _over().delete()


def _key(request: Request) -> str:
    given = request.headers.get(HEADER)
    if given is None:
        message = _("Send a value of your own in the header Idempotency-Key, another for each new request.")
        raise errors.Refused(HTTPStatus.BAD_REQUEST, "idempotency_key_missing", message)
    if not re.fullmatch(PATTERN, given):
        message = _("The header Idempotency-Key takes 1 to 255 letters, figures and signs of ASCII, without spaces.")
        raise errors.Refused(HTTPStatus.BAD_REQUEST, "idempotency_key_invalid", message)
    return given


def _hold(request: Request, key: str, status: int) -> tuple[IdempotencyKey, bool]:
    """The row of this request, which keeps any other with the same key waiting until the transaction ends."""
    mine = {"credential": _credential(request), "key": key}
    digest = _digest(request)
    _over().filter(**mine).delete()
    held, is_new = IdempotencyKey.objects.get_or_create(**mine, defaults={"request": digest, "status": status})
    if held.request != digest:
        message = _("This Idempotency-Key belongs to another request. Use a new one for what is new.")
        raise errors.Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused", message)
    return held, is_new


def _over():
    return IdempotencyKey.objects.filter(at__lt=timezone.now() - KEPT)


def _credential(request: Request) -> str:
    """Nobody in particular is one, too: of two strangers with one key the second is told to take another."""
    person = f"person:{request.user.pk}" if request.user.is_authenticated else "nobody"
    name = f"token:{request.auth.key}" if request.auth else person
    return blind_index(name, purpose="idempotency credential")


def _digest(request: Request) -> str:
    """Keyed, so that nobody who holds a copy of the database can try out which bank details were sent."""
    sha = hashlib.sha256()
    for part in [f"{request.method} {request.path}".encode(), *_content(request.data)]:
        sha.update(len(part).to_bytes(8) + part)
    return blind_index(sha.hexdigest(), purpose="idempotency request")


def _content(data: object) -> Iterator[bytes]:
    """What was sent, in one order: neither the order of keys nor the boundary between parts makes it another request."""
    if not isinstance(data, MultiValueDict):
        yield json.dumps(data, sort_keys=True).encode()
        return
    for name, values in sorted(data.lists()):
        for value in values:
            yield name.encode()
            yield from _file(value) if isinstance(value, UploadedFile) else [value.encode()]


def _file(file: UploadedFile) -> list[bytes]:
    sha = hashlib.sha256()
    for chunk in file.chunks():
        sha.update(chunk)
    file.seek(0)
    return [(file.name or "").encode(), sha.digest()]
