"""How boxes before a camera that hangs still lie to each other: moved, hidden in part, or one on the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: So near to the image's border an edge is the image's own, which never moves.
BORDER_PX = 3.0


def edges_inside(boxes: Floats, image_size: tuple[int, int]) -> NDArray[np.bool_]:
    """(N, 4) False where an edge is the image's own."""
    far = np.array(image_size) - 1 - BORDER_PX
    return np.concatenate([boxes[:, :2] > BORDER_PX, boxes[:, 2:] < far], axis=1)


def sizes(boxes: Floats) -> Floats:
    """(N,) pixels: the root of the area."""
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return np.asarray(np.sqrt(np.maximum(sides[:, 0] * sides[:, 1], 1.0)))


def shifts(boxes: Floats, references: Floats, inside: NDArray[np.bool_]) -> Floats:
    """(N, M) how far boxes lie from references, in the references' sizes: the edge that moved least, per axis.

    What a passing bus hides in part keeps an edge to each side where it was; what drives moves all of them.

    Args:
        boxes: (N, 4) pixels.
        references: (M, 4) pixels.
        inside: (N, 4) as `edges_inside` gives them for the boxes.
    """
    moved = np.where(inside[:, None], np.abs(boxes[:, None] - references[None]), np.inf)
    least = np.minimum(moved[..., :2], moved[..., 2:])  # left or right, top or bottom
    return np.asarray(np.where(np.isfinite(least), least, 0.0).max(axis=2) / sizes(references)[None])


def shared(boxes: Floats, others: Floats) -> Floats:
    """(N, M) square pixels that each two boxes have in common."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    sides = np.maximum(high - low, 0.0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def share_of_smaller(boxes: Floats, others: Floats) -> Floats:
    """(N, M) how much of the smaller one lies in the other, 0 to 1."""
    smaller = np.minimum(sizes(boxes)[:, None], sizes(others)[None]) ** 2
    return np.asarray(shared(boxes, others) / smaller)
