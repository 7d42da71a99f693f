"""The line of the street: from (along, right) to local metres and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEP_M = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The centre line of a street, sampled every half metre.

    Attributes:
        east_m: float64 (N,).
        north_m: float64 (N,).
        heading_rad: float64 (N,), clockwise from north, continuous.
    """

    east_m: Floats
    north_m: Floats
    heading_rad: Floats

    @property
    def length_m(self) -> float:
        """From the first sample to the last."""
        return (len(self.east_m) - 1) * STEP_M

    def _at(self, values: Floats, along_m: Floats | float) -> Floats:
        index = np.asarray(along_m, dtype=np.float64) / STEP_M
        low = np.clip(index.astype(np.int64), 0, len(values) - 2)
        share = index - low
        found: Floats = values[low] * (1 - share) + values[low + 1] * share
        return found

    def heading_deg(self, along_m: float) -> float:
        """The street's direction at a point along it."""
        return float(np.degrees(self._at(self.heading_rad, np.clip(along_m, 0, self.length_m))))

    def point(self, along_m: float, right_m: float) -> Floats:
        """The local point (2,) that lies right_m to the right of the line."""
        angle = np.radians(self.heading_deg(along_m))
        east, north = self._at(self.east_m, along_m), self._at(self.north_m, along_m)
        return np.array([east + right_m * np.cos(angle), north - right_m * np.sin(angle)])

    def locate(self, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
        """Along and right of points; beyond the ends the line goes on straight.

        Needs a line that turns less than 80 degrees in all, which every street here does.
        """
        chord = np.array([self.east_m[-1] - self.east_m[0], self.north_m[-1] - self.north_m[0]])
        span = float(np.hypot(*chord))
        chord /= span
        along = (east_m - self.east_m[0]) * chord[0] + (north_m - self.north_m[0]) * chord[1]
        along *= self.length_m / span
        for _ in range(3):
            clipped = np.clip(along, 0, self.length_m)
            angle = self._at(self.heading_rad, clipped)
            ahead = (east_m - self._at(self.east_m, along)) * np.sin(angle)
            ahead += (north_m - self._at(self.north_m, along)) * np.cos(angle)
            along = along + ahead
        angle = self._at(self.heading_rad, np.clip(along, 0, self.length_m))
        right = (east_m - self._at(self.east_m, along)) * np.cos(angle)
        right -= (north_m - self._at(self.north_m, along)) * np.sin(angle)
        return along, right


def bend(rng: np.random.Generator, *, length_m: float, sharpest_per_m: float = 1 / 180) -> Path:
    """A street line with gentle turns, starting at the origin."""
    n = int(length_m / STEP_M) + 1
    knots = max(3, int(length_m / 70))
    turning = rng.uniform(-1, 1, knots) * sharpest_per_m
    curvature = np.interp(np.linspace(0, knots - 1, n), np.arange(knots), turning)
    curvature -= curvature.mean() * 0.8
    turned = np.cumsum(curvature) * STEP_M
    turned *= min(1.0, 0.6 / max(1e-9, float(np.ptp(turned))))
    heading = rng.uniform(0, 2 * np.pi) + turned
    steps = np.vstack([np.sin(heading[:-1]), np.cos(heading[:-1])]) * STEP_M
    line = np.hstack([np.zeros((2, 1)), np.cumsum(steps, axis=1)])
    return Path(line[0], line[1], heading)
