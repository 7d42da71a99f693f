"""A Rauch-Tung-Striebel smoother for a line of fixes: position and velocity, both axes with one covariance.

The noise is the same for east and north, so both axes share gains and covariance and the filter is a handful of
floats a step: an hour of 10 Hz fixes takes a fraction of a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats

#: A fix farther from the prediction than this many standard deviations is refused...
_GATE_SD = 6.0
#: ...unless the line has gone elsewhere for so long: then it starts anew there, unconnected.
_RESTART_AFTER_S = 10.0
#: No line is drawn through a longer silence.
MAX_GAP_S = 60.0
_START_SPEED_VAR = 15.0**2


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Fixes as numbers.

    Attributes:
        time_s: (N,) strictly increasing.
        place_m: (N, 2) east, north.
        velocity_mps: (N, 2) east, north; NaN where not stated.
        velocity_sd_mps: Of one axis of the former.
    """

    time_s: Floats
    place_m: Floats
    velocity_mps: Floats
    velocity_sd_mps: float = 0.3


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How fixes scatter and how the carrier moves.

    Attributes:
        position_sd_m: Standard deviation of a fix against its neighbours.
        acceleration_psd: Power of the random acceleration, m^2/s^3.
        calm: (N,) share of that power at each fix, below 1 where the carrier rolls on evenly; empty for 1 everywhere.
    """

    position_sd_m: float
    acceleration_psd: float
    calm: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """The line through the fixes that were believed.

    Attributes:
        kept: (M,) rows of the fixes that were believed.
        starts: (M,) bool, true where the line begins or begins anew.
        place_m: (M, 2) east, north.
        velocity_mps: (M, 2).
        place_var: (M,) square metres, of one axis.
        velocity_var: (M,) of one axis.
    """

    kept: NDArray[np.int64]
    starts: NDArray[np.bool_]
    place_m: Floats
    velocity_mps: Floats
    place_var: Floats
    velocity_var: Floats


@dataclass(slots=True)
class _State:
    """East, north, their velocities, and the covariance of one axis: a (place), b (both), c (velocity)."""

    x: float
    y: float
    u: float
    v: float
    a: float
    b: float
    c: float

    def predicted(self, step_s: float, psd: float) -> _State:
        dt = step_s
        a = self.a + 2.0 * self.b * dt + self.c * dt * dt + psd * dt**3 / 3.0
        b = self.b + self.c * dt + psd * dt * dt / 2.0
        return _State(self.x + self.u * dt, self.y + self.v * dt, self.u, self.v, a, b, self.c + psd * dt)

    def with_place(self, x: float, y: float, var: float) -> _State:
        total = self.a + var
        gain, pull = self.a / total, self.b / total
        dx, dy = x - self.x, y - self.y
        a, b, c = self.a * (1.0 - gain), self.b * (1.0 - gain), self.c - pull * self.b
        return _State(self.x + gain * dx, self.y + gain * dy, self.u + pull * dx, self.v + pull * dy, a, b, c)

    def with_velocity(self, u: float, v: float, var: float) -> _State:
        total = self.c + var
        pull, gain = self.b / total, self.c / total
        du, dv = u - self.u, v - self.v
        a, b, c = self.a - pull * self.b, self.b * (1.0 - gain), self.c * (1.0 - gain)
        return _State(self.x + pull * du, self.y + pull * dv, self.u + gain * du, self.v + gain * dv, a, b, c)


@dataclass(slots=True)
class _Forward:
    kept: list[int]
    starts: list[bool]
    predicted: list[_State]
    filtered: list[_State]
    log_likelihood: float = 0.0


def smooth(measured: Measured, dynamics: Dynamics) -> Smoothed:
    """The line that the fixes are likeliest of, given how they scatter and how the carrier moves."""
    passed = _filter(measured, dynamics)
    states = _smooth_backwards(measured.time_s[passed.kept], passed)
    rows = np.array([(s.x, s.y, s.u, s.v, s.a, s.c) for s in states])
    return Smoothed(
        kept=np.array(passed.kept, np.int64),
        starts=np.array(passed.starts),
        place_m=rows[:, :2],
        velocity_mps=rows[:, 2:4],
        place_var=rows[:, 4],
        velocity_var=rows[:, 5],
    )


def log_likelihood(measured: Measured, dynamics: Dynamics) -> float:
    """How little the fixes surprise under these dynamics; only differences mean anything."""
    return _filter(measured, dynamics).log_likelihood


def _filter(measured: Measured, dynamics: Dynamics) -> _Forward:
    times, places = measured.time_s.tolist(), measured.place_m.tolist()
    velocities = measured.velocity_mps.tolist()
    var, psd, velocity_var = dynamics.position_sd_m**2, dynamics.acceleration_psd, measured.velocity_sd_mps**2
    calm = dynamics.calm
    first = _first_trustworthy(measured)
    run = _Forward([], [], [], [])
    state, last_s = _State(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), -math.inf
    for index in range(first, len(times)):
        now, (x, y), (u, v) = times[index], places[index], velocities[index]
        starts = not run.kept or now - last_s > MAX_GAP_S
        if not starts:
            predicted = state.predicted(now - last_s, psd * calm[index] if calm else psd)
            miss, total = (x - predicted.x) ** 2 + (y - predicted.y) ** 2, predicted.a + var
            run.log_likelihood -= 0.5 * min(miss / total, _GATE_SD**2) + math.log(total)
            if miss > _GATE_SD**2 * total:
                if now - last_s < _RESTART_AFTER_S:
                    continue
                starts = True
        if starts:
            predicted = _State(x, y, 0.0, 0.0, var, 0.0, _START_SPEED_VAR)
        state = predicted if starts else predicted.with_place(x, y, var)
        if u == u:  # stated: not NaN
            state = state.with_velocity(u, v, velocity_var)
        last_s = now
        run.kept.append(index)
        run.starts.append(starts)
        run.predicted.append(predicted)
        run.filtered.append(state)
    return run


def _first_trustworthy(measured: Measured) -> int:
    """The first fix that most of its six successors could have been driven from."""
    for index in range(max(len(measured.time_s) - 2, 0)):
        after = slice(index + 1, index + 7)
        reach = np.hypot(*(measured.place_m[after] - measured.place_m[index]).T)
        elapsed = measured.time_s[after] - measured.time_s[index]
        if np.mean(reach <= 5.0 + 70.0 * elapsed) >= 0.5:
            return index
    return 0


def _smooth_backwards(times: Floats, run: _Forward) -> list[_State]:
    steps = np.diff(times).tolist()
    states = list(run.filtered)
    for index in range(len(states) - 2, -1, -1):
        if run.starts[index + 1]:
            continue
        dt, here, ahead, later = steps[index], states[index], run.predicted[index + 1], states[index + 1]
        # Gain G = P F' Q^-1, with P here, Q ahead, F = [[1, dt], [0, 1]].
        det = ahead.a * ahead.c - ahead.b * ahead.b
        pa, pb, pc = here.a + here.b * dt, here.b, here.b + here.c * dt
        g11, g12 = (pa * ahead.c - pb * ahead.b) / det, (pb * ahead.a - pa * ahead.b) / det
        g21, g22 = (pc * ahead.c - here.c * ahead.b) / det, (here.c * ahead.a - pc * ahead.b) / det
        dx, dy, du, dv = later.x - ahead.x, later.y - ahead.y, later.u - ahead.u, later.v - ahead.v
        da, db, dc = later.a - ahead.a, later.b - ahead.b, later.c - ahead.c
        states[index] = _State(
            here.x + g11 * dx + g12 * du,
            here.y + g11 * dy + g12 * dv,
            here.u + g21 * dx + g22 * du,
            here.v + g21 * dy + g22 * dv,
            here.a + g11 * g11 * da + 2.0 * g11 * g12 * db + g12 * g12 * dc,
            here.b + g11 * g21 * da + (g11 * g22 + g12 * g21) * db + g12 * g22 * dc,
            here.c + g21 * g21 * da + 2.0 * g21 * g22 * db + g22 * g22 * dc,
        )
    return states
