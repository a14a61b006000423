"""Every statement is stored, few count.

`record` stores statements and counts them in one transaction. Only what our own player says, or the launched session of
that very registration, or a credential that is marked as able to complete learners, moves anybody's progress; and only
where the actor is the learner whose registration it is. What voids them is judged in the same way. All that is counted
here can be derived again (`rebuild`), until the learner is erased: from then on nothing moves any more.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import codes, outbox, transactions, workflow
from learning import counts, emails, moveon
from learning.lrs import agents, attachments, credentials, signatures, vocabulary
from learning.lrs import statements as store
from learning.models import Certificate, Credential, LaunchSession, ModulePage, ModuleProgress, Registration, Statement

Pair = tuple[uuid.UUID, uuid.UUID]  # a registration's key and a module's activity
Launch = tuple[uuid.UUID, uuid.UUID, uuid.UUID]  # the same after a session's key
Held = dict[uuid.UUID, Registration]  # by key, locked

# A letter about something older (a recount, a rebuild) would help nobody.
NEWS = timedelta(days=1)


def record(
    statements: Sequence[dict],
    *,
    source: str = Statement.Source.PLAYER,
    credential: Credential | None = None,
    version: str = store.VERSION,
    parts: Sequence[attachments.Part] = (),
) -> list[store.Stored]:
    """Store statements with the files that they bring, and count those that count, all or none.

    A credential's mark is read now and kept with the statement: marking it later, or no longer, changes no past.
    Raises `learning.lrs.validation.Invalid` or another `core.errors.DomainError`; then nothing is stored.
    """
    if credential:
        source = Statement.Source.TRUSTED if credential.may_complete else Statement.Source.CREDENTIAL
    vouched: dict[str, Any] = {"source": source, "authority": credentials.authority(credential), "credential": credential}
    drafts = store.draft(list(statements), **vouched, version=version)
    attachments.match(statements, parts)
    signatures.check(statements, parts, spec=version)  # may take a second: before anybody waits for us
    with attachments.carried(parts) as files, transactions.in_turn(), transaction.atomic():
        stored = store.keep(drafts)
        attachments.keep(files, [item.row for item in stored])
        count([item.row for item in stored if item.created])
    return stored


def count(rows: Iterable[Statement]) -> None:
    """Move progress by new statements, complete what they complete, and count again what they void."""
    rows = _trusted(rows)
    if not rows:
        return
    voided = {row.target for row in rows if row.verb == vocabulary.VOIDED and row.target}
    again = _by_pair(Statement.objects.filter(pk__in=voided)) if voided else {}
    by_pair = _by_pair(_in_force(row for row in rows if row.verb != vocabulary.VOIDED))
    held = {row.key: row for row in Registration.objects.held().filter(key__in={key for key, _ in [*by_pair, *again]})}
    counts.add([*_count_pairs(by_pair, held), *_recount_pairs(again, held)])


def recount(progress: ModuleProgress) -> list[counts.Event]:
    """Derive one module's progress anew from its statements; take back or give what follows from it.

    `progress` was read after its registration was held. Its learner has not been erased.
    """
    before = _counted(progress)
    _forget(progress)
    for row in _trusted_history(progress):
        _apply(progress, row)
    progress.save(update_fields=APPLIED)
    met_at = moveon.met_at(progress)
    if progress.completed_at and not met_at:
        _undo(progress)
    if met_at and not progress.completed_at:
        _complete(progress, met_at)
        _settle(progress.registration, None)
    return [*(replace(event, sign=-1) for event in before), *_counted(progress)]


# What may count -----------------------------------------------------------------------------------


def _trusted(rows: Iterable[Statement]) -> list[Statement]:
    rows = list(rows)
    launched = {row.session for row in rows if row.session and row.source == Statement.Source.SESSION}
    known = _launches(launched) if launched else set()
    return [row for row in rows if _is_trusted(row, known)]


def _launches(keys: set[uuid.UUID]) -> set[Launch]:
    return {*LaunchSession.objects.filter(key__in=keys).values_list("key", "registration__key", "module__activity")}


def _is_trusted(row: Statement, sessions: set[Launch]) -> bool:
    """A launched package speaks of its own module, and voids nothing (cmi5 6.3)."""
    if row.source == Statement.Source.SESSION:
        return (row.session, row.registration, _module(row)) in sessions
    return row.source in {Statement.Source.PLAYER, Statement.Source.TRUSTED}


def _in_force(rows: Iterable[Statement]) -> list[Statement]:
    """Without what was voided by somebody whose word counts. Anybody else's voiding hides a statement, and moves nothing."""
    rows = list(rows)
    hidden = [row.pk for row in rows if row.is_voided]
    voiding = Statement.objects.filter(verb=vocabulary.VOIDED, target__in=hidden)
    voided = {row.target for row in _trusted(voiding)} if hidden else set()
    return [row for row in rows if row.pk not in voided]


