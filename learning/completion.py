"""Every statement is stored, few count.

`record` stores statements and counts them in one transaction. Only what our own player says, or the launched session of
that very registration, or a credential that is marked as able to complete learners, moves anybody's progress; and only
where the actor is the learner whose registration it is. All that is counted here can be derived again: `rebuild`.
"""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import outbox, workflow
from learning import counts, emails, moveon
from learning.lrs import agents, vocabulary
from learning.lrs import statements as store
from learning.models import Certificate, LaunchSession, ModulePage, ModuleProgress, Registration, Statement

Pair = tuple[uuid.UUID, uuid.UUID]  # a registration's key and a module's activity

# A letter about something older (a recount, a rebuild) would help nobody.
NEWS = timedelta(days=1)

# No I, L, O or U: nothing that can be misread over the telephone (Crockford's base 32).
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def authority() -> dict:
    """Who vouches for the statements of our own player."""
    return {"objectType": "Agent", "account": {"homePage": settings.XAPI_IRI_BASE, "name": "player"}}


def record(statements: Sequence[dict], *, source: str = Statement.Source.PLAYER, credential=None) -> list[store.Stored]:
    """Store statements and count those that count, all or none.

    Raises `learning.lrs.validation.Invalid` or `core.errors.Conflict`; then nothing is stored.
    """
    with transaction.atomic():
        stored = store.store(list(statements), source=source, authority=authority(), credential=credential)
        count([item.row for item in stored if item.created])
    return stored


def count(rows: Iterable[Statement]) -> None:
    """Move progress by new statements, complete what they complete, and count again what they void."""
    rows = _trusted(rows)
    voided = [row.target for row in rows if row.verb == vocabulary.VOIDED and row.target]
    by_pair = _by_pair(row for row in rows if not row.is_voided and row.verb != vocabulary.VOIDED)
    events = [*_count_pairs(by_pair), *_recount_targets(voided)]
    counts.add(events)


def recount(progress: ModuleProgress) -> list[counts.Event]:
    """Derive one module's progress anew from its statements; take back or give what follows from it."""
    progress = workflow.lock(progress)
    counted_seconds = progress.seconds
    _forget(progress)
    for row in _trusted_history(progress):
        _apply(progress, row)
    progress.save(update_fields=APPLIED)
    met_at = moveon.met_at(progress)
    if progress.completed_at and not met_at:
        return _undo(progress, progress.completed_at, counted_seconds)
    if met_at and not progress.completed_at:
        return _complete(progress, met_at, None)
    return []


# What may count -----------------------------------------------------------------------------------


def _trusted(rows: Iterable[Statement]) -> list[Statement]:
    rows = list(rows)
    launched = {row.session for row in rows if row.session and row.source == Statement.Source.SESSION}
    sessions = set(LaunchSession.objects.filter(key__in=launched).values_list("key", "registration__key")) if launched else set()
    return [row for row in rows if _is_trusted(row, sessions)]


def _is_trusted(row: Statement, sessions: set[Pair]) -> bool:
    if row.source == Statement.Source.PLAYER:
        return True
    if row.source == Statement.Source.SESSION:
        return (row.session, row.registration) in sessions
    return bool(row.credential and row.credential.may_complete)


def _is_about_learner(row: Statement, registration: Registration) -> bool:
    """An erased learner's old statements still count: nobody can write new ones for them."""
    return registration.learner is None or row.actor == agents.ifi(agents.account(registration.actor_name))


def _by_pair(rows: Iterable[Statement]) -> dict[Pair, list[Statement]]:
    pairs: dict[Pair, list[Statement]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.timestamp):
        activity = vocabulary.activity_uuid(row.activity) or vocabulary.activity_uuid(row.parent)
        if row.registration and activity:
            pairs[row.registration, activity].append(row)
    return pairs


def _trusted_history(progress: ModuleProgress) -> list[Statement]:
    iri = vocabulary.activity_iri(progress.module.activity)
    rows = Statement.objects.filter(Q(activity=iri) | Q(parent=iri), registration=progress.registration.key, is_voided=False)
    rows = rows.select_related("credential").order_by("timestamp", "stored", "id")
    return [row for row in _trusted(rows) if _is_about_learner(row, progress.registration)]


# Counting -----------------------------------------------------------------------------------------


def _count_pairs(by_pair: dict[Pair, list[Statement]]) -> list[counts.Event]:
    if not by_pair:
        return []
    found = _locked_progress(by_pair)
    events = _start_missing(by_pair, found)
    for pair, progress in found.items():
        for row in by_pair[pair]:
            if _is_about_learner(row, progress.registration):
                _apply(progress, row)
    ModuleProgress.objects.bulk_update(found.values(), APPLIED)
    for pair, progress in found.items():
        met_at = moveon.met_at(progress)
        if met_at and not progress.completed_at:
            events += _complete(progress, met_at, by_pair[pair][-1].session)
    return events


def _locked_progress(pairs: Iterable[Pair]) -> dict[Pair, ModuleProgress]:
    wanted = Q()
    for registration, activity in pairs:
        wanted |= Q(registration__key=registration, module__activity=activity)
    rows = ModuleProgress.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk")
    rows = rows.select_related("registration__learner__pseudonym", "registration__course", "module")
    return {(row.registration.key, row.module.activity): row for row in rows}


