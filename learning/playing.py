"""A native module: each thing a learner does becomes a statement in cmi5's words.

A sitting lasts from the first act to leaving, finishing, or half an hour of silence; it belongs to the learner, not to the
browser, so that a module begun on one device goes on at the same place on another.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import errors, workflow
from learning import completion, moveon
from learning.lrs import agents, vocabulary
from learning.models import Attempt, LaunchSession, ModulePage, ModuleProgress, Reflection, Registration, Statement, Step
from people.models import User

IDLE = timedelta(minutes=30)
LONGEST_REFLECTION = 5000  # characters

_WAITING = {
    "question": _("Answer the question in step %(number)s: %(title)s."),
    "conversation": _("Come to an ending of the conversation in step %(number)s: %(title)s."),
}


def questions(module: ModulePage) -> list[Step]:
    return [step for step in module.lesson() if step.question]


def waiting(progress: ModuleProgress) -> list[Step]:
    """The steps that hold up the end: a question without an answer, a conversation that never came to an ending."""
    given = latest_attempts(progress)
    ended = {row.conversation for row in progress.conversations.all() if row.endings}
    return [step for step in progress.module.lesson() if _is_waiting(step, given, ended)]


def _is_waiting(step: Step, given: Mapping[str, Attempt], ended: set[str]) -> bool:
    return bool(step.question and step.question.id not in given) or bool(step.conversation and step.conversation.id not in ended)


def latest_attempts(progress: ModuleProgress) -> dict[str, Attempt]:
    """Question → the last answer given to it."""
    return {attempt.question: attempt for attempt in progress.attempts.all()}


# Acts ---------------------------------------------------------------------------------------------


def open_module(registration: Registration, module: ModulePage, *, by: User) -> ModuleProgress:
    """Start or go on. Opening twice is the same as once. Raises `errors.NotAllowed` for an outline or another's course."""
    if module.is_outline or not module.live or not module.is_child_of(registration.course):
        raise errors.NotAllowed(_("This module cannot be started yet."), code="not_startable")
    with transaction.atomic():
        sitting_of(hold(registration), module)
    return ModuleProgress.objects.get(registration=registration, module=module)


def go_on(progress: ModuleProgress, step: Step, *, by: User) -> None:
    """The learner has read a step and goes on."""
    with transaction.atomic():
        sitting = sitting_of(hold(progress.registration), progress.module)
        say(sitting, gone_on(sitting, step))


def answer(progress: ModuleProgress, step: Step, chosen: list[str], *, by: User, token: uuid.UUID) -> Attempt:
    """Answer the step's question. `chosen` are ids of its answers; `token` makes a doubled click one answer.

    Raises `errors.DomainError` where nothing, or too much, or something unknown was chosen.
    """
    chosen = list(dict.fromkeys(chosen))
    is_right = judge(step, chosen)
    known_as = uuid.uuid5(progress.key, f"answered {step.question.id} {token}")
    with transaction.atomic():
        registration = hold(progress.registration)
        if Statement.objects.filter(pk=known_as).exists():
            return latest_attempts(progress)[step.question.id]
        sitting = sitting_of(registration, progress.module)
        say(sitting, answered(sitting, step, chosen, is_right) | {"id": str(known_as)})
        return Attempt.objects.create(progress=progress, question=step.question.id, chosen=chosen, is_right=is_right)


def judge(step: Step, chosen: list[str]) -> bool:
    """Right when exactly the right answers were chosen."""
    answers = {child.id: child.value for child in step.question.value["answers"].bound_blocks}
    if not chosen:
        raise errors.DomainError(_("Choose an answer."), code="no_answer", field="answer")
    if step.question.value["kind"] == "single" and len(chosen) > 1:
        raise errors.DomainError(_("Choose one answer."), code="too_many_answers", field="answer")
    if set(chosen) - set(answers):
        raise errors.DomainError(
            _("The question has changed since you opened it. Choose again."), code="unknown_answer", field="answer"
        )
    return set(chosen) == {key for key, value in answers.items() if value["correct"]}