def _is_about_learner(row: Statement, registration: Registration) -> bool:
    """Nobody can speak for a learner who was erased."""
    return registration.learner is not None and row.actor == agents.ifi(agents.account(registration.actor_name))


def _module(row: Statement) -> uuid.UUID | None:
    """The module that a statement is about, or about a part of."""
    return vocabulary.activity_uuid(row.activity) or vocabulary.activity_uuid(row.parent)


def _by_pair(rows: Iterable[Statement]) -> dict[Pair, list[Statement]]:
    pairs: dict[Pair, list[Statement]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.timestamp):
        activity = _module(row)
        if row.registration and activity:
            pairs[row.registration, activity].append(row)
    return pairs


def _trusted_history(progress: ModuleProgress) -> list[Statement]:
    iri = vocabulary.activity_iri(progress.module.activity)
    rows = Statement.objects.filter(Q(activity=iri) | Q(parent=iri), registration=progress.registration.key)
    rows = rows.order_by("timestamp", "stored", "id")
    return [row for row in _in_force(_trusted(rows)) if _is_about_learner(row, progress.registration)]


# Counting -----------------------------------------------------------------------------------------


def _count_pairs(by_pair: dict[Pair, list[Statement]], held: Held) -> list[counts.Event]:
    if not by_pair:
        return []
    found = _progress_of(by_pair, held)
    events = _start_missing(by_pair, found, held)
    for pair, progress in found.items():
        for row in by_pair[pair]:
            if _is_about_learner(row, progress.registration):
                _apply(progress, row)
    ModuleProgress.objects.bulk_update(found.values(), APPLIED)
    met = {pair: moveon.met_at(progress) for pair, progress in found.items() if not progress.completed_at}
    done = sorted((at, pair) for pair, at in met.items() if at)
    events += [_complete(found[pair], at) for at, pair in done]
    # Once for each learner, however many modules their statements complete; in the sitting that completed the last of them.
    last = {key: by_pair[key, activity][-1].session for _at, (key, activity) in done}
    return events + [event for key, session in last.items() for event in _settle(held[key], session)]


def _progress_of(pairs: Iterable[Pair], held: Held) -> dict[Pair, ModuleProgress]:
    """The progress of the held registrations in these modules, where there is any."""
    wanted, owners = set(pairs), {row.pk: row for row in held.values()}
    modules = {activity for _, activity in wanted}
    rows = ModuleProgress.objects.filter(registration__in=owners, module__activity__in=modules).select_related("module")
    found = {}
    for row in rows.order_by("pk"):
        row.registration = owners[row.registration_id]
        found[row.registration.key, row.module.activity] = row
    return {pair: row for pair, row in found.items() if pair in wanted}


def _start_missing(by_pair: dict[Pair, list[Statement]], found: dict[Pair, ModuleProgress], held: Held) -> list[counts.Event]:
    """The first statement about a module starts it. An outline cannot be started; nor can a module of another course."""
    missing = [pair for pair in by_pair if pair not in found]
    if not missing:
        return []
    modules = ModulePage.objects.filter(is_outline=False).in_bulk({activity for _, activity in missing}, field_name="activity")
    events: list[counts.Event] = []
    for key, activity in missing:
        registration, module = held.get(key), modules.get(activity)
        first = by_pair[key, activity][0]
        if registration and module and module.is_child_of(registration.course) and _is_about_learner(first, registration):
            facts = {"started_at": first.timestamp, "last_act_at": first.timestamp}
            found[key, activity] = ModuleProgress.objects.create(registration=registration, module=module, **facts)
            events += _start_events(registration, module, first.timestamp)
    return events


