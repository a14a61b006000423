"""The context of a statement (2.4.6; IEEE adds contextAgents and contextGroups)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.activity import activity
from learning.lrs.validation.actor import actor, agent, group
from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.references import statement_ref
from learning.lrs.validation.shape import at, exactly, items, list_of, members, text
from learning.lrs.validation.types import extensions, iri, language, uuid


def activities(value: Any, path: str) -> None:
    """2.4.6.2: a list of activities, or for the sake of old content a single one."""
    if type(value) is dict:
        return activity(value, path)
    return items(value, path, activity)


CONTEXT_ACTIVITIES = {"parent": activities, "grouping": activities, "category": activities, "other": activities}


def context_activities(value: Any, path: str) -> None:
    members(value, path, CONTEXT_ACTIVITIES)


def relevant_types(value: Any, path: str) -> None:
    items(value, path, iri)
    if not value:
        raise Invalid(path, _("This must not be empty."))


CONTEXT_AGENT = {"objectType": exactly("contextAgent"), "agent": agent, "relevantTypes": relevant_types}
CONTEXT_GROUP = {"objectType": exactly("contextGroup"), "group": group, "relevantTypes": relevant_types}


def context_agent(value: Any, path: str) -> None:
    members(value, path, CONTEXT_AGENT, required=("objectType", "agent"))


def context_group(value: Any, path: str) -> None:
    members(value, path, CONTEXT_GROUP, required=("objectType", "group"))


VERSION_1 = {
    "registration": uuid,
    "instructor": actor,
    "team": group,
    "contextActivities": context_activities,
    "revision": text,
    "platform": text,
    "language": language,
    "statement": statement_ref,
    "extensions": extensions,
}
VERSION_2 = VERSION_1 | {"contextAgents": list_of(context_agent), "contextGroups": list_of(context_group)}


def context_1(value: Any, path: str) -> None:
    members(value, path, VERSION_1)


def context_2(value: Any, path: str) -> None:
    members(value, path, VERSION_2)


def fits(value: dict, about: dict, path: str) -> None:
    """2.4.6: revision and platform are said of activities only."""
    if about.get("objectType", "Activity") == "Activity":
        return
    for key in ("revision", "platform"):
        if key in value:
            raise Invalid(at(path, key), _("This may only be said where the object is an activity."))
