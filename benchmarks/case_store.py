"""What the store takes with many cases: queue page, map box, counts, claim and decide, a clip's commit.

Run: python benchmarks/case_store.py [--cases 100000] [--rounds 200] [--folder DIR]
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from streetaudit.casework.merge import Merging
from streetaudit.io.store.engine import Database
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.tables import cases
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import CaseState, Decision
from streetaudit.structures.city import Verdict
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.identity import sighting_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts, ClipRun
from streetaudit.structures.sighting import Sighting

TOWN = LocalFrame(36.8, 118.05)
TOWN_M = 20_000.0  # the side of the square that the cases lie in
START = datetime(2026, 1, 1, tzinfo=UTC)
PROBLEMS = ("litter", "street_stall", "illegal_ad", "mis_parked_vehicle", "overflowing_bin")
#: As after some months: most cases are settled.
STATES = {"candidate": 20, "deferred": 3, "confirmed": 40, "dismissed": 30, "resolved": 7}

MERGING = Merging(6.0)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder) / "cases.sqlite3"
        began = time.perf_counter()
        open_store(f"sqlite:///{path}").close()
        _fill(path, options.cases)
        took = time.perf_counter() - began
        print(f"{options.cases:,} cases: {took:.1f} s ({options.cases / took:,.0f}/s), {_size(path) / 1e6:,.0f} MB")
        with open_store(f"sqlite:///{path}") as store:
            _measure(store, random.Random(1), options.rounds)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="on which disk; default: the temporary folder's")
    return parser.parse_args()


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.iterdir())


def _fill(path: Path, count: int) -> None:
    """Rows as commit_clip would leave them; a case at a time through the API would take hours for a million."""
    rng = random.Random(0)
    database = Database(path)
    for begin in range(0, count, 50_000):
        with database.write() as connection:
            connection.execute(insert(cases), [_case(rng) for _ in range(min(50_000, count - begin))])
    database.close()


def _case(rng: random.Random) -> dict[str, Any]:
    lat, lon = TOWN.to_degrees(rng.uniform(0, TOWN_M), rng.uniform(0, TOWN_M))
    seen_at = START + timedelta(seconds=rng.randrange(90 * 86_400))
    return {
        "id": UUID(int=rng.getrandbits(128)),
        "problem": rng.choice(PROBLEMS),
        "state": rng.choices(list(STATES), list(STATES.values()))[0],
        "is_shadow": False,
        "camera": f"patrol-{rng.randrange(8)}",
        "lat": lat,
        "lon": lon,
        "error_m": rng.uniform(1, 8),
        "place_method": "ground_plane",
        "place_views": 12,
        "covariance_m2": [4.0, 0.5, 3.0],
        "confidence": rng.random(),
        "first_seen": seen_at,
        "last_seen": seen_at,
        "passes": 1,
        "sightings": 1,
        "cell": f"3703{rng.randrange(10**5):05d}",
        "responsible": "street office",
        "code": "0101",
        "rule": "litter-anywhere",
        "rule_version": "abcdef0123456789",
        "due_at": seen_at + timedelta(hours=4),
        "queue_at": seen_at + timedelta(hours=4),
        "version": 1,
        "evidence": f"ab/{rng.getrandbits(128):032x}.jpg",
    }


def _measure(store: Store, rng: random.Random, rounds: int) -> None:
    waiting = CaseFilter(states=frozenset({CaseState.CANDIDATE, CaseState.DEFERRED, CaseState.REOPENED}))
    cursors = list(_cursors(store, waiting, 100))
    _print("queue page of 50, first", rounds, lambda: store.cases(waiting))
    _print("queue page of 50, deep", rounds, lambda: store.cases(waiting, after=rng.choice(cursors)))
    _print("queue page, one problem", rounds, lambda: store.cases(_litter(waiting)))
    for side_m in (200, 1000, 3000, 5000):
        _print(f"map box of {side_m} m, 1000 at most", rounds, partial(_boxed, store, rng, side_m))
    _print("counts of all states", rounds, store.counts)
    _print("search, a word", max(3, rounds // 40), lambda: store.cases(CaseFilter(search="370300042")))
    _print("one case", rounds, lambda: store.case(rng.choice(_sample(store))))
    _print("claim + decide", rounds, lambda: _claim_and_decide(store))
    clips = iter(range(10**9))
    _print("commit of a clip, 10 sightings", max(20, rounds // 10), lambda: _commit(store, next(clips), rng))


def _print(what: str, rounds: int, call: Callable[[], object]) -> None:
    taken, busy = [], []
    for _ in range(rounds):
        began, began_cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - began_cpu) * 1000)
    median, p95, cpu = _quantile(taken, 0.5), _quantile(taken, 0.95), _quantile(busy, 0.5)
    print(f"{what:34} median {median:8.2f} ms   p95 {p95:8.2f} ms   CPU {cpu:8.2f} ms   of {rounds}", flush=True)


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _cursors(store: Store, asked: CaseFilter, pages: int) -> Iterator[str]:
    after: str | None = None
    for _ in range(pages):
        after = store.cases(asked, after=after, limit=200).next
        if after is None:
            return
        yield after


def _litter(asked: CaseFilter) -> CaseFilter:
    return CaseFilter(states=asked.states, problems=frozenset({"litter"}))


def _box(rng: random.Random, side_m: float) -> CaseFilter:
    east, north = rng.uniform(0, TOWN_M - side_m), rng.uniform(0, TOWN_M - side_m)
    south, west = TOWN.to_degrees(east, north)
    top, right = TOWN.to_degrees(east + side_m, north + side_m)
    return CaseFilter(bbox=(west, south, right, top))


def _boxed(store: Store, rng: random.Random, side_m: float) -> object:
    return store.cases(_box(rng, side_m), limit=1000)


def _sample(store: Store, kept: list[UUID] = []) -> list[UUID]:  # noqa: B006 - filled once, on purpose
    if not kept:
        kept += [case.id for case in store.cases(limit=1000, order="id").cases]
    return kept


def _claim_and_decide(store: Store) -> None:
    case = store.claim("ann")
    if case is not None:
        store.decide(
            case.id,
            reviewer="ann",
            decision=Decision.CONFIRM,
            reason=None,
            note="",
            expected_version=case.version,
        )


def _commit(store: Store, number: int, rng: random.Random) -> None:
    sha256 = f"{number:064x}"
    run = ClipRun(f"work{number}", sha256, f"{number}.mp4", "patrol-0", "m", "r", "complete", "", None, None)
    seen = [_sighting(sha256, track, rng) for track in range(10)]
    store.commit_clip(run, seen, assign=MERGING.assign, describe=lambda _: CityFacts(), place_cases=MERGING.place_cases)


def _sighting(sha256: str, track: int, rng: random.Random) -> Sighting:
    lat, lon = TOWN.to_degrees(rng.uniform(0, TOWN_M), rng.uniform(0, TOWN_M))
    return Sighting(
        id=sighting_id(clip_sha256=sha256, model_sha256="m", rule_version="r", track_id=track, problem="litter"),
        clip_sha256=sha256,
        clip_name="clip.mp4",
        camera="patrol-0",
        track_id=track,
        class_name="litter",
        confidence=0.8,
        frames=9,
        first_s=float(track),
        last_s=track + 1.0,
        seen_at=START,
        place=Place(lat, lon, 3.0),
        verdict=Verdict("litter", "litter-anywhere", "r", "lies on the pavement"),
        evidence=None,
        model_sha256="m",
    )


if __name__ == "__main__":
    main()
