"""When are two statements the same? What the store sets, and what may be written in several ways, makes no difference.

xAPI 1.0.3 Data 2.3.1 (immutability and its exceptions) and 2.6 (comparing), IEEE 9274.1.1 4.2.7 (durations).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from learning.lrs.validation import types

SET_BY_STORE = frozenset({"id", "stored", "authority", "version", "timestamp"})


def is_same(one: dict, other: dict) -> bool:
    """Two valid statements say the same. A timestamp is compared where both have one: the store sets a missing one."""
    if not _same_time(one.get("timestamp"), other.get("timestamp")):
        return False
    said, there = content(one), content(other)
    return said == there or _as_floats(said) == _as_floats(there)


def content(statement: dict) -> dict:
    """What a statement says, in one way of writing."""
    said = {key: value for key, value in statement.items() if key not in SET_BY_STORE}
    return _statement(said)


def _same_time(one: str | None, other: str | None) -> bool:
    return not one or not other or types.instant(one, "") == types.instant(other, "")


def _as_floats(value: Any) -> Any:
    """With numbers as JSON's readers hold them: PostgreSQL gives 1e23 back with all its zeros, which Python finds another one."""
    if type(value) is dict:
        return {key: _as_floats(item) for key, item in value.items()}
    if type(value) is list or type(value) is tuple:
        return [_as_floats(item) for item in value]
    try:
        return float(value) if type(value) is int else value
    except OverflowError:
        return value


def _statement(said: dict) -> dict:
    written = {key: WRITERS[key](value) if key in WRITERS else value for key, value in said.items()}
    return {key: value for key, value in written.items() if value not in ({}, [])}


def _actor(value: dict) -> dict:
    actor = {"objectType": "Agent"} | value
    if "member" in actor:
        actor["member"] = _unordered(map(_actor, actor["member"]))
    return actor


def _verb(value: dict) -> str:
    return value["id"]


def _activity(value: dict) -> str:
    return value["id"]


def _object(value: dict) -> Any:
    kind = value.get("objectType", "Activity")
    if kind == "Activity":
        return _activity(value)
    if kind == "StatementRef":
        return value | {"id": value["id"].lower()}
    return _actor(value) if kind in {"Agent", "Group"} else _sub_statement(value)


def _sub_statement(value: dict) -> dict:
    said = _statement(value)
    return said | {"timestamp": str(types.instant(said["timestamp"], ""))} if "timestamp" in said else said


def _result(value: dict) -> dict:
    return value | {"duration": types.cut_duration(value["duration"])} if "duration" in value else value


def _context(value: dict) -> dict:
    context = {key: item.lower() if key == "registration" else item for key, item in value.items()}
    for key in {"instructor", "team"} & context.keys():
        context[key] = _actor(context[key])
    if "statement" in context:
        context["statement"] = context["statement"]["id"].lower()
    if "contextActivities" in context:
        context["contextActivities"] = {kind: _activities(one) for kind, one in context["contextActivities"].items() if one}
    return context


def _activities(value: dict | list) -> list:
    return sorted(map(_activity, [value] if isinstance(value, dict) else value))


def _attachments(value: list) -> list:
    return _unordered({key: item for key, item in one.items() if key not in {"display", "description"}} for one in value)


def _unordered(values: Any) -> list:
    return sorted(values, key=lambda one: json.dumps(one, sort_keys=True))


WRITERS: dict[str, Callable[[Any], Any]] = {
    "actor": _actor,
    "verb": _verb,
    "object": _object,
    "result": _result,
    "context": _context,
    "attachments": _attachments,
}
