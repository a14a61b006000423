"""Sending statements on to record stores outside: in order, in batches, at least once, and never past one that commits late.

One run at a time has a forwarder in hand, by a lease; whoever lost it moves nothing. The place is kept after each batch.
What was sent before a crash is sent again, and its id makes that harmless. What a store does not take is set aside with
its reason, and the rest goes on; where it takes nothing, we wait and try again, for ever.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from core import transactions
from learning.lrs import agents, outbound, vocabulary
from learning.lrs.models import Forwarder, SetAside, Statement, StatementQuerySet
from learning.lrs.outbound import Answer, Failed, Line, Parcel

BATCH = 50  # statements of one request; fewer while one of them is refused
READ = 500  # statements that are looked at for it
MOST_BYTES = 1_000_000  # of one request, unless a single statement has more
ENOUGH = 60  # seconds after which a run leaves the rest to the next one; the queue stops it at twice that
LEASE = timedelta(minutes=5)  # longer than the queue lets a run be
LATE = timedelta(seconds=1)  # by which a clock that is put right may go back
WAITS = [timedelta(minutes=minutes) for minutes in [1, 2, 5, 15, 30, 60]]  # after each failure; then always the last
PATIENCE = 5  # failures after which statements go one by one: it may be one of them on which the store stumbles
FEW = 10  # statements of such a run, large ones or not
COUNTED = 1000  # of what waits, for the page
TAKEN = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
REFUSED = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}

Refusal = tuple[Statement, str]
Wanted = Callable[[Statement], bool]


class Lost(Exception):
    """The forwarder is in other hands by now, was turned off, or is gone."""


@dataclass
class Batch:
    """What goes in one request, what may not be sent at all, and the last that was looked at for it."""

    parcels: list[Parcel] = field(default_factory=list)
    unfit: list[Refusal] = field(default_factory=list)
    last: Statement | None = None

    @property
    def brings_files(self) -> bool:
        """A statement with files goes by itself."""
        return any(parcel.files for parcel in self.parcels)


@dataclass
class Done:
    """What became of a batch: the last that is done with, how many arrived, and what is set aside."""

    last: Statement
    sent: int
    refused: list[Refusal]


def due() -> QuerySet[Forwarder]:
    """Those whose turn it is, and that nobody has in hand."""
    now = timezone.now()
    return Forwarder.objects.filter(Q(leased_until=None) | Q(leased_until__lt=now), is_active=True, next_at__lte=now)


def forward(key: uuid.UUID, activities: Collection[str]) -> None:
    """Send what waits until nothing does, something fails, or time is up. Of two at once, one returns at once.

    `activities`: the IRIs that the filter means, where there is one; what a course is made of, only its own room knows.
    """
    begun = time.monotonic()
    forwarder = _take(key)
    if forwarder is None:
        return
    wanted = _filter(forwarder, activities)
    try:
        with Line(forwarder) as line:
            _send_new(line, forwarder, wanted, begun)
            _send_again(line, forwarder, begun)
    except Failed as error:
        _note(forwarder, str(error))
    except Lost:
        _held(forwarder).update(lease=None, leased_until=None)
    else:
        _note(forwarder, "")


# Who has it in hand -------------------------------------------------------------------------------


def _take(key: uuid.UUID) -> Forwarder | None:
    """The forwarder with a lease of ours. It counts as failed until it has done something: a run may be stopped from outside."""
    row = due().filter(key=key).first()
    if row is None:
        return None
    lease, now = uuid.uuid4(), timezone.now()
    wait = WAITS[min(row.attempts, len(WAITS) - 1)]
    changes = {"lease": lease, "leased_until": now + LEASE, "attempts": F("attempts") + 1, "next_at": now + wait}
    taken = due().filter(pk=row.pk, attempts=row.attempts).update(**changes)
    return Forwarder.objects.filter(pk=row.pk, lease=lease).first() if taken else None


def _held(forwarder: Forwarder) -> QuerySet[Forwarder]:
    return Forwarder.objects.filter(pk=forwarder.pk, lease=forwarder.lease)


def _note(forwarder: Forwarder, failure: str) -> None:
    """Give it back, with how the run ended. What went wrong is said until something arrives again."""
    free = {"lease": None, "leased_until": None}
    now = timezone.now()
    if not failure:
        _held(forwarder).update(**free, attempts=0, next_at=now, last_failure="")
        return
    attempts = max(1, forwarder.attempts)
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    _held(forwarder).update(**free, attempts=attempts, next_at=now + wait, failed_at=now, last_failure=failure)


@transaction.atomic
def _save(forwarder: Forwarder, done: Done) -> None:
    """Move the place, with what is set aside. All or nothing, and only by whoever still has it in hand."""
    now = timezone.now()
    changes = {
        "seen_stored": done.last.stored,
        "seen_id": done.last.pk,
        "leased_until": now + LEASE,
        "sent": F("sent") + done.sent,
    }
    if done.sent:
        changes |= {"last_success_at": now, "attempts": 0, "next_at": now, "last_failure": ""}
    if not _held(forwarder).filter(is_active=True).update(**changes):
        raise Lost
    rows = [SetAside(forwarder=forwarder, statement=row, reason=reason) for row, reason in done.refused]
    SetAside.objects.bulk_create(rows, ignore_conflicts=True)
    forwarder.seen_stored, forwarder.seen_id = done.last.stored, done.last.pk
    forwarder.attempts = 0 if done.sent else forwarder.attempts


def _is_early(begun: float) -> bool:
    return time.monotonic() - begun < ENOUGH


# What waits ---------------------------------------------------------------------------------------


def with_lag(forwarders: QuerySet[Forwarder]) -> QuerySet[Forwarder]:
    """Each with `waiting` (statements still to be looked at, counted to `COUNTED` + 1), `waiting_since` and `aside`."""
    aside = SetAside.objects.filter(forwarder=OuterRef("pk")).order_by().values("pk")
    behind = _settled().after(OuterRef("seen_stored"), OuterRef("seen_id"))
    return forwarders.annotate(
        waiting=_Counted(behind.order_by().values("pk")[: COUNTED + 1], IntegerField()),
        waiting_since=Subquery(behind.order_by("stored", "id").values("stored")[:1]),
        aside=_Counted(aside, IntegerField()),
    )


class _Counted(Subquery):
    """How many rows a subquery has. With a limit, no more than these are read."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"


