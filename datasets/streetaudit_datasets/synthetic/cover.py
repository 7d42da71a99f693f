"""Lays the ground under the horizon of an image: near, middle and far, each at its own grain."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from streetaudit_datasets.synthetic.camera import Camera
from streetaudit_datasets.synthetic.grid import Frame, slack
from streetaudit_datasets.synthetic.ground import Ground
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.shader import paint
from streetaudit_datasets.synthetic.textures import Image

REACH_M = (9.0, 34.0, 150.0)
STEP_M = (0.02, 0.065, 0.28)
HORIZON_M = 4000.0  # rows up to here repeat the far patch's edge
WIDEST_M = 70.0  # beyond that, houses hide the ground


@dataclass(slots=True, eq=False)
class Cover:
    """The painted patches about the camera; repaints one when the camera has left it.

    Attributes:
        ground: what to paint.
        patches: the three patches, near to far; None before the first frame.
    """

    ground: Ground
    patches: list[tuple[Frame, Image] | None] = field(default_factory=lambda: [None, None, None])

    def draw(self, target: Canvas, camera: Camera) -> None:
        """Paint the ground on the canvas, far to near."""
        heading = float(np.arctan2(camera.rotation[2, 0], camera.rotation[2, 1]))
        reaches = self._reaches(camera)
        for level in (2, 1, 0):
            near, far = (0.0 if level == 0 else reaches[level - 1]), reaches[level]
            rows = _rows(camera, near, far if level < 2 else HORIZON_M)
            if rows[1] > rows[0]:
                frame, image = self._patch(level, camera, heading, near_m=near, far_m=far)
                _warp(target, camera, frame, image, rows)

    def _reaches(self, camera: Camera) -> tuple[float, ...]:
        height = max(1.0, float(camera.position_m[2]) / 1.8) ** 0.7
        return tuple(r * height for r in REACH_M)

    def _patch(self, level: int, camera: Camera, heading: float, *, near_m: float, far_m: float) -> tuple[Frame, Image]:
        kept = self.patches[level]
        if kept is not None and kept[0].holds(camera, heading):
            return kept
        frame = self._frame(level, camera, heading, near_m=near_m, far_m=far_m)
        made = frame, paint(self.ground, frame)
        self.patches[level] = made
        return made

    def _frame(self, level: int, camera: Camera, heading: float, *, near_m: float, far_m: float) -> Frame:
        aside = camera.width_px / 2 / camera.focal_px
        step = STEP_M[level] * max(1.0, 760.0 / camera.focal_px)
        sight = _nearest(camera) * 0.8 if level == 0 else near_m * 0.95
        half = min(far_m * (aside + 0.12) + 0.6, WIDEST_M)
        reach = far_m * 1.03 + slack(far_m)
        return Frame(
            float(camera.position_m[0]), float(camera.position_m[1]), heading, sight, reach, half, step, slack(far_m)
        )


def _nearest(camera: Camera) -> float:
    """How far ahead the lowest row sees the ground."""
    below = np.arctan2(camera.height_px / 2, camera.focal_px) - np.arcsin(camera.rotation[2, 2])
    return float(camera.position_m[2] / np.tan(min(below, np.pi / 2 - 0.05)))


def _rows(camera: Camera, near_m: float, far_m: float) -> tuple[int, int]:
    """The image rows that show ground between two distances ahead."""
    pitch = float(np.arcsin(camera.rotation[2, 2]))

    def row(ahead_m: float) -> float:
        below = np.arctan2(camera.position_m[2], max(ahead_m, 1e-6)) + pitch
        if below >= np.pi / 2 - 1e-3:
            return float(camera.height_px)
        return float(camera.height_px / 2 + camera.focal_px * np.tan(below))

    top = int(np.clip(np.floor(row(far_m)), 0, camera.height_px))
    bottom = int(np.clip(np.floor(row(near_m)), 0, camera.height_px)) if near_m > 0 else camera.height_px
    return top, bottom


def _warp(target: Canvas, camera: Camera, frame: Frame, image: Image, rows: tuple[int, int]) -> None:
    right, ahead = frame.axes()
    corner = np.array([frame.east_m, frame.north_m]) + ahead * frame.far_m - right * frame.half_m
    origin = np.array([corner[0], corner[1], 0.0])
    u = np.array([right[0], right[1], 0.0]) * frame.step_m
    v = np.array([-ahead[0], -ahead[1], 0.0]) * frame.step_m
    shift = np.array([[1, 0, -0.5], [0, 1, -0.5 - rows[0]], [0, 0, 1.0]])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    lift = shift @ camera.plane(origin, u, v) @ half
    size = (camera.width_px, rows[1] - rows[0])
    target.image[rows[0] : rows[1]] = cv2.warpPerspective(
        image, lift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
