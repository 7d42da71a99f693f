"""How a carrier moves as its own images show it: turn rate and rush of the street, from sparse optical flow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.moved import across, moved_points, small_grey, turning_flow
from streetaudit.locate.rays import Floats
from streetaudit.structures.camera import Camera

#: Images of this width show the motion of a street as well as large ones.
_WIDTH_PX = 320
_MOST_POINTS, _WINDOW_PX = 100, 15
_FEWEST_POINTS = 20
#: Images nearer in time than the first are left out, those farther apart than the second are not compared.
_SHORTEST_PAIR_S, _LONGEST_PAIR_S = 0.19, 0.45
#: Points nearer to the vanishing point (slope) hardly move and say nothing about the rush.
_NEAREST_SLOPE = 0.08
_STEPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What the images of a clip say, one row a pair of neighbours.

    Attributes:
        time_s: (N,) clip seconds of the middle of the pair.
        turn_radps: (N,) of the camera, to the right.
        rush_hz: (N,) the carrier's speed over the distance of what is seen: nearly zero while it stands.
    """

    time_s: Floats
    turn_radps: Floats
    rush_hz: Floats

    def __len__(self) -> int:
        return len(self.time_s)


class FlowMeter:
    """Takes the images of one clip in the order of time.

    Args:
        camera: That took them; yaw and pitch say where it is driving to in the image.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._before: tuple[float, NDArray[np.uint8]] | None = None
        self._rows: list[tuple[float, float, float]] = []

    def look(self, time_s: float, image: NDArray[np.uint8]) -> None:
        """Compare an RGB image (H, W, 3) with the one some frames before it."""
        before = self._before
        if before is not None and 0.0 <= time_s - before[0] < _SHORTEST_PAIR_S:
            return
        grey = small_grey(image, _WIDTH_PX)
        self._before = time_s, grey
        if before is None or not 0.0 < time_s - before[0] <= _LONGEST_PAIR_S or before[1].shape != grey.shape:
            return
        moved = moved_points(before[1], grey, most=_MOST_POINTS, window_px=_WINDOW_PX)
        if len(moved) >= _FEWEST_POINTS:
            turn, rush = motion_of(moved, self._camera, image_size=(grey.shape[1], grey.shape[0]))
            elapsed_s = time_s - before[0]
            self._rows.append(((time_s + before[0]) / 2.0, turn / elapsed_s, rush / elapsed_s))

    def flow(self) -> Flow:
        """What was seen so far."""
        rows = np.array(self._rows, np.float64).reshape(-1, 3)
        return Flow(rows[:, 0], rows[:, 1], rows[:, 2])


def motion_of(moved: Floats, camera: Camera, *, image_size: tuple[int, int]) -> tuple[float, float]:
    """Turn to the right (radians) and approach (share of the distance) that moved points (N, 4) show.

    What a still point's flow has across the line to the vanishing point comes from turning alone, whatever its
    distance; what it has along that line comes from driving.
    """
    focal, centre = camera.focal_for(image_size[0]), np.array(camera.centre_for(*image_size))
    start, flow = (moved[:, :2] - centre) / focal, (moved[:, 2:] - moved[:, :2]) / focal
    out = start - _vanishing_slope(camera)
    turning = turning_flow(start)
    aside = across(flow, out)
    design = np.stack([across(turning[0], out), across(turning[1], out)], axis=1)
    weight = np.ones(len(moved))
    for _ in range(_STEPS):
        pull = design * weight[:, None]
        turn = np.linalg.solve(pull.T @ design + 1e-12 * np.eye(2), pull.T @ aside)
        miss = np.abs(aside - design @ turn)
        weight = 1.0 / (1.0 + (miss / (2.0 * np.median(miss) + 1e-6)) ** 2) ** 2
    straight = flow - turn[0] * turning[0] - turn[1] * turning[1]
    far_out = np.hypot(*out.T) > _NEAREST_SLOPE
    rush = np.einsum("ni,ni->n", straight, out)[far_out] / np.square(out[far_out]).sum(axis=1)
    return float(turn[0]), float(np.median(rush)) if len(rush) else 0.0


def _vanishing_slope(camera: Camera) -> Floats:
    """(2,) right and down of the carrier's way in the image, as slopes against the camera's axis."""
    yaw, pitch = math.radians(camera.yaw_deg), math.radians(camera.pitch_deg)
    ahead = math.cos(yaw) * math.cos(pitch)
    return np.array([-math.sin(yaw), math.cos(yaw) * math.sin(pitch)]) / max(ahead, 0.2)
