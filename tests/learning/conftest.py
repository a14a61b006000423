"""Statements to store, as our own player says them; and a record store outside."""

from tests.factories.outside_store import forwarder, outside_store
from tests.factories.statements import say, store, void

__all__ = ["forwarder", "outside_store", "say", "store", "void"]
