"""Where a thing that stands on the ground will be in the image once the camera has moved on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from streetaudit.locate.rays import Floats, level_rotation
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation

Box = tuple[float, float, float, float]

#: Farther away the foot of a box says little about its distance.
_FARTHEST_M = 60.0
#: Nearer, the thing is beside or behind the camera.
_NEAREST_M = 1.0


class Foresight:
    """Moves boxes through the image as the camera moves over flat ground; its things stand still.

    Args:
        camera: What looks.
        pose_at: Where its carrier is at a clip time, or why that is not known.
        image_size: (width, height) in pixels.
    """

    def __init__(
        self, camera: Camera, pose_at: Callable[[float], Pose | NotPlaced], image_size: tuple[int, int]
    ) -> None:
        self._pose_at = pose_at
        self._height_m = camera.height_m
        self._yaw = math.radians(camera.yaw_deg)
        self._focal = camera.focal_for(image_size[0])
        self._centre = camera.centre_for(*image_size)
        self._rotation: Floats = level_rotation(camera)
        self._poses: dict[float, tuple[Pose, LocalFrame] | None] = {}

    def __call__(self, seen: Observation, time_s: float) -> Box | None:
        """The box at a clip time of what was seen then and stands still, None where that cannot be told."""
        then, now = self._at(seen.time_s), self._at(time_s)
        foot = self._ground((seen.xyxy[0] + seen.xyxy[2]) / 2.0, seen.xyxy[3])
        if then is None or now is None or foot is None:
            return None
        east, north = _turned(foot, math.radians(then[0].heading_deg) + self._yaw)
        moved = then[1].to_metres(now[0].lat, now[0].lon)
        azimuth = math.radians(now[0].heading_deg) + self._yaw
        east, north = east - moved[0], north - moved[1]
        right = east * math.cos(azimuth) - north * math.sin(azimuth)
        ahead = east * math.sin(azimuth) + north * math.cos(azimuth)
        if ahead < _NEAREST_M:
            return None
        x, y = self._pixel(right, ahead)
        scale = math.hypot(*foot) / math.hypot(right, ahead)
        half = (seen.xyxy[2] - seen.xyxy[0]) / 2.0 * scale
        return x - half, y - (seen.xyxy[3] - seen.xyxy[1]) * scale, x + half, y

    def _at(self, time_s: float) -> tuple[Pose, LocalFrame] | None:
        if time_s not in self._poses:
            if len(self._poses) > 256:  # of frames long ago
                self._poses.clear()
            pose = self._pose_at(time_s)
            self._poses[time_s] = None if isinstance(pose, NotPlaced) else (pose, LocalFrame(pose.lat, pose.lon))
        return self._poses[time_s]

    def _ground(self, x: float, y: float) -> tuple[float, float] | None:
        """Metres to the right and ahead of the ground that a pixel shows."""
        ray = self._rotation @ np.array([(x - self._centre[0]) / self._focal, (y - self._centre[1]) / self._focal, 1.0])
        if ray[1] <= 0.0:
            return None
        reach = self._height_m / float(ray[1])
        right, ahead = float(ray[0]) * reach, float(ray[2]) * reach
        return (right, ahead) if ahead > _NEAREST_M and math.hypot(right, ahead) < _FARTHEST_M else None

    def _pixel(self, right: float, ahead: float) -> tuple[float, float]:
        x, y, depth = (self._rotation.T @ np.array([right, self._height_m, ahead])).tolist()
        return self._centre[0] + self._focal * x / depth, self._centre[1] + self._focal * y / depth


def _turned(offset: tuple[float, float], azimuth: float) -> tuple[float, float]:
    """(right, ahead) of a camera that looks along an azimuth as (east, north)."""
    right, ahead = offset
    return (
        right * math.cos(azimuth) + ahead * math.sin(azimuth),
        ahead * math.cos(azimuth) - right * math.sin(azimuth),
    )
