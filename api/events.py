"""What other systems may be told: news of the outbox, under the names that are published.

A name and random keys, nothing else: neither says which panel, course or topic it is about (tests/house). News that is
not in this table is told to nobody. To add some: the outbox's name, the published one, and which of its ids are given.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """A kind of news: its published name, and the ids of the outbox's row that go with it."""

    type: str
    ids: tuple[str, ...]


EVENTS = {
    "course.registered": Event("registration.made", ids=("registration",)),
    "course.completed": Event("registration.completed", ids=("registration",)),
    "module.completed": Event("progress.completed", ids=("progress",)),
    "application.submitted": Event("application.submitted", ids=("application",)),
    "application.withdrawn": Event("application.withdrawn", ids=("application",)),
    "application.decided": Event("application.decided", ids=("application",)),
    "offer.made": Event("offer.made", ids=("offer",)),
    "offer.accepted": Event("offer.accepted", ids=("offer",)),
    "membership.started": Event("membership.started", ids=("membership",)),
    "membership.ended": Event("membership.ended", ids=("membership",)),
    "meeting.planned": Event("meeting.planned", ids=("meeting",)),
    "meeting.moved": Event("meeting.moved", ids=("meeting",)),
    "meeting.cancelled": Event("meeting.cancelled", ids=("meeting",)),
    "attendance.recorded": Event("attendance.recorded", ids=("meeting",)),
    # Without a key: nobody follows one from the hour in which it was told to the page that it became.
    "experience.received": Event("experience.received", ids=()),
    "experience.published": Event("experience.published", ids=("experience",)),
    "experience.kept": Event("experience.kept", ids=("experience",)),
    # Whoever keeps a copy deletes it. That one is declined is told to nobody: nobody outside has anything of it.
    "experience.end_use": Event("experience.use_ended", ids=("experience",)),
    "experience.withdraw": Event("experience.withdrawn", ids=("experience",)),
    "experience.expire": Event("experience.expired", ids=("experience",)),
    "claim.submitted": Event("claim.submitted", ids=("claim",)),
    "claim.withdrawn": Event("claim.withdrawn", ids=("claim",)),
    "claim.checked": Event("claim.checked", ids=("claim",)),
    "claim.returned": Event("claim.returned", ids=("claim",)),
    "claim.approved": Event("claim.approved", ids=("claim",)),
    "claim.rejected": Event("claim.rejected", ids=("claim",)),
    "claim.paid": Event("claim.paid", ids=("claim",)),
    "payment_run.prepared": Event("payment_run.prepared", ids=("payment_run",)),
    "payment_run.exported": Event("payment_run.exported", ids=("payment_run",)),
    "payment_run.cancelled": Event("payment_run.cancelled", ids=("payment_run",)),
    "payment_run.paid": Event("payment_run.paid", ids=("payment_run",)),
}
TYPES = sorted(event.type for event in EVENTS.values())
TEST = "webhook.test"  # sent when somebody asks for it, and to that webhook alone
