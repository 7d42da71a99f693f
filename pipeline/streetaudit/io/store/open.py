"""From an address to a store."""

from __future__ import annotations

from pathlib import Path

from streetaudit.errors import StoreError
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.store.engine import Database
from streetaudit.io.store.migrate import migrate
from streetaudit.io.store.store import Store

_SQLITE = "sqlite:///"


def open_store(url: str, *, clock: Clock = SYSTEM_CLOCK) -> Store:
    """The store at an address, made or brought up to date where need be.

    Args:
        url: `sqlite:///relative/file` or `sqlite:////absolute/file`.
        clock: What tells the time of decisions, leases and sessions.

    Raises:
        StoreError: If the address cannot be used; the message says what to do.
    """
    path = _path_of(url)
    database = Database(path)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database, clock)


def _path_of(url: str) -> Path:
    if not url.startswith(_SQLITE) or url == _SQLITE:
        raise StoreError(f"{url!r}: only SQLite files can be used so far: set [store] url to sqlite:///cases.sqlite3")
    path = Path(url.removeprefix(_SQLITE))
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder {path.parent} does not exist: create it, or change [store] url")
    if path.is_dir():
        raise StoreError(f"{path}: this is a folder: name a file in it in [store] url")
    return path
