"""What a picture shows of each thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.painter import compiled
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.world import Thing

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a thing a picture shows.

    Attributes:
        ident: the thing.
        xyxy: the visible extent in pixels, tight.
        visible: visible pixels to the pixels it would have with nothing before it and no border.
        depth_m: distance along the camera's axis.
    """

    ident: int
    xyxy: tuple[int, int, int, int]
    visible: float
    depth_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture with its truth.

    Attributes:
        image: uint8 (H, W, 3) RGB, before the lens and the sensor.
        ids: int16 (H, W).
        seen: what is visible, of things that have a class.
    """

    image: NDArray[np.uint8]
    ids: NDArray[np.int16]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A thing where it is at one moment, in camera axes."""

    thing: Thing
    model: Model
    east_m: float
    north_m: float
    heading_deg: float
    view_m: Floats
    box_m: Floats


Count = tuple[int, float, Placed]  # pixels just after drawing, share inside the picture, the thing


def place_thing(camera: Camera, thing: Thing, model: Model, place: tuple[float, float, float]) -> Placed:
    """The thing turned, moved and seen from a camera."""
    east, north, heading = place
    angle = np.radians(heading)
    turn = np.array([[np.sin(angle), np.cos(angle), 0], [-np.cos(angle), np.sin(angle), 0], [0, 0, 1.0]])
    shift = np.array([east, north, 0.0])
    low, high = _bounds(model)
    box = np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    view = camera.view(compiled(model).corners @ turn + shift)
    return Placed(thing, model, east, north, heading, view, camera.view(box @ turn + shift))


def _bounds(model: Model) -> tuple[Floats, Floats]:
    made = compiled(model)
    corners = made.corners[: made.starts[-1]]
    half = np.array([model.size_m[0] / 2, model.size_m[1] / 2, 0.0])
    low, high = np.minimum(corners.min(axis=0), -half), np.maximum(corners.max(axis=0), half)
    high[2] = max(high[2], model.size_m[2])
    return low, high


def extent(camera: Camera, box_m: Floats) -> tuple[Floats, Floats] | None:
    """The pixels (low, high) between which a box in camera axes falls; None when it is behind."""
    ahead = box_m[box_m[:, 2] > NEAR_M]
    if len(ahead) < 2:
        return None
    shown = camera.pixels(ahead)
    return shown.min(axis=0), shown.max(axis=0)


def count_drawn(target: Canvas, camera: Camera, placed: Placed) -> Count:
    """Pixels a thing has just after it was drawn, and the share of it inside the picture."""
    bounds = extent(camera, placed.box_m)
    if bounds is None:
        return 0, 0.0, placed
    low, high = bounds
    size = np.array([camera.width_px, camera.height_px])
    inside = np.clip(np.minimum(high, size) - np.maximum(low, 0), 0, None).prod()
    share = float(inside / max(float((high - low).prod()), 1e-9))
    x0, y0 = np.clip(np.floor(low) - 4, 0, size).astype(int)
    x1, y1 = np.clip(np.ceil(high) + 4, 0, size).astype(int)
    count = int(np.count_nonzero(target.ids[y0:y1, x0:x1] == placed.thing.ident))
    return count, min(1.0, share), placed


def what_is_seen(target: Canvas, camera: Camera, drawn: dict[int, Count]) -> tuple[Seen, ...]:
    """What is left visible of each thing that was drawn."""
    found = []
    for ident, (count, share, placed) in drawn.items():
        bounds = extent(camera, placed.box_m)
        if count == 0 or bounds is None:
            continue
        size = np.array([camera.width_px, camera.height_px])
        x0, y0 = np.clip(np.floor(bounds[0]) - 4, 0, size).astype(int)
        x1, y1 = np.clip(np.ceil(bounds[1]) + 4, 0, size).astype(int)
        mask = target.ids[y0:y1, x0:x1] == ident
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        if not len(columns):
            continue
        visible = float(np.count_nonzero(mask)) / count * share
        xyxy = int(x0 + columns[0]), int(y0 + rows[0]), int(x0 + columns[-1] + 1), int(y0 + rows[-1] + 1)
        depth = float(placed.box_m[:, 2].mean())
        found.append(Seen(ident, xyxy, min(1.0, visible), depth))
    return tuple(found)
