"""How far a pass is off from what is already known along its way.

GPS is off by metres, differently every night, and the error wanders. What stands there already tells by how much: a
shift of two axes along the drive that lays most of what was seen on what is known. The shift is first sought on a grid
(a Bayes filter over all shifts, forward and backward in time, so that a row of bins five metres apart does not trap
it), then refined with every pair weighed by how likely it is one thing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.wander import CORRELATION_S, Floats, correlation

#: The grid reaches so many standard deviations of the shift to each side, in so many steps.
_REACH_SD = 3.3
_STEPS = 31
#: What the covariances leave out: one standard deviation of one axis.
_SLACK_M = 0.25
_ROUNDS = 4
#: Degrees of freedom: how heavy the tails of a place's error are.
TAILS = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What was seen on one pass and what is known there.

    Attributes:
        seen_m: (N, 2) east, north.
        seen_spread: (N, 2, 2) without what the pass shares.
        time_s: (N,) clip times, ascending.
        known_m: (M, 2).
        known_spread: (M, 2, 2) without what the neighbourhood shares.
        may_match: bool (N, M), of one kind.
        newcomers_m2: (N,) expected number of unknown things of that kind on a square metre.
        shift_var: Of one axis of the shift before anything is compared.
        likeness: (N, M) logarithm of how much likelier the looks of each pair are of one thing than of two.
    """

    seen_m: Floats
    seen_spread: Floats
    time_s: Floats
    known_m: Floats
    known_spread: Floats
    may_match: NDArray[np.bool_]
    newcomers_m2: Floats
    shift_var: float
    likeness: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """The shift of each thing seen, as all the others tell it: nothing vouches for its own match.

    Attributes:
        shift_m: (N, 2) east, north: seen minus known.
        spread: (N, 2, 2).
    """

    shift_m: Floats
    spread: Floats


def register(scene: Scene) -> Registration:
    """The shift at each thing's time; zero, and as unsure as before, where nothing is known."""
    n = len(scene.seen_m)
    prior = scene.shift_var * np.kron(correlation(scene.time_s), np.eye(2))
    if n == 0 or not scene.may_match.any():
        return Registration(np.zeros((n, 2)), np.tile(scene.shift_var * np.eye(2), (n, 1, 1)))
    shift, spread = _likeliest_on_grid(scene), np.tile(0.25 * np.eye(2), (n, 1, 1))
    for _ in range(_ROUNDS):
        weight, pull = _evidence(scene, shift, spread)
        # (K^-1 + W)^-1 = (I + K W)^-1 K needs no inverse of the evidence, which most rows lack.
        mixed = np.einsum("anb,nbc->anc", prior.reshape(2 * n, n, 2), weight).reshape(2 * n, 2 * n)
        both = np.linalg.solve(np.eye(2 * n) + mixed, np.column_stack([prior, prior @ pull.reshape(-1)]))
        shift = both[:, -1].reshape(n, 2)
        spread = np.stack([both[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] for i in range(n)])
        spread = (spread + spread.transpose(0, 2, 1)) / 2.0
    return _without_own(shift, spread, weight, pull)


def _without_own(shift: Floats, spread: Floats, weight: Floats, pull: Floats) -> Registration:
    inverse = np.linalg.inv(spread)
    others: Floats = np.linalg.inv(inverse - weight + 1e-9 * np.eye(2)).astype(np.float64)
    return Registration(np.einsum("nij,nj->ni", others, np.einsum("nij,nj->ni", inverse, shift) - pull), others)


def log_match(scene: Scene, shift: Floats, spread: Floats) -> Floats:
    """(N, M) log density of each known thing, as it looks, where each seen one is: heavy-tailed, -inf across kinds."""
    offset = scene.seen_m[:, None] - shift[:, None] - scene.known_m[None]
    total = scene.seen_spread[:, None] + spread[:, None] + scene.known_spread[None] + _SLACK_M**2 * np.eye(2)
    return np.where(scene.may_match, log_density(offset, total) + scene.likeness, -np.inf)


