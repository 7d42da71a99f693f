"""Which of a pass's sightings are which of the known things: decided for all of them together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import lap
import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.register import Registration, Scene, log_density, log_match, register
from streetaudit.casework.wander import CORRELATION_S, Floats

#: Around each thing, others of its kind are counted within this radius...
_AROUND_M = 12.0
#: ...and within this one, for posters stand in bunches on a wall: where there are three there may be a fourth...
_BESIDE_M = 3.0
#: ...and this share of them is expected to be new.
_NEW_SHARE = 0.15
#: A known thing that is not seen again is the less likely explanation by this factor (missed or gone, against seen).
_SEEN_AGAIN = 3.0
#: That a track which ends goes on as another one nearby is the likelier explanation by this factor.
_FOUND_AGAIN = 7.0
#: Two passes are never off from each other by less, one standard deviation of one axis.
_LEAST_SHIFT_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Placed things of one pass, row i of an array for thing i.

    Attributes:
        place_m: (N, 2) east, north.
        spread: (N, 2, 2) without what the pass shares.
        first_s, last_s: (N,) from when to when it was seen.
        kind: (N,) only equal kinds are one thing.
        apart: bool (N, N), pairs that were seen side by side in one frame: two things, whatever else is said.
        shared_var: Of one axis of what the pass shares.
    """

    place_m: Floats
    spread: Floats
    first_s: Floats
    last_s: Floats
    kind: NDArray[np.intp]
    apart: NDArray[np.bool_]
    shared_var: float

    @property
    def time_s(self) -> Floats:
        """(N,) the middle of each sighting."""
        return (self.first_s + self.last_s) / 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Known things with a place, row j of an array for thing j.

    Attributes:
        place_m: (M, 2).
        spread: (M, 2, 2) without what the neighbourhood shares.
        kind: (M,).
        shared_var: Of one axis of what the neighbourhood shares.
    """

    place_m: Floats
    spread: Floats
    kind: NDArray[np.intp]
    shared_var: float


@dataclass(frozen=True, slots=True, eq=False)
class Hints:
    """What else than the place tells whether a thing seen is a known one.

    Attributes:
        likeness: (N, M) logarithm of how much likelier their looks are of one thing than of two.
        replaced: (N, M) odds that another thing stands at the very place of the known one.
    """

    likeness: Floats
    replaced: Floats


def newcomers(looks: Looks) -> Floats:
    """(N,) expected number of unknown things of its kind on a square metre about each thing."""
    apart = np.hypot(*np.moveaxis(looks.place_m[:, None] - looks.place_m[None], -1, 0))
    alike = looks.kind[:, None] == looks.kind[None]
    around = (alike & (apart < _AROUND_M)).sum(axis=1) / (math.pi * _AROUND_M**2)
    beside = ((alike & (apart < _BESIDE_M)).sum(axis=1) - 1) / (math.pi * _BESIDE_M**2)
    return np.asarray(_NEW_SHARE * np.maximum(around, beside))


def pieces(looks: Looks, birth: Floats, said: NDArray[np.intp]) -> list[list[int]]:
    """Rows of one thing that was lost from view and found again, together; what was seen side by side never is.

    Args:
        looks: Of one pass.
        birth: (N,) see `newcomers`.
        said: (N,) number of the thing that a person says it is, -1 where nobody did.
    """
    left, right = np.triu_indices(len(looks.place_m), 1)
    near = (looks.kind[left] == looks.kind[right]) & ~looks.apart[left, right] & (said[left] == said[right])
    left, right = left[near], right[near]
    drift = 2.0 * looks.shared_var * (1.0 - np.exp(-np.abs(looks.time_s[left] - looks.time_s[right]) / CORRELATION_S))
    spread = looks.spread[left] + looks.spread[right] + np.multiply.outer(drift, np.eye(2))
    gain = (
        log_density(looks.place_m[left] - looks.place_m[right], spread) - np.log(birth[left]) + math.log(_FOUND_AGAIN)
    )
    group = {row: [row] for row in range(len(looks.place_m))}
    for pair in np.argsort(-gain, kind="stable"):
        if gain[pair] <= 0.0:
            break
        one, other = group[int(left[pair])], group[int(right[pair])]
        if one is not other and not looks.apart[np.ix_(one, other)].any():
            one += other
            group.update(dict.fromkeys(other, one))
    return sorted({id(rows): sorted(rows) for rows in group.values()}.values())


def match(
    looks: Looks, known: Known, *, forbidden: NDArray[np.bool_], hints: Hints, radius_m: float
) -> tuple[NDArray[np.intp], Registration]:
    """(N,) row of the known thing that each one seen is, -1 for a new one, and how far off the pass was.

    The most likely assignment of all of them together; a known thing is seen once at most.

    Args:
        looks: In order of time.
        known: Around them.
        forbidden: bool (N, M), pairs that are out of the question.
        hints: What looks and time say of each pair.
        radius_m: Farther off than this, after the shift, nothing is the same.
    """
    may = (looks.kind[:, None] == known.kind[None]) & ~forbidden
    birth = newcomers(looks)
    scene = Scene(
        looks.place_m,
        looks.spread,
        looks.time_s,
        known.place_m,
        known.spread,
        may,
        birth,
        max(looks.shared_var + known.shared_var, _LEAST_SHIFT_M**2),
        hints.likeness,
    )
    shift = register(scene)
    if not may.any():
        return np.full(len(birth), -1, np.intp), shift
    where = log_match(scene, shift.shift_m, shift.spread)
    with np.errstate(divide="ignore"):  # what is never replaced has no chance of it
        other = np.logaddexp(np.log(birth)[:, None], np.log(hints.replaced) + where - hints.likeness)
    gain = np.where(may, where + math.log(_SEEN_AGAIN) - other, -np.inf)
    offset = looks.place_m[:, None] - shift.shift_m[:, None] - known.place_m[None]
    gain[np.hypot(offset[..., 0], offset[..., 1]) > radius_m] = -np.inf
    return _with_pieces(looks, _best(gain), gain + math.log(_FOUND_AGAIN / _SEEN_AGAIN)), shift


def _with_pieces(looks: Looks, chosen: NDArray[np.intp], gain: Floats) -> NDArray[np.intp]:
    """The same, but what found its case taken joins it after all, unless it was seen beside what took it.

    A thing that was lost from view and found again may be placed too differently for its pieces to be joined by
    themselves; a case that many nights have placed joins them.
    """
    rows, columns = np.nonzero(gain > 0.0)
    for pair in np.argsort(-gain[rows, columns], kind="stable"):
        row, column = int(rows[pair]), int(columns[pair])
        own = np.flatnonzero(chosen == column)
        if chosen[row] < 0 and len(own) and not looks.apart[row, own].any():
            chosen[row] = column
    return chosen


def _best(gain: Floats) -> NDArray[np.intp]:
    """(N,) columns of the assignment with the largest sum, -1 where none gains."""
    chosen = np.full(len(gain), -1, np.intp)
    rows, columns = np.flatnonzero((gain > 0.0).any(axis=1)), np.flatnonzero((gain > 0.0).any(axis=0))
    if len(rows):
        some = gain[np.ix_(rows, columns)]
        ceiling = float(some.max()) + 1.0
        cost = np.where(some > 0.0, ceiling - some, 2.0 * ceiling)
        _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=ceiling)
        taken = np.flatnonzero(column_of >= 0)
        chosen[rows[taken]] = columns[column_of[taken]]
    return chosen
