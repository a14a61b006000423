"""What has happened to a claim since it was sent, or to a payment run: who, in which role, and when; from the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, dropwhile

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.models import AuditEvent
from pages.templatetags.kit import clock
from people.models import Pseudonym, User
from recompense.models import Claim, PaymentRun

WORDS = {
    "claim.submit": gettext_lazy("Sent by %(who)s"),
    "claim.withdraw": gettext_lazy("Withdrawn by %(who)s"),
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
    "run.download": gettext_lazy("File downloaded by %(who)s"),
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


# What has been decided, to somebody who comes to decide it.
ALREADY = {
    "claim.withdraw": gettext_lazy("It has been taken back already, by %(who)s %(when)s."),
    "claim.check": gettext_lazy("It has been passed for approval already, by %(who)s %(when)s."),
    "claim.approve": gettext_lazy("It has been approved already, by %(who)s %(when)s."),
    "claim.reject": gettext_lazy("It has been turned down already, by %(who)s %(when)s."),
    "claim.ask": gettext_lazy("It has been sent back with a question already, by %(who)s %(when)s."),
    "claim.in_run": gettext_lazy("It has been put into a payment run already, by %(who)s %(when)s."),
    "claim.paid": gettext_lazy("It has been marked as paid already, by %(who)s %(when)s."),
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


def already(claim: Claim, reader: User) -> str:
    """By whom and when it came into its present state; nothing where nobody has decided anything."""
    event = AuditEvent.objects.filter(subject=claim.audit_key, after__in=Claim.Status.values).order_by("pk").last()
    if event is None or event.act not in ALREADY:
        return ""
    who = _("you") if event.actor == reader.audit_key else _facts(event, _names([event]))["who"]
    return ALREADY[event.act] % {"who": who, "when": _said(event.at)}


def _said(at: datetime) -> str:
    if timezone.localdate(at) == timezone.localdate():
        return _("at %(time)s") % {"time": clock(at)}
    return _("on %(day)s") % {"day": formats.date_format(timezone.localtime(at), "j F Y")}


def of_run(run: PaymentRun) -> list[Step]:
    events = list(AuditEvent.objects.filter(subject=run.audit_key, act__in=RUN).order_by("pk"))
    own = {"run.prepare": run.prepared_at, "run.export": run.exported_at, "run.paid": run.paid_at}
    names, times = _names(events), _times(events, own)
    return [Step(at, RUN[event.act] % _facts(event, names)) for event, at in zip(events, times, strict=True)]


def _steps(events: list[AuditEvent], own: dict[str, datetime | None]) -> Iterator[Step]:
    names, times, state = _names(events), _times(events, own), ""
    for event, at in zip(events, times, strict=True):
        words = WORDS | (APPROVING if state == Claim.Status.CHECKED else CHECKING)
        if event.act in words:
            yield Step(at, words[event.act] % _facts(event, names))
        if event.after in Claim.Status.values:
            state = event.after


def _when(event: AuditEvent, own: dict[str, datetime | None]) -> datetime:
    """By the row's own time where that is the earlier: what was put down later keeps the day on which it was done."""
    return min(event.at, own.pop(event.act, None) or event.at)


def _times(events: list[AuditEvent], own: dict[str, datetime | None]) -> list[datetime]:
    """None later than what came after it: what was put down later, and has no time of its own in the row."""
    times = [_when(event, own) for event in events]
    return list(accumulate(reversed(times), min))[::-1]


def _facts(event: AuditEvent, names: dict) -> dict[str, str]:
    who = names.get(event.actor, _("somebody whose account is gone")) if event.actor else _("the platform")
    if event.act != "claim.lower":
        return {"who": who}
    return {"who": who, "before": money.text(event.before), "after": money.text(event.after)}


def _names(events: Iterable[AuditEvent]) -> dict:
    actors = {event.actor for event in events if event.actor}
    return {row.key: row.person.display_name for row in Pseudonym.objects.filter(key__in=actors).select_related("person")}
