"""What a page knew when it was opened, so that nobody writes over what somebody else has done in the meantime."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core import audit, errors
from panels.models import Campaign, Experience, Meeting, Membership

LOOKING = ["experience.read", "experience.see_picture"]  # is written down, and changes nothing
Row = Campaign | Experience | Meeting | Membership


def of(row: Row) -> str:
    """The number of the last act on it: a page carries it from where it is read to where something is done."""
    return str(audit.latest(row, besides=LOOKING))


def judge(row: Row, seen: str) -> None:
    """Called under the lock. Whoever says nothing of what they saw is not asked: the REST API has ETags."""
    if seen and seen != of(row):
        message = _("This has changed since you opened it, so nothing was done. Look at it as it is now.")
        raise errors.Conflict(message, code="changed")
