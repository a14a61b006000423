"""One random id for everything that a request does: in the log, in the audit trail, on the answer."""

from __future__ import annotations

import logging
import uuid
from contextvars import ContextVar, Token

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request in hand, or nothing outside a request."""
    return _current.get()


def begin(given: str = "") -> Token[str]:
    """Take the id that came with the request if it is a UUID, or make one."""
    return _current.set(_uuid_in(given) or str(uuid.uuid4()))


def end(token: Token[str]) -> None:
    """Forget the id: the thread will serve another request."""
    _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Put the id into every line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True


def _uuid_in(given: str) -> str:
    """Nothing but a UUID is let into log lines and rows."""
    try:
        return str(uuid.UUID(given)) if len(given) == 36 else ""
    except ValueError:
        return ""
