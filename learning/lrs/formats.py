"""How statements are written in an answer (Communication 2.1.3, format).

`exact`: as they are kept. `ids`: agents, groups, activities and verbs with what identifies them, and no more. `canonical`:
activities with what the store knows of them, and of every text the one language that suits the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings

from learning.lrs import activities
from learning.lrs.agents import IDENTIFIERS

EXACT, IDS, CANONICAL = "exact", "ids", "canonical"
ACTORS = ("actor", "authority", "instructor", "team")
COMPONENTS = ("choices", "scale", "source", "target", "steps")
Writer = Callable[[dict], dict]


def written(bodies: Sequence[dict], shape: str, languages: Sequence[str] = ()) -> list[dict]:
    """`languages` are the reader's, the dearest first."""
    if shape == EXACT:
        return list(bodies)
    if shape == IDS:
        return [_statement(body, _named, _named, _actor_named) for body in bodies]
    known = activities.definitions(bodies)

    def activity(value: dict) -> dict:
        definition = known.get(value["id"], value.get("definition"))
        return value | {"definition": _in_language(definition, languages)} if definition else value

    def verb(value: dict) -> dict:
        return value | {"display": one_language(value["display"], languages)} if "display" in value else value

    return [_statement(body, activity, verb, dict) for body in bodies]


def one_language(texts: dict[str, str], languages: Sequence[str]) -> dict[str, str]:
    """The text in the dearest language that there is, or in a kind of it (en for en-GB, and the reverse).

    Else in ours, or in the first by its tag: the order of a map is not kept by every database.
    """
    by_tag = {tag.lower(): tag for tag in texts}
    for wanted in [*languages, settings.LANGUAGE_CODE]:
        plain = wanted.lower().partition("-")[0]
        tag = by_tag.get(wanted.lower()) or next((by_tag[tag] for tag in by_tag if tag.partition("-")[0] == plain), None)
        if tag:
            return {tag: texts[tag]}
    return dict(sorted(texts.items())[:1])


def _statement(body: dict, activity: Writer, verb: Writer, actor: Writer) -> dict:
    said = body | {"verb": verb(body["verb"]), "object": _object(body["object"], activity, verb, actor)}
    said |= {name: actor(said[name]) for name in ACTORS if name in said}
    return said | {"context": _context(said["context"], activity, actor)} if "context" in said else said


def _object(value: dict, activity: Writer, verb: Writer, actor: Writer) -> dict:
    kind = value.get("objectType", "Activity")
    if kind in {"Agent", "Group"}:
        return actor(value)
    if kind == "SubStatement":
        return _statement(value, activity, verb, actor)
    return activity(value) if kind == "Activity" else value


def _context(value: dict, activity: Writer, actor: Writer) -> dict:
    said = value | {name: actor(value[name]) for name in ACTORS if name in value}
    if "contextActivities" in value:
        kinds = value["contextActivities"].items()
        said["contextActivities"] = {kind: [activity(one) for one in held] for kind, held in kinds}
    for name, inside in [("contextAgents", "agent"), ("contextGroups", "group")]:
        if name in value:
            said[name] = [one | {inside: actor(one[inside])} for one in value[name]]
    return said


def _named(value: dict) -> dict:
    """An activity (whose type goes without saying) or a verb."""
    return {"id": value["id"]}


def _actor_named(value: dict) -> dict:
    """An anonymous group is known by its members alone."""
    if found := next((key for key in IDENTIFIERS if key in value), None):
        return {key: value[key] for key in ("objectType", found) if key in value}
    return {"objectType": "Group", "member": [_actor_named(one) for one in value["member"]]}


def _in_language(definition: dict, languages: Sequence[str]) -> dict:
    said: dict[str, Any] = dict(definition)
    for name in ("name", "description"):
        if name in said:
            said[name] = one_language(said[name], languages)
    for name in COMPONENTS:
        if name in said:
            said[name] = [_component(one, languages) for one in said[name]]
    return said


def _component(value: dict, languages: Sequence[str]) -> dict:
    return value | {"description": one_language(value["description"], languages)} if "description" in value else value
