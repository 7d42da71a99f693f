"""Values and parts for the tests of the store: rows, not mocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from streetaudit.io.clock import Clock
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Reason, Verdict
from streetaudit.structures.geo import distance_m
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import sighting_id, spot_id
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.run import CityFacts, ClipRun, Committed
from streetaudit.structures.sighting import Evidence, Sighting
from streetaudit.structures.spot import Around, Spot, kind_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAT, LON = 36.8, 118.05
#: Degrees of latitude to a metre, near enough.
METRE = 1 / 111_000


BECAUSE = Reason("anywhere.in", (("thing", Reason("thing.litter")), ("zone", "the market"), ("percent", 92)))
OTHER = Evidence("ab/other.jpg", "ab/otherc.jpg", 640, 360, (5.0, 6.0, 7.0, 8.0), 1.9, (("face", 1),))


@dataclass
class FakeTime:
    """A clock that goes when it is told to."""

    at: datetime = NOON
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=lambda: self.at, monotonic_s=self._monotonic_s)

    def _monotonic_s(self) -> float:
        return self.at.timestamp()

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def sha(name: str) -> str:
    return (name.encode().hex() + "0" * 64)[:64]


def run(
    clip: str = "a",
    *,
    model: str = "m1",
    rules: str = "r1",
    status: Literal["complete", "partial", "failed"] = "complete",
    work_key: str | None = None,
) -> ClipRun:
    return ClipRun(
        work_key=f"{clip}-{model}-{rules}" if work_key is None else work_key,
        clip_sha256=sha(clip),
        clip_name=f"{clip}.mp4",
        camera="patrol",
        model_sha256=model,
        rule_version=rules,
        status=status,
        reason="" if status == "complete" else "half of it is missing",
        facts=None,
        record=None,
    )


def sighting(
    track: int = 1,
    *,
    clip: str = "a",
    model: str = "m1",
    rules: str = "r1",
    north_m: float | None = 0.0,
    problem: str | None = "litter",
    shadow: bool = False,
    confidence: float = 0.8,
    seen_at: datetime | None = NOON,
    camera: str = "patrol",
    place: Place | NotPlaced | None = None,
) -> Sighting:
    """One sighting; north_m places it so many metres north of the origin, None leaves it unplaced."""
    if place is None:
        here = NotPlaced("no trace") if north_m is None else Place(LAT + north_m * METRE, LON, 2.0)
    else:
        here = place
    return Sighting(
        id=sighting_id(
            clip_sha256=sha(clip), model_sha256=model, rule_version=rules, track_id=track, problem=problem or ""
        ),
        clip_sha256=sha(clip),
        clip_name=f"{clip}.mp4",
        camera=camera,
        track_id=track,
        class_name=problem or "person",
        confidence=confidence,
        frames=9,
        first_s=float(track),
        last_s=track + 0.9,
        seen_at=seen_at,
        place=here,
        verdict=Verdict(problem, f"{problem}-rule", rules, "because", shadow=shadow, reason=BECAUSE),
        evidence=Evidence(
            f"ab/{clip}{track}.jpg", f"ab/{clip}{track}c.jpg", 640, 360, (1.5, 2.0, 3.0, 4.0), 1.2, others=(OTHER,)
        ),
        model_sha256=model,
    )


def nearest(new: Sighting, nearby: Sequence[Spot], of_this_clip: Mapping[UUID, Sequence[Sighting]]) -> Spot | None:
    """The nearest thing within 4 m that this clip has not seen yet; unplaced ones join the first."""
    for spot in nearby:
        if of_this_clip.get(spot.id):
            continue
        if spot.place is None or not isinstance(new.place, Place):
            return spot
        if distance_m(new.place.lat, new.place.lon, spot.place.lat, spot.place.lon) <= 4.0:
            return spot
    return None


def middle(places: Sequence[Place]) -> Place:
    """The mean position: depends on every place, so that a forgotten refresh shows."""
    n = len(places)
    return replace(places[0], lat=sum(p.lat for p in places) / n, lon=sum(p.lon for p in places) / n, views=n)


def facts(new: Sighting) -> CityFacts:
    due_at = None if new.seen_at is None else new.seen_at + timedelta(hours=4)
    return CityFacts(cell="370303001", responsible="sanitation", code="0101", due_at=due_at)


Choose = Callable[[Sighting, Sequence[Spot], Mapping[UUID, Sequence[Sighting]]], Spot | None]


def one_by_one(choose: Choose) -> Callable[..., dict[UUID, UUID]]:
    """An `assign` that asks `choose` about each sighting with a problem and the things of its kind, nearest first."""

    def assign(seen: Sequence[Sighting], around: Around) -> dict[UUID, UUID]:
        held, chosen = {spot: list(own) for spot, own in around.same_clip.items()}, {}
        for new in (one for one in seen if one.verdict.problem is not None):
            kind = kind_of(new.class_name)
            alike = [spot for spot in around.spots if spot.kind == kind and _apart_m(new, spot) is not None]
            found = choose(new, sorted(alike, key=lambda spot: (_apart_m(new, spot), spot.id)), held)
            chosen[new.id] = around.decided.get(new.id) or (spot_id(new.id) if found is None else found.id)
            held.setdefault(chosen[new.id], []).append(new)
        return chosen

    return assign


def _apart_m(new: Sighting, spot: Spot) -> float | None:
    if spot.place is None or not isinstance(new.place, Place):
        return 0.0 if spot.place is None and not isinstance(new.place, Place) else None
    return distance_m(new.place.lat, new.place.lon, spot.place.lat, spot.place.lon)


def middles(glimpses: Sequence[Glimpse]) -> dict[UUID, Place]:
    """The middle of each thing's sightings."""
    spots = {glimpse.spot_id for glimpse in glimpses}
    return {spot: middle([g.place for g in glimpses if g.spot_id == spot]) for spot in spots}


PARTS: dict[str, Any] = {"assign": one_by_one(nearest), "describe": facts, "place_cases": middles}


def commit(store: Store, sightings: Sequence[Sighting] = (), *, of: ClipRun | None = None, **parts: Any) -> Committed:
    """Commit sightings under the run of their clip, or the one given."""
    whole = of or run()
    return store.commit_clip(whole, sightings, **{**PARTS, **parts})


def fill(store: Store, count: int, *, problem: str = "litter", clip: str = "a") -> list[UUID]:
    """The ids of so many new cases, 100 m apart."""
    seen = [sighting(i, clip=clip, north_m=100.0 * i, problem=problem) for i in range(count)]
    return list(commit(store, seen, of=run(clip)).new_cases)


def dump(path: Path, *, without: Callable[[str], bool] = lambda table: False) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a file, the R*Tree's inner tables among them."""
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names if not without(name)}  # noqa: S608
    connection.close()
    return rows
