"""How keys of the cache are written: nobody reads in them whose request was counted.

allauth and the interface count by address, and a row of the database's cache may lie there long after its time is over.
"""

from __future__ import annotations

from core.encryption import blind_index


def hidden(key: str, prefix: str, version: int) -> str:
    return f"{prefix}:{version}:{blind_index(key, purpose='cache key')}"
