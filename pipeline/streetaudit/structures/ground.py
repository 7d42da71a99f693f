"""Which ground one clip had in view, how near, how long, and what hid it: every few metres of the way, one look.

A look is kept rather than a map of cells: whether a spot was well looked at depends on where the camera stood, and a
night's looks are smaller than its cells. Maps of cells are drawn from looks where they are asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame

Floats = NDArray[np.float64]

#: The image is cut into so many columns; of each it is known below which row the ground lies open.
COLUMNS = 32
#: Where the pixels that the detector saw are not at hand: neither dark nor blurred as far as anybody can tell.
UNKNOWN = 255
#: Below these (see `streetaudit.locate.light`) a look shows nothing.
DARK, BLURRED = 40, 56
#: The wheels and whatever is nearer are not looked at.
_NEAREST_M = 1.0
#: A detector hardly loses a thing in so many frames in a row.
_ENOUGH_FRAMES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The looks of one clip, one row each, in order of time.

    Attributes:
        camera: As it is known at the end of the clip.
        image_size: (width, height) pixels.
        frame: Of the metric columns.
        time_s: float64 (V,), clip times.
        place_m: float32 (V, 2), east and north of the carrier.
        heading_deg: float32 (V,), of the carrier, clockwise from north.
        error_m: float32 (V,), 95 % radius of the carrier's place.
        frames: int32 (V,), frames looked at that the look stands for.
        seconds: float32 (V,), clip time that it stands for.
        light: uint8 (V,), how bright the brighter parts are; UNKNOWN without pixels.
        sharp: uint8 (V,), how sharp the image is; UNKNOWN without pixels.
        hidden: uint8 (V, COLUMNS), lower edge of what stands in the way, of 255 a height of the image; 0 for nothing.

    Raises:
        ValueError: If the columns disagree about V.
    """

    camera: Camera
    image_size: tuple[int, int]
    frame: LocalFrame
    time_s: Floats
    place_m: NDArray[np.float32]
    heading_deg: NDArray[np.float32]
    error_m: NDArray[np.float32]
    frames: NDArray[np.int32]
    seconds: NDArray[np.float32]
    light: NDArray[np.uint8]
    sharp: NDArray[np.uint8]
    hidden: NDArray[np.uint8]

    def __post_init__(self) -> None:
        n = len(self.time_s)
        lengths = {len(getattr(self, name)) for name in ("place_m", "heading_deg", "error_m", "frames", "seconds")}
        lengths |= {len(self.light), len(self.sharp)}
        if lengths != {n} or self.place_m.shape != (n, 2) or self.hidden.shape != (n, COLUMNS):
            raise ValueError(f"want {n} rows in every column, got {lengths} and {self.hidden.shape}")

    def __len__(self) -> int:
        return len(self.time_s)

    def __eq__(self, other: object) -> bool:
        """True if both clips looked at the same: replays are compared with what they replay."""
        if not isinstance(other, Ground):
            return NotImplemented
        pairs = [(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)]
        return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    @property
    def is_dark(self) -> NDArray[np.bool_]:
        """(V,) True where there was too little light to see a thing."""
        return np.asarray(self.light < DARK)

    @property
    def is_blurred(self) -> NDArray[np.bool_]:
        """(V,) True where nothing in the image is sharp."""
        return np.asarray(self.sharp < BLURRED)

    def taken(self, rows: NDArray[np.intp]) -> Ground:
        """Some of the looks, in an order of one's own."""
        columns: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        columns |= {name: value[rows] for name, value in columns.items() if isinstance(value, np.ndarray)}
        return Ground(**columns)

    def box(self, reach_m: float) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees of all that lies within a distance of the way.

        Raises:
            ValueError: If there are no looks.
        """
        if len(self) == 0:
            raise ValueError("want at least one look, got none")
        low, high = self.place_m.min(axis=0) - reach_m, self.place_m.max(axis=0) + reach_m
        south, west = self.frame.to_degrees(float(low[0]), float(low[1]))
        north, east = self.frame.to_degrees(float(high[0]), float(high[1]))
        return west, south, east, north


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """How one clip saw one spot of the ground; one row for each look that has it in the image.

    Attributes:
        rows: int (S,), of the clip's looks.
        distance_m: (S,) along the ground.
        scale_px_m: (S,) pixels that a metre there takes.
        pixel: (S, 2) where the spot lies in the image.
        is_open: bool (S,), True where nothing stands in the way, and light and focus were fit; of looks of few frames,
            in which a detector may have lost what stands there, the neighbours must say so too.
    """

    rows: NDArray[np.intp]
    distance_m: Floats
    scale_px_m: Floats
    pixel: Floats
    is_open: NDArray[np.bool_]


def sight_of(ground: Ground, lat: float, lon: float, *, margin_m: float = 0.0) -> Sight:
    """How the clip saw a spot.

    Args:
        ground: Of the clip.
        lat: Degrees, WGS 84.
        lon: Degrees, WGS 84.
        margin_m: So far to both sides of the spot nothing may stand in the way either: it is not known better.
    """
    east, north = ground.frame.to_metres(lat, lon)
    side, ahead = _level(ground, np.full(len(ground), east), np.full(len(ground), north))
    distance = np.hypot(side, ahead)
    pixel, depth = _pixels(ground, side, ahead)
    inside = _is_inside(ground, pixel, depth) & (distance >= _NEAREST_M)
    rows = np.flatnonzero(inside)
    scale = ground.camera.focal_for(ground.image_size[0]) / np.maximum(depth[rows], 1e-6)
    clear = ~(ground.is_dark | ground.is_blurred)[rows]
    for offset in (-margin_m, 0.0, margin_m) if margin_m else (0.0,):
        clear &= _is_open(ground, rows, pixel[rows] + np.stack([offset * scale, np.zeros(len(rows))], axis=1))
    return Sight(rows, distance[rows], scale, pixel[rows], clear & _is_vouched_for(ground, rows, clear))


def _is_vouched_for(ground: Ground, rows: NDArray[np.intp], clear: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(S,) True where a look has frames enough, or the looks before and after it were clear as well."""
    around = np.ones(len(rows), np.bool_)
    follows = np.diff(rows) == 1
    around[1:] &= clear[:-1] | ~follows
    around[:-1] &= clear[1:] | ~follows
    return np.asarray(around | (ground.frames[rows] >= _ENOUGH_FRAMES))


