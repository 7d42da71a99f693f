"""How the patrol vehicle drives: place, heading and speed over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.textures import Rng

Floats = NDArray[np.float64]

STEP_S = 0.02
LANE_RIGHT_M = 1.75


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A drive sampled every STEP_S seconds from time zero on.

    Attributes:
        along_m: float64 (N,), along the street.
        right_m: float64 (N,), right of its line.
        pitch_deg, yaw_deg: float64 (N,), how the vehicle rocks.
    """

    along_m: Floats
    right_m: Floats
    pitch_deg: Floats
    yaw_deg: Floats

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return (len(self.along_m) - 1) * STEP_S

    def at(self, time_s: float) -> tuple[float, float]:
        """Along and right at a time; the ends are held."""
        return self._value(self.along_m, time_s), self._value(self.right_m, time_s)

    def rock(self, time_s: float) -> tuple[float, float]:
        """Pitch and yaw that the road adds to the mount's."""
        return self._value(self.pitch_deg, time_s), self._value(self.yaw_deg, time_s)

    def speed_m_s(self, time_s: float) -> float:
        """Speed along the street."""
        return (self.at(time_s + 0.1)[0] - self.at(time_s - 0.1)[0]) / 0.2

    def heading_deg(self, plan: Plan, time_s: float) -> float:
        """The vehicle's heading: the way it moves, or the street's while it stands."""
        before, after = (plan.path.point(*self.at(time_s + d)) for d in (-0.1, 0.1))
        moved = after - before
        if float(np.hypot(*moved)) < 0.04:
            return plan.path.heading_deg(self.at(time_s)[0])
        return float(np.degrees(np.arctan2(moved[0], moved[1])) % 360.0)

    def reaches(self, along_m: float) -> float:
        """When the vehicle comes to a point along the street."""
        return float(np.searchsorted(self.along_m, along_m) * STEP_S)

    @staticmethod
    def _value(values: Floats, time_s: float) -> float:
        index = np.clip(time_s / STEP_S, 0, len(values) - 1.000001)
        low = int(index)
        return float(values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (index - low))


def draw_route(rng: Rng, plan: Plan, *, first_m: float, last_m: float, duration_s: float) -> Route:
    """A drive that slows before crossings, wanders a little in its lane, and ends at last_m in time."""
    n = round(duration_s / STEP_S) + 1
    distance = np.linspace(first_m, last_m, 400)
    pace = 1.0 + 0.16 * np.interp(distance, np.linspace(first_m, last_m, 9), rng.normal(0, 1, 9))
    for c in plan.crossings:
        pace *= 1 - 0.6 * np.exp(-(((distance - c.along_m + c.half_m + 5) / 9.0) ** 2))
    time = np.concatenate([[0.0], np.cumsum(np.diff(distance) / np.maximum(pace[1:], 0.2))])
    time *= duration_s / time[-1]
    clock = np.arange(n) * STEP_S
    along = _smooth(np.interp(clock, time, distance), 51)
    sway = np.interp(clock, np.linspace(0, duration_s, 14), rng.normal(0, 0.12, 14))
    pitch = _smooth(rng.normal(0, 1.0, n), 15) * 0.35
    yaw = _smooth(rng.normal(0, 1.0, n), 45) * 0.5
    return Route(along, LANE_RIGHT_M + _smooth(sway, 101), pitch, yaw)


def _smooth(values: Floats, width: int) -> Floats:
    half = width // 2
    slope = np.pad(values, half, mode="reflect", reflect_type="odd")
    smoothed: Floats = np.convolve(slope, np.ones(width) / width, mode="valid")
    return smoothed
