"""The boxes of one thing, seen from known poses, as slopes of the level frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.circle import CIRCULAR_95, LINEAR_95
from streetaudit.locate.noise import Noise
from streetaudit.locate.rays import Floats, level_rays
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.trace import Pose

#: An edge so near the border of the image is the border's, not the thing's.
_BORDER_PX = 3.0
#: Forward share of a ray below which the level frame says nothing (the point lies straight below).
_MIN_FORWARD = 0.05

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """One row a view; slopes are taken against the forward axis of the level frame.

    Attributes:
        frame: The metric frame of `camera_m`.
        time_s: (N,) clip seconds.
        camera_m: (N, 2) east, north of the camera.
        azimuth_rad: (N,) of the camera, clockwise from north.
        course_rad: Of the carrier, at one of the views.
        left, right: (N,) slopes to the right of the box's sides.
        top, foot: (N,) slopes downwards of the box's edges.
        cut: (N, 4) bool, the box's side lies on the image's border: left, top, right, bottom.
        across_sd, down_sd: (N,) standard deviations of one edge's slope, drawn anew in each view.
        position_sd_m: Of the whole pass, one axis.
        drift_sd_m: Of one view against the pass, one axis.
        heading_sd_rad: Of the whole pass.
        height_m: Of the camera above the ground.
    """

    frame: LocalFrame
    time_s: Floats
    camera_m: Floats
    azimuth_rad: Floats
    course_rad: float
    left: Floats
    right: Floats
    top: Floats
    foot: Floats
    cut: NDArray[np.bool_]
    across_sd: Floats
    down_sd: Floats
    position_sd_m: float
    drift_sd_m: float
    heading_sd_rad: float
    height_m: float

    def __len__(self) -> int:
        return len(self.time_s)


def views_of(
    camera: Camera,
    poses: Sequence[Pose],
    *,
    boxes: Sequence[Box],
    times_s: Sequence[float],
    image_size: tuple[int, int],
    noise: Noise,
) -> Views:
    """The views of one thing; poses, boxes and times belong together row by row."""
    xyxy = np.array(boxes, np.float64)
    slopes, usable = _slopes(camera, xyxy, image_size)
    pose = np.array([(p.lat, p.lon, p.heading_deg, p.error_m, p.heading_error_deg) for p in poses])
    frame = LocalFrame(float(pose[0, 0]), float(pose[0, 1]))
    sizes = xyxy[:, 2:] - xyxy[:, :2]
    edge = np.hypot(noise.edge_px, noise.edge_share * sizes) / camera.focal_for(image_size[0])
    steep = 1.0 + slopes[:, 3] ** 2
    position_sd_m = float(np.median(pose[:, 3])) / CIRCULAR_95
    width, height = image_size
    border = np.array([_BORDER_PX, _BORDER_PX, width - 1 - _BORDER_PX, height - 1 - _BORDER_PX])
    cut = np.concatenate([xyxy[:, :2] <= border[:2], xyxy[:, 2:] >= border[2:]], axis=1)
    return Views(
        frame=frame,
        time_s=np.array(times_s, np.float64)[usable],
        camera_m=np.array([frame.to_metres(p.lat, p.lon) for p in poses])[usable],
        azimuth_rad=np.radians(pose[:, 2] + camera.yaw_deg)[usable],
        course_rad=math.radians(float(pose[len(pose) // 2, 2])),
        left=slopes[usable, 0],
        top=slopes[usable, 1],
        right=slopes[usable, 2],
        foot=slopes[usable, 3],
        cut=cut[usable],
        across_sd=(edge[:, 0] * np.sqrt(steep))[usable],
        down_sd=(edge[:, 1] * steep)[usable],
        position_sd_m=position_sd_m,
        drift_sd_m=noise.drift_share * position_sd_m,
        heading_sd_rad=math.radians(math.hypot(float(np.median(pose[:, 4])) / LINEAR_95, noise.yaw_bias_deg)),
        height_m=camera.height_m,
    )


def _slopes(camera: Camera, xyxy: Floats, image_size: tuple[int, int]) -> tuple[Floats, NDArray[np.bool_]]:
    """(N, 4) slopes of left, top, right, foot, and which rows look forward at all."""
    x1, y1, x2, y2 = xyxy.T
    middle_x, middle_y = (x1 + x2) / 2.0, (y1 + y2) / 2.0
    points = np.stack([x1, middle_x, x2, middle_x, middle_y, y1, middle_y, y2], axis=1).reshape(-1, 2, 4)
    rays = level_rays(camera, points.transpose(0, 2, 1), image_size=image_size)
    ahead = rays[..., 2]
    usable: NDArray[np.bool_] = np.all(ahead > _MIN_FORWARD, axis=1)
    across, down = rays[..., 0] / np.where(ahead > 0.0, ahead, 1.0), rays[..., 1] / np.where(ahead > 0.0, ahead, 1.0)
    return np.stack([across[:, 0], down[:, 1], across[:, 2], down[:, 3]], axis=1), usable
