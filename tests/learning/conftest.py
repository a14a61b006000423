"""Statements to store, as our own player says them."""

from tests.factories.statements import say, store, void

__all__ = ["say", "store", "void"]
