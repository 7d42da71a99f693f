import sqlite3
import threading
import time as real_time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from streetaudit.errors import StoreError
from streetaudit.io.store import engine
from streetaudit.io.store.engine import Database

COUNT = text("SELECT count(*) FROM login_failures")
NOTE = text("INSERT INTO login_failures (key, at) VALUES ('ann', '2026-01-01 00:00:00.000000')")


@pytest.fixture
def impatient(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database whose connections wait for 0.1 s, six times."""
    monkeypatch.setattr(engine, "PRAGMAS", ("PRAGMA busy_timeout = 100", *engine.PRAGMAS[1:]))
    database = Database(path)
    yield database
    database.close()


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection, as good as."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def test_a_writer_waits_for_its_turn(impatient: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.25, other.execute, ["COMMIT"])
    release.start()
    with impatient.write() as connection:
        connection.execute(NOTE)
    release.join()
    with impatient.read() as connection:
        assert connection.execute(COUNT).scalar() == 1


def test_a_writer_whose_turn_does_not_come_says_why(impatient: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    began_s = real_time.monotonic()
    with pytest.raises(StoreError, match="another process"), impatient.write():
        pass
    assert real_time.monotonic() - began_s >= 0.5
    other.execute("ROLLBACK")
    with impatient.write() as connection:  # and the connection is as good as before
        connection.execute(NOTE)


def test_readers_do_not_wait_for_a_writer(impatient: Database, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    other.execute(NOTE.text)
    with impatient.read() as connection:
        assert connection.execute(COUNT).scalar() == 0
    other.execute("ROLLBACK")


def test_an_error_takes_everything_back(path: Path) -> None:
    database = Database(path)

    def write_half() -> None:
        with database.write() as connection:
            connection.execute(NOTE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    with database.read() as connection:
        assert connection.execute(COUNT).scalar() == 0
    database.close()


def test_a_reader_sees_one_moment(path: Path) -> None:
    database = Database(path)
    with database.read() as reader:
        before = reader.execute(COUNT).scalar()
        with database.write() as writer:
            writer.execute(NOTE)
        assert reader.execute(COUNT).scalar() == before
    database.close()
