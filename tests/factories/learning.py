"""Modules, and what learners and forgers say about them."""

from __future__ import annotations

import uuid

from django.utils import timezone

from learning import conversations, playing
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


def conversation_facts(**changes) -> dict:
    """At the desk: a guess closes Sam up and can be mended, a question opens a door. Two endings."""
    ask = {"says": "“Who is with you?”", "effect": "Sam looks up.", "leads_to": "end-open", "opens": True}
    guess = {"says": "“Is your wife coming?”", "effect": "Sam looks at the floor.", "leads_to": "closed"}
    go_on = {"says": "“Sign here.”", "effect": "Sam signs, and asks nothing.", "leads_to": "end-shut"}
    facts = {
        "title": "At the desk",
        "setup": "You work at the desk. Sam is invented. [^act]",
        "person": "Sam",
        "moments": [
            {"name": "start", "says": "“I’ve come about the letter.”", "choices": [guess, ask]},
            {"name": "closed", "says": "“I came alone.”", "choices": [ask, go_on]},
            {"name": "end-open", "says": "Sam tells you about Dee.", "lesson": "You asked who."},
            {"name": "end-shut", "says": "Sam goes.", "lesson": "The form is full, and Dee is not on it."},
        ],
    }
    return facts | changes


def talking_facts(number: int, **changes) -> dict:
    """A module of one step to read, one conversation and one question."""
    reading, _thinking, asking = module_facts(number)["steps"]
    talking = {"title": "Try it", "blocks": [{"conversation": conversation_facts(**changes)}]}
    return module_facts(number, steps=[reading, talking, asking])


def outline_facts(number: int) -> dict:
    return module_facts(number, outline=True, steps=[], covers="It will cover more.")


def work_through(registration: Registration, module: ModulePage, by: User) -> ModuleProgress:
    """The whole module, every answer right."""
    progress = playing.open_module(registration, module, by=by)
    for step in module.lesson():
        if step.question:
            playing.answer(progress, step, right_answers(step), by=by, token=uuid.uuid4())
        if step.conversation:
            talk_to_an_end(progress, step, by)
        playing.go_on(progress, step, by=by)
    return playing.finish(progress, by=by)


def talk_to_an_end(progress: ModuleProgress, step: Step, by: User) -> conversations.Way:
    """Always the last choice there is."""
    way = conversations.way(progress, step)
    while not way.is_at_end:
        way = conversations.choose(progress, step, way.now.value["choices"].bound_blocks[-1].id, by=by, token=uuid.uuid4())
    return way


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
