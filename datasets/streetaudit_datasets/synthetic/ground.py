"""The ground: a shader from street metres to colours, kept in three patches about the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.textures import Floats, Rng, tileable

NOISE_PX = 512


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """A mark on the ground: a dark blot, a patch of new asphalt, a manhole."""

    east_m: float
    north_m: float
    radius_m: float
    angle_deg: float
    tone: float
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """A convex shadow on the ground: the sun's, or the dimness under a thing in any light.

    Attributes:
        corners: float64 (N, 2), local metres.
        darkness: 0..1.
        cast: whether the sun throws it.
    """

    corners: NDArray[np.float64]
    darkness: float
    cast: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """All that the ground's colour depends on.

    Attributes:
        plan: the street.
        light: the light; patches are painted lit.
        noises: three tileable noises, fine to coarse, (512, 512).
        stains: marks.
        shades: shadows of things that do not move.
        lamps: float64 (N, 2), ground points under burning lamps.
        shade_side: +1 or -1 when the houses of that side shade the street, else 0.
        shade_m: how far from their wall.
    """

    plan: Plan
    light: Light
    noises: tuple[Floats, ...]
    stains: tuple[Stain, ...]
    shades: tuple[Shade, ...]
    lamps: NDArray[np.float64]
    shade_side: int
    shade_m: float

    def lit(self, right_m: float) -> float:
        """The share of sun that reaches a place."""
        if self.shade_side == 0:
            return 1.0
        return 0.0 if self.plan.wall_m - right_m * self.shade_side < self.shade_m else 1.0

    def lamp_glow(self, east_m: float, north_m: float) -> float:
        """How strongly the street lamps light a place, 0..1."""
        if not len(self.lamps):
            return 0.0
        squared = ((self.lamps - (east_m, north_m)) ** 2).sum(axis=1)
        return float(np.minimum(1.0, np.exp(-squared / 60.0).sum()))


def noises(rng: Rng) -> tuple[Floats, ...]:
    """Fine, middle and coarse noise for the ground."""
    return tuple(tileable(rng, NOISE_PX, slope=s) for s in (0.35, 0.9, 1.5))
