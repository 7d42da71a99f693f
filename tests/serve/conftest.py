"""The review server over a real store in a file, and a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI

from serve.scene import INTAKE, FakeTime, add_people, config, fill, quick_passwords, zones
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit_serve.app import create_app

CASES = 16


@dataclass
class Site:
    """Everything of one running review server."""

    store: Store
    evidence: EvidenceFolder
    time: FakeTime
    app: FastAPI
    cases: list[UUID]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[UUID]]:
    """A folder with a store and its pictures, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("site")
    with open_store(f"sqlite:///{folder}/cases.sqlite3", clock=FakeTime().clock) as store:
        add_people(store)
        return folder, fill(store, EvidenceFolder(folder / "evidence"), CASES)


@pytest.fixture
def site(tmp_path: Path, filled: tuple[Path, list[UUID]]) -> Iterator[Site]:
    folder = tmp_path / "site"
    shutil.copytree(filled[0], folder)
    time = FakeTime()
    evidence = EvidenceFolder(folder / "evidence")
    with open_store(f"sqlite:///{folder}/cases.sqlite3", clock=time.clock) as store:
        app = create_app(
            store,
            evidence,
            config=config(folder),
            clock=time.clock,
            passwords=quick_passwords(),
            zones=zones(),
            intake=INTAKE,
        )
        yield Site(store, evidence, time, app, list(filled[1]))
