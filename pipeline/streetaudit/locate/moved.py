"""Points that moved from one image to the next, and how the camera's own turning moves them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats

#: A point that is not found back within so many pixels was mistaken for another.
_THERE_AND_BACK_PX = 0.7


def small_grey(image: NDArray[np.uint8], width_px: int) -> NDArray[np.uint8]:
    """An RGB image (H, W, 3) as a grey one of this width."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    size = (width_px, max(1, round(height * width_px / width)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


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
    good = (ok[:, 0] > 0) & (back_ok[:, 0] > 0) & (there_and_back < _THERE_AND_BACK_PX)
    return np.concatenate([start[good], end[good]], axis=1)


def turning_flow(start: Floats) -> tuple[Floats, Floats]:
    """(N, 2) flow of points (N, 2), both slopes, under a small turn to the right and under a small nod upwards."""
    x, y = start.T
    return np.stack([-1.0 - x**2, -x * y], axis=1), np.stack([x * y, 1.0 + y**2], axis=1)


def across(vectors: Floats, lines: Floats) -> Floats:
    """(N,) of vectors (N, 2) across lines (N, 2), times the lines' lengths."""
    return np.asarray(vectors[:, 0] * lines[:, 1] - vectors[:, 1] * lines[:, 0])
