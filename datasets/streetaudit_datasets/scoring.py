"""How well cases agree with a scene whose truth is known: recall, precision, duplicates, merges, metres, states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import lap
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.case import LIVE_STATES, Case, CaseState
from streetaudit.structures.geo import LocalFrame

#: A case and a thing farther apart are not each other, unless the case's own error says they may be.
WITHIN_M = 6.0
#: What has no case of its own, but another one's this near, was taken for the other.
MERGED_M = 3.0

Kind = Literal["missed", "merged", "duplicate", "false", "still open", "wrongly resolved"]


@dataclass(frozen=True, slots=True)
class TruthObject:
    """One thing that really stands in the scene, or what came back to its place.

    Attributes:
        id: Its name in the scene.
        problem: The case it should become, None if it is legal.
        lat: WGS 84.
        lon: WGS 84.
        is_asked: True if it was seen well enough to be asked for; a case for another one is no mistake either.
        is_gone: True if it was no longer there on the last pass; None where the scene does not say.
        why: Why it is, or is not, a case.
    """

    id: str
    problem: str | None
    lat: float
    lon: float
    is_asked: bool
    is_gone: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class CaseScore:
    """The agreement of one set of cases with one truth.

    Attributes:
        problem: Which problem, or "all".
        truths: Objects asked for.
        found: Of them, those with a case of their own.
        cases: Cases raised.
        right: Cases that stand for a true object of their problem.
        duplicates: Further cases for an object that already has one.
        false: Cases with nothing of their problem near.
        merges: Objects asked for without a case of their own, right beside one of another object.
        median_m: Median distance of found cases from the truth, None without any.
        p90_m: 90th percentile of the same.
        within_error: Share of found cases whose truth lies inside error_m.
        state_errors: Cases of what is gone that are still open, and resolved cases of what still stands.
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
    state_errors: int = 0

    @property
    def recall(self) -> float | None:
        """Found of those asked for."""
        return self.found / self.truths if self.truths else None

    @property
    def precision(self) -> float | None:
        """Cases that stand for something true; a duplicate is not false, it is counted apart."""
        return (self.right + self.duplicates) / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A case and the object that it stands for."""

    case: Case
    thing: TruthObject
    apart_m: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """One disagreement: a thing without its case, a case without its thing, or a case in the wrong state."""

    kind: Kind
    problem: str
    thing: TruthObject | None = None
    case: Case | None = None

    def __str__(self) -> str:
        if self.case is None:
            why = f" ({self.thing.why})" if self.thing and self.thing.why else ""
            return f"{self.kind} {self.thing.id if self.thing else ''}{why}"
        return f"{self.kind} {_name(self.case)}" + (f" by {self.thing.id}" if self.thing else "")


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All that a comparison of cases with a truth gave.

    Attributes:
        scores: One a problem, "all" last.
        pairs: Cases with their objects.
        mistakes: In the order of the problems.
    """

    scores: tuple[CaseScore, ...]
    pairs: tuple[Pair, ...]
    mistakes: tuple[Mistake, ...]

    @property
    def total(self) -> CaseScore:
        """Of all problems together."""
        return self.scores[-1]


def score_cases(cases: Sequence[Case], truth: Sequence[TruthObject], *, within_m: float = WITHIN_M) -> CaseReport:
    """The agreement of cases with a truth.

    A case and an object of the same problem may be each other within `within_m` or the case's own error radius; they
    are matched one to one, as many as can be, with the least sum of distances.
    """
    problems = sorted({o.problem for o in truth if o.problem} | {c.problem for c in cases})
    parts = [
        _matched(name, [c for c in cases if c.problem == name], [o for o in truth if o.problem == name], within_m)
        for name in problems
    ]
    scores = [_score(part.problem, [part]) for part in parts]
    pairs = [pair for part in parts for pair in part.pairs]
    mistakes = [mistake for part in parts for mistake in part.mistakes]
    return CaseReport((*scores, _score("all", parts)), tuple(pairs), tuple(mistakes))


