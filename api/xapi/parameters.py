"""Queries, judged parameter by parameter; that of GET /xapi/statements (Communication 2.1.3).

An unknown or wrongly cased name, a name twice, a value of the wrong type, and a combination that makes no sense are each
an error of their own; nothing is passed over in silence.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from core import errors
from learning.lrs import agents, validation
from learning.lrs.validation import actor as actors
from learning.lrs.validation import types

LIMIT = re.compile(r"\d{1,9}", re.ASCII)
IDS = ("statementId", "voidedStatementId")
BESIDE = ("attachments", "format")  # how the answer looks, and not what is in it

Rules = Mapping[str, tuple[str, Callable[[str, str], Any]]]


class BadParameter(errors.DomainError):
    code = "bad_parameter"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message, field=name)


def read(query: QueryDict) -> dict[str, Any]:
    """The arguments of `queries.find`, and how the answer is to look. Raises BadParameter."""
    judge_names(query, RULES)
    _judge_together(set(query))
    return arguments(query, RULES)


def judge_names(query: QueryDict, known: Collection[str], required: Iterable[str] = ()) -> None:
    """Nothing unknown, wrongly cased, twice, or missing."""
    for name, values in query.lists():
        if name not in known:
            raise BadParameter(name, _("There is no parameter %(name)s. Names are case-sensitive.") % {"name": name[:60]})
        if len(values) > 1:
            raise BadParameter(name, _("The parameter %(name)s stands here more than once.") % {"name": name})
    for name in required:
        if name not in query:
            raise BadParameter(name, _("The parameter %(name)s is missing.") % {"name": name})


def arguments(query: QueryDict, rules: Rules) -> dict[str, Any]:
    """What the values say, by the names of the arguments."""
    return dict(_argument(name, str(value), rules) for name, value in query.dict().items())


def _judge_together(names: set[str]) -> None:
    given = [name for name in IDS if name in names]
    if len(given) == 2:
        raise BadParameter(given[1], _("Ask for statementId or for voidedStatementId, not for both."))
    if given and (others := names - set(IDS) - set(BESIDE)):
        raise BadParameter(min(others), _("Beside %(name)s only attachments and format may be given.") % {"name": given[0]})
    if "cursor" in names and (others := names - {"cursor", *BESIDE}):
        raise BadParameter(min(others), _("Use the address of more as it was given, without other parameters."))


def _argument(name: str, value: str, rules: Rules) -> tuple[str, Any]:
    argument, rule = rules[name]
    try:
        return argument, rule(value, name)
    except validation.Invalid as error:
        raise BadParameter(name, f"{name}: {error.message}") from None


# Values -------------------------------------------------------------------------------------------


def _uuid(value: str, name: str) -> uuid.UUID:
    types.uuid(value, name)
    return uuid.UUID(value)


def _iri(value: str, name: str) -> str:
    types.iri(value, name)
    return value


def _moment(value: str, name: str) -> datetime:
    return types.instant(value, name)


def _limit(value: str, name: str) -> int:
    if not LIMIT.fullmatch(value):
        raise BadParameter(name, _("limit must be a whole number, 0 or more."))
    return int(value)


def _truth(value: str, name: str) -> bool:
    if value not in {"true", "false"}:
        raise BadParameter(name, _("%(name)s must be true or false.") % {"name": name})
    return value == "true"


def _text(value: str, name: str) -> str:
    if not value:
        raise BadParameter(name, _("%(name)s must not be empty.") % {"name": name})
    return value


def _agent(value: str, name: str) -> dict:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        raise BadParameter(name, _("agent must be an agent or an identified group, as JSON.")) from None
    actors.actor(found, name)
    if not agents.ifi(found):
        raise BadParameter(name, _("agent must be an agent or an identified group: this one has no identifier."))
    return found


def _format(value: str, name: str) -> str:
    if value not in {"exact", "ids", "canonical"}:
        raise BadParameter(name, _("format must be exact, ids or canonical."))
    return value


# Parameter → the argument that it becomes, and how its value is read.
RULES: Rules = {
    "statementId": ("statement_id", _uuid),
    "voidedStatementId": ("voided_statement_id", _uuid),
    "agent": ("agent", _agent),
    "verb": ("verb", _iri),
    "activity": ("activity", _iri),
    "registration": ("registration", _uuid),
    "related_activities": ("related_activities", _truth),
    "related_agents": ("related_agents", _truth),
    "since": ("since", _moment),
    "until": ("until", _moment),
    "limit": ("limit", _limit),
    "ascending": ("ascending", _truth),
    "format": ("format", _format),
    "attachments": ("attachments", _truth),
    "cursor": ("cursor", _text),
}
