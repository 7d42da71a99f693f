"""Whether cases know what is gone and what came back: state errors against the truth of a simulated world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import lap
import numpy as np

from streetaudit.errors import MapError
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit_datasets.scoring import WITHIN_M
from streetaudit_datasets.truth_files import MIN_BORDER_M, MIN_FRAMES

#: Nearer than the GPS is wrong, things of one kind change places when one of them is taken away.
ALONE_M = 3.0

Kind = Literal["there", "gone", "unseen"]


@dataclass(frozen=True, slots=True)
class Life:
    """One thing, for as long as it stayed, that some pass saw well as a problem.

    Attributes:
        id: Of the thing and its nights.
        spot: What comes back after a cleaning has the same one.
        problem: What it is.
        lat, lon: WGS 84.
        nights: First and last night in which it was there.
        alone: True if nothing of its kind ever stands so near that one is taken for the other.
        looks: Passes after its last night, and before it came back, that would have seen it well.
        is_over: True if it is not there in the world's last night.
    """

    id: str
    spot: str
    problem: str
    lat: float
    lon: float
    nights: tuple[int, int]
    alone: bool
    looks: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class FateScore:
    """How many states are right.

    Attributes:
        there: (right, asked) of things that are there: their cases are not resolved.
        gone: (right, asked) of things that enough passes found gone: their cases are resolved.
        unseen: (right, asked) of things that are gone and no pass looked since: their cases are not resolved.
        back: (right, asked) of things that came back to a spot that was found empty: a case of their own, linked.
        remarks: A line for each mistake.
    """

    there: tuple[int, int]
    gone: tuple[int, int]
    unseen: tuple[int, int]
    back: tuple[int, int]
    remarks: tuple[str, ...] = ()

    @property
    def right(self) -> float:
        """Share of all states that are right."""
        pairs = (self.there, self.gone, self.unseen, self.back)
        return sum(pair[0] for pair in pairs) / max(sum(pair[1] for pair in pairs), 1)


def read_lives(path: Path) -> list[Life]:
    """The things of a world's truth.json that a case is right for.

    Raises:
        MapError: If the file is missing or not such a truth.
    """
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        lives = [life for thing in truth["objects"] for life in _lives(thing, truth["nights"])]
        return [replace(life, alone=_is_alone(life, lives)) for life in lives]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise MapError(
            f"{path} is no truth of a world ({error}); make one with: streetaudit data synth --world"
        ) from error


def _lives(thing: Mapping[str, Any], nights: int) -> Iterator[Life]:
    """One life for each run of nights."""
    starts = [night for night in thing["nights"] if night - 1 not in thing["nights"]]
    ends = [night for night in thing["nights"] if night + 1 not in thing["nights"]]
    well = [p for p in thing["passes"] if p["frames"] >= MIN_FRAMES and p["border_m"] >= MIN_BORDER_M]
    for first, last, until in zip(starts, ends, [*starts[1:], nights + 1], strict=True):
        empty = [p for p in thing["empty_passes"] if last < p["night"] < until]
        looks = sum(p["frames"] >= MIN_FRAMES for p in empty)
        for problem in sorted({p["problem"] for p in well if p["problem"] and first <= p["night"] <= last}):
            where = thing["lat"], thing["lon"], (first, last)
            name = f"{thing['id']}:{first}-{last}"
            yield Life(name, thing["spot"], problem, *where, alone=True, looks=looks, is_over=last < nights)


def _is_alone(life: Life, lives: Sequence[Life]) -> bool:
    alike = (other for other in lives if other.problem == life.problem and other.spot != life.spot)
    return all(distance_m(life.lat, life.lon, other.lat, other.lon) > ALONE_M for other in alike)


def score_fates(
    cases: Sequence[Case], lives: Sequence[Life], *, first_day: datetime, after_passes: int = 2
) -> FateScore:
    """The score of all cases: each thing has at most one, of its problem, near it and seen while it was there.

    Args:
        cases: As they stand after the last night.
        lives: The truth.
        first_day: Aware, before the first drive of night 1 and less than a day before its last.
        after_passes: How many looks make a thing gone.
    """
    own = _matched([case for case in cases if case.place and case.first_seen], lives, first_day)
    counts: dict[str, list[int]] = {kind: [0, 0] for kind in ("there", "gone", "unseen", "back")}
    remarks = []
    for number, life in enumerate(lives):
        case = own.get(number)
        if case is None:
            continue
        kind = _kind(life, after_passes)
        is_resolved = case.state is CaseState.RESOLVED
        if kind is not None:
            _count(counts[kind], is_right=is_resolved is (kind == "gone"))
            if is_resolved is not (kind == "gone"):
                remarks.append(f"{kind} {life.problem} {life.id} is {case.state} ({case.id})")
        before = _before(life, lives, after_passes)
        if before is not None and own.get(before) is not None:
            is_right = case.recurs == own[before].id
            _count(counts["back"], is_right=is_right)
            if not is_right:
                remarks.append(f"back {life.problem} {life.id} is not linked ({case.id})")
    there, gone, unseen, back = ((pair[0], pair[1]) for pair in counts.values())
    return FateScore(there, gone, unseen, back, tuple(remarks))


def _kind(life: Life, after_passes: int) -> Kind | None:
    if not life.is_over:
        return "there"
    if life.looks == 0:
        return "unseen"
    return "gone" if life.looks >= after_passes else None


def _before(life: Life, lives: Sequence[Life], after_passes: int) -> int | None:
    """The thing that was gone from the spot, as enough passes found, before this one came."""
    for number, other in enumerate(lives):
        same = other.spot == life.spot and other.problem == life.problem
        if same and other.nights[1] < life.nights[0] and other.looks >= after_passes:
            return number
    return None


def _matched(cases: Sequence[Case], lives: Sequence[Life], first_day: datetime) -> dict[int, Case]:
    if not cases or not lives:
        return {}
    cost = np.array([[_cost(case, life, first_day) for case in cases] for life in lives])
    _, column, _ = lap.lapjv(cost, extend_cost=True)
    return {i: cases[j] for i, j in enumerate(column.tolist()) if j >= 0 and cost[i, j] < 1e3}


def _cost(case: Case, life: Life, first_day: datetime) -> float:
    place = case.place
    if place is None or case.first_seen is None or case.last_seen is None or case.problem != life.problem:
        return 1e4
    apart_m = distance_m(place.lat, place.lon, life.lat, life.lon)
    first, last = ((at - first_day).days + 1 for at in (case.first_seen, case.last_seen))
    if apart_m > max(WITHIN_M, place.error_m) or last < life.nights[0] or first > life.nights[1]:
        return 1e4
    return apart_m


def _count(pair: list[int], *, is_right: bool) -> None:
    pair[0] += is_right
    pair[1] += 1
