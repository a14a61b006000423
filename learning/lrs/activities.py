"""What is known of activities: their definitions, merged over all statements that describe them (Communication 2.5).

A language, an extension or a property that was said later replaces the earlier one; what is not said again stays. Only our
own player and credentials that may define teach the store anything (Communication 4.2.1, scope define).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from learning.lrs import bulk
from learning.lrs.models import Activity

BATCH = 200  # rows of one UPDATE: it looks for each among all of them
MAPS = ("name", "description", "extensions")


def learn(statements: Sequence[dict]) -> None:
    """Merge the definitions of valid statements into what is known. Nothing is locked or written where they teach nothing."""
    told: dict[str, list[dict]] = {}
    for activity in (one for statement in statements for one in mentioned(statement)):
        if definition := activity.get("definition"):
            told.setdefault(activity["id"], []).append(definition)
    said = {iri: merged(*definitions) for iri, definitions in told.items()}
    here = _definitions(said)
    if taught := {iri for iri in said if merged(here.get(iri, {}), said[iri]) != here.get(iri)}:
        _teach({iri: said[iri] for iri in taught})


def _teach(said: dict[str, dict]) -> None:
    """In one order for all, so that nobody waits for each other; locked, so that of two at once neither is lost."""
    rows = sorted((Activity(digest=_digest(iri), iri=iri, definition={}) for iri in said), key=lambda row: row.digest)
    Activity.objects.bulk_create(rows, ignore_conflicts=True)
    held = Activity.objects.filter(pk__in=[row.pk for row in rows]).order_by("digest").select_for_update()
    for row in held:
        row.definition = merged(row.definition, said[row.iri])
    Activity.objects.bulk_update(held, ["definition"], batch_size=BATCH)


def known(iri: str) -> dict:
    """The activity with all that is known of it; of one that nobody described, what it is called by."""
    definition = _definitions([iri]).get(iri)
    return {"objectType": "Activity", "id": iri} | ({"definition": definition} if definition else {})


def definitions(statements: Sequence[dict]) -> dict[str, dict]:
    """IRI → canonical definition, of the activities in these statements."""
    return _definitions({activity["id"] for statement in statements for activity in mentioned(statement)})


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


def merged(*definitions: dict) -> dict:
    """As one; of what two say differently, what the later says."""
    plain: dict = {}
    maps: dict[str, dict] = {}
    for each in definitions:
        plain |= each
        for name in MAPS:
            if name in each:
                maps.setdefault(name, {}).update(each[name])
    return plain | maps


def _definitions(iris: Iterable[str]) -> dict[str, dict]:
    """Of those that somebody described."""
    by_digest = {_digest(iri): iri for iri in iris}
    found = bulk.texts(Activity, by_digest, "definition") if by_digest else {}
    return {by_digest[digest]: json.loads(definition) for digest, definition in found.items()}


def _digest(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()