def reflect(progress: ModuleProgress, step: Step, text: str, *, by: User) -> Reflection:
    """Keep what the learner wrote, for them alone: in no statement, log or statistic. Empty takes it away."""
    text = text.strip()
    if len(text) > LONGEST_REFLECTION:
        message = _("Your notes must be %(most)s characters or fewer. You have written %(count)s.")
        raise errors.DomainError(message % {"most": LONGEST_REFLECTION, "count": len(text)}, code="too_long", field="text")
    with transaction.atomic():
        hold(progress.registration)
        reflection, _is_new = Reflection.objects.update_or_create(
            progress=progress, prompt=step.reflection.id, defaults={"text": text}
        )
    return reflection


def finish(progress: ModuleProgress, *, by: User) -> ModuleProgress:
    """Judge the answers, say completed and passed or failed, and end the sitting.

    A module that was passed stays passed (cmi5 9.3: completed and passed once per registration). Raises
    `errors.DomainError` while a question has no answer or a conversation no ending, and `errors.NotAllowed` where the
    module became an outline.
    """
    if progress.module.is_outline or not progress.module.live:
        raise errors.NotAllowed(_("This module is being rewritten. What you have done is kept."), code="not_startable")
    with transaction.atomic():
        registration = hold(progress.registration)
        progress.refresh_from_db(fields=["status", "step", "was_completed_at"])
        if progress.status == ModuleProgress.Status.COMPLETED:
            leave(progress, by=by)
            return progress
        score = _score(progress)
        sitting = sitting_of(registration, progress.module)
        say(sitting, *_verdict(sitting, progress, score))
        workflow.move(sitting, LaunchSession.Status.TERMINATED, by=by, act="sitting.terminate")
    progress.refresh_from_db()
    return progress


def leave(progress: ModuleProgress, *, by: User) -> None:
    """Save and leave. All is saved already: this ends the sitting."""
    with transaction.atomic():
        sitting = _open_sitting(hold(progress.registration), progress.module)
        if not sitting:
            return
        say(sitting, terminated(sitting, timezone.now()))
        workflow.move(sitting, LaunchSession.Status.TERMINATED, by=by, act="sitting.terminate")


def _score(progress: ModuleProgress) -> Decimal:
    """The share of the module's questions whose last answer was right, from 0 to 1. Without questions: 1, at the end."""
    for step in waiting(progress):
        message = _WAITING["question" if step.question else "conversation"] % {"number": step.number, "title": step.title}
        raise errors.DomainError(message, code="unanswered", field=str(step.number))
    asked, given = questions(progress.module), latest_attempts(progress)
    if not asked:
        return _read_to_the_end(progress)
    return Decimal(sum(given[step.question.id].is_right for step in asked)) / len(asked)


def _read_to_the_end(progress: ModuleProgress) -> Decimal:
    last = progress.module.lesson()[-1]
    if progress.step != last.id:
        message = _("Go through to the last step first: %(title)s.") % {"title": last.title}
        raise errors.DomainError(message, code="unread", field=str(last.number))
    return Decimal(1)


def _verdict(sitting: LaunchSession, progress: ModuleProgress, score: Decimal) -> list[dict]:
    """completed (once), passed or failed, terminated. cmi5 9.5: durations; 9.6.2: the moveon category."""
    now = timezone.now()
    mastery = progress.module.mastery / 100
    passed = score >= Decimal(progress.module.mastery) / 100
    duration = _duration(progress.started_at, now)
    said = []
    if not progress.was_completed_at:
        said.append(defined(sitting, "completed", now, {"completion": True, "duration": duration}))
    judged = {"success": passed, "score": {"scaled": round(float(score), 3)}, "duration": duration}
    verdict = defined(sitting, "passed" if passed else "failed", now, judged)
    verdict["context"]["extensions"][vocabulary.MASTERY_SCORE] = mastery
    return [*said, verdict, terminated(sitting, now)]


# Sittings -----------------------------------------------------------------------------------------


def hold(registration: Registration) -> Registration:
    """A learner's acts on a course, in however many browsers, happen one after the other. Raises `errors.NotAllowed`
    once the learner has been erased."""
    held = Registration.objects.held().get(pk=registration.pk)
    if held.learner is None:
        raise errors.NotAllowed(_("This account has been deleted."), code="erased")
    return held


