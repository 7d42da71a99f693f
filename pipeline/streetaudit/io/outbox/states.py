"""What a restart goes on with, by name, as JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from streetaudit.io.outbox.database import OutboxDatabase


def put_state(connection: sqlite3.Connection, name: str, body: str) -> None:
    """Keep a state on a transaction that is going on."""
    connection.execute(
        "INSERT INTO states VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body", (name, body)
    )


class States:
    """Named states in the gateway's file; the last one written counts."""

    def __init__(self, database: OutboxDatabase) -> None:
        self._database = database

    def put(self, name: str, state: Mapping[str, Any]) -> None:
        """Keep a state in place of the one before.

        Raises:
            StoreError: If it cannot be written.
        """
        body = json.dumps(state, separators=(",", ":"))
        with self._database.write() as connection:
            put_state(connection, name, body)

    def get(self, name: str) -> dict[str, Any] | None:
        """The state of a name, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute("SELECT body FROM states WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        state: dict[str, Any] = json.loads(row[0])
        return state

    def forget(self, name: str) -> bool:
        """True if there was such a state; there is none now."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM states WHERE name = ?", (name,)).rowcount > 0