def _start_events(registration: Registration, module: ModulePage, at: datetime) -> list[counts.Event]:
    """A module is started once; the course with the first of its modules."""
    pages = [module.pk]
    if registration.progress.count() == 1:
        pages.append(registration.course_id)
    return [counts.Event(page, at, registration.organisation_id, registration.staff_group_id, starts=1) for page in pages]


# Before these verbs nobody was in the module: the gap that ends with one is a break between sittings.
BREAKS = {vocabulary.INITIALIZED, vocabulary.ABANDONED}
APPLIED = ["step", "seconds", "score", "last_act_at", "was_completed_at", "was_passed_at"]


def _forget(progress: ModuleProgress) -> None:
    progress.step, progress.seconds, progress.score = "", 0, None
    progress.last_act_at = progress.started_at
    progress.was_completed_at = progress.was_passed_at = None


def _apply(progress: ModuleProgress, row: Statement) -> None:
    """One statement's effect on the row, without saving it. Breaks and the time after the module was done do not count."""
    if row.verb not in BREAKS and not moveon.met_at(progress):
        gap = (row.timestamp - progress.last_act_at).total_seconds()
        progress.seconds += int(min(max(gap, 0), moveon.LONGEST_GAP))
    progress.last_act_at = max(progress.last_act_at, row.timestamp)
    if row.verb == vocabulary.PROGRESSED:
        progress.step = vocabulary.step_id(row.activity) or progress.step
    elif row.verb == vocabulary.COMPLETED:
        progress.was_completed_at = progress.was_completed_at or row.timestamp
    elif row.verb in {vocabulary.PASSED, vocabulary.FAILED}:
        progress.score = _score(row)
        if row.verb == vocabulary.PASSED:
            progress.was_passed_at = progress.was_passed_at or row.timestamp


def _score(row: Statement) -> Decimal | None:
    """From 0 to 1. xAPI goes down to -1 (Data 2.4.5.1), which is no share of anything: it counts as 0."""
    scaled = row.body.get("result", {}).get("score", {}).get("scaled")
    return None if scaled is None else max(round(Decimal(str(scaled)), 3), Decimal(0))


def _recount_pairs(pairs: Iterable[Pair], held: Held) -> list[counts.Event]:
    if not pairs:
        return []
    rows = [row for row in _progress_of(pairs, held).values() if row.registration.learner]
    return [event for progress in rows for event in recount(progress)]


# Completing ---------------------------------------------------------------------------------------


def _complete(progress: ModuleProgress, at: datetime) -> counts.Event:
    """A module is done: certificate, count, news. Whether the course is done with it, `_settle` says."""
    registration = progress.registration
    done = {"completed_at": at, "version": progress.module.version}
    workflow.move(progress, ModuleProgress.Status.COMPLETED, by=registration.learner, act="module.complete", **done)
    module = progress.module
    _certify(registration, module, at, title=module.title, version=module.version, minutes=progress.minutes)
    outbox.write("module.completed", progress=str(progress.key))
    return _completion(registration, progress.module_id, at, progress.seconds)


def settle(course_pk: int) -> None:
    """Complete the course for those who lack none of its modules any more, as when the last open one was unpublished."""
    active = Registration.objects.filter(course=course_pk, status=Registration.Status.ACTIVE).exclude(learner=None)
    for pk in active.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            counts.add(_settle(Registration.objects.held().get(pk=pk), None))


def _settle(registration: Registration, session: uuid.UUID | None) -> list[counts.Event]:
    done_at = _done_at(registration)
    if registration.completed_at or not moveon.is_course_done(registration.course, set(done_at)):
        return []
    return [_complete_course(registration, session, max(done_at.values()))]


def _done_at(registration: Registration) -> dict[int, datetime]:
    """Module → when it was done, of those that are."""
    rows = registration.progress.filter(status=ModuleProgress.Status.COMPLETED)
    return {row.module_id: row.completed_at for row in rows if row.completed_at}


