"""Turns a plan and what a crew placed on it into a world."""

from __future__ import annotations

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.crew import Crew
from streetaudit_datasets.synthetic.ground import Ground, Stain, noises
from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.sky import panorama
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.town import houses
from streetaudit_datasets.synthetic.world import World

HOUSE_SHADE_M = 9.0  # a middling house, for the shadow that its row throws


def stains(rng: Rng, plan: Plan, *, first_m: float, last_m: float) -> tuple[Stain, ...]:
    """Oil, water, mended asphalt and manholes over the street."""
    found = []
    for _ in range(int((last_m - first_m) * 0.6)):
        along = float(rng.uniform(first_m, last_m))
        right = float(rng.uniform(-plan.wall_m, plan.wall_m))
        kind = str(rng.choice(["blot", "patch", "manhole"], p=(0.72, 0.14, 0.14)))
        if kind == "patch" and abs(right) > plan.half_m - 1.5:
            continue
        point = plan.path.point(along, right)
        radius = {"blot": rng.uniform(0.06, 0.6), "patch": rng.uniform(0.6, 1.4), "manhole": rng.uniform(0.28, 0.4)}[
            kind
        ]
        tone = {"blot": rng.uniform(-0.3, -0.05), "patch": rng.uniform(-0.2, 0.1), "manhole": -0.3}[kind]
        angle = plan.path.heading_deg(along) + (0.0 if kind == "patch" else float(rng.uniform(0, 180)))
        found.append(Stain(float(point[0]), float(point[1]), float(radius), angle, float(tone), kind))
    return tuple(found)


def house_shade(plan: Plan, light: Light) -> tuple[int, float]:
    """Which row of houses shades the street, and how far from its wall."""
    if not light.has_shadows:
        return 0, 0.0
    angle = np.radians(plan.path.heading_deg(plan.path.length_m / 2))
    towards_right = light.sun[0] * np.cos(angle) - light.sun[1] * np.sin(angle)
    reach = HOUSE_SHADE_M * abs(float(towards_right)) / max(light.sun[2], 0.2)
    if reach < 1.0:
        return 0, 0.0
    return (1 if towards_right > 0 else -1), min(reach, 1.25 * plan.wall_m)


def assemble(
    rng: Rng, *, seed: int, origin: LocalFrame, plan: Plan, light: Light, crew: Crew, first_m: float, last_m: float
) -> World:
    """The finished world."""
    side, reach = house_shade(plan, light)
    lamps = np.array(crew.lamps, dtype=np.float64).reshape(-1, 2)
    ground = Ground(
        plan,
        light,
        noises(rng),
        stains(rng, plan, first_m=first_m, last_m=last_m),
        tuple(crew.shades),
        lamps,
        side,
        reach,
    )
    rows = houses(rng, plan, first_m=first_m, last_m=last_m)
    return World(seed, origin, plan, ground, light, panorama(rng, light), rows, tuple(crew.things))
