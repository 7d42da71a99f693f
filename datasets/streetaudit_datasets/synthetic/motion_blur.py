"""Blur by the camera's own motion, from how far away a street is at each pixel."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Mount
from streetaudit_datasets.synthetic.textures import Image

FARTHEST_M = 70.0
STEP_M = 0.015  # moved distances are rounded to this, so that maps can be kept
LEAST_M = 0.012
TAP = 0.7  # two pictures this far apart blur about as much as all between the ends

Maps = tuple[NDArray[np.int16], NDArray[np.uint16]]


@dataclass(slots=True, eq=False)
class MotionBlur:
    """Blurs pictures of a vehicle's camera that moves ahead between two rows of houses.

    Attributes:
        mount: the camera.
        walls_m: distance of the house fronts to the left and to the right.
    """

    mount: Mount
    walls_m: tuple[float, float]
    _flow: NDArray[np.float32] | None = None
    _maps: dict[int, Maps] = field(default_factory=dict)

    def apply(self, image: Image, *, moved_m: float) -> Image:
        """The picture as if the camera had moved so far while the shutter was open."""
        if moved_m < LEAST_M:
            return image
        maps = self._kept(max(1, round(moved_m / STEP_M)))
        shifted = cv2.remap(image, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.addWeighted(shifted, 0.5, image, 0.5, 0))

    def _kept(self, steps: int) -> Maps:
        if steps not in self._maps:
            if self._flow is None:
                self._flow = _flow(self.mount, self.walls_m)
            y, x = np.mgrid[0 : self.mount.height_px, 0 : self.mount.width_px].astype(np.float32)
            moved = self._flow * np.float32(steps * STEP_M * TAP)
            first, second = cv2.convertMaps(x - moved[0], y - moved[1], cv2.CV_16SC2)
            self._maps[steps] = first, second
        return self._maps[steps]


def _flow(mount: Mount, walls_m: tuple[float, float]) -> NDArray[np.float32]:
    """How many pixels things move for each metre ahead: (2, H, W)."""
    yaw, pitch = np.radians(mount.yaw_deg), np.radians(mount.pitch_deg)
    y, x = np.mgrid[0 : mount.height_px, 0 : mount.width_px].astype(np.float32)
    right, down = (x - mount.width_px / 2) / mount.focal_px, (y - mount.height_px / 2) / mount.focal_px
    level = np.cos(pitch) + down * np.sin(pitch)  # forward share of each ray, on the ground plane
    fall = down * np.cos(pitch) - np.sin(pitch)
    aside = right * np.cos(yaw) + level * np.sin(yaw)
    with np.errstate(divide="ignore"):
        depth = np.minimum(FARTHEST_M, np.where(fall > 0, mount.height_m / fall, np.inf))
        depth = np.minimum(depth, np.where(aside > 0, walls_m[1] / aside, -walls_m[0] / aside))
    ahead = np.array([-np.sin(yaw), np.cos(yaw) * np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    scale = mount.focal_px / np.maximum(depth, 1.0)
    return np.stack([scale * (right * ahead[2] - ahead[0]), scale * (down * ahead[2] - ahead[1])]).astype(np.float32)
