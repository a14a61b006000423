"""What must not stand in the log, whoever writes it there."""

from __future__ import annotations

import logging
import re
from contextlib import suppress

# Paths that open something to whoever has them: a mailed link to an application, a teller's link, allauth's to an account.
SECRET_PATHS = ["applications/open", "be-heard/open", "password/reset/key", "confirm-email"]
SLASH = "(?:/|%2F)"
PART = r"""[^/\s"'<>?#&]+"""
SECRET = re.compile(
    f"({'|'.join(path.replace('/', SLASH) for path in SECRET_PATHS)})({SLASH}){PART}(?:{SLASH}{PART})*", flags=re.IGNORECASE
)
plain = logging.Formatter()


def mask(text: str) -> str:
    return SECRET.sub(r"\1\2***", text)


class SecretsFilter(logging.Filter):
    """Whoever reads the log must not be able to open what was mailed to somebody: Django names the path of what it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        with suppress(TypeError, ValueError):  # a line that does not fit what goes into it: the handler will say so
            record.msg, record.args = mask(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = mask(plain.formatException(record.exc_info))
        return True
