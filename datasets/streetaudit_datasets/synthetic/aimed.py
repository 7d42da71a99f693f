"""Views of a crowded street: a camera somewhere, aimed at something that was drawn by its class."""

from __future__ import annotations

import numpy as np

from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.crowd import LENGTH_M
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.world import Thing, World

AIM = {"litter": 8, "street_stall": 6, "illegal_ad": 8, "vehicle": 1, "bin": 4, "overflowing_bin": 6, "person": 1}


def aimed_camera(rng: Rng, world: World, size: tuple[int, int]) -> Camera:
    """A camera aimed near a thing that was drawn by class."""
    target = _target(rng, world)
    along, right = (float(v) for v in world.plan.path.locate(np.array(target.east_m), np.array(target.north_m)))
    for _ in range(30):
        away = float(rng.gamma(2.2, 2.6)) + 2.0
        angle = float(rng.uniform(0, 2 * np.pi))
        spot = along + away * np.cos(angle), right + away * np.sin(angle)
        inside = abs(spot[1]) < world.plan.wall_m - 0.8 and 0 < spot[0] < LENGTH_M
        if inside and _is_clear(world, *spot):
            return _looking(rng, world, spot, target, size)
    return _looking(rng, world, (float(rng.uniform(2, 30)), 1.8), target, size)


def _target(rng: Rng, world: World) -> Thing:
    known = [t for t in world.things if t.label]
    if not known:
        return world.things[0]
    weights = np.array([AIM[t.label] for t in known], dtype=np.float64)
    return known[int(rng.choice(len(known), p=weights / weights.sum()))]


def _is_clear(world: World, along: float, right: float) -> bool:
    point = world.plan.path.point(along, right)
    return all(
        np.hypot(t.east_m - point[0], t.north_m - point[1]) > 0.9 + max(t.model.size_m[:2]) / 2 for t in world.things
    )


def _looking(rng: Rng, world: World, spot: tuple[float, float], target: Thing, size: tuple[int, int]) -> Camera:
    point = world.plan.path.point(*spot)
    offset = np.array([target.east_m, target.north_m]) - point
    distance = max(1.5, float(np.hypot(*offset)))
    hfov = float(rng.uniform(42, 98))
    height = float(rng.choice([rng.uniform(1.2, 1.8), rng.uniform(1.6, 2.6), rng.uniform(3, 6.5)], p=(0.4, 0.45, 0.15)))
    middle = target.model.size_m[2] * 0.5 if not target.on_wall else 1.5
    down = np.degrees(np.arctan2(height - middle, distance))
    pitch = float(np.clip(-down * rng.uniform(0.2, 1.1) + rng.normal(0, 3), -55, 8))
    heading = float(np.degrees(np.arctan2(offset[0], offset[1])) + rng.uniform(-0.32, 0.32) * hfov)
    mount = Mount(hfov, height, pitch, 0.0, *size)
    return camera_at(float(point[0]), float(point[1]), heading_deg=heading, mount=mount)
