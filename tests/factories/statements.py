"""Statements to store, as our own player says them."""

import uuid

import pytest
from django.db import transaction

from learning.lrs import agents, statements, vocabulary
from learning.models import Statement

MODULE = uuid.UUID("5e0f0f52-7a64-4bb5-9d2c-3b0b6f7a2c11")
AUTHORITY = {"objectType": "Agent", "account": {"homePage": "https://alongside.example/xapi", "name": "player"}}


@pytest.fixture
def say():
    """`say(verb, **changes)`: a statement about a module, with whatever is to be different."""

    def make(verb="initialized", /, **changes):
        return {
            "id": str(uuid.uuid4()),
            "actor": agents.account("0b0fd7a5-1d53-4d26-a0cf-7d6a9f5f5c58"),
            "verb": vocabulary.verb(verb),
            "object": {"objectType": "Activity", "id": vocabulary.activity_iri(MODULE)},
            "timestamp": "2026-11-23T09:30:00.000Z",
        } | changes

    return make


@pytest.fixture
def void():
    """A statement that voids the one with this id."""

    def make(target, **changes):
        return {
            "id": str(uuid.uuid4()),
            "actor": agents.account("staff"),
            "verb": vocabulary.verb("voided"),
            "object": {"objectType": "StatementRef", "id": str(target)},
        } | changes

    return make


@pytest.fixture
def store(db):
    """Store statements, and answer with the rows."""

    def put(*said, **options):
        with transaction.atomic():
            stored = statements.store(list(said), **{"source": Statement.Source.PLAYER, "authority": AUTHORITY} | options)
        return [item.row for item in stored]

    return put
