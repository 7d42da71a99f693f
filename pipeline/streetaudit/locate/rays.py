"""From pixels to rays.

Two frames are used. The level frame is (right, down, forward) with down along the plumb line and forward along the
camera's azimuth, so that a point of flat ground at forward distance d lies at down / forward = height / d. The map
frame is (east, north, up).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.camera import Camera
from streetaudit.structures.trace import Pose

Floats = NDArray[np.float64]


def level_rotation(camera: Camera) -> Floats:
    """The 3 x 3 matrix that takes camera axes (x right, y down, z forward) to the level frame."""
    pitch, roll = math.radians(camera.pitch_deg), math.radians(camera.roll_deg)
    across = np.array([1.0, 0.0, 0.0])
    below = np.array([0.0, math.cos(pitch), math.sin(pitch)])
    ahead = np.array([0.0, -math.sin(pitch), math.cos(pitch)])
    right = across * math.cos(roll) + below * math.sin(roll)
    down = below * math.cos(roll) - across * math.sin(roll)
    return np.column_stack([right, down, ahead])


def level_rays(camera: Camera, pixels: Floats, *, image_size: tuple[int, int]) -> Floats:
    """Rays of the level frame, of any length: (..., 3) for pixels (..., 2)."""
    focal, (centre_x, centre_y) = camera.focal_for(image_size[0]), camera.centre_for(*image_size)
    x, y = (pixels[..., 0] - centre_x) / focal, (pixels[..., 1] - centre_y) / focal
    rotation = level_rotation(camera)
    return np.asarray(np.multiply.outer(x, rotation[:, 0]) + np.multiply.outer(y, rotation[:, 1]) + rotation[:, 2])


def map_rays(camera: Camera, pose: Pose, *, pixels: Floats, image_size: tuple[int, int]) -> Floats:
    """Unit rays (..., 3) as (east, north, up) for pixels (..., 2) seen from a pose."""
    right, down, ahead = np.moveaxis(level_rays(camera, pixels, image_size=image_size), -1, 0)
    azimuth = math.radians(pose.heading_deg + camera.yaw_deg)
    east = right * math.cos(azimuth) + ahead * math.sin(azimuth)
    north = -right * math.sin(azimuth) + ahead * math.cos(azimuth)
    rays = np.stack([east, north, -down], axis=-1)
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))