def _settled() -> StatementQuerySet:
    """The statements before which none can appear any more (core/transactions.py: a place by time)."""
    return Statement.objects.filter(stored__lt=transactions.consistent_through() - LATE)


def _read(forwarder: Forwarder, wanted: Wanted, most: int, *, is_request: bool = True) -> Batch:
    """The next batch: what one request may carry, unless each goes by itself. Without a last one there is nothing more."""
    rows = _settled().after(forwarder.seen_stored, forwarder.seen_id).order_by("stored", "id")[:READ]
    batch, size = Batch(), 0
    for row in rows.iterator(chunk_size=BATCH):
        if wanted(row):
            parcel = outbound.parcel(row)
            if reason := _why_not(forwarder, parcel):
                batch.unfit.append((row, reason))
            else:
                size += len(parcel.content)
                if is_request and batch.parcels and (parcel.files or size > MOST_BYTES):
                    break
                batch.parcels.append(parcel)
        batch.last = row
        if len(batch.parcels) >= most or (is_request and batch.brings_files):
            break
    return batch


def _filter(forwarder: Forwarder, activities: Collection[str]) -> Wanted:
    verbs, about = set(forwarder.verbs), set(activities) if forwarder.activities else set()

    def fits(row: Statement) -> bool:
        return (not verbs or row.body["verb"]["id"] in verbs) and (not about or not about.isdisjoint(_about(row.body)))

    def wanted(row: Statement) -> bool:
        """What voids a statement goes where that went. Where it is not here yet, it may still come."""
        if fits(row):
            return True
        if row.verb != vocabulary.VOIDED or row.target is None:
            return False
        target = Statement.objects.filter(pk=row.target).first()
        return target is None or fits(target)

    return wanted


def _about(body: dict) -> Iterator[str]:
    """The activity, and those that the context names, such as the module to which a question belongs."""
    if body["object"].get("objectType", "Activity") == "Activity":
        yield body["object"]["id"]
    for kind in body.get("context", {}).get("contextActivities", {}).values():
        yield from (activity["id"] for activity in kind)


# Sending ------------------------------------------------------------------------------------------


