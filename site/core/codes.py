"""Short codes that people read out, and secrets that nobody types."""

from __future__ import annotations

import hashlib
import secrets

# No I, L, O or U: nothing that can be misread over the telephone (Crockford's base 32).
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new(groups: int = 3) -> str:
    """Groups of four letters, 20 bits each. Three of them cannot be guessed; two tell rows apart where a key guards them."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(groups))


def drawn(secret: str, groups: int = 3) -> str:
    """The code to which a secret leads, always the same one. The secret is a keyed digest in hex, 256 bits."""
    number = int(secret, 16)
    letters = [LETTERS[number >> 5 * place & 31] for place in range(4 * groups)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, len(letters), 4))


def new_secret() -> str:
    """256 random bits for an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret, in hex. It is random, so that a fast digest hides it."""
    return hashlib.sha256(secret.encode()).hexdigest()