def open_distance_m(ground: Ground, rows: NDArray[np.intp], spots_m: Floats) -> Floats:
    """(N,) metres from a look to a spot that it has open, infinity where it has not: one pair a row, for maps.

    Args:
        ground: Of the clip.
        rows: (N,) which look.
        spots_m: (N, 2) east and north in the ground's frame.
    """
    here = ground.taken(rows)
    side, ahead = _level(here, spots_m[:, 0], spots_m[:, 1])
    distance = np.hypot(side, ahead)
    pixel, depth = _pixels(here, side, ahead)
    clear = _is_inside(here, pixel, depth) & (distance >= _NEAREST_M) & ~(here.is_dark | here.is_blurred)
    clear &= _is_open(here, np.arange(len(rows)), pixel)
    return np.where(clear, distance, np.inf)


def _level(ground: Ground, east_m: Floats, north_m: Floats) -> tuple[Floats, Floats]:
    """(V,) metres to the right of and along the camera's axis, of one spot a look."""
    east, north = east_m - ground.place_m[:, 0].astype(np.float64), north_m - ground.place_m[:, 1].astype(np.float64)
    azimuth = np.radians(ground.heading_deg.astype(np.float64) + ground.camera.yaw_deg)
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    return east * cosine - north * sine, east * sine + north * cosine


def _pixels(ground: Ground, side: Floats, ahead: Floats) -> tuple[Floats, Floats]:
    """(V, 2) pixels of a spot on flat ground and (V,) metres along the optical axis: the inverse of `level_rays`."""
    camera = ground.camera
    pitch, roll = math.radians(camera.pitch_deg), math.radians(camera.roll_deg)
    below = camera.height_m * math.cos(pitch) + ahead * math.sin(pitch)
    depth = ahead * math.cos(pitch) - camera.height_m * math.sin(pitch)
    x = side * math.cos(roll) + below * math.sin(roll)
    y = below * math.cos(roll) - side * math.sin(roll)
    focal, (centre_x, centre_y) = camera.focal_for(ground.image_size[0]), camera.centre_for(*ground.image_size)
    safe = np.where(depth > 0.0, depth, np.inf)
    return np.stack([centre_x + focal * x / safe, centre_y + focal * y / safe], axis=1), depth


def _is_inside(ground: Ground, pixel: Floats, depth: Floats) -> NDArray[np.bool_]:
    width, height = ground.image_size
    across = (pixel[:, 0] >= 0.0) & (pixel[:, 0] < width)
    return np.asarray(across & (pixel[:, 1] >= 0.0) & (pixel[:, 1] < height) & (depth > 0.0))


def _is_open(ground: Ground, rows: NDArray[np.intp], pixel: Floats) -> NDArray[np.bool_]:
    width, height = ground.image_size
    column = np.clip(pixel[:, 0] * COLUMNS / width, 0, COLUMNS - 1).astype(np.intp)
    return np.asarray(pixel[:, 1] * 255.0 / height > ground.hidden[rows, column])
