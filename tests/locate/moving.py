"""Points of a street before and after its carrier moved, as a camera sees them; written out with matrices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.camera import Camera


def seen_before_and_after(
    camera: Camera, size: tuple[int, int], *, turn_rad: float, nod_rad: float, drove_m: float, seed: int = 0
) -> NDArray[np.float64]:
    """(N, 4) pixels of points 5 to 60 m away, before and after the carrier moved."""
    rng = np.random.default_rng(seed)
    points = np.stack([rng.uniform(-20, 20, 300), rng.uniform(-6, 1.8, 300), rng.uniform(5, 60, 300)], axis=1)
    after = (points - [0.0, 0.0, drove_m]) @ _about_vertical(turn_rad)  # level axes of the vehicle: right, down, ahead
    first = _pixels(points, camera, size, math.radians(camera.pitch_deg))
    second = _pixels(after, camera, size, math.radians(camera.pitch_deg) + nod_rad)
    both = np.concatenate([first, second], axis=1)
    inside = (both >= 0.0) & (both < [*size, *size])
    return np.asarray(both[inside.all(axis=1)])


def _about_vertical(turn_rad: float) -> NDArray[np.float64]:
    cosine, sine = math.cos(turn_rad), math.sin(turn_rad)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def _pixels(level: NDArray[np.float64], camera: Camera, size: tuple[int, int], pitch_rad: float) -> NDArray[np.float64]:
    turned = level @ _about_vertical(math.radians(camera.yaw_deg))
    cosine, sine = math.cos(pitch_rad), math.sin(pitch_rad)
    down, ahead = turned[:, 1] * cosine + turned[:, 2] * sine, turned[:, 2] * cosine - turned[:, 1] * sine
    slopes = np.stack([turned[:, 0], down], axis=1) / np.where(ahead > 0.5, ahead, np.nan)[:, None]
    return np.asarray(slopes * camera.focal_for(size[0]) + np.array(size) / 2.0)