def _open_sitting(registration: Registration, module: ModulePage) -> LaunchSession | None:
    sittings = LaunchSession.objects.filter(registration=registration, module=module, status=LaunchSession.Status.OPEN)
    sitting = sittings.first()
    if sitting:
        sitting.registration, sitting.module = registration, module
    return sitting


def sitting_of(registration: Registration, module: ModulePage) -> LaunchSession:
    """The open sitting; or a new one, after one that fell silent was abandoned. The registration is held."""
    now = timezone.now()
    sitting = _open_sitting(registration, module)
    if sitting and now - sitting.last_act_at <= IDLE:
        return sitting
    if sitting:
        _abandon(sitting, now)
    sitting = LaunchSession.objects.create(registration=registration, module=module, opened_at=now, last_act_at=now)
    say(sitting, defined(sitting, "initialized", now, None))
    return sitting


def _abandon(sitting: LaunchSession, now: datetime) -> None:
    completion.record([moveon.abandoned(sitting, now)])
    workflow.move(sitting, LaunchSession.Status.ABANDONED, by=None, act="sitting.abandon")


def say(sitting: LaunchSession, *statements: dict) -> None:
    completion.record(statements)
    LaunchSession.objects.filter(pk=sitting.pk).update(last_act_at=timezone.now())


# Statements ---------------------------------------------------------------------------------------


def statement(
    sitting: LaunchSession, verb: str, activity: str, *, kind: str, result: dict | None = None, at: datetime | None = None
) -> dict:
    """A statement about a part of the module: the module stands as its parent ("cmi5 allowed", cmi5 7.1.2)."""
    module = {"objectType": "Activity", "id": vocabulary.activity_iri(sitting.module.activity)}
    said: dict = {
        "id": str(uuid.uuid4()),
        "actor": agents.account(sitting.registration.actor_name),
        "verb": vocabulary.verb(verb),
        "object": {"objectType": "Activity", "id": activity, "definition": {"type": kind}},
        "context": {
            "registration": str(sitting.registration.key),
            "platform": settings.SITE_NAME,
            "contextActivities": {"parent": [module]},
            "extensions": {vocabulary.SESSION_ID: str(sitting.key)},
        },
        "timestamp": (at or timezone.now()).isoformat(),
    }
    if result:
        said["result"] = result
    return said


def gone_on(sitting: LaunchSession, step: Step, at: datetime | None = None) -> dict:
    """How far the learner has come, in per cent of the steps (cmi5's progress extension)."""
    activity = vocabulary.step_iri(sitting.module.activity, step.id)
    share = round(100 * step.number / max(1, len(sitting.module.steps)))
    return statement(
        sitting, "progressed", activity, kind=vocabulary.STEP, result={"extensions": {vocabulary.PROGRESS: share}}, at=at
    )


def answered(sitting: LaunchSession, step: Step, chosen: list[str], is_right: bool, at: datetime | None = None) -> dict:
    """Which answers were chosen, by their ids, and whether rightly. What the answers say stays in the module."""
    activity = vocabulary.question_iri(sitting.module.activity, step.question.id)
    result = {"success": is_right, "response": "[,]".join(chosen)}
    return statement(sitting, "answered", activity, kind=vocabulary.INTERACTION, result=result, at=at)


def defined(sitting: LaunchSession, verb: str, at: datetime, result: dict | None) -> dict:
    """A cmi5-defined statement: about the module itself, in cmi5's category (cmi5 9.6.2.1)."""
    iri = vocabulary.activity_iri(sitting.module.activity)
    said = statement(sitting, verb, iri, kind=vocabulary.LESSON, result=result, at=at)
    category = [{"id": vocabulary.CMI5_CATEGORY}]
    if verb in {"completed", "passed", "failed"}:
        category.append({"id": vocabulary.MOVEON_CATEGORY})
    said["context"]["contextActivities"] = {"category": category}
    return said


def terminated(sitting: LaunchSession, now: datetime) -> dict:
    return defined(sitting, "terminated", now, {"duration": _duration(sitting.opened_at, now)})


def _duration(since: datetime, until: datetime) -> str:
    """ISO 8601, to the hundredth of a second."""
    return f"PT{max(0, (until - since).total_seconds()):.2f}S"
