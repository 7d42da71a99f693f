"""A street with everything on it, in local metres about an origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.buildings import Front
from streetaudit_datasets.synthetic.ground import Ground
from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.people import PHASES, person
from streetaudit_datasets.synthetic.textures import Image

Floats = NDArray[np.float64]

MOTION_STEP_S = 0.1
STEPS_PER_S = 1.9  # how fast people walk through their phases


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where a moving thing is, sampled every MOTION_STEP_S from first_s on; absent before and after.

    Attributes:
        first_s: time of the first sample.
        east_m, north_m, heading_deg: float64 (N,).
    """

    first_s: float
    east_m: Floats
    north_m: Floats
    heading_deg: Floats

    def at(self, time_s: float) -> tuple[float, float, float] | None:
        """East, north and heading at a time; None when the thing is not there."""
        step = (time_s - self.first_s) / MOTION_STEP_S
        if step < 0 or step > len(self.east_m) - 1:
            return None
        low = min(int(step), len(self.east_m) - 2)
        share = step - low
        east = self.east_m[low] + (self.east_m[low + 1] - self.east_m[low]) * share
        north = self.north_m[low] + (self.north_m[low + 1] - self.north_m[low]) * share
        return float(east), float(north), float(self.heading_deg[low])

    def stands(self, time_s: float) -> bool:
        """Whether the thing does not move at this time."""
        now, later = self.at(time_s), self.at(time_s + MOTION_STEP_S)
        return now is not None and later is not None and np.hypot(now[0] - later[0], now[1] - later[1]) < 0.02


def motion(plan: Plan, *, first_s: float, knots: list[tuple[float, float, float]]) -> Motion:
    """A motion through knots (seconds after first_s, along, right), turned the way it goes."""
    times = np.arange(0, knots[-1][0] + MOTION_STEP_S, MOTION_STEP_S)
    columns = np.array(knots)
    along = np.interp(times, columns[:, 0], columns[:, 1])
    right = np.interp(times, columns[:, 0], columns[:, 2])
    points = np.array([plan.path.point(float(a), float(r)) for a, r in zip(along, right, strict=True)])
    kernel = np.ones(9) / 9
    padded = np.pad(points, ((4, 4), (0, 0)), mode="edge")
    smooth = np.column_stack([np.convolve(padded[:, i], kernel, mode="valid") for i in range(2)])
    moved = np.diff(smooth, axis=0, append=smooth[-1:])
    heading = np.full(len(moved), np.nan)
    going = np.hypot(moved[:, 0], moved[:, 1]) > 0.025
    heading[going] = np.degrees(np.arctan2(moved[going, 0], moved[going, 1]))
    return Motion(first_s, smooth[:, 0], smooth[:, 1], _held(heading))


def _held(heading: Floats) -> Floats:
    """Headings with gaps filled from before, else from after."""
    known = np.flatnonzero(~np.isnan(heading))
    if not len(known):
        return np.zeros(len(heading))
    before = np.searchsorted(known, np.arange(len(heading)), side="right") - 1
    held: Floats = heading[known[np.maximum(before, 0)]]
    return held


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One thing in the world; placed once.

    Attributes:
        ident: its mark in the id buffer; 0 for scenery that is no one's business.
        label: its class in the taxonomy; empty for scenery.
        model: what it looks like.
        east_m, north_m, heading_deg: where it stands, unless it moves.
        problem: what is wrong with it; None when it is legal.
        why: why it is a case, or why not.
        on_wall: whether it hangs on a wall.
        motion: how it moves; None for most.
        walker: seed of a walking person, or None.
        stages: (from_s, model) when it changes over time, in order of time.
    """

    ident: int
    label: str
    model: Model
    east_m: float
    north_m: float
    heading_deg: float
    problem: str | None = None
    why: str = ""
    on_wall: bool = False
    motion: Motion | None = None
    walker: int | None = None
    stages: tuple[tuple[float, Model], ...] = ()

    def looks(self, time_s: float) -> Model | None:
        """The model at a time; None before a thing in stages has begun."""
        if self.walker is not None:
            still = self.motion is None or self.motion.stands(time_s)
            return person(self.walker, 0 if still else int(time_s * STEPS_PER_S * PHASES) % PHASES)
        if not self.stages:
            return self.model
        begun = [model for from_s, model in self.stages if time_s >= from_s]
        return begun[-1] if begun else None


@dataclass(frozen=True, slots=True, eq=False)
class House:
    """A box with a picture on each wall that can be seen.

    Attributes:
        corners: float64 (4, 3) of each wall: top left, top right, bottom right, bottom left.
        normals: outward, one a wall.
        fronts: what is on each wall.
        foot_m: float64 (4, 2), the corners on the ground.
    """

    corners: tuple[Floats, ...]
    normals: tuple[tuple[float, float, float], ...]
    fronts: tuple[Front, ...]
    foot_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A street, its houses and things, under one light.

    Attributes:
        seed: what it was made from.
        origin: where local zero is on earth.
        plan: the street.
        ground: its surface.
        light: the light.
        sky: the panorama.
        houses: the houses.
        things: everything else.
    """

    seed: int
    origin: LocalFrame
    plan: Plan
    ground: Ground
    light: Light
    sky: Image
    houses: tuple[House, ...]
    things: tuple[Thing, ...]
