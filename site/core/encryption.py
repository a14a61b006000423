"""Text that is never plain in the database, and an index that finds it without reading it.

Fernet (AES-128-CBC with HMAC-SHA-256) under settings.FIELD_ENCRYPTION_KEYS, newest first: the first writes, all read.
To change keys: put the new one first, restart, run `manage.py rotate_keys`, take the old one out.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.expressions import Case, Expression, Value, When
from django.db.models.functions import Cast


class Unreadable(Exception):
    """None of the keys opens this value."""


class Sealed(str):
    """Text that is encrypted already: rotate_keys writes it as it is."""

    __slots__ = ()


class EncryptedTextField(models.TextField):
    """A text field whose column holds only ciphertext. It cannot be searched, sorted or compared, only asked for null."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return _refuse_columns(value)
        return self.get_db_prep_value(value, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        return seal(str(self.to_python(value)))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Equal texts have different ciphertexts, so every other lookup would answer wrongly, and without a word."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None


def seal(text: str) -> str:
    """Encrypt with the newest key."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(token: str, *, within: int | None = None) -> str:
    """Decrypt with whichever key wrote it, if given not longer ago than so many seconds."""
    try:
        return _fernet().decrypt(token, ttl=within).decode()
    except InvalidToken as error:
        raise Unreadable("None of FIELD_ENCRYPTION_KEYS opens this value, or it is too old.") from error


def is_newest(token: str) -> bool:
    """Whether the newest key wrote it."""
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(token)
    except InvalidToken:
        return False
    return True


def reseal(token: str) -> Sealed:
    """The same text under the newest key."""
    return Sealed(seal(unseal(token)))


def blind_index(value: str, *, purpose: str) -> str:
    """A fingerprint to look a secret up by, in hex. The purpose keeps one index from being matched with another.

    The caller brings the value into one form first (case, spaces): the index knows no spelling.
    """
    message = f"{len(purpose)}:{purpose}:{value}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


def _fernet() -> MultiFernet:
    return _build(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _build(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _refuse_columns(expression: Expression) -> Expression:
    """bulk_update sends Case(When(…, Value)), which is encrypted value by value; F() would copy another column in the clear."""
    parts = [expression]
    while parts:
        part = parts.pop()
        if isinstance(part, When):
            parts.append(part.result)
        elif isinstance(part, (Case, Cast)):
            parts.extend(part.get_source_expressions())
        elif not isinstance(part, Value):
            raise TypeError("An encrypted field takes values, not columns or functions.")
    return expression
