"""Puts things on a street, each once, and remembers where and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from streetaudit_datasets.synthetic.furniture import lamp, tree
from streetaudit_datasets.synthetic.ground import Shade
from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.people import person
from streetaudit_datasets.synthetic.shadows import cast, crown_shade, outline
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.world import Motion, Thing


@dataclass(frozen=True, slots=True)
class Case:
    """What is said about a thing in the truth.

    Attributes:
        label: its class in the taxonomy.
        problem: what is wrong; None when it is legal.
        why: why it is a case, or is not.
    """

    label: str
    problem: str | None
    why: str


SCENERY = Case("", None, "")
TREES = 8  # a street has trees of a few shapes, in all sizes


@dataclass(slots=True, eq=False)
class Crew:
    """Places things on a plan.

    Attributes:
        rng: for all that is left to chance.
        plan: the street.
        light: decides the shadows.
        things: what was placed.
        shades: their shadows.
        lamps: ground points under burning lamps.
    """

    rng: Rng
    plan: Plan
    light: Light
    things: list[Thing] = field(default_factory=list)
    shades: list[Shade] = field(default_factory=list)
    lamps: list[tuple[float, float]] = field(default_factory=list)
    _taken: list[tuple[float, float, float]] = field(default_factory=list)
    _trees: list[Model] = field(default_factory=list)

    def ident(self) -> int:
        """The next free mark."""
        return 1 + sum(1 for t in self.things if t.label)

    def free(self, along_m: float, right_m: float, *, radius_m: float) -> bool:
        """Whether nothing stands within a radius."""
        return all(np.hypot(along_m - a, right_m - r) > radius_m + q for a, r, q in self._taken)

    def take(self, along_m: float, right_m: float, *, radius_m: float) -> None:
        """Keep a place free of others."""
        self._taken.append((along_m, right_m, radius_m))

    def put(self, model: Model, along_m: float, right_m: float, *, turn_deg: float, case: Case = SCENERY) -> Thing:
        """Place a thing; turn_deg is clockwise from the street's direction."""
        east, north = self.plan.path.point(along_m, right_m)
        heading = self.plan.path.heading_deg(along_m) + turn_deg
        ident = self.ident() if case.label else 0
        thing = Thing(ident, case.label, model, float(east), float(north), heading, case.problem, case.why)
        self.things.append(thing)
        self.take(along_m, right_m, radius_m=max(model.size_m[:2]) / 2)
        if model.shadow > 0:
            self._shade(thing, model)
        return thing

    def _shade(self, thing: Thing, model: Model) -> None:
        size = model.size_m
        foot = outline(thing.east_m, thing.north_m, thing.heading_deg, size_m=size, grow_m=0.07)
        self.shades.append(Shade(foot, model.shadow, cast=False))
        slim = outline(thing.east_m, thing.north_m, thing.heading_deg, size_m=(size[0] * 0.9, size[1] * 0.9, size[2]))
        self.shades.append(cast(slim, size[2] * 0.92, self.light))

    def hang(self, model: Model, along_m: float, side: int, *, case: Case = SCENERY) -> Thing:
        """Hang a thing on the house front of one side."""
        right = side * (self.plan.wall_m + 0.005)
        ahead = self._front(along_m, side)
        east, north = self.plan.path.point(along_m, right)
        ident = self.ident() if case.label else 0
        thing = Thing(ident, case.label, model, float(east), float(north), ahead, case.problem, case.why, on_wall=True)
        self.things.append(thing)
        self.take(along_m, right, radius_m=model.size_m[1] / 2)
        return thing

    def _front(self, along_m: float, side: int) -> float:
        return self.plan.path.heading_deg(along_m) - 90.0 * side

    def move(self, model: Model, motion: Motion, *, case: Case, walker: int | None = None) -> Thing:
        """Add a thing that moves."""
        start = float(motion.east_m[0]), float(motion.north_m[0]), float(motion.heading_deg[0])
        thing = Thing(self.ident(), case.label, model, *start, case.problem, case.why, motion=motion, walker=walker)
        self.things.append(thing)
        return thing

    def stage(
        self, stages: tuple[tuple[float, Model], ...], along_m: float, right_m: float, *, turn_deg: float, case: Case
    ) -> Thing:
        """Add a thing that grows in stages."""
        east, north = self.plan.path.point(along_m, right_m)
        heading = self.plan.path.heading_deg(along_m) + turn_deg
        last = stages[-1][1]
        thing = Thing(
            self.ident(), case.label, last, float(east), float(north), heading, case.problem, case.why, stages=stages
        )
        self.things.append(thing)
        self.take(along_m, right_m, radius_m=max(last.size_m[:2]) / 2)
        return thing

    def facing_road(self, right_m: float) -> float:
        """The turn that makes a thing on this side face the road."""
        return -90.0 if right_m > 0 else 90.0

    def stand_person(self, along_m: float, right_m: float, *, turn_deg: float, why: str = "a passer-by") -> Thing:
        """Place somebody who stands."""
        seed = int(self.rng.integers(1 << 30))
        return self.put(person(seed, 0), along_m, right_m, turn_deg=turn_deg, case=Case("person", None, why))

    def trees_and_lamps(self, *, first_m: float, last_m: float, every_m: float) -> None:
        """A row along each kerb, with gaps at the corners."""
        for side in (-1, 1):
            along, turn = first_m + float(self.rng.uniform(0, every_m)), 0
            while along < last_m:
                right = side * (self.plan.half_m + 0.75)
                clear = self.plan.clear_of_crossings(along, by_m=5.0)
                if clear and self.free(along, right, radius_m=0.6):
                    if turn % 3 == 2 or self.rng.random() < 0.15:
                        self._lamp(along, right, side)
                    else:
                        self._tree(along, right)
                along += every_m * float(self.rng.uniform(0.85, 1.2))
                turn += 1

    def _lamp(self, along_m: float, right_m: float, side: int) -> None:
        self.put(lamp(self.rng, burning=self.light.lamps_on), along_m, right_m, turn_deg=0.0 if side > 0 else 180.0)
        if self.light.lamps_on:
            under = self.plan.path.point(along_m, right_m - side * 1.6)
            self.lamps.append((float(under[0]), float(under[1])))
        self.take(along_m, right_m, radius_m=0.3)

    def _tree(self, along_m: float, right_m: float) -> None:
        if len(self._trees) < TREES:
            self._trees.append(tree(self.rng))
        made = self._trees[int(self.rng.integers(len(self._trees)))].scaled(float(self.rng.uniform(0.85, 1.15)))
        east, north = self.plan.path.point(along_m, right_m)
        self.things.append(Thing(0, "", made, float(east), float(north), 0.0))
        self.take(along_m, right_m, radius_m=0.6)
        radius, height = made.size_m[0] / 2, made.size_m[2] * 0.65
        self.shades.append(
            crown_shade(float(east), float(north), height_m=height, radius_m=radius * 0.9, light=self.light)
        )
        trunk = outline(float(east), float(north), 0.0, size_m=(0.25, 0.25, height))
        self.shades.append(cast(trunk, height, self.light))