def _send_new(line: Line, forwarder: Forwarder, wanted: Wanted, begun: float) -> None:
    """One request after another, until nothing waits or time is up. Where one of several statements is refused, by halves
    to that one, and then by doubles on: a store takes a batch wholly or not at all."""
    most = BATCH
    while _is_early(begun):
        is_wary = forwarder.attempts > PATIENCE
        batch = _read(forwarder, wanted, FEW if is_wary else most, is_request=not is_wary)
        if batch.last is None:
            return
        done = _one_by_one(line, batch, batch.last, begun) if is_wary else _at_once(line, batch, batch.last)
        if done is None:
            most = len(batch.parcels) // 2
            continue
        _save(forwarder, done)
        most = min(BATCH, 2 * most)


def _send_again(line: Line, forwarder: Forwarder, begun: float) -> None:
    """What was set aside and is to be tried once more. Last, so that it keeps nothing waiting."""
    rows = forwarder.set_aside.filter(is_again=True).select_related("statement").order_by("statement__stored")
    for row in rows[:BATCH]:
        if not _is_early(begun):
            return
        parcel = outbound.parcel(row.statement)
        try:
            reason = _why_not(forwarder, parcel) or _send_one(line, parcel)
        except Failed as error:
            _put_back(row, str(error))
            raise
        if reason:
            _put_back(row, reason)
            continue
        row.delete()
        _held(forwarder).update(sent=F("sent") + 1, last_success_at=timezone.now())


def _put_back(row: SetAside, reason: str) -> None:
    row.reason, row.at, row.is_again = reason, timezone.now(), False
    row.save(update_fields=["reason", "at", "is_again"])


def _at_once(line: Line, batch: Batch, last: Statement) -> Done | None:
    """Nothing, where one of several is refused. Raises `Failed` where it is the store that fails."""
    refused = list(batch.unfit)
    if len(batch.parcels) == 1:
        parcel = batch.parcels[0]
        reason = _send_one(line, parcel)
        refused += [(parcel.row, reason)] if reason else []
    elif batch.parcels and not _is_taken(line.post(batch.parcels)):
        return None
    return Done(last, len(batch.parcels) + len(batch.unfit) - len(refused), refused)


def _send_one(line: Line, parcel: Parcel) -> str:
    """Send it, and say why it is refused. Where the store has this very statement already, it has arrived."""
    answer = line.post([parcel])
    if _is_taken(answer) or (answer.status == HTTPStatus.CONFLICT and line.holds(parcel)):
        return ""
    return answer.reason


def _is_taken(answer: Answer) -> bool:
    """Or refused for what was said. Anything else is a failure, and says nothing about the statements."""
    if answer.status not in TAKEN | REFUSED:
        raise Failed(answer.reason)
    return answer.status in TAKEN


def _one_by_one(line: Line, batch: Batch, last: Statement, begun: float) -> Done:
    """After many failures: what the store stumbles over is set aside, if it answers rightly to another statement.

    Raises `Failed` where it answers rightly to none.
    """
    refused, failures, tried = list(batch.unfit), [], 0
    while tried < len(batch.parcels) and (not tried or _is_early(begun)):
        parcel = batch.parcels[tried]
        tried += 1
        try:
            reason = _send_one(line, parcel)
        except Failed as error:
            reason = str(error)
            failures.append(error)
        refused += [(parcel.row, reason)] if reason else []
    if failures and len(failures) == tried:
        raise failures[0]
    if tried < len(batch.parcels):
        last = batch.parcels[tried - 1].row
    return Done(last, tried + len(batch.unfit) - len(refused), refused)


# What stays here ----------------------------------------------------------------------------------


def _why_not(forwarder: Forwarder, parcel: Parcel) -> str:
    """Why a statement is not sent at all. A part of it is never left out: under the same id it would say something else."""
    if not forwarder.names_people and not all(map(agents.is_ours, agents.named(parcel.said))):
        return _("It names a person by more than the random identifier that we give to learners.")
    if forwarder.version == Forwarder.Version.V1 and _is_new(parcel.said):
        return _("It has contextAgents or contextGroups, which version 1.0.3 does not know.")
    if outbound.has_lost_files(parcel):
        return _("A file that belongs to it is not here.")
    return ""


def _is_new(said: dict) -> bool:
    inner = said["object"] if said["object"].get("objectType") == "SubStatement" else {}
    return any({"contextAgents", "contextGroups"} & each.get("context", {}).keys() for each in [said, inner])
