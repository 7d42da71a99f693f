"""The pinhole camera: one projection for drawing and for the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEAR_M = 0.12  # nothing nearer than this is drawn


@dataclass(frozen=True, slots=True)
class Mount:
    """How a camera sits on its vehicle or pole.

    Attributes:
        hfov_deg: horizontal field of view.
        height_m: of the optical centre above the ground.
        pitch_deg: negative looks down.
        yaw_deg: clockwise from the vehicle's heading.
    """

    hfov_deg: float = 80.0
    height_m: float = 1.8
    pitch_deg: float = -4.0
    yaw_deg: float = 0.0
    width_px: int = 1280
    height_px: int = 720

    @property
    def focal_px(self) -> float:
        """The focal length that gives the field of view, in pixels."""
        return self.width_px / 2 / float(np.tan(np.radians(self.hfov_deg) / 2))


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A camera at one moment in local metres (east, north, up).

    Attributes:
        position_m: float64 (3,).
        rotation: float64 (3, 3); rows are the camera's right, down and forward axes.
        focal_px: focal length; the principal point is the middle of the image.
        width_px: image width.
        height_px: image height.
    """

    position_m: Floats
    rotation: Floats
    focal_px: float
    width_px: int
    height_px: int

    @property
    def intrinsics(self) -> Floats:
        """The 3 x 3 calibration matrix."""
        return np.array(
            [[self.focal_px, 0.0, self.width_px / 2], [0.0, self.focal_px, self.height_px / 2], [0.0, 0.0, 1.0]]
        )

    def view(self, points_m: Floats) -> Floats:
        """The points (N, 3) in camera axes: right, down, forward, in metres."""
        seen: Floats = (points_m - self.position_m) @ self.rotation.T
        return seen

    def pixels(self, view_m: Floats) -> Floats:
        """Where points in camera axes (N, 3), all in front, fall in the image: (N, 2)."""
        shown: Floats = view_m[:, :2] / view_m[:, 2:3] * self.focal_px
        shown += (self.width_px / 2, self.height_px / 2)
        return shown

    def project(self, points_m: Floats) -> tuple[Floats, Floats]:
        """Pixels (N, 2) and depths (N,) of world points; depth <= 0 is behind the camera."""
        seen = self.view(np.asarray(points_m, dtype=np.float64).reshape(-1, 3))
        depth = seen[:, 2]
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        centre = np.array([self.width_px / 2, self.height_px / 2])
        return seen[:, :2] / safe[:, None] * self.focal_px + centre, depth

    def ground(self, pixels: Floats) -> Floats:
        """The ground points (N, 2) under pixels (N, 2); NaN at and above the horizon."""
        rays = np.column_stack(
            [
                (pixels[:, 0] - self.width_px / 2) / self.focal_px,
                (pixels[:, 1] - self.height_px / 2) / self.focal_px,
                np.ones(len(pixels)),
            ]
        )
        world = rays @ self.rotation
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(world[:, 2] < -1e-9, -self.position_m[2] / world[:, 2], np.nan)
        hit: Floats = self.position_m[:2] + world[:, :2] * scale[:, None]
        return hit

    def plane(self, origin_m: Floats, u_m: Floats, v_m: Floats) -> Floats:
        """The homography from (a, b), meaning origin + a u + b v, to pixels."""
        columns = np.column_stack(
            [self.rotation @ u_m, self.rotation @ v_m, self.rotation @ (origin_m - self.position_m)]
        )
        lifted: Floats = self.intrinsics @ columns
        return lifted


def camera_at(east_m: float, north_m: float, *, heading_deg: float, mount: Mount) -> Camera:
    """The camera of a mount whose carrier stands here and faces heading_deg (clockwise from north)."""
    yaw = np.radians(heading_deg + mount.yaw_deg)
    pitch = np.radians(mount.pitch_deg)
    forward = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    down = np.cross(forward, right)
    return Camera(
        np.array([east_m, north_m, mount.height_m]),
        np.vstack([right, down, forward]),
        mount.focal_px,
        mount.width_px,
        mount.height_px,
    )


def clip_near(view_m: Floats) -> Floats:
    """The part of a polygon (N, 3) in camera axes that lies beyond the near plane; may be empty."""
    inside = view_m[:, 2] >= NEAR_M
    if inside.all():
        return view_m
    kept: list[Floats] = []
    for i, a in enumerate(view_m):
        b = view_m[(i + 1) % len(view_m)]
        if a[2] >= NEAR_M:
            kept.append(a)
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            t = (NEAR_M - a[2]) / (b[2] - a[2])
            kept.append(a + t * (b - a))
    return np.array(kept).reshape(-1, 3)
