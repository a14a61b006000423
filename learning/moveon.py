"""What counts as done. cmi5 10.2.4: a native module asks for CompletedAndPassed; a course is done when all its modules are."""

from __future__ import annotations

import uuid
from datetime import datetime

from learning.lrs import agents, vocabulary
from learning.models import CoursePage, LaunchSession, ModuleProgress, Registration

# The learner's gaps longer than this are a break, not learning.
LONGEST_GAP = 600  # seconds


def met_at(progress: ModuleProgress) -> datetime | None:
    """When CompletedAndPassed was met, whichever of the two came first; None while it is not (cmi5 10.2.4)."""
    if not (progress.was_completed_at and progress.was_passed_at):
        return None
    return max(progress.was_completed_at, progress.was_passed_at)


def is_course_done(course: CoursePage, done_modules: set[int]) -> bool:
    """All live modules of the course, outlines included: a course with an outline cannot be completed yet."""
    modules = set(course.modules().values_list("pk", flat=True))
    return bool(modules) and modules <= done_modules


def satisfied(registration: Registration, session: uuid.UUID | None, at: datetime) -> dict:
    """The statement that a course is satisfied, in the session that satisfied it (cmi5 9.3.9)."""
    context: dict = {
        "registration": str(registration.key),
        "contextActivities": {"category": [{"id": vocabulary.CMI5_CATEGORY}]},
    }
    if session:
        context["extensions"] = {vocabulary.SESSION_ID: str(session)}
    return {
        "id": str(uuid.uuid5(registration.key, f"satisfied {at.isoformat()}")),
        "actor": agents.account(registration.actor_name),
        "verb": vocabulary.verb("satisfied"),
        "object": {
            "objectType": "Activity",
            "id": vocabulary.activity_iri(registration.course.activity),
            "definition": {"type": vocabulary.COURSE},
        },
        "context": context,
        "timestamp": at.isoformat(),
    }


def abandoned(session: LaunchSession, at: datetime) -> dict:
    """The statement that a sitting was left without a word. Duration: from opening to the last act (cmi5 9.3.6, 9.5.4.2)."""
    seconds = max(0, int((session.last_act_at - session.opened_at).total_seconds()))
    return {
        "id": str(uuid.uuid5(session.key, "abandoned")),
        "actor": agents.account(session.registration.actor_name),
        "verb": vocabulary.verb("abandoned"),
        "object": {"objectType": "Activity", "id": vocabulary.activity_iri(session.module.activity)},
        "result": {"duration": f"PT{seconds}S"},
        "context": {
            "registration": str(session.registration.key),
            "contextActivities": {"category": [{"id": vocabulary.CMI5_CATEGORY}]},
            "extensions": {vocabulary.SESSION_ID: str(session.key)},
        },
        "timestamp": at.isoformat(),
    }
