import os
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store.builders import commit, dump, fill, sighting
from store.children import open_and_fill, start, url
from store.disks import make_read_only, small_disk
from streetaudit.errors import StoreError
from streetaudit.io.store.engine import Database
from streetaudit.io.store.migrate import MIGRATIONS, REVISIONS, migrate, upgrade
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.tables import metadata


def test_a_fresh_file_is_made_by_the_migrations_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "new cases's 100%.sqlite3"
    with open_store(url(path)) as store:
        fill(store, 2)
    with open_store(url(path)) as store:
        assert store.count() == 2
    assert dump(path)["alembic_version"] == [(REVISIONS[-1],)]


def test_an_empty_file_counts_as_fresh(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite3"
    path.touch()
    with open_store(url(path)) as store:
        assert store.count() == 0


def test_migrations_and_metadata_agree(path: Path) -> None:
    database = Database(path)
    with database.read() as connection:
        options = {
            "include_name": lambda name, kind, parents: (
                not str(name).startswith(("case_places", "spot_places", "case_words"))
            )
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    database.close()
    assert differences == []


def test_the_revisions_named_are_those_that_there_are() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == REVISIONS


@pytest.mark.parametrize("start", REVISIONS)
def test_every_older_schema_is_brought_up_to_date(tmp_path: Path, path: Path, start: str) -> None:
    old = tmp_path / "old.sqlite3"
    database = Database(old)
    with database.write() as connection:
        upgrade(connection, start)
    migrate(database)
    database.close()
    assert schema(old) == schema(path)


def schema(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return rows


def test_a_failed_migration_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    database = Database(tmp_path / "half.sqlite3")

    def fail_at_the_end() -> None:
        with database.write() as connection:
            upgrade(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_at_the_end()
    database.close()
    assert schema(tmp_path / "half.sqlite3") == []


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("cache_size", -4096),
    ],
)
def test_every_connection_is_set_up(path: Path, pragma: str, value: object) -> None:
    database = Database(path)
    with database.read() as one, database.read() as two:
        assert [c.execute(text(f"PRAGMA {pragma}")).scalar() for c in (one, two)] == [value, value]
    database.close()


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        pytest.param("postgresql+psycopg://db/cases", "sqlite:///", id="not-yet-postgresql"),
        pytest.param("sqlite://", "sqlite:///", id="in-memory"),
        pytest.param("cases.sqlite3", "sqlite:///", id="a-bare-path"),
        pytest.param("sqlite:////nowhere/at/all/cases.sqlite3", "create it", id="no-such-folder"),
        pytest.param("sqlite:////tmp", "name a file", id="a-folder"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(address: str, advice: str) -> None:
    with pytest.raises(StoreError, match=advice):
        open_store(address)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear city,\n" * 1000)
    with pytest.raises(StoreError, match="no SQLite database"):
        open_store(url(path))
    assert path.read_text() == "Dear city,\n" * 1000


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    before = schema(path)
    with pytest.raises(StoreError, match="another program"):
        open_store(url(path))
    assert schema(path) == before


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(StoreError, match="update streetaudit"):
        open_store(url(path))


def test_a_damaged_file_is_named_so(path: Path, store: Store) -> None:
    fill(store, 300)
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
    with pytest.raises(StoreError, match="damaged"), open_store(url(path)) as damaged:
        list(damaged.each_case())


def test_a_read_only_folder_is_explained(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk / "cases.sqlite3"
        open_store(url(path)).close()
        make_read_only(disk)
        with pytest.raises(StoreError, match="write"), open_store(url(path)) as store:
            commit(store, [sighting()])
        with pytest.raises(StoreError, match="write"):
            open_store(url(disk / "another.sqlite3"))


def test_a_store_is_not_carried_over_a_fork(store: Store) -> None:
    child = os.fork()
    if child == 0:
        try:
            store.count()
        except ValueError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_many_processes_may_make_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cases.sqlite3"
    children = [start(open_and_fill, path, f"p{number}") for number in range(6)]
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * 6
    with open_store(url(path)) as store:
        assert store.count() == 6
