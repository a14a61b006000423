"""Writes `.env` once, with three different random keys. An existing file is never touched.

Needs nothing but Python's own library: it runs before anything is installed.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

TEXT = """\
# Made once by `make run`. Keep it secret, keep a copy of it apart from the database (docs/operations.md).
SECRET_KEY={secret}
# Newest first; old ones only decrypt. `manage.py rotate_keys` writes everything again with the first.
FIELD_ENCRYPTION_KEYS={encryption}
BLIND_INDEX_KEY={blind}
"""


def fernet_key() -> str:
    """32 random bytes in the alphabet that Fernet asks for."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def write(path: Path) -> bool:
    """Makes the file, readable by its owner alone, and says whether it had to."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(TEXT.format(secret=secrets.token_urlsafe(64), encryption=fernet_key(), blind=secrets.token_urlsafe(48)))
    return True


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".env")