def log_density(offset: Floats, spread: Floats) -> Floats:
    """(...) logarithm of the density of offsets (..., 2) with covariances (..., 2, 2): heavy-tailed, Student's t."""
    a, b, c = spread[..., 0, 0], spread[..., 0, 1], spread[..., 1, 1]
    det = a * c - b * b
    x, y = offset[..., 0], offset[..., 1]
    squared = (c * x * x - 2.0 * b * x * y + a * y * y) / det
    tail = -0.5 * (TAILS + 2.0) * np.log1p(squared / TAILS)
    return np.asarray(tail - 0.5 * np.log(det) - math.log(2.0 * math.pi))


def _evidence(scene: Scene, shift: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """(N, 2, 2) information about the shifts and (N, 2) information times shift, pairs weighed by likelihood."""
    log = log_match(scene, shift, spread)
    top = np.maximum(log.max(axis=1), np.log(scene.newcomers_m2))
    likely = np.exp(log - top[:, None])
    likely /= (likely.sum(axis=1) + np.exp(np.log(scene.newcomers_m2) - top))[:, None]
    likely /= np.maximum(1.0, likely.sum(axis=0))[None]  # a known thing is seen once
    total = scene.seen_spread[:, None] + scene.known_spread[None] + _SLACK_M**2 * np.eye(2)
    offset = scene.seen_m[:, None] - scene.known_m[None]
    inverse = np.linalg.inv(total)
    squared = np.einsum("ijk,ijkl,ijl->ij", offset - shift[:, None], inverse, offset - shift[:, None])
    pair = inverse * (likely * (TAILS + 2.0) / (TAILS + squared))[..., None, None]
    return pair.sum(axis=1), np.einsum("ijkl,ijl->ik", pair, offset)


def _likeliest_on_grid(scene: Scene) -> Floats:
    """(N, 2) the shift of each seen thing that all of them together make likeliest."""
    reach = _REACH_SD * math.sqrt(scene.shift_var)
    axis = np.linspace(-reach, reach, _STEPS)
    emission = _emission(scene, axis)
    start = np.exp(-0.5 * axis**2 / scene.shift_var)
    forward = [emission[0] * np.multiply.outer(start, start)]
    steps = [_transition(axis, float(dt), scene.shift_var) for dt in np.diff(scene.time_s)]
    for seen, step in zip(emission[1:], steps, strict=True):
        ahead = step.T @ (forward[-1] / forward[-1].max()) @ step
        forward.append(seen * ahead)
    backward = np.ones_like(emission[0])
    best = np.zeros((len(emission), 2))
    for i in range(len(emission) - 1, -1, -1):
        both = forward[i] * backward
        east, north = np.unravel_index(int(np.argmax(both)), both.shape)
        best[i] = axis[east], axis[north]
        if i:
            later = emission[i] * backward
            backward = steps[i - 1] @ (later / later.max()) @ steps[i - 1].T
    return best


def _transition(axis: Floats, step_s: float, variance: float) -> Floats:
    """(S, S) chance to go from one grid line to another; rows sum to one."""
    keep = math.exp(-step_s / CORRELATION_S)
    width = math.hypot(math.sqrt(variance * (1.0 - keep * keep)), 0.3 * float(axis[1] - axis[0]))
    moved = np.exp(-0.5 * ((axis[None] - keep * axis[:, None]) / width) ** 2) + 1e-12
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


def _emission(scene: Scene, axis: Floats) -> Floats:
    """(N, S, S) likelihood of each shift for each seen thing."""
    step = float(axis[1] - axis[0])
    more = (_SLACK_M**2 + step**2 / 6.0) * np.eye(2)
    out = np.empty((len(scene.seen_m), len(axis), len(axis)))
    shifts = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    reach = float(axis[-1]) * math.sqrt(2.0) + 3.0
    for i, place in enumerate(scene.seen_m):
        offset = place - scene.known_m
        near = np.flatnonzero(scene.may_match[i] & (np.hypot(*offset.T) < reach + 3.0))
        total = scene.seen_spread[i] + scene.known_spread[near] + more
        where = log_density(offset[near, None, None] - shifts[None], total[:, None, None])
        density = np.exp(where + scene.likeness[i, near, None, None]).sum(axis=0)
        out[i] = (scene.newcomers_m2[i] + density) / (scene.newcomers_m2[i] + 1.0)
    return out
