"""Modules, and what learners and forgers say about them."""

from __future__ import annotations

import uuid

from django.utils import timezone

from learning import playing
from learning.lrs import agents, vocabulary
from learning.models import ModulePage, ModuleProgress, Registration, Statement, Step
from people.models import User


def module_facts(number: int, **changes) -> dict:
    """A module of three steps: one to read, one to reflect on, one that asks."""
    facts = {
        "activity": str(uuid.UUID(int=number, version=4)),
        "title": f"Module {number}",
        "slug": f"module-{number}",
        "about": f"What module {number} is about",
        "minutes": 10,
        "outline": False,
        "objectives": ["ask who is with somebody"],
        "sources": [
            {"key": "act", "title": "An Act", "publisher": "A Parliament", "url": "https://example.com/act", "published": 2010}
        ],
        "steps": [
            {"title": "Read", "blocks": [{"text": "Something to read. [^act]"}]},
            {"title": "Think", "blocks": [{"reflection": {"prompt": "What would you do?", "hint": "Only you can see it."}}]},
            {
                "title": "Ask",
                "blocks": [
                    {
                        "question": {
                            "prompt": "What do you say?",
                            "kind": "single",
                            "answers": [
                                {"text": "Who is with you today?", "correct": True, "feedback": "It assumes nothing."},
                                {"text": "Is this your sister?", "correct": False, "feedback": "A guess."},
                            ],
                            "right": {"title": "Yes", "text": "That opens the door."},
                            "wrong": {"title": "Not quite", "text": "Ask who."},
                        }
                    }
                ],
            },
        ],
    }
    return facts | changes


def outline_facts(number: int) -> dict:
    return module_facts(number, outline=True, steps=[], covers="It will cover more.")


def work_through(registration: Registration, module: ModulePage, by: User) -> ModuleProgress:
    """The whole module, every answer right."""
    progress = playing.open_module(registration, module, by=by)
    for step in module.lesson():
        if step.question:
            playing.answer(progress, step, right_answers(step), by=by, token=uuid.uuid4())
        playing.go_on(progress, step, by=by)
    return playing.finish(progress, by=by)


def right_answers(step: Step) -> list[str]:
    return [child.id for child in step.question.value["answers"].bound_blocks if child.value["correct"]]


def right_answer(step: Step) -> str:
    return right_answers(step)[0]


def said(registration: Registration, module: ModulePage, verb: str, **result) -> dict:
    """A statement as a forger would write it: all of it right but for who says so."""
    statement = {
        "id": str(uuid.uuid4()),
        "actor": agents.account(registration.learner.actor_name),
        "verb": vocabulary.verb(verb),
        "object": {"objectType": "Activity", "id": vocabulary.activity_iri(module.activity)},
        "context": {"registration": str(registration.key)},
        "timestamp": timezone.now().isoformat(),
    }
    return statement | ({"result": result} if result else {})


def finished(registration: Registration, module: ModulePage) -> list[dict]:
    return [said(registration, module, "completed", completion=True), said(registration, module, "passed", success=True)]


def void(registration: Registration, statement: Statement) -> dict:
    return {
        "id": str(uuid.uuid4()),
        "actor": agents.account(registration.learner.actor_name),
        "verb": {"id": vocabulary.VOIDED},
        "object": {"objectType": "StatementRef", "id": str(statement.pk)},
    }
