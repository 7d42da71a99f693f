"""A real store in a file, and a clock that stands still."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.builders import FakeTime
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that the migrations made: copied, for making it takes ten times as long as most tests."""
    path = tmp_path_factory.mktemp("store") / "empty.sqlite3"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def path(tmp_path: Path, empty_store: Path) -> Path:
    return Path(shutil.copy(empty_store, tmp_path / "cases.sqlite3"))


@pytest.fixture
def store(path: Path, time: FakeTime) -> Iterator[Store]:
    with open_store(f"sqlite:///{path}", clock=time.clock) as opened:
        yield opened
