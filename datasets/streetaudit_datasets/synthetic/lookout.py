"""What of a world a camera may see, and in which order it is painted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Camera
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.order import far_to_near, hidden_by
from streetaudit_datasets.synthetic.seen import Placed, place_thing
from streetaudit_datasets.synthetic.world import Thing, World

Floats = NDArray[np.float64]

FARTHEST_M = 120.0
FARTHEST_HOUSE_M = 150.0
SMALLEST_PX = 5.0
FLAT_M = 0.05  # what is lower lies under everything that stands


@dataclass(slots=True, eq=False)
class Lookout:
    """Culls and orders one world's things and houses.

    Attributes:
        world: the world.
    """

    world: World
    _feet: Floats = field(init=False)
    _spots: Floats = field(init=False)

    def __post_init__(self) -> None:
        feet = [h.foot_m for h in self.world.houses]
        self._feet = np.array(feet) if feet else np.zeros((0, 4, 2))
        rows = [(t.east_m, t.north_m, 1e9 if t.motion else max(t.model.size_m)) for t in self.world.things]
        self._spots = np.array(rows, dtype=np.float64).reshape(-1, 3)

    def placed(self, camera: Camera, time_s: float) -> list[Placed]:
        """The things that may be in the picture, where they are at a time."""
        found = []
        for i in np.flatnonzero(self._near(camera)):
            thing = self.world.things[i]
            place = (thing.east_m, thing.north_m, thing.heading_deg)
            if thing.motion is not None:
                moved = thing.motion.at(time_s)
                if moved is None:
                    continue
                place = moved
            model = thing.looks(time_s)
            if model is not None and _is_large_enough(camera, model, place):
                found.append(place_thing(camera, thing, model, place))
        return found

    def paint_order(self, camera: Camera, placed: list[Placed]) -> list[Placed | int]:
        """Things and numbers of houses, far to near; what stands wholly behind houses is left out."""
        houses = self._houses(camera)
        kept, slots = self._slots(camera, placed, houses)
        order: list[Placed | int] = []
        for k in range(len(houses) + 1):
            group = [p for p, s in zip(kept, slots, strict=True) if s == k]
            order += _ordered(group, camera)
            if k < len(houses):
                order.append(houses[k])
        return order

    def _near(self, camera: Camera) -> NDArray[np.bool_]:
        """Which things may be in the picture; those that move always."""
        offset = self._spots[:, :2] - camera.position_m[:2]
        depth, aside = offset @ camera.rotation[2, :2], np.abs(offset @ camera.rotation[0, :2])
        reach = self._spots[:, 2]
        wide = camera.width_px / 2 / camera.focal_px * 1.15
        steep = 1.0 + max(0.0, -float(camera.rotation[2, 2])) * 2
        ahead = (depth > -reach * steep) & (depth - reach < FARTHEST_M)
        kept: NDArray[np.bool_] = ahead & (aside - reach < (np.maximum(depth, 0) + reach) * wide * steep)
        return kept

    def _houses(self, camera: Camera) -> list[int]:
        """Houses that may be seen, far to near by their nearest corner."""
        if not len(self._feet):
            return []
        offset = self._feet - camera.position_m[:2]
        ahead = offset @ camera.rotation[2, :2]
        distance = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1)
        order = np.argsort(-distance)
        return [int(i) for i in order if ahead[i].max() > 0 and distance[i] < FARTHEST_HOUSE_M]

    def _slots(self, camera: Camera, placed: list[Placed], houses: list[int]) -> tuple[list[Placed], list[int]]:
        """Things not wholly behind houses, and the first house of the row that hides the middle of each."""
        if not placed:
            return [], []
        middle = np.array([(p.east_m, p.north_m) for p in placed])
        middle += np.array([_off_wall(p.thing) for p in placed])
        reach = np.array([max(p.model.size_m[:2]) / 2 + 0.3 for p in placed])[:, None]
        aside = camera.rotation[0, :2] * reach
        eye, feet = camera.position_m[:2], self._feet[houses]
        hidden = hidden_by(eye, middle, feet)
        ends = (hidden_by(eye, middle + side, feet).any(axis=1) for side in (aside, -aside))
        gone = np.logical_and.reduce([hidden.any(axis=1), *ends])
        rows = [(p, row) for p, row, out in zip(placed, hidden, gone, strict=True) if not out]
        return [p for p, _ in rows], [int(np.argmax(row)) if row.any() else len(houses) for _, row in rows]


def _is_large_enough(camera: Camera, model: Model, place: tuple[float, float, float]) -> bool:
    offset = np.array([place[0], place[1], 0.0]) - camera.position_m
    depth, aside = float(camera.rotation[2] @ offset), abs(float(camera.rotation[0] @ offset))
    if depth < -model.size_m[0] or depth > FARTHEST_M:
        return False
    reach = max(model.size_m)
    if reach * camera.focal_px / max(depth, 1.0) < SMALLEST_PX:
        return False
    return aside - reach <= (max(depth, 0) + reach) * camera.width_px / 2 / camera.focal_px * 1.1


def _ordered(placed: list[Placed], camera: Camera) -> list[Placed]:
    """Things far to near, flat ones first."""
    if not placed:
        return []
    places = np.array([(p.east_m, p.north_m) for p in placed])
    headings = np.array([p.heading_deg for p in placed])
    halves = np.array([(p.model.size_m[0] / 2, p.model.size_m[1] / 2) for p in placed])
    order = far_to_near(places, headings, halves, eye_m=camera.position_m[:2])
    return [placed[i] for i in sorted(order, key=lambda k: placed[k].model.size_m[2] >= FLAT_M)]


def _off_wall(thing: Thing) -> tuple[float, float]:
    """What hangs on a wall is judged a little before it, lest its own wall hide it."""
    if not thing.on_wall:
        return 0.0, 0.0
    angle = np.radians(thing.heading_deg)
    return 0.15 * float(np.sin(angle)), 0.15 * float(np.cos(angle))
