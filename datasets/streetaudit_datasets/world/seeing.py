"""What one camera on the way really sees: boxes of solid things, and how much of each is in view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit_datasets.world.street import Floats, Street
from streetaudit_datasets.world.things import Thing

_NEAREST_M, _FARTHEST_M = 1.5, 55.0
_SIGNS = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
#: What hides things behind it.
_SOLID = ("vehicle", "street_stall")


@dataclass(frozen=True, slots=True)
class Eye:
    """The camera of one vehicle, as it really is.

    Attributes:
        name: Of the camera.
        width_px, height_px: Of the image.
        hfov_deg: Horizontal field of view.
        height_m: Of the lens.
        pitch_deg: Negative looks down.
        yaw_deg: Clockwise from the heading.
    """

    name: str
    width_px: int
    height_px: int
    hfov_deg: float
    height_m: float
    pitch_deg: float
    yaw_deg: float

    @property
    def focal_px(self) -> float:
        """Of a pinhole with that field of view."""
        return self.width_px / (2.0 * math.tan(math.radians(self.hfov_deg) / 2.0))


@dataclass(frozen=True, slots=True, eq=False)
class Solids:
    """The corners of things in the map.

    Attributes:
        corners_m: (N, 8, 3) east, north, up.
        centre_m: (N, 2).
        is_solid: (N,) hides what is behind it.
    """

    corners_m: Floats
    centre_m: Floats
    is_solid: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def solids_of(things: Sequence[Thing], street: Street) -> Solids:
    """The things as cuboids."""
    way, right = np.array([t.way_m for t in things]), np.array([t.right_m for t in things])
    centre = street.beside(way, right)
    axis = street.heading(way) + np.array([t.turn_rad for t in things])
    along, side, up = (np.array([t.size_m for t in things])[:, None, :] * _SIGNS).transpose(2, 0, 1)
    sine, cosine = np.sin(axis)[:, None], np.cos(axis)[:, None]
    east = centre[:, :1] + along * sine + side * cosine
    north = centre[:, 1:] + along * cosine - side * sine
    height = up + np.array([t.foot_m for t in things])[:, None]
    solid = np.array([t.class_name in _SOLID for t in things])
    return Solids(np.stack([east, north, height], axis=-1), centre, solid)


def look(
    eye: Eye, solids: Solids, *, place_m: Floats, heading_rad: float, pitch_rad: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], Floats, Floats]:
    """Rows of the things in the image, their (M, 4) boxes inside it, and the (M,) share of each that is in view."""
    offset = solids.centre_m - place_m
    azimuth = heading_rad + math.radians(eye.yaw_deg)
    ahead = offset @ np.array([math.sin(azimuth), math.cos(azimuth)])
    rows = np.flatnonzero((ahead > 0.0) & (np.hypot(*offset.T) < _FARTHEST_M))
    x, y, depth = _projected(eye, solids.corners_m[rows], place_m, azimuth, pitch_rad)
    front = np.all(depth > _NEAREST_M / 2.0, axis=1) & (ahead[rows] > _NEAREST_M)
    rows, x, y = rows[front], x[front], y[front]
    if len(rows) == 0:
        return rows, np.zeros((0, 4)), np.zeros(0)
    whole = np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1)
    border = np.array([eye.width_px, eye.height_px] * 2, np.float64)
    inside = np.clip(whole, 0.0, border)
    share = _area(inside) / np.maximum(_area(whole), 1e-9)
    share = share * (1.0 - _hidden(inside, np.hypot(*offset[rows].T), solids.is_solid[rows]))
    seen = share > 0.2
    return rows[seen], inside[seen], share[seen]


def _projected(
    eye: Eye, corners: Floats, place_m: Floats, azimuth: float, pitch_rad: float
) -> tuple[Floats, Floats, Floats]:
    east, north = corners[..., 0] - place_m[0], corners[..., 1] - place_m[1]
    right = east * math.cos(azimuth) - north * math.sin(azimuth)
    ahead = east * math.sin(azimuth) + north * math.cos(azimuth)
    down = eye.height_m - corners[..., 2]
    depth = ahead * math.cos(pitch_rad) - down * math.sin(pitch_rad)
    below = down * math.cos(pitch_rad) + ahead * math.sin(pitch_rad)
    safe = np.maximum(depth, 1e-3)
    return eye.width_px / 2 + eye.focal_px * right / safe, eye.height_px / 2 + eye.focal_px * below / safe, depth


def _area(xyxy: Floats) -> Floats:
    return np.asarray(np.clip(xyxy[:, 2] - xyxy[:, 0], 0, None) * np.clip(xyxy[:, 3] - xyxy[:, 1], 0, None))


def _hidden(xyxy: Floats, distance_m: Floats, is_solid: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """(N,) largest share of each box that one nearer solid thing covers."""
    low = np.maximum(xyxy[:, None, :2], xyxy[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], xyxy[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    nearer = (distance_m[None] < distance_m[:, None] - 0.5) & is_solid[None]
    return np.asarray((shared * nearer / np.maximum(_area(xyxy), 1e-9)[:, None]).max(axis=1))
