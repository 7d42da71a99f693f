"""Where one pixel of flat ground lies, with its error: for coverage, calibration and pictures.

Things are placed by `streetaudit.locate.place`, which knows more than one pixel.
"""

from __future__ import annotations

import math

import numpy as np

from streetaudit.locate.circle import CIRCULAR_95, LINEAR_95, radius_95_m
from streetaudit.locate.noise import Noise
from streetaudit.locate.rays import level_rays
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.trace import Pose


def ground_place(
    camera: Camera,
    pose: Pose,
    *,
    pixel: tuple[float, float],
    image_size: tuple[int, int],
    noise: Noise | None = None,
    max_distance_m: float = 80.0,
) -> Place | NotPlaced:
    """The place of a pixel that shows the ground, or why it has none.

    The error grows with the square of the distance: a given error of pitch moves the foot by
    (height^2 + distance^2) / height.
    """
    noise = noise or Noise()
    right, down, ahead = level_rays(camera, np.array(pixel, np.float64), image_size=image_size).tolist()
    if down <= 0.0:
        return NotPlaced("the foot lies at or above the horizon")
    reach = camera.height_m / down
    side, forward = right * reach, ahead * reach
    distance = math.hypot(side, forward)
    if distance > max_distance_m:
        return NotPlaced(f"the foot lies {distance:.0f} m away, beyond {max_distance_m:.0f} m")
    azimuth = math.radians(pose.heading_deg + camera.yaw_deg)
    east = side * math.cos(azimuth) + forward * math.sin(azimuth)
    north = forward * math.cos(azimuth) - side * math.sin(azimuth)
    covariance = _covariance(
        camera, pose, offset=(east, north), pixel_rad=1.0 / camera.focal_for(image_size[0]), noise=noise
    )
    lat, lon = LocalFrame(pose.lat, pose.lon).to_degrees(east, north)
    spread = (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))
    return Place(lat, lon, radius_95_m(covariance), covariance_m2=spread)


def _covariance(
    camera: Camera, pose: Pose, *, offset: tuple[float, float], pixel_rad: float, noise: Noise
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(2, 2) of the foot: along the ray from pitch and heights, across it from the heading, all round from the pose."""
    east, north = offset
    distance, height = max(math.hypot(east, north), 1e-6), camera.height_m
    tilt = math.hypot(noise.edge_px * pixel_rad, math.radians(math.hypot(noise.pitch_bias_deg, noise.pitch_shake_deg)))
    along = math.hypot(
        (height * height + distance * distance) / height * tilt,
        distance * math.hypot(noise.height_bias_share, noise.ground_bias_m / height),
    )
    turn = math.hypot(pose.heading_error_deg / LINEAR_95, noise.yaw_bias_deg)
    across = distance * math.hypot(math.radians(turn), noise.edge_px * pixel_rad)
    axes = np.array([[east, north], [north, -east]]) / distance
    spread = axes.T @ np.diag([along**2, across**2]) @ axes
    return np.asarray(spread + np.eye(2) * (pose.error_m / CIRCULAR_95) ** 2)
