"""What another model or other rules would change: cases that are new, lost and moved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from streetaudit.config import Config, with_changes
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.store.open import open_store
from streetaudit.structures.case import Case
from streetaudit.structures.geo import distance_m

#: A case that moves by less has stayed where it is.
MOVED_M = 1.0


@dataclass(frozen=True, slots=True)
class Moved:
    """A case that would lie elsewhere.

    Attributes:
        before: As it is.
        after: As it would be.
        by_m: How far apart.
    """

    before: Case
    after: Case
    by_m: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What would change.

    Attributes:
        new: Cases that would be opened.
        lost: Cases of which nothing would be seen any more.
        moved: Cases that would lie elsewhere, farthest first.
        kept: How many would stay as they are.
    """

    new: tuple[Case, ...]
    lost: tuple[Case, ...]
    moved: tuple[Moved, ...]
    kept: int


def difference(before: Mapping[UUID, Case], after: Mapping[UUID, Case]) -> Difference:
    """What changed between two states of the cases of which something was seen."""
    both = [(before[key], after[key]) for key in before if key in after]
    moved = [Moved(was, now, by_m) for was, now in both if (by_m := _moved_m(was, now)) > MOVED_M]
    return Difference(
        new=tuple(case for key, case in after.items() if key not in before),
        lost=tuple(case for key, case in before.items() if key not in after),
        moved=tuple(sorted(moved, key=lambda one: (-one.by_m, one.before.id))),
        kept=len(both) - len(moved),
    )


def _moved_m(was: Case, now: Case) -> float:
    if was.place is None or now.place is None:
        return 0.0 if was.place is now.place else float("inf")
    return distance_m(was.place.lat, was.place.lon, now.place.lat, now.place.lon)


@contextmanager
def trial(config: Config, *, clock: Clock = SYSTEM_CLOCK) -> Iterator[Config]:
    """The configuration with a copy of its store and folders of its own, which are gone at the end.

    Kept detections are read where they are; nothing at all is written to the live store and its folders.
    """
    looks = config.path(config.store.detections)
    with tempfile.TemporaryDirectory(prefix="streetaudit-trial-") as folder:
        home = Path(folder)
        with open_store(config.store_url, clock=clock) as store:
            store.copy_to(home / "cases.sqlite3")
        if looks.is_dir():
            _linked(looks, home / "detections")
        changes = {"url": f"sqlite:///{home}/cases.sqlite3", "evidence": str(home / "evidence")}
        yield with_changes(config, "store", **changes, detections=str(home / "detections"))


def _linked(source: Path, target: Path) -> None:
    """The same files under another name; they are never changed, only replaced."""
    for path in source.rglob("*.parquet"):
        link = target / path.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.resolve())