def _start_missing(by_pair: dict[Pair, list[Statement]], found: dict[Pair, ModuleProgress]) -> list[counts.Event]:
    """The first statement about a module starts it. An outline cannot be started; nor can a module of another course."""
    missing = [pair for pair in by_pair if pair not in found]
    if not missing:
        return []
    registrations = Registration.objects.select_related("learner__pseudonym", "course").in_bulk(
        {key for key, _ in missing}, field_name="key"
    )
    modules = ModulePage.objects.filter(is_outline=False).in_bulk({activity for _, activity in missing}, field_name="activity")
    events: list[counts.Event] = []
    for key, activity in missing:
        registration, module = registrations.get(key), modules.get(activity)
        first = by_pair[key, activity][0]
        if registration and module and module.is_child_of(registration.course) and _is_about_learner(first, registration):
            found[key, activity] = _start(registration, module, first.timestamp)
            events += _start_events(registration, module, first.timestamp)
    return events


def _start(registration: Registration, module: ModulePage, at: datetime) -> ModuleProgress:
    progress, _ = ModuleProgress.objects.get_or_create(
        registration=registration, module=module, defaults={"started_at": at, "last_act_at": at}
    )
    return progress


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
        progress.score = row.body.get("result", {}).get("score", {}).get("scaled")
        if row.verb == vocabulary.PASSED:
            progress.was_passed_at = progress.was_passed_at or row.timestamp


def _recount_targets(targets: Iterable[uuid.UUID]) -> list[counts.Event]:
    targets = set(targets)
    if not targets:
        return []
    pairs = _by_pair(Statement.objects.filter(pk__in=targets))
    return [event for progress in _locked_progress(pairs).values() for event in recount(progress)]


# Completing ---------------------------------------------------------------------------------------


def _complete(progress: ModuleProgress, at: datetime, session: uuid.UUID | None) -> list[counts.Event]:
    """A module is done: certificate, count, news; and the course with it, when it was the last."""
    registration = progress.registration
    done = {"completed_at": at, "version": progress.module.version}
    workflow.move(progress, ModuleProgress.Status.COMPLETED, by=registration.learner, act="module.complete", **done)
    _certify(registration, progress.module, at, minutes=progress.minutes)
    outbox.write("module.completed", progress=str(progress.key))
    events = [_completion(registration, progress.module_id, at, progress.seconds)]
    done_modules = _done_modules(registration)
    if moveon.is_course_done(registration.course, set(done_modules)):
        events += _complete_course(registration, session, at, sum(done_modules.values()))
    return events


def _complete_course(registration: Registration, session: uuid.UUID | None, at: datetime, seconds: int) -> list[counts.Event]:
    registration = workflow.lock(registration)
    if registration.status == Registration.Status.COMPLETED:
        return []
    workflow.move(registration, Registration.Status.COMPLETED, by=registration.learner, act="course.complete", completed_at=at)
    _certify(registration, None, at, minutes=round(seconds / 60))
    outbox.write("course.completed", registration=str(registration.key))
    if registration.learner:
        store.store([moveon.satisfied(registration, session, at)], source=Statement.Source.PLAYER, authority=authority())
    return [_completion(registration, registration.course_id, at, seconds)]


def _undo(progress: ModuleProgress, done_at: datetime, seconds: int) -> list[counts.Event]:
    """What was done is not: the certificate is withdrawn, and the course's with it. The rows stay, and say so."""
    registration = progress.registration
    workflow.move(progress, ModuleProgress.Status.STARTED, by=None, act="module.recount", completed_at=None, version=0)
    _withdraw(registration, progress.module)
    events = [_completion(registration, progress.module_id, done_at, seconds, sign=-1)]
    registration = workflow.lock(registration)
    if registration.completed_at:
        at = registration.completed_at
        total = sum(_done_modules(registration).values()) + seconds
        workflow.move(registration, Registration.Status.ACTIVE, by=None, act="course.recount", completed_at=None)
        _withdraw(registration, None)
        events.append(_completion(registration, registration.course_id, at, total, sign=-1))
    return events


def _done_modules(registration: Registration) -> dict[int, int]:
    """Module → seconds spent on it, of those that are done."""
    done = registration.progress.filter(status=ModuleProgress.Status.COMPLETED)
    return dict(done.values_list("module_id", "seconds"))


def _completion(registration: Registration, page: int, at: datetime, seconds: int, sign: int = 1) -> counts.Event:
    return counts.Event(
        page, at, registration.organisation_id, registration.staff_group_id, completions=1, seconds=seconds, sign=sign
    )


# Certificates -------------------------------------------------------------------------------------


def new_code() -> str:
    """Twelve letters in threes of four, 60 bits: no code can be guessed from another."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _certify(registration: Registration, module: ModulePage | None, at: datetime, *, minutes: int) -> None:
    """Give the certificate; where one was withdrawn, the same one is valid again, under the same code."""
    page = module or registration.course
    facts = {"title": page.title, "version": module.version if module else 0, "minutes": max(1, minutes), "issued_at": at}
    certificate, is_new = Certificate.objects.get_or_create(
        registration=registration, module=module, defaults={"code": new_code(), **facts}
    )
    if not is_new and certificate.status == Certificate.Status.REVOKED:
        workflow.move(certificate, Certificate.Status.VALID, by=None, act="certificate.restore", **facts)
    if registration.learner_id and timezone.now() - at < NEWS:
        transaction.on_commit(lambda: emails.send_certificate.enqueue(certificate.pk))


def _withdraw(registration: Registration, module: ModulePage | None) -> None:
    for certificate in registration.certificates.filter(module=module, status=Certificate.Status.VALID):
        workflow.move(certificate, Certificate.Status.REVOKED, by=None, act="certificate.withdraw")


def rebuild() -> int:
    """Derive all progress anew from the statements, and the monthly counts from progress. How many rows were read."""
    read = 0
    for progress in ModuleProgress.objects.select_related(
        "registration__learner__pseudonym", "registration__course", "module"
    ).iterator():
        with transaction.atomic():
            recount(progress)
        read += 1
    counts.rebuild()
    return read
