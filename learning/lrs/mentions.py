"""Whom and what a statement speaks of beside its actor and its object: what the wide filters look for (Communication 2.1.3).

The authority has no mention: a statement's credential says it (`credentials.vouched_for_by`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from learning.lrs import activities, agents, bulk
from learning.lrs.models import Mention, Statement, column

Kind = Mention.Kind


def renew(rows: Sequence[Statement]) -> None:
    """Derive them again, of rows that are here already."""
    Mention.objects.filter(statement__in=rows).delete()
    bulk.insert(bulk.Rows(Mention, [mention for row in rows for mention in of(row)]))


def of(row: Statement) -> Iterator[bulk.Row]:
    """Each thing once, by the narrowest way in which it is mentioned; not what the row's own columns say."""
    said = dict(reversed([*_said(row.body)]))
    for value, kind in said.items():
        if value not in {"", row.actor, row.activity}:
            yield {"statement_id": row.id, "value": value, "kind": kind.value, "stored": row.stored}


def _said(body: dict) -> Iterator[tuple[str, Kind]]:
    """The value of a column → kind, the narrow kinds first."""
    about = body["object"]
    for actor in [body["actor"], *([about] if about.get("objectType") in {"Agent", "Group"} else [])]:
        yield from _named(_with_members(actor), Kind.PARTY)
    yield from _named(_around(body), Kind.AGENT)
    for activity in activities.mentioned(body):
        yield column(activity["id"]), Kind.ACTIVITY


def _around(statement: dict) -> Iterator[dict]:
    """The agents and groups of a context, and all those of a statement inside."""
    context, about = statement.get("context", {}), statement["object"]
    for actor in [context[key] for key in ("instructor", "team") if key in context]:
        yield from _with_members(actor)
    for one in context.get("contextAgents", ()):
        yield one["agent"]
    for one in context.get("contextGroups", ()):
        yield from _with_members(one["group"])
    if about.get("objectType") == "SubStatement":
        yield from _with_members(about["actor"])
        if about["object"].get("objectType") in {"Agent", "Group"}:
            yield from _with_members(about["object"])
        yield from _around(about)


def _with_members(actor: dict) -> list[dict]:
    return [actor, *actor.get("member", ())]


def _named(actors: Iterable[dict], kind: Kind) -> Iterator[tuple[str, Kind]]:
    return ((column(agents.ifi(actor)), kind) for actor in actors)
