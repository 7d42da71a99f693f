"""How well the cases of many nights agree with the truth of a simulated world.

A thing that was cleaned away and came back to the same spot is one spot here; whether the case was closed and a new
one opened in between is a question of states and asked elsewhere.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import lap
import numpy as np

from streetaudit.errors import MapError
from streetaudit.structures.case import Case
from streetaudit.structures.geo import LocalFrame

#: A thing is asked for if one pass saw it well in so many frames, farther than this from a border that matters.
MIN_FRAMES, MIN_BORDER_M = 8, 5.0
#: A case and a thing farther apart are not each other, unless the case's own error says they may be.
WITHIN_M = 6.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing, or what came back to its place.

    Attributes:
        id: Of the spot.
        problem: What it is when it is a problem.
        lat, lon: WGS 84.
        is_asked: True if a pass saw it well enough, at an hour at which it is a problem.
        may_be: True if a case for it is right: it was a problem on some pass, or stands at a border.
    """

    id: str
    problem: str
    lat: float
    lon: float
    is_asked: bool
    may_be: bool


@dataclass(frozen=True, slots=True)
class NightScore:
    """The agreement of all cases with the truth.

    Attributes:
        asked: Spots asked for.
        found: Of them, those with a case of their own.
        merges: Spots asked for without a case of their own, where another spot's case took their sightings.
        cases: All cases.
        duplicates: Further cases beside a spot that has one.
        false: Cases with nothing near.
        metres: Distance of each matched case, ascending.
        inside: Share of matched cases whose truth lies inside error_m.
        remarks: A line for each mistake.
    """

    asked: int
    found: int
    merges: int
    cases: int
    duplicates: int
    false: int
    metres: tuple[float, ...]
    inside: float | None
    remarks: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """Found of those asked for."""
        return self.found / max(self.asked, 1)

    @property
    def precision(self) -> float:
        """Cases that stand for a true thing; duplicates are counted apart."""
        return 1.0 - self.false / max(self.cases, 1)

    @property
    def median_m(self) -> float | None:
        """Median distance of a matched case from the truth."""
        return median(self.metres) if self.metres else None

    @property
    def p90_m(self) -> float | None:
        """90th percentile of the same."""
        return self.metres[min(len(self.metres) - 1, int(0.9 * len(self.metres)))] if self.metres else None


def read_world_truth(path: Path, *, clips: Iterable[str] | None = None) -> list[Spot]:
    """The spots of a world's truth.json, judged by some clips or by all.

    Raises:
        MapError: If the file is missing or not such a truth.
    """
    wanted = None if clips is None else frozenset(clips)
    try:
        objects = json.loads(path.read_text(encoding="utf-8"))["objects"]
        by_spot: dict[str, list[dict[str, object]]] = defaultdict(list)
        for thing in objects:
            by_spot[thing["spot"]].append(thing)
        return [spot for name, things in by_spot.items() for spot in _spots(name, things, wanted)]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise MapError(
            f"{path} is no truth of a world ({error}); make one with: streetaudit data synth --world"
        ) from error


def _spots(name: str, things: Sequence[dict[str, object]], wanted: frozenset[str] | None) -> Iterable[Spot]:
    passes = [p for thing in things for p in thing["passes"] if wanted is None or p["clip"] in wanted]  # type: ignore[attr-defined]
    problems = {p["problem"] for p in passes if p["problem"]}
    border = [p for p in passes if p["border_m"] < MIN_BORDER_M]
    near = {"vehicle": "mis_parked_vehicle", "street_stall": "street_stall"}.get(str(things[0]["class"]))
    problems |= {near} if border and near else set()
    for problem in sorted(problems):
        asked = [
            p for p in passes if p["problem"] == problem and p["frames"] >= MIN_FRAMES and p["border_m"] >= MIN_BORDER_M
        ]
        yield Spot(name, problem, float(str(things[0]["lat"])), float(str(things[0]["lon"])), bool(asked), True)


def score_nights(cases: Sequence[Case], spots: Sequence[Spot], *, within_m: float = WITHIN_M) -> NightScore:
    """The score of all cases: matched to spots of their problem one to one, so that the sum of distances is least."""
    placed = [case for case in cases if case.place is not None]
    if not placed or not spots:
        asked = sum(spot.is_asked for spot in spots)
        return NightScore(asked, 0, 0, len(cases), 0, len(cases), (), None)
    distance, near = _distances(placed, spots, within_m)
    cost = np.where(near, np.minimum(distance, 1e3), 1e5)
    _, spot_at, _ = lap.lapjv(cost, extend_cost=True)
    pairs = [(i, int(j)) for i, j in enumerate(spot_at) if j >= 0 and near[i, j]]
    case_of, spot_of = {j: i for i, j in pairs}, dict(pairs)
    missed = [j for j, spot in enumerate(spots) if spot.is_asked and j not in case_of]
    merges = [j for j in missed if any(near[i, j] and distance[i, j] < 3.0 for i in spot_of)]
    extra = [i for i in range(len(placed)) if i not in spot_of and near[i].any()]
    false = [i for i in range(len(placed)) if not near[i].any()]
    inside = [distance[i, j] <= placed[i].place.error_m for i, j in pairs]  # type: ignore[union-attr]
    remarks = [f"missed {spots[j].problem} {spots[j].id}{' (merged)' if j in merges else ''}" for j in missed]
    remarks += [
        f"duplicate {placed[i].problem} {str(placed[i].id)[:8]} by {spots[int(distance[i].argmin())].id}" for i in extra
    ]
    remarks += [f"false {placed[i].problem} {str(placed[i].id)[:8]}" for i in false]
    return NightScore(
        asked=sum(spot.is_asked for spot in spots),
        found=sum(spot.is_asked and j in case_of for j, spot in enumerate(spots)),
        merges=len(merges),
        cases=len(cases),
        duplicates=len(extra),
        false=len(false) + len(cases) - len(placed),
        metres=tuple(sorted(float(distance[i, j]) for i, j in pairs)),
        inside=float(np.mean(inside)) if inside else None,
        remarks=tuple(remarks),
    )


def _distances(
    cases: Sequence[Case], spots: Sequence[Spot], within_m: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    frame = LocalFrame(spots[0].lat, spots[0].lon)
    there = np.array([frame.to_metres(spot.lat, spot.lon) for spot in spots])
    here = np.array([frame.to_metres(case.place.lat, case.place.lon) for case in cases if case.place])
    error = np.array([case.place.error_m for case in cases if case.place])
    distance = np.hypot(*np.moveaxis(here[:, None] - there[None], -1, 0))
    alike = np.array([[case.problem == spot.problem for spot in spots] for case in cases])
    return distance, alike & (distance <= np.maximum(within_m, error)[:, None])
