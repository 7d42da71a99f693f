"""What merging a drive costs in a store of many cases: milliseconds a sighting, by size of the store.

    python benchmarks/merge.py [--cases 10000 100000 1000000] [--drives 40] [--folder DIR]

A drive sees 60 things along 600 m, four of five of them known there, off by a bias of its own. Wall time on a busy
machine says little; processor time is what the merging takes.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from streetaudit.casework.merge import Merging
from streetaudit.io.store.engine import Database
from streetaudit.io.store.footage_rows import run_row, sighting_row
from streetaudit.io.store.open import open_store
from streetaudit.io.store.spot_tables import spots
from streetaudit.io.store.store import Store
from streetaudit.io.store.tables import cases, runs, sightings
from streetaudit.structures.city import Verdict
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.identity import sighting_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts, ClipRun
from streetaudit.structures.sighting import Sighting

TOWN = LocalFrame(36.8, 118.05)
#: As dense as a street in a town that has been audited for years: a case on 400 square metres.
CASE_M2 = 400.0
START = datetime(2026, 1, 1, tzinfo=UTC)
CLASSES = {"litter": "litter", "street_stall": "street_stall", "illegal_ad": "illegal_ad"}
STATES = {"candidate": 20, "deferred": 3, "confirmed": 40, "dismissed": 30, "resolved": 7}
SEEN, KNOWN_SHARE, STEP_M = 60, 0.8, 10.0
MERGING = Merging(10.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--drives", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="on which disk; default: the temporary folder's")
    asked = parser.parse_args()
    for count in asked.cases:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            path = Path(folder) / "cases.sqlite3"
            open_store(f"sqlite:///{path}").close()
            places = _fill(path, count)
            with open_store(f"sqlite:///{path}") as store:
                _measure(store, places, drives=asked.drives)


def _fill(path: Path, count: int) -> list[tuple[float, float]]:
    """The places (metres) of things seen once each, as commit_clip would have left them."""
    rng = random.Random(0)
    side_m = math.sqrt(count * CASE_M2)
    database, places = Database(path), []
    with database.write() as connection:
        connection.execute(insert(runs).values({**run_row(_run("0" * 64)), "is_current": True, "stored_at": START}))
    for begin in range(0, count, 20_000):
        at = [(rng.uniform(0, side_m), rng.uniform(0, side_m)) for _ in range(min(20_000, count - begin))]
        rows = [_rows(begin + i, where, rng) for i, where in enumerate(at)]
        with database.write() as connection:
            for table, column in ((spots, 0), (cases, 1), (sightings, 2)):
                connection.execute(insert(table), [row[column] for row in rows])
        places += at
    database.close()
    return places


def _rows(number: int, where: tuple[float, float], rng: random.Random) -> tuple[dict[str, Any], ...]:
    seen = _sighting("0" * 64, number, where, rng.choice(list(CLASSES)), START)
    case, spot = UUID(int=rng.getrandbits(128)), UUID(int=rng.getrandbits(128))
    plain = sighting_row(seen)
    place = {name: plain[name] for name in ("lat", "lon", "error_m", "place_method", "place_views", "covariance_m2")}
    thing = {"id": spot, "kind": seen.class_name, "camera": seen.camera, **place, "last_seen": START}
    row = {
        "id": case, "problem": seen.class_name, "state": rng.choices(list(STATES), list(STATES.values()))[0],
        "is_shadow": False, "camera": seen.camera, **place, "confidence": 0.8, "first_seen": START, "last_seen": START,
        "passes": 1, "sightings": 1, "cell": f"3703{rng.randrange(10**5):05d}", "responsible": "street office",
        "code": "0101", "rule": "r", "rule_version": "r", "due_at": START, "queue_at": START, "version": 1,
        "evidence": None, "spot_id": spot, "cell_at_border": False,
    }  # fmt: skip
    return thing, row, {**plain, "run": 1, "case_id": case, "raised_id": case, "spot_id": spot}


def _measure(store: Store, places: list[tuple[float, float]], *, drives: int) -> None:
    rng = random.Random(1)
    wall, cpu = [], []
    for number in range(1, drives + 1):
        sha256 = f"{number:064x}"
        seen = list(_drive(sha256, places, rng))
        began, began_cpu = time.perf_counter(), time.process_time()
        store.commit_clip(
            _run(sha256), seen, assign=MERGING.assign, describe=lambda _: CityFacts(), place_cases=MERGING.place_cases
        )
        wall.append((time.perf_counter() - began) * 1000.0 / len(seen))
        cpu.append((time.process_time() - began_cpu) * 1000.0 / len(seen))
    told = (f"{name} median {_at(ms, 0.5):.2f} p95 {_at(ms, 0.95):.2f}" for name, ms in (("wall", wall), ("CPU", cpu)))
    print(f"{len(places):9,} cases, {drives} drives of {SEEN}: ms a sighting: {'   '.join(told)}", flush=True)


def _at(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _drive(sha256: str, places: list[tuple[float, float]], rng: random.Random) -> Iterator[Sighting]:
    """Things along a line eastward: what is known near it, and some that is new, all off by one bias."""
    side_m = max(east for east, _ in places)
    start = rng.uniform(0, max(1.0, side_m - SEEN * STEP_M)), rng.uniform(0, side_m)
    bias = rng.gauss(0, 1.5), rng.gauss(0, 1.5)
    near = sorted((e, n) for e, n in places if 0 <= e - start[0] <= SEEN * STEP_M and abs(n - start[1]) < 12.0)
    known = rng.sample(near, min(len(near), int(SEEN * KNOWN_SHARE)))
    fresh = [(start[0] + rng.uniform(0, SEEN * STEP_M), start[1] + rng.uniform(-8, 8)) for _ in range(SEEN)]
    for track, (east, north) in enumerate(sorted([*known, *fresh[: SEEN - len(known)]])):
        at = east + bias[0] + rng.gauss(0, 0.3), north + bias[1] + rng.gauss(0, 0.3)
        yield _sighting(sha256, track, at, rng.choice(list(CLASSES)), START + timedelta(days=1))


def _run(sha256: str) -> ClipRun:
    return ClipRun(sha256, sha256, "clip.mp4", "patrol", "m", "r", "complete", "", None, None)


def _sighting(sha256: str, track: int, at: tuple[float, float], class_name: str, seen_at: datetime) -> Sighting:
    lat, lon = TOWN.to_degrees(*at)
    return Sighting(
        id=sighting_id(clip_sha256=sha256, model_sha256="m", rule_version="r", track_id=track, problem=class_name),
        clip_sha256=sha256, clip_name="clip.mp4", camera="patrol", track_id=track, class_name=class_name,
        confidence=0.8, frames=12, first_s=2.0 * track, last_s=2.0 * track + 1.5, seen_at=seen_at,
        place=Place(lat, lon, 3.8, covariance_m2=(2.4, 0.0, 2.4)),
        verdict=Verdict(class_name, class_name, "r", "lies on the pavement"), evidence=None, model_sha256="m",
    )  # fmt: skip


if __name__ == "__main__":
    main()
