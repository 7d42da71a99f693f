"""The way from an empty file, or an older one, to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from streetaudit.errors import StoreError
from streetaudit.io.store.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"

#: Every revision, oldest first; kept here so that opening a store that is up to date need not load Alembic.
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
)


def migrate(database: Database) -> None:
    """Bring the file to the newest schema, in one transaction.

    Raises:
        StoreError: If the file belongs to something else, or to a newer streetaudit.
    """
    with database.read() as connection:
        if _revision(connection) == REVISIONS[-1]:
            return
    import alembic.command  # noqa: F401 - a second on a slow machine: not while everybody waits for the lock

    with database.write() as connection:
        _refuse_foreign(connection, database.path)
        upgrade(connection)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations on a connection that is inside a transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refuse_foreign(connection: Connection, path: Path) -> None:
    revision = _revision(connection)
    if revision is None and inspect(connection).get_table_names():
        raise StoreError(f"{path}: this database belongs to another program: name another file in [store] url")
    if revision is not None and revision not in REVISIONS:
        raise StoreError(
            f"{path}: this store has schema {revision}, newer than this program's {REVISIONS[-1]}: update streetaudit"
        )
