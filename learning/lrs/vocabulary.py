"""The IRIs that statements are made of, each written once.

Verbs and activity types are those of ADL's vocabulary and of cmi5; our own addresses all start with the fixed setting
`XAPI_IRI_BASE`, never with a host or port, so that a record outlives the house it was made in.
"""

from __future__ import annotations

import uuid

from django.conf import settings

ADL = "http://adlnet.gov/expapi"
W3ID = "https://w3id.org/xapi"

# Verbs (https://w3id.org/xapi/adl, cmi5 9.3) -----------------------------------------------------
VERBS = {
    name: f"{ADL}/verbs/{name}"
    for name in [
        "launched",
        "initialized",
        "progressed",
        "answered",
        "responded",
        "completed",
        "passed",
        "failed",
        "terminated",
        "voided",
    ]
} | {name: f"{W3ID}/adl/verbs/{name}" for name in ["abandoned", "waived", "satisfied"]}

LAUNCHED = VERBS["launched"]
INITIALIZED = VERBS["initialized"]
PROGRESSED = VERBS["progressed"]
ANSWERED = VERBS["answered"]
RESPONDED = VERBS["responded"]
COMPLETED = VERBS["completed"]
PASSED = VERBS["passed"]
FAILED = VERBS["failed"]
TERMINATED = VERBS["terminated"]
ABANDONED = VERBS["abandoned"]
WAIVED = VERBS["waived"]
SATISFIED = VERBS["satisfied"]
VOIDED = VERBS["voided"]
# Those with which our own player comes to something first, and describes it. What it says later repeats that.
DESCRIBING = {LAUNCHED, INITIALIZED, ANSWERED, RESPONDED}

# Activity types ----------------------------------------------------------------------------------
LESSON = f"{ADL}/activities/lesson"
INTERACTION = f"{ADL}/activities/cmi.interaction"
SIMULATION = f"{ADL}/activities/simulation"
STEP = "http://id.tincanapi.com/activitytype/step"
BLOCK = f"{W3ID}/cmi5/activitytype/block"
COURSE = f"{W3ID}/cmi5/activitytype/course"

# Context categories (cmi5 9.6.2) -----------------------------------------------------------------
CMI5_CATEGORY = f"{W3ID}/cmi5/context/categories/cmi5"
MOVEON_CATEGORY = f"{W3ID}/cmi5/context/categories/moveon"

# Extensions (cmi5 9.5.5, 9.6.3) ------------------------------------------------------------------
PROGRESS = f"{W3ID}/cmi5/result/extensions/progress"
REASON = f"{W3ID}/cmi5/result/extensions/reason"
SESSION_ID = f"{W3ID}/cmi5/context/extensions/sessionid"
MASTERY_SCORE = f"{W3ID}/cmi5/context/extensions/masteryscore"
LAUNCH_MODE = f"{W3ID}/cmi5/context/extensions/launchmode"
LAUNCH_URL = f"{W3ID}/cmi5/context/extensions/launchurl"
LAUNCH_PARAMETERS = f"{W3ID}/cmi5/context/extensions/launchparameters"
MOVEON = f"{W3ID}/cmi5/context/extensions/moveon"


def verb(name: str) -> dict:
    """The verb as a statement carries it. `name` is a key of VERBS."""
    return {"id": VERBS[name], "display": {"en": name}}


# Our own addresses -------------------------------------------------------------------------------


def people() -> str:
    """The home page of our learners' accounts: the same for all, and nobody's."""
    return f"{settings.XAPI_IRI_BASE}/people"


def activity_iri(activity: uuid.UUID) -> str:
    """A course or module, by the UUID that it keeps through every change of title and address."""
    return f"{settings.XAPI_IRI_BASE}/activities/{activity}"


def step_iri(module: uuid.UUID, step: str) -> str:
    return f"{activity_iri(module)}/steps/{step}"


def question_iri(module: uuid.UUID, question: str) -> str:
    return f"{activity_iri(module)}/questions/{question}"


def conversation_iri(module: uuid.UUID, conversation: str) -> str:
    return f"{activity_iri(module)}/conversations/{conversation}"


def activity_uuid(iri: str) -> uuid.UUID | None:
    """The course or module that an IRI names; None for a part of one, and for everything that is not ours."""
    head, _, tail = iri.rpartition("/")
    if head != f"{settings.XAPI_IRI_BASE}/activities":
        return None
    return _uuid(tail)


def step_id(iri: str) -> str:
    """The step that an IRI names; empty where it names something else."""
    head, _, step = iri.rpartition("/")
    module, _, kind = head.rpartition("/")
    return step if kind == "steps" and activity_uuid(module) else ""


def _uuid(text: str) -> uuid.UUID | None:
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