def _complete_course(registration: Registration, session: uuid.UUID | None, at: datetime) -> counts.Event:
    """`at` is when the last of its modules was done, though it need not be the last that we heard of."""
    workflow.move(registration, Registration.Status.COMPLETED, by=registration.learner, act="course.complete", completed_at=at)
    seconds = counts.course_seconds(registration)
    modules = _modules_certified(registration)
    _certify(registration, None, at, title=registration.course.title, modules=modules, minutes=round(seconds / 60))
    outbox.write("course.completed", registration=str(registration.key))
    store.store([moveon.satisfied(registration, session, at)], source=Statement.Source.PLAYER, authority=credentials.authority())
    return _completion(registration, registration.course_id, at, seconds)


def _undo(progress: ModuleProgress) -> None:
    """What was done is not: the certificate is withdrawn, and the course's with it. The rows stay, and say so."""
    registration = progress.registration
    workflow.move(progress, ModuleProgress.Status.STARTED, by=None, act="module.recount", completed_at=None, version=0)
    _withdraw(registration, progress.module)
    if registration.completed_at and not moveon.is_course_done(registration.course, set(_done_at(registration))):
        workflow.move(registration, Registration.Status.ACTIVE, by=None, act="course.recount", completed_at=None)
        _withdraw(registration, None)


def _counted(progress: ModuleProgress) -> list[counts.Event]:
    """The completions that stand in the monthly counts: of this module, and of its course."""
    registration, events = progress.registration, []
    if progress.completed_at:
        events.append(_completion(registration, progress.module_id, progress.completed_at, progress.seconds))
    if registration.completed_at:
        seconds = counts.course_seconds(registration)
        events.append(_completion(registration, registration.course_id, registration.completed_at, seconds))
    return events


def _completion(registration: Registration, page: int, at: datetime, seconds: int) -> counts.Event:
    return counts.Event(page, at, registration.organisation_id, registration.staff_group_id, completions=1, seconds=seconds)


# Certificates -------------------------------------------------------------------------------------


def _modules_certified(registration: Registration) -> list[dict[str, Any]]:
    """What a course's certificate stands for, in the course's order: what is written into a module later is not in it."""
    certified = registration.certificates.filter(status=Certificate.Status.VALID).exclude(module=None)
    return [dict(row) for row in certified.order_by("module__path").values("title", "version")]


def _certify(registration: Registration, module: ModulePage | None, at: datetime, *, minutes: int, **facts: Any) -> None:
    """Give the certificate; where one was withdrawn, the same one is valid again, under the same code."""
    facts |= {"minutes": max(1, minutes), "issued_at": at}
    certificate, is_new = Certificate.objects.get_or_create(
        registration=registration, module=module, defaults={"code": codes.new(), **facts}
    )
    if not is_new and certificate.status == Certificate.Status.REVOKED:
        workflow.move(certificate, Certificate.Status.VALID, by=None, act="certificate.restore", **facts)
    if registration.learner_id and timezone.now() - at < NEWS:
        transaction.on_commit(lambda: emails.send_certificate.enqueue(certificate.pk))


def _withdraw(registration: Registration, module: ModulePage | None) -> None:
    for certificate in registration.certificates.filter(module=module, status=Certificate.Status.VALID):
        workflow.move(certificate, Certificate.Status.REVOKED, by=None, act="certificate.withdraw")


def rebuild() -> int:
    """Derive all progress anew from the statements, and the monthly counts from progress. How many rows were derived.

    What erased learners did stays as it was counted: nothing says any more which statements were theirs.
    """
    derived = 0
    for pk in Registration.objects.exclude(learner=None).order_by("pk").values_list("pk", flat=True):
        derived += _rebuild(pk)
    counts.rebuild()
    return derived


@transaction.atomic
def _rebuild(registration_pk: int) -> int:
    registration = Registration.objects.held().get(pk=registration_pk)
    rows = list(registration.progress.select_related("module")) if registration.learner else []
    for progress in rows:
        progress.registration = registration
        recount(progress)
    return len(rows)
