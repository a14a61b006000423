"""Activities and their definitions, interactions included (2.4.4.1)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from learning.lrs.validation.invalid import Invalid
from learning.lrs.validation.shape import at, exactly, items, list_of, members, text, text_with_content
from learning.lrs.validation.types import extensions, iri, language_map

INTERACTION_TYPES = frozenset(
    [
        "true-false",
        "choice",
        "fill-in",
        "long-fill-in",
        "matching",
        "performance",
        "sequencing",
        "likert",
        "numeric",
        "other",
    ]
)
# What only makes sense where the type of interaction is known.
INTERACTION_PARTS = frozenset(["correctResponsesPattern", "choices", "scale", "source", "target", "steps"])


def interaction_type(value: Any, path: str) -> None:
    if type(value) is not str or value not in INTERACTION_TYPES:
        raise Invalid(path, _("This is not a type of interaction: %(types)s.") % {"types": ", ".join(sorted(INTERACTION_TYPES))})


COMPONENT = {"id": text_with_content, "description": language_map}


def component(value: Any, path: str) -> None:
    members(value, path, COMPONENT, required=("id",))


def components(value: Any, path: str) -> None:
    """2.4.4.1 interaction components: the ids of one list are distinct."""
    items(value, path, component)
    if len({one["id"] for one in value}) < len(value):
        raise Invalid(path, _("Each id may stand here once."))


DEFINITION = {
    "name": language_map,
    "description": language_map,
    "type": iri,
    "moreInfo": iri,
    "extensions": extensions,
    "interactionType": interaction_type,
    "correctResponsesPattern": list_of(text),
    "choices": components,
    "scale": components,
    "source": components,
    "target": components,
    "steps": components,
}


def definition(value: Any, path: str) -> None:
    members(value, path, DEFINITION)
    if "interactionType" not in value and not INTERACTION_PARTS.isdisjoint(value):
        raise Invalid(at(path, "interactionType"), _("An interaction must say its type."))


ACTIVITY = {"objectType": exactly("Activity"), "id": iri, "definition": definition}


def activity(value: Any, path: str) -> None:
    members(value, path, ACTIVITY, required=("id",))
