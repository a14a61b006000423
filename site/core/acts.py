"""Who may do what to a row, and in which of its states: said once, judged under the lock, and read by the tests.

A model says in `relations_of(person)` what somebody is to a row: its owner, somebody whose role lets them decide, somebody
who has already had a hand in it. An `Act` names the relation that it takes and those that forbid it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

from core.errors import NotAllowed, WrongState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Related(Protocol):
    status: Any

    def relations_of(self, person: Any) -> set[str]: ...

    def get_status_display(self) -> str: ...


@dataclass(frozen=True)
class Act:
    """`who` is the relation it takes, `states` where it may begin, `but_not` the relations that forbid it, each with why."""

    who: str
    states: frozenset[str]
    but_not: Mapping[str, StrOrPromise] = field(default_factory=dict)


def judge(act: Act, row: Related, *, by: Any) -> None:
    """Refuse whoever may not, then whatever state does not allow it. `by` is None where the system acts by itself."""
    if by is not None:
        _judge_person(act, row.relations_of(by))
    if row.status not in act.states:
        state = row.get_status_display()
        raise WrongState(_("This cannot be done now. The present state is: %(state)s.") % {"state": state})


def may(act: Act, row: Related, person: Any) -> bool:
    """Whether somebody could do it now: for what a page offers."""
    return bool(offered({"": act}, row, person))


def offered(known: Mapping[str, Act], row: Related, person: Any) -> list[str]:
    """Which of some acts somebody could do now, by name."""
    held = row.relations_of(person)
    return [name for name, act in known.items() if act.who in held and not held & act.but_not.keys() and row.status in act.states]


def why_not(act: Act, row: Related, person: Any) -> StrOrPromise:
    """Why somebody may not, whose role would let them: for what a page says in place of a button. Nothing where they may."""
    held = row.relations_of(person)
    return next((why for relation, why in act.but_not.items() if relation in held), "") if act.who in held else ""


def _judge_person(act: Act, held: set[str]) -> None:
    if act.who not in held:
        raise NotAllowed
    for relation, why in act.but_not.items():
        if relation in held:
            raise NotAllowed(why, code="not_the_same_person")
