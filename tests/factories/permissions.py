"""Who may do what, as a table: each cell is tried against the real act, and the table is written into docs/permissions.md.

An app describes its rows as `Table`s in its own test_permissions.py, tries them with `faults` and hands them to
`judge_document`. When acts have changed, renew the document:

    .venv/bin/pytest tests/panels/test_permissions.py --write
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models, transaction

from core import errors
from core.acts import Act

DOCUMENT = settings.BASE_DIR / "docs" / "permissions.md"
ALLOWED, NOT_ALLOWED, WRONG_STATE = "allowed", "not allowed", "wrong state"


@dataclass(frozen=True)
class Table:
    """One kind of row. `people` says in words who somebody is and which relations they hold then; `do` calls the real act."""

    title: str
    states: type[models.TextChoices]
    acts: Mapping[str, Act]
    people: Mapping[str, frozenset[str]]
    do: Mapping[str, Callable[[Any, Any], object]]


def faults(table: Table, row: models.Model, cast: Mapping[str, Any]) -> list[str]:
    """Every act is tried by everybody in `cast`, each on the row as it is, and undone. What was otherwise than the table says."""
    assert table.acts.keys() == table.do.keys()
    found = []
    for who, person in cast.items():
        held = table.people[who]
        if row.relations_of(person) != held:
            found.append(f"{who} is {row.relations_of(person)}, not {held}")
        for name, act in table.acts.items():
            wanted, got = outcome(act, held, row.status), _try(table.do[name], row, person)
            if wanted != got:
                found.append(f"{name} by {who}, {row.status}: {got}, where the table says {wanted}")
    return found


def outcome(act: Act, held: Iterable[str], state: str) -> str:
    """What must come of an act: read from its line in ACTS, by other words than those of core.acts."""
    if act.who not in held or set(act.but_not) & set(held):
        return NOT_ALLOWED
    return ALLOWED if state in act.states else WRONG_STATE


class _Undo(Exception):
    """Whatever was done is taken back."""


def _try(do: Callable[[Any, Any], object], row: models.Model, person: Any) -> str:
    try:
        with transaction.atomic():
            do(type(row)._base_manager.get(pk=row.pk), person)
            raise _Undo
    except _Undo:
        return ALLOWED
    except errors.NotAllowed:
        return NOT_ALLOWED
    except errors.WrongState:
        return WRONG_STATE
    except errors.DomainError as error:
        return f"refused ({error.code}: {error})"


# The document -------------------------------------------------------------------------------------


def judge_document(app: str, tables: Iterable[Table], *, write: bool) -> None:
    """The part of an app in docs/permissions.md is what its tables give. With `write` it is made so."""
    text, part = DOCUMENT.read_text(), _part(app, tables)
    present = re.search(_begin(app) + ".*?" + _end(app), text, flags=re.DOTALL)
    if write:
        DOCUMENT.write_text(text.replace(present[0], part) if present else f"{text.rstrip()}\n\n{part}\n")
    else:
        assert present and present[0] == part, f"docs/permissions.md is old: run pytest tests/{app}/test_permissions.py --write"


def _part(app: str, tables: Iterable[Table]) -> str:
    return "\n\n".join([_begin(app), f"## {app.capitalize()}", *map(_drawn, tables), _end(app)])


def _drawn(table: Table) -> str:
    rows = [[f"`{name}`", *(_cell(table, act, held) for held in table.people.values())] for name, act in table.acts.items()]
    lines = [["act", *table.people], ["---"] * (len(table.people) + 1), *rows]
    return "\n".join([f"### {table.title}", "", *(f"| {' | '.join(cells)} |" for cells in lines)])


def _cell(table: Table, act: Act, held: Iterable[str]) -> str:
    states = [str(state.label).lower() for state in table.states if outcome(act, held, state.value) == ALLOWED]
    return "always" if len(states) == len(table.states) else ", ".join(states) or "–"


def _begin(app: str) -> str:
    return f"<!-- {app}: generated -->"


def _end(app: str) -> str:
    return f"<!-- end of {app} -->"
