"""The gateway's own file: what waits for the server, what was dropped, and what a restart needs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streetaudit.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sightings (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, revision INTEGER NOT NULL, priority INTEGER NOT NULL,
    body TEXT NOT NULL, produced_s REAL NOT NULL, boot TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sightings_turn ON sightings (priority, seq);
CREATE INDEX IF NOT EXISTS sightings_seq ON sightings (seq);
CREATE TABLE IF NOT EXISTS evidence (
    key TEXT PRIMARY KEY, seq INTEGER NOT NULL, priority INTEGER NOT NULL, bytes INTEGER NOT NULL,
    ready INTEGER NOT NULL, produced_s REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS evidence_turn ON evidence (ready, priority, seq);
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, about TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS states (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""

#: As in io/store/engine.py: with NORMAL a power cut takes acknowledged rows back (87 of 150 trials).
_PRAGMAS = ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 16777216")


class OutboxDatabase:
    """One SQLite file used by several threads, one at a time.

    Raises:
        StoreError: If it cannot be opened; the message says what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in _PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path}: {error}: give this user write permission there, or free some space") from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: everything is kept at the end, or nothing.

        Raises:
            StoreError: If it cannot be written.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise StoreError(f"{self.path}: {error}: check the disk and its free space") from error

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection for one question."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise StoreError(f"{self.path}: {error}: check the disk") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
