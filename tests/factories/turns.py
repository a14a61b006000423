"""A connection to a file of SQLite's, as `transactions.in_turn` sees it."""

from types import SimpleNamespace

import pytest

from core import transactions


@pytest.fixture
def lone(monkeypatch, tmp_path):
    """A connection to a file of SQLite's, outside a transaction."""
    found = SimpleNamespace(
        vendor="sqlite",
        in_atomic_block=False,
        is_in_memory_db=lambda: False,
        settings_dict={"NAME": tmp_path / "db.sqlite3"},
        ensure_connection=lambda: None,
        connection=SimpleNamespace(total_changes=0),
    )
    monkeypatch.setattr(transactions, "connection", found)
    return found
