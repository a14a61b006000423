"""What is known of activities: their definitions, merged over all statements that describe them (Communication 2.5).

A language, an extension or a property that was said later replaces the earlier one; what is not said again stays. Only our
own player and credentials that may define teach the store anything (Communication 4.2.1, scope define).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from learning.lrs.models import Activity

MAPS = ("name", "description", "extensions")


def learn(statements: Sequence[dict]) -> None:
    """Merge the definitions of valid statements into what is known. In one order for all, so that nobody waits for each other."""
    said: dict[str, dict] = {}
    for activity in (one for statement in statements for one in mentioned(statement)):
        if definition := activity.get("definition"):
            said[activity["id"]] = merged(said.get(activity["id"], {}), definition)
    if not said:
        return
    here = _rows(said, Activity.objects.select_for_update())
    new = {iri: merged(here.get(iri, {}), definition) for iri, definition in said.items()}
    rows = [Activity(digest=_digest(iri), iri=iri, definition=new[iri]) for iri in new if new[iri] != here.get(iri)]
    rows.sort(key=lambda row: row.digest)
    Activity.objects.bulk_create(rows, update_conflicts=True, unique_fields=["digest"], update_fields=["definition"])


def known(iri: str) -> dict:
    """The activity with all that is known of it; of one that nobody described, what it is called by."""
    definition = _rows([iri]).get(iri)
    return {"objectType": "Activity", "id": iri} | ({"definition": definition} if definition else {})


def definitions(statements: Sequence[dict]) -> dict[str, dict]:
    """IRI → canonical definition, of the activities in these statements."""
    return _rows({activity["id"] for statement in statements for activity in mentioned(statement)})


def mentioned(statement: dict) -> Iterator[dict]:
    """Every activity of a valid statement: its object, those of its context, and the same of a statement inside it."""
    about, context = statement["object"], statement.get("context", {})
    kind = about.get("objectType", "Activity")
    if kind == "Activity":
        yield about
    elif kind == "SubStatement":
        yield from mentioned(about)
    for activities in context.get("contextActivities", {}).values():
        yield from [activities] if isinstance(activities, dict) else activities


def merged(old: dict, new: dict) -> dict:
    maps = {name: old.get(name, {}) | new.get(name, {}) for name in MAPS if name in old or name in new}
    return old | new | maps


def _rows(iris: Iterable[str], rows: QuerySet[Activity] | None = None) -> dict[str, dict]:
    rows = Activity.objects.all() if rows is None else rows
    found = rows.filter(pk__in=[_digest(iri) for iri in iris]).order_by("digest")
    return {row.iri: row.definition for row in found}


def _digest(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()
