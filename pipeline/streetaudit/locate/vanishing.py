"""Where a camera's carrier is heading in the image: the point that the street flows out of.

While a vehicle drives straight every still thing moves away from one point of the image, the vanishing point of its
way. Its offset from the middle is the camera's yaw and, on a level street, its pitch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats

#: Points that moved less say nothing about a direction; those that moved more were mistaken for others.
_LEAST_PX, _MOST_SHARE = 2.0, 0.15
_MOST_POINTS = 400
_FEWEST_LINES = 40
_STEPS = 20
#: A flow line passes the vanishing point within so many pixels of an image 1000 wide, one standard deviation.
_MISS_SHARE = 0.006
#: A pair of images counts if so large a share of its lines agree: else the vehicle turned, or stood.
_AGREED = 0.5


@dataclass(frozen=True, slots=True)
class Vanishing:
    """The vanishing point of one clip's way.

    Attributes:
        x_px, y_px: Median over the pairs of images in which the vehicle drove straight.
        spread_px: Standard deviation of the median, the larger of both axes.
        pairs: How many pairs were used.
    """

    x_px: float
    y_px: float
    spread_px: float
    pairs: int


def flow_lines(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Floats:
    """(N, 4) pixels: where points of the first grey image were, and where they went to in the second."""
    moved = moved_points(before, after, most=_MOST_POINTS)
    way = np.hypot(*(moved[:, 2:] - moved[:, :2]).T)
    return np.asarray(moved[(way > _LEAST_PX) & (way < _MOST_SHARE * before.shape[1])])


def moved_points(before: NDArray[np.uint8], after: NDArray[np.uint8], *, most: int, window_px: int = 21) -> Floats:
    """(N, 4) pixels: points of the first grey image that are found again in the second, those that stay included."""
    window = (window_px, window_px)
    corners = cv2.goodFeaturesToTrack(before, most, 0.01, 8)
    if corners is None:
        return np.zeros((0, 4))
    found, ok, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=window, maxLevel=3)
    back, back_ok, _ = cv2.calcOpticalFlowPyrLK(after, before, found, None, winSize=window, maxLevel=3)
    start, end = corners[:, 0].astype(np.float64), found[:, 0].astype(np.float64)
    there_and_back = np.hypot(*(back[:, 0] - start).T)
    good = (ok[:, 0] > 0) & (back_ok[:, 0] > 0) & (there_and_back < 0.7)
    return np.concatenate([start[good], end[good]], axis=1)


def meeting_point(lines: Floats, *, width_px: int) -> tuple[float, float] | None:
    """Where most of the flow lines (N, 4) meet, None where they do not: the vehicle turned, or stood."""
    if len(lines) < _FEWEST_LINES:
        return None
    way = lines[:, 2:] - lines[:, :2]
    normal = np.stack([way[:, 1], -way[:, 0]], axis=1) / np.hypot(*way.T)[:, None]
    offset = np.einsum("ni,ni->n", normal, lines[:, :2])
    scale, weight = 0.1 * width_px, np.ones(len(lines))
    point = np.zeros(2)
    for _ in range(_STEPS):
        pull = normal * weight[:, None]
        point = np.linalg.lstsq(pull.T @ normal + 1e-9 * np.eye(2), pull.T @ offset, rcond=None)[0]
        miss = np.abs(normal @ point - offset)
        weight = 1.0 / (1.0 + (miss / scale) ** 2) ** 2
        scale = max(scale * 0.7, _MISS_SHARE * width_px)
    leaves = np.einsum("ni,ni->n", way, lines[:, :2] - point) > 0.0  # away from the point, not towards it
    agreed = float(np.mean((miss < 3.0 * _MISS_SHARE * width_px) & leaves))
    return (float(point[0]), float(point[1])) if agreed >= _AGREED else None


def vanishing_point(points: Floats) -> Vanishing | None:
    """The vanishing point of a clip from those of its pairs of images (N, 2), None where there are too few."""
    if len(points) < 5:
        return None
    middle = np.median(points, axis=0)
    spread = 1.4826 * np.median(np.abs(points - middle), axis=0)
    # Neighbouring pairs share the same bump: a tenth of them are independent.
    return Vanishing(
        float(middle[0]), float(middle[1]), float(spread.max()) / math.sqrt(max(len(points) / 10.0, 1.0)), len(points)
    )
