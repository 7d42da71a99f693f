"""How well cases agree with a scene whose truth is known: recall, precision, duplicates, metres."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from streetaudit.errors import MapError
from streetaudit.structures.case import Case
from streetaudit.structures.geo import distance_m

#: Objects seen in fewer frames than this, or never larger than MIN_SIDE_PX, are not asked for.
MIN_FRAMES = 8
MIN_SIDE_PX = 12.0
MIN_VISIBLE = 0.5


@dataclass(frozen=True, slots=True)
class TruthObject:
    """One thing that really stands in the scene.

    Attributes:
        id: Its name in the scene.
        class_name: What it is.
        problem: The case it should become, None if it is legal.
        lat: WGS 84.
        lon: WGS 84.
        frames: In how many frames of one clip it is well visible, at best.
        why: Why it is, or is not, a case.
    """

    id: str
    class_name: str
    problem: str | None
    lat: float
    lon: float
    frames: int
    why: str


@dataclass(frozen=True, slots=True)
class CaseScore:
    """The agreement of one set of cases with one truth.

    Attributes:
        problem: Which problem, or "all".
        truths: Objects asked for (seen well in at least MIN_FRAMES frames).
        found: Of them, those with a case.
        cases: Cases raised.
        right: Cases that stand for a true object of their problem.
        duplicates: Further cases for an object that already has one.
        false: Cases with nothing of their problem near.
        merges: Objects asked for that share their only case with another one.
        median_m: Median distance of found cases from the truth, None without any.
        p90_m: 90th percentile of the same.
        within_error: Share of found cases whose truth lies inside error_m.
    """

    problem: str
    truths: int
    found: int
    cases: int
    right: int
    duplicates: int
    false: int
    merges: int
    median_m: float | None
    p90_m: float | None
    within_error: float | None

    @property
    def recall(self) -> float | None:
        """Found of those asked for."""
        return self.found / self.truths if self.truths else None

    @property
    def precision(self) -> float | None:
        """Cases that stand for something true; a duplicate is not false, it is counted apart."""
        return (self.right + self.duplicates) / self.cases if self.cases else None


def read_truth(path: Path) -> list[TruthObject]:
    """The objects of a rendered scene's truth.json.

    Raises:
        MapError: If the file is missing or not such a truth.
    """
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        return [_object(entry) for entry in truth["objects"]]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise MapError(
            f"{path} is no truth of a rendered scene ({error}); make one with: streetaudit data synth"
        ) from error


def _object(entry: dict[str, Any]) -> TruthObject:
    seen = max((_well_visible(rows) for rows in entry["clips"].values()), default=0)
    return TruthObject(
        id=str(entry["id"]),
        class_name=str(entry["class"]),
        problem=str(entry["problem"]) if entry["problem"] else None,
        lat=float(entry["lat"]),
        lon=float(entry["lon"]),
        frames=seen,
        why=str(entry.get("why", "")),
    )


def _well_visible(rows: Iterable[Sequence[float]]) -> int:
    return sum(
        1 for _, x1, y1, x2, y2, visible in rows if visible >= MIN_VISIBLE and min(x2 - x1, y2 - y1) >= MIN_SIDE_PX
    )


def score_cases(
    cases: Sequence[Case], truth: Sequence[TruthObject], *, within_m: float = 6.0
) -> tuple[list[CaseScore], list[str]]:
    """Scores per problem with "all" last, and a line for every miss, duplicate and false case.

    A case and an object of the same problem match when they are within `within_m` or within the case's own
    error radius; pairs are taken nearest first, one to one, then left-over cases near a taken object are
    duplicates. Objects that are true but hardly visible are neither asked for nor held against a case.
    """
    problems = sorted({o.problem for o in truth if o.problem} | {c.problem for c in cases})
    parts = [_Matching(p, cases, truth, within_m) for p in problems]
    remarks = [line for part in parts for line in part.remarks()]
    return [part.score() for part in parts] + [_total(parts)], remarks


class _Matching:
    def __init__(self, problem: str, cases: Sequence[Case], truth: Sequence[TruthObject], within_m: float) -> None:
        self.problem = problem
        self.cases = [c for c in cases if c.problem == problem]
        self.objects = [o for o in truth if o.problem == problem]
        self.asked = [o for o in self.objects if o.frames >= MIN_FRAMES]
        pairs = sorted(
            (d, i, j)
            for i, c in enumerate(self.cases)
            for j, o in enumerate(self.objects)
            if (d := _distance_m(c, o)) <= max(within_m, c.place.error_m if c.place else 0.0)
        )
        self.case_of: dict[int, int] = {}
        self.object_of: dict[int, int] = {}
        for _, i, j in pairs:
            if i not in self.object_of and j not in self.case_of:
                self.object_of[i], self.case_of[j] = j, i
        near = {i for _, i, _ in pairs}
        self.duplicates = [i for i in sorted(near) if i not in self.object_of]
        self.false = [i for i in range(len(self.cases)) if i not in near]
        self.missed = [j for j, o in enumerate(self.objects) if j not in self.case_of and o.frames >= MIN_FRAMES]
        taken = {j: {i for _, i, k in pairs if k == j} for j in self.missed}
        self.merges = [j for j, around in taken.items() if around]

    def metres(self) -> list[float]:
        return [_distance_m(self.cases[i], self.objects[j]) for i, j in self.object_of.items()]

    def inside(self) -> int:
        return sum(
            1
            for i, j in self.object_of.items()
            if (place := self.cases[i].place) and _distance_m(self.cases[i], self.objects[j]) <= place.error_m
        )

    def score(self) -> CaseScore:
        return _score(self.problem, [self])

    def remarks(self) -> list[str]:
        lines = [f"missed {self.objects[j].id} ({self.objects[j].why})" for j in self.missed]
        lines += [f"duplicate {_name(self.cases[i])}" for i in self.duplicates]
        return lines + [f"false {_name(self.cases[i])}" for i in self.false]


def _name(case: Case) -> str:
    where = f"{case.place.lat:.6f}, {case.place.lon:.6f} ± {case.place.error_m:.1f} m" if case.place else "no place"
    return f"{case.problem} {str(case.id)[:8]} at {where}, confidence {case.confidence:.2f}"


def _distance_m(case: Case, thing: TruthObject) -> float:
    if case.place is None:
        return float("inf")
    return distance_m(case.place.lat, case.place.lon, thing.lat, thing.lon)


def _total(parts: Sequence[_Matching]) -> CaseScore:
    return _score("all", parts)


def _score(name: str, parts: Sequence[_Matching]) -> CaseScore:
    metres = sorted(d for part in parts for d in part.metres())
    found = sum(len(part.asked) - len(part.missed) for part in parts)
    return CaseScore(
        problem=name,
        truths=sum(len(part.asked) for part in parts),
        found=found,
        cases=sum(len(part.cases) for part in parts),
        right=sum(len(part.object_of) for part in parts),
        duplicates=sum(len(part.duplicates) for part in parts),
        false=sum(len(part.false) for part in parts),
        merges=sum(len(part.merges) for part in parts),
        median_m=median(metres) if metres else None,
        p90_m=metres[min(len(metres) - 1, int(0.9 * len(metres)))] if metres else None,
        within_error=sum(part.inside() for part in parts) / len(metres) if metres else None,
    )
