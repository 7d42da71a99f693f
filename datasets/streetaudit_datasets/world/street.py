"""The line of a street: places beside it by way and side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEP_M = 0.5
#: Blocks are this long, give or take; at their ends the street bends.
_BLOCK_M = 220.0
_MOST_BEND_RAD = math.radians(70.0)
_CORNER_M = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """The centre line of a street, sampled evenly.

    Attributes:
        way_m: (N,) metres from its start.
        place_m: (N, 2) east, north.
        heading_rad: (N,) clockwise from north, unwrapped.
    """

    way_m: Floats
    place_m: Floats
    heading_rad: Floats

    @property
    def length_m(self) -> float:
        """From one end to the other."""
        return float(self.way_m[-1])

    def heading(self, way_m: Floats | float) -> Floats:
        """Heading in radians at some ways."""
        return np.asarray(np.interp(way_m, self.way_m, self.heading_rad))

    def beside(self, way_m: Floats | float, right_m: Floats | float) -> Floats:
        """(..., 2) east, north of places so far along and so far to the right."""
        heading = self.heading(way_m)
        east = np.interp(way_m, self.way_m, self.place_m[:, 0]) + right_m * np.cos(heading)
        north = np.interp(way_m, self.way_m, self.place_m[:, 1]) - right_m * np.sin(heading)
        return np.stack([east, north], axis=-1)


def bending_street(rng: np.random.Generator, *, length_m: float) -> Street:
    """A street of straight blocks with round corners."""
    way = np.arange(0.0, length_m + _STEP_M, _STEP_M)
    curvature = np.zeros(len(way))
    corner = _BLOCK_M * rng.uniform(0.6, 1.1)
    while corner < length_m - _CORNER_M:
        inside = np.abs(way - corner) < _CORNER_M / 2.0
        curvature[inside] = rng.uniform(-1.0, 1.0) * _MOST_BEND_RAD / _CORNER_M
        corner += _BLOCK_M * rng.uniform(0.7, 1.3)
    heading = rng.uniform(0.0, 2.0 * math.pi) + np.concatenate([[0.0], np.cumsum(curvature[:-1]) * _STEP_M])
    steps = np.stack([np.sin(heading), np.cos(heading)], axis=1) * _STEP_M
    place = np.concatenate([np.zeros((1, 2)), np.cumsum(steps[:-1], axis=0)])
    return Street(way, place, heading)
