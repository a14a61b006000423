"""A conversation with branches in a module: the learner chooses what to say, and sees what it does to the person.

It is practice: no choice is right or wrong, none is scored, and any can be taken back. Kept is the way, as the ids of the
choices; what was said is in the module alone. Where its author has changed the conversation meanwhile, the way is cut after
the last choice that still leads on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import errors
from learning import playing
from learning.lrs import vocabulary
from learning.models import ConversationPath, LaunchSession, ModuleProgress, Statement, Step
from people.models import User

LONGEST = 60  # choices; who goes round in circles for so long is a program


@dataclass(frozen=True)
class Turn:
    """The person spoke, and the learner chose what to say. Both are blocks with `id` and `value`."""

    moment: Any
    choice: Any

    @property
    def others(self) -> list:
        """What else could have been said."""
        return [choice for choice in self.moment.value["choices"].bound_blocks if choice.id != self.choice.id]


@dataclass(frozen=True)
class Way:
    """A way through a conversation, as far as it still leads. `chosen` are ids of choices, `reached` ids of endings."""

    block: Any
    chosen: tuple[str, ...] = ()
    reached: tuple[str, ...] = ()

    @cached_property
    def moments(self) -> list:
        return list(self.block.value["moments"].bound_blocks)

    @cached_property
    def turns(self) -> list[Turn]:
        turns: list[Turn] = []
        moment = self.moments[0]
        for key in self.chosen:
            choice = next((each for each in moment.value["choices"].bound_blocks if each.id == key), None)
            after = self._named(choice.value["leads_to"]) if choice else None
            if not after:
                break
            turns.append(Turn(moment, choice))
            moment = after
        return turns

    @cached_property
    def now(self):
        """The moment that this way has come to."""
        return self._named(self.turns[-1].choice.value["leads_to"]) if self.turns else self.moments[0]

    @property
    def is_at_end(self) -> bool:
        return not self.now.value["choices"]

    @property
    def has_ended(self) -> bool:
        """Whether it ever came to an ending, though the author may have taken that one out since."""
        return bool(self.reached)

    @property
    def endings(self) -> list:
        return [moment for moment in self.moments if not moment.value["choices"]]

    @property
    def found(self) -> int:
        """How many of the present endings the learner has seen."""
        return sum(moment.id in self.reached for moment in self.endings)

    def after(self, choice: str) -> Way:
        """The way after one more choice. Raises `errors.DomainError` where it is none of those that there are."""
        if not choice:
            raise errors.DomainError(_("Choose what to say."), code="no_answer", field="answer")
        if choice not in {each.id for each in self.now.value["choices"].bound_blocks}:
            message = _("The conversation has gone on, or was changed, since you opened this page. This is where it stands.")
            raise errors.DomainError(message, code="unknown_answer", field="answer")
        further = self._cut([*self.ids, choice])
        return further._ended() if further.is_at_end else further

    def back(self) -> Way:
        return self._cut(self.ids[:-1])

    def begun_again(self) -> Way:
        return self._cut([])

    @property
    def ids(self) -> list[str]:
        return [turn.choice.id for turn in self.turns]

    @property
    def kept(self) -> dict:
        """As fields of a ConversationPath."""
        return {"conversation": self.block.id, "path": self.ids, "endings": list(self.reached)}

    def _cut(self, chosen: Iterable[str]) -> Way:
        return Way(self.block, tuple(chosen), self.reached)

    def _ended(self) -> Way:
        return Way(self.block, self.chosen, tuple(dict.fromkeys([*self.reached, self.now.id])))

    def _named(self, name: str):
        return next((moment for moment in self.moments if moment.value["name"] == name), None)


def way(progress: ModuleProgress, step: Step) -> Way:
    """Where the learner stands in the step's conversation."""
    row = progress.conversations.filter(conversation=step.conversation.id).first()
    return Way(step.conversation, tuple(row.path), tuple(row.endings)) if row else Way(step.conversation)


# Acts ---------------------------------------------------------------------------------------------


def choose(progress: ModuleProgress, step: Step, choice: str, *, by: User, token: uuid.UUID) -> Way:
    """Say something. `choice` is its id; `token` makes a doubled click one act.

    Raises `errors.DomainError` where nothing was chosen, or nothing that can be said at this moment.
    """
    known_as = uuid.uuid5(progress.key, f"responded {step.conversation.id} {token}")
    with transaction.atomic():
        registration = playing.hold(progress.registration)
        before = way(progress, step)
        if Statement.objects.filter(pk=known_as).exists():
            return before
        if len(before.turns) >= LONGEST:
            raise errors.DomainError(
                _("You have gone round and round. Go back, or begin again."), code="too_long", field="answer"
            )
        further = before.after(choice)
        sitting = playing.sitting_of(registration, progress.module)
        playing.say(sitting, responded(sitting, step, further) | {"id": str(known_as)})
        return _keep(progress, further)


def go_back(progress: ModuleProgress, step: Step, *, by: User, turns: int) -> Way:
    """Take back the last thing said. `turns` is how many there were on the page, so that a doubled click takes back one."""
    with transaction.atomic():
        playing.hold(progress.registration)
        before = way(progress, step)
        return _keep(progress, before.back()) if len(before.turns) == turns else before


def begin_again(progress: ModuleProgress, step: Step, *, by: User) -> Way:
    """From the beginning. Which endings were found stays."""
    with transaction.atomic():
        playing.hold(progress.registration)
        return _keep(progress, way(progress, step).begun_again())


def _keep(progress: ModuleProgress, to: Way) -> Way:
    ConversationPath.objects.update_or_create(progress=progress, conversation=to.block.id, defaults=to.kept)
    return to


# Statements ---------------------------------------------------------------------------------------


def responded(sitting: LaunchSession, step: Step, to: Way, at: datetime | None = None) -> dict:
    """Which choice was made, by its id; and, where it led to an ending, that the conversation was completed.

    ADL's vocabulary has `answered` for a question and `responded` for a reaction to something: here nothing is asked that
    could be right or wrong, so there is no `success`. Not cmi5-defined, so `completion` may stand in it (cmi5 9.5.3).
    """
    activity = vocabulary.conversation_iri(sitting.module.activity, step.conversation.id)
    result: dict = {"response": to.ids[-1]}
    if to.is_at_end:
        result["completion"] = True
    return playing.statement(sitting, "responded", activity, kind=vocabulary.SIMULATION, result=result, at=at)
