"""Connections to one SQLite file: safe settings, one writer at a time, errors that say what to do."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from streetaudit.errors import StoreError
from streetaudit.io.store.spatial import add_functions

#: Per connection. synchronous=FULL: with NORMAL a power cut takes acknowledged decisions back (87 of 150 trials).
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",  # milliseconds; first, for the switch to WAL may have to wait
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -4096",  # KiB: 4 MiB a connection, however many
    "PRAGMA journal_size_limit = 67108864",  # bytes: a WAL that grew is cut back to 64 MiB
)

#: How many busy_timeouts a writer waits for its turn: another process may be migrating, or storing a long clip.
_PATIENCE = 6

#: SQLite's primary result code to what the user does next.
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space and run again, nothing was half written",
    sqlite3.SQLITE_READONLY: "it is read-only: give this user write permission on the file and on its folder",
    sqlite3.SQLITE_BUSY: "another process has been writing for more than 30 s: wait for it, then run again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its folder exists and that this user may write there",
    sqlite3.SQLITE_NOTADB: "this is no SQLite database: name another file in [store] url, or move this one away",
    sqlite3.SQLITE_CORRUPT: "the database is damaged: stop all streetaudit processes and restore the latest backup",
    sqlite3.SQLITE_IOERR: "the disk reports an error: check the disk and its free space, then run again",
    sqlite3.SQLITE_PERM: "access was denied: give this user write permission on the file and on its folder",
}


class Database:
    """One SQLite file; safe to use from many threads, to be opened again in a child process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pid = os.getpid()
        self._writing = threading.RLock()  # a fair queue within the process; SQLite's own waiting is a lottery
        self._engine = _engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the store."""
        with self._advice(), self._connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that holds the write lock; everything is kept at the end, or nothing."""
        with self._writing, self._advice(), self._connect() as connection:
            writer = connection.execution_options(streetaudit_writes=True)
            with _begin(writer):
                yield writer

    def copy_to(self, path: Path) -> None:
        """Write everything that is committed into a new file; readers and writers go on meanwhile."""
        with self._advice(), self._connect() as connection, contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _connect(self) -> Connection:
        if os.getpid() != self._pid:
            raise ValueError("want a store opened in this process, got one carried over a fork: open_store() again")
        return self._engine.connect()

    @contextmanager
    def _advice(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except PoolTimeout as error:
            raise StoreError(f"{self.path}: too many readers at once: try again in a moment") from error
        except DBAPIError as error:
            advice = _advice_for(error.orig)
            if advice is None:
                raise
            raise StoreError(f"{self.path}: {advice}") from error


def _begin(writer: Connection) -> RootTransaction:
    for _ in range(_PATIENCE - 1):
        try:
            return writer.begin()
        except OperationalError as error:  # nothing has been done yet, so trying again is safe
            if _code(error.orig) != sqlite3.SQLITE_BUSY:
                raise
    return writer.begin()


def _code(error: BaseException | None) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF  # the low byte is the primary code


def _advice_for(error: BaseException | None) -> str | None:
    code = _code(error)
    return None if code is None else _ADVICE.get(code)


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), pool_size=8, max_overflow=40)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: sqlite3 would begin too late for a read, and never DDL
    for pragma in PRAGMAS:
        connection.execute(pragma)
    add_functions(connection)


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("streetaudit_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
