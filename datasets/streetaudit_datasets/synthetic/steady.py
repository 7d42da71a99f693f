"""Pictures of a camera that does not move: what stands still is drawn once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.scene import Studio
from streetaudit_datasets.synthetic.seen import Count, Placed, Shot, extent, what_is_seen
from streetaudit_datasets.synthetic.textures import Image

Box = tuple[float, float, float, float]

NOWHERE: Box = (-1.0, -1.0, -1.0, -1.0)
SHADOW_PX = 160.0  # how far beyond a moving thing its shadow may reach


@dataclass(frozen=True, slots=True, eq=False)
class _Still:
    """A finished picture of all that stands still, and what it was drawn from."""

    models: tuple[int, ...]
    image: Image
    ids: NDArray[np.int16]
    counts: dict[int, Count]


@dataclass(slots=True, eq=False)
class SteadyCamera:
    """Draws what moves over a kept picture, then again what stands before it.

    Attributes:
        studio: draws the world.
        camera: the camera.
    """

    studio: Studio
    camera: Camera
    _still: _Still | None = field(init=False, default=None)

    def shoot(self, time_s: float) -> Shot:
        """The picture at a time."""
        placed = self.studio.lookout.placed(self.camera, time_s)
        still = self._kept(placed)
        target, counts = Canvas(still.image.copy(), still.ids.copy()), dict(still.counts)
        shadows = []
        for p in placed:
            if p.thing.motion is not None:
                self.studio.shade(target, self.camera, p)
                shadows.append(self._reach(p, spare_px=self._shadow_px()))
        drawn: list[Box] = []  # what was drawn anew so far, and must be hidden anew by what comes after
        for item in self.studio.lookout.paint_order(self.camera, placed):
            moves = not isinstance(item, int) and item.thing.motion is not None
            box = self._box(item) if isinstance(item, int) else self._reach(item, spare_px=4.0)
            if moves or _meets(box, drawn) or (not isinstance(item, int) and _meets(box, shadows)):
                again: dict[int, Count] = {}
                self.studio.draw(target, self.camera, item, drawn=again)
                drawn.append(box)
                counts |= again if moves else {}
        return Shot(target.image, target.ids, what_is_seen(target, self.camera, counts))

    def _kept(self, placed: list[Placed]) -> _Still:
        """The picture of what stands still, drawn anew when one of its things has changed."""
        standing = [p for p in placed if p.thing.motion is None]
        models = tuple(id(p.model) for p in standing)
        if self._still is None or self._still.models != models:
            target, counts = self.studio.backdrop(self.camera), dict[int, Count]()
            for item in self.studio.lookout.paint_order(self.camera, standing):
                self.studio.draw(target, self.camera, item, drawn=counts)
            self._still = _Still(models, target.image, target.ids, counts)
        return self._still

    def _shadow_px(self) -> float:
        return SHADOW_PX if self.studio.world.light.has_shadows else 12.0

    def _reach(self, placed: Placed, *, spare_px: float) -> Box:
        """The pixels a thing may touch, and so many more around."""
        bounds = extent(self.camera, placed.box_m)
        if bounds is None:
            return NOWHERE
        (x0, y0), (x1, y1) = bounds
        return float(x0) - spare_px, float(y0) - spare_px, float(x1) + spare_px, float(y1) + spare_px

    def _box(self, house: int) -> Box:
        """The pixels a house may touch: all of them when part of it is behind the camera."""
        corners = self.camera.view(np.vstack(self.studio.world.houses[house].corners))
        bounds = extent(self.camera, corners)
        if bounds is None or (corners[:, 2] < NEAR_M).any():
            return 0.0, 0.0, float(self.camera.width_px), float(self.camera.height_px)
        (x0, y0), (x1, y1) = bounds
        return float(x0), float(y0), float(x1), float(y1)


def _meets(box: Box, others: list[Box]) -> bool:
    x0, y0, x1, y1 = box
    return any(x0 < b[2] and x1 > b[0] and y0 < b[3] and y1 > b[1] for b in others)
