"""How a statement is written in an answer (Communication 2.1.3, format)."""

from __future__ import annotations

from learning.lrs.agents import IDENTIFIERS

EXACT, IDS = "exact", "ids"
ACTORS = ("actor", "authority", "instructor", "team")


def written(body: dict, shape: str) -> dict:
    """`exact`: as it is kept. `ids`: agents, groups, activities and verbs with what identifies them, and no more."""
    return _statement(body) if shape == IDS else body


def _statement(body: dict) -> dict:
    said = body | {"verb": {"id": body["verb"]["id"]}, "object": _object(body["object"])}
    said |= {name: _actor(said[name]) for name in ACTORS if name in said}
    return said | {"context": _context(said["context"])} if "context" in said else said


def _object(value: dict) -> dict:
    kind = value.get("objectType", "Activity")
    if kind in {"Agent", "Group"}:
        return _actor(value)
    if kind == "SubStatement":
        return _statement(value)
    return _activity(value) if kind == "Activity" else value


def _activity(value: dict) -> dict:
    return {key: value[key] for key in ("objectType", "id") if key in value}


def _actor(value: dict) -> dict:
    """An anonymous group is known by its members alone."""
    if found := next((key for key in IDENTIFIERS if key in value), None):
        return {key: value[key] for key in ("objectType", found) if key in value}
    return {key: value[key] for key in ("objectType",) if key in value} | {"member": [_actor(one) for one in value["member"]]}


def _context(value: dict) -> dict:
    said = value | {name: _actor(value[name]) for name in ACTORS if name in value}
    if "contextActivities" in value:
        kinds = value["contextActivities"].items()
        said["contextActivities"] = {kind: [_activity(one) for one in activities] for kind, activities in kinds}
    for name, inside in [("contextAgents", "agent"), ("contextGroups", "group")]:
        if name in value:
            said[name] = [one | {inside: _actor(one[inside])} for one in value[name]]
    return said
