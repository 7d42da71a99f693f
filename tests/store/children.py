"""What child processes do in the tests; importable by name, so that spawn finds it."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from store.builders import commit, fill, run, sighting
from streetaudit.io.store.errors import VersionConflict
from streetaudit.io.store.open import open_store
from streetaudit.structures.case import Decision


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def start(target: Any, *args: Any, method: Literal["spawn", "fork"] = "spawn") -> BaseProcess:
    """A child of its own. A fork starts at once, but only while no store is open here."""
    context: Any = multiprocessing.get_context(method)
    child: BaseProcess = context.Process(target=target, args=args, daemon=True)
    child.start()
    return child


def open_and_fill(path: Path, problem: str) -> None:
    """Make the store if nobody has, and put one case in."""
    with open_store(url(path)) as store:
        fill(store, 1, problem=problem, clip=problem)


def race(path: Path, reviewer: str, ids: list[UUID], results: Connection) -> None:
    """Confirm every case in its first version; send which ones were won."""
    with open_store(url(path)) as store:
        results.send("ready")
        results.recv()
        won = []
        for id_ in ids:
            try:
                store.decide(
                    id_, reviewer=reviewer, decision=Decision.CONFIRM, reason=None, note=reviewer, expected_version=1
                )
                won.append(id_)
            except VersionConflict as conflict:
                if conflict.current.version != 2:
                    raise
        results.send(won)


#: Sightings of a clip in the crash test: some with a problem, some without.
PER_CLIP = 6


def clip_sightings(clip: str) -> list[Any]:
    """Six sightings of a clip: four litter along the street, of which other clips see the same, two persons."""
    litter = [sighting(i, clip=clip, north_m=50.0 * i) for i in range(4)]
    return litter + [sighting(i, clip=clip, problem=None) for i in range(4, PER_CLIP)]


def commit_for_ever(path: Path, first: int, acknowledged: Connection) -> None:
    """Commit clip after clip and decide in between, and say so after each; made to be killed."""
    with open_store(url(path)) as store:
        for number in range(first, first + 100_000):
            clip = f"clip{number}"
            commit(store, clip_sightings(clip), of=run(clip))
            acknowledged.send(("clip", clip))
            case = store.claim("ann")
            if case is not None:
                store.decide(
                    case.id,
                    reviewer="ann",
                    decision=Decision.DEFER,
                    reason=None,
                    note=clip,
                    expected_version=case.version,
                )
                acknowledged.send(("review", clip))