@dataclass(frozen=True, slots=True)
class _Part:
    """What one problem's cases and objects came to."""

    problem: str
    cases: int
    asked: int
    pairs: list[Pair]
    mistakes: list[Mistake]


def _matched(problem: str, cases: Sequence[Case], things: Sequence[TruthObject], within_m: float) -> _Part:
    apart_m, near = _distances(cases, things, within_m)
    thing_of = _assign(apart_m, near)
    pairs = [Pair(cases[i], things[j], float(apart_m[i, j])) for i, j in thing_of.items()]
    taken = set(thing_of.values())
    mistakes = []
    for j, thing in enumerate(things):
        if thing.is_asked and j not in taken:
            merged = any(near[i, j] and apart_m[i, j] < MERGED_M for i in thing_of)
            mistakes.append(Mistake("merged" if merged else "missed", problem, thing))
    for i, case in enumerate(cases):
        if i not in thing_of and near[i].any():
            mistakes.append(Mistake("duplicate", problem, things[int(apart_m[i].argmin())], case))
        elif i not in thing_of:
            mistakes.append(Mistake("false", problem, None, case))
    mistakes += [Mistake(kind, problem, pair.thing, pair.case) for pair in pairs if (kind := _state_error(pair))]
    return _Part(problem, len(cases), sum(thing.is_asked for thing in things), pairs, mistakes)


def _distances(
    cases: Sequence[Case], things: Sequence[TruthObject], within_m: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(cases, things) metres, infinite for a case without a place; and whether the two may be each other."""
    apart_m = np.full((len(cases), len(things)), np.inf)
    reach_m = np.full(len(cases), within_m)
    for i, case in enumerate(cases):
        if case.place is not None and things:
            frame = LocalFrame(case.place.lat, case.place.lon)
            apart_m[i] = [np.hypot(*frame.to_metres(thing.lat, thing.lon)) for thing in things]
            reach_m[i] = max(within_m, case.place.error_m)
    return apart_m, apart_m <= reach_m[:, None]


def _assign(apart_m: NDArray[np.float64], near: NDArray[np.bool_]) -> dict[int, int]:
    """Row of a case to the row of its thing."""
    if not near.any():
        return {}
    _, thing_at, _ = lap.lapjv(np.where(near, np.minimum(apart_m, 1e3), 1e5), extend_cost=True)
    return {i: int(j) for i, j in enumerate(thing_at) if j >= 0 and near[i, j]}


def _state_error(pair: Pair) -> Kind | None:
    if pair.thing.is_gone and pair.case.state in LIVE_STATES - {CaseState.DISMISSED, CaseState.SHADOW}:
        return "still open"
    return "wrongly resolved" if pair.thing.is_gone is False and pair.case.state is CaseState.RESOLVED else None


def _name(case: Case) -> str:
    where = f"{case.place.lat:.6f}, {case.place.lon:.6f} ± {case.place.error_m:.1f} m" if case.place else "no place"
    return f"{case.problem} {str(case.id)[:8]} at {where}, confidence {case.confidence:.2f}"


def _score(name: str, parts: Sequence[_Part]) -> CaseScore:
    pairs = [pair for part in parts for pair in part.pairs]
    kinds = [mistake.kind for part in parts for mistake in part.mistakes]
    metres = sorted(pair.apart_m for pair in pairs)
    asked = sum(part.asked for part in parts)
    inside = [pair.case.place is not None and pair.apart_m <= pair.case.place.error_m for pair in pairs]
    return CaseScore(
        problem=name,
        truths=asked,
        found=asked - kinds.count("missed") - kinds.count("merged"),
        cases=sum(part.cases for part in parts),
        right=len(pairs),
        duplicates=kinds.count("duplicate"),
        false=kinds.count("false"),
        merges=kinds.count("merged"),
        median_m=median(metres) if metres else None,
        p90_m=metres[min(len(metres) - 1, int(0.9 * len(metres)))] if metres else None,
        within_error=sum(inside) / len(inside) if inside else None,
        state_errors=kinds.count("still open") + kinds.count("wrongly resolved"),
    )
