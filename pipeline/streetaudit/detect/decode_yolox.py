"""YOLOX's raw head: offsets and sizes on three grids, objectness times class."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes, corners, head_of

_STRIDES = (8, 16, 32)


def decode_yolox(
    outputs: list[NDArray[np.float32]], *, classes: int, canvas: tuple[int, int], least: float
) -> InputBoxes:
    """The boxes of at least this confidence from an output (1, N, 5 + classes)."""
    grid = _grid(canvas)
    head = head_of(outputs, "yolox", (len(grid), 5 + classes))
    rows = np.flatnonzero(head[:, 4] >= least)  # a class can only lower it
    found = head[rows]
    scores = found[:, 5:] * found[:, 4:5]
    model_class = scores.argmax(axis=1)
    confidence = np.take_along_axis(scores, model_class[:, None], axis=1)[:, 0]
    sure = confidence >= least
    found, cells = found[sure], grid[rows[sure]]
    stride = cells[:, 2:]
    centre_size = np.concatenate([(found[:, :2] + cells[:, :2]) * stride, np.exp(found[:, 2:4]) * stride], axis=1)
    return InputBoxes(corners(centre_size), confidence[sure], model_class[sure])


@lru_cache(maxsize=8)
def _grid(canvas: tuple[int, int]) -> NDArray[np.float32]:
    """Column, row and stride of every cell, float32 (N, 3), in the order of the output."""
    parts = []
    for stride in _STRIDES:
        row, column = np.mgrid[: canvas[0] // stride, : canvas[1] // stride]
        parts.append(np.stack([column.ravel(), row.ravel(), np.full(row.size, stride)], axis=1))
    return np.concatenate(parts).astype(np.float32)
