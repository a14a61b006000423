"""What has happened to a claim since it was sent, or to a payment run: who, in which role, and when; from the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.models import AuditEvent
from people.models import Pseudonym
from recompense.models import Claim, PaymentRun

WORDS = {
    "claim.submit": gettext_lazy("Sent by %(who)s"),
    "claim.withdraw": gettext_lazy("Taken back by %(who)s"),
    "claim.check": gettext_lazy("Checked by %(who)s"),
    "claim.approve": gettext_lazy("Approved by %(who)s"),
    "claim.reject": gettext_lazy("Not approved, by %(who)s"),
    "claim.in_run": gettext_lazy("Put into a payment run by %(who)s"),
    "claim.left_run": gettext_lazy("Taken out of the run by %(who)s"),
    "claim.paid": gettext_lazy("Marked as paid by %(who)s"),
    "claim.tell_paid": gettext_lazy("The letter about the payment was sent"),
}
RUN = {
    "run.prepare": gettext_lazy("Prepared by %(who)s"),
    "run.export": gettext_lazy("File made by %(who)s"),
    "run.download": gettext_lazy("File fetched again by %(who)s"),
    "run.cancel": gettext_lazy("Cancelled by %(who)s"),
    "run.refuse": gettext_lazy("Refused by the bank, noted by %(who)s"),
    "run.paid": gettext_lazy("Marked as paid by %(who)s"),
}
# What checkers and approvers both do.
CHECKING = {
    "claim.ask": gettext_lazy("Sent back with a question by %(who)s, checking"),
    "claim.lower": gettext_lazy("A line changed from %(before)s to %(after)s by %(who)s, checking"),
}
APPROVING = {
    "claim.ask": gettext_lazy("Sent back with a question by %(who)s, approving"),
    "claim.lower": gettext_lazy("A line changed from %(before)s to %(after)s by %(who)s, approving"),
}


@dataclass(frozen=True)
class Step:
    at: datetime
    sentence: str


def of(claim: Claim) -> list[Step]:
    """Oldest first. Drafting is its writer's own affair."""
    events = AuditEvent.objects.filter(subject=claim.audit_key).order_by("pk")
    own = {"claim.submit": claim.submitted_at, "claim.check": claim.checked_at, "claim.approve": claim.approved_at}
    return list(_steps(list(dropwhile(lambda event: event.act != "claim.submit", events)), own))


def of_run(run: PaymentRun) -> list[Step]:
    events = list(AuditEvent.objects.filter(subject=run.audit_key, act__in=RUN).order_by("pk"))
    own = {"run.prepare": run.prepared_at, "run.export": run.exported_at, "run.paid": run.paid_at}
    names = _names(events)
    return [Step(_when(event, own), RUN[event.act] % _facts(event, names)) for event in events]


def _steps(events: list[AuditEvent], own: dict[str, datetime | None]) -> Iterator[Step]:
    names, state = _names(events), ""
    for event in events:
        words = WORDS | (APPROVING if state == Claim.Status.CHECKED else CHECKING)
        if event.act in words:
            yield Step(_when(event, own), words[event.act] % _facts(event, names))
        if event.after in Claim.Status.values:
            state = event.after


def _when(event: AuditEvent, own: dict[str, datetime | None]) -> datetime:
    """By the row's own time where that is the earlier: what was put down later keeps the day on which it was done."""
    return min(event.at, own.pop(event.act, None) or event.at)


def _facts(event: AuditEvent, names: dict) -> dict[str, str]:
    who = names.get(event.actor, _("somebody whose account is gone")) if event.actor else _("the platform")
    if event.act != "claim.lower":
        return {"who": who}
    return {"who": who, "before": money.text(event.before), "after": money.text(event.after)}


def _names(events: Iterable[AuditEvent]) -> dict:
    actors = {event.actor for event in events if event.actor}
    return {row.key: row.person.display_name for row in Pseudonym.objects.filter(key__in=actors).select_related("person")}
