"""Which detection belongs to which box: IoU, and the assignment with the largest sum of it."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray


def iou(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """The IoU of every box of a with every box of b, float64 (N, M).

    >>> iou(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])).round(2).tolist()
    [[1.0, 0.33, 0.0]]
    """
    left, right = a.astype(np.float64), b.astype(np.float64)
    shared = _overlap(left, right, axis=0) * _overlap(left, right, axis=1)
    union = _area(left)[:, None] + _area(right)[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def assign(similarity: NDArray[np.float64], *, least: float) -> NDArray[np.intp]:
    """Pairs (row, column) of the best assignment, intp (K, 2), rows ascending; none is below least.

    Args:
        similarity: (N, M), 0 to 1; 0 where a pair is out of the question.
        least: Smallest similarity that may be paired, above 0.
    """
    possible = similarity >= least
    if not possible.any():
        return np.zeros((0, 2), np.intp)
    lonely = possible & (possible.sum(axis=0) == 1) & (possible.sum(axis=1) == 1)[:, None]
    # A pair in which each has only the other decides itself; in street scenes that is nearly all of them.
    pairs = np.argwhere(lonely)
    contested = possible & ~lonely
    if not contested.any():
        return pairs
    rows, columns = np.flatnonzero(contested.any(axis=1)), np.flatnonzero(contested.any(axis=0))
    if len(rows):
        pairs = np.concatenate([pairs, _solve(similarity, rows, columns, least)])
        pairs = pairs[np.argsort(pairs[:, 0])]
    return pairs


def _solve(
    similarity: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp], least: float
) -> NDArray[np.intp]:
    """The assignment of the contested rows and columns, by Jonker and Volgenant."""
    cost = 1.0 - similarity[np.ix_(rows, columns)]
    # An edge above the limit costs more than leaving both ends alone. The last ulp keeps a pair at exactly `least`.
    _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1.0 - least + 1e-9)
    taken = np.flatnonzero(column_of >= 0)
    return np.stack([rows[taken], columns[column_of[taken]]], axis=1)


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64], *, axis: int) -> NDArray[np.float64]:
    """The length that each two boxes share along x (0) or y (1), (N, M)."""
    shared = np.minimum.outer(a[:, axis + 2], b[:, axis + 2])
    shared -= np.maximum.outer(a[:, axis], b[:, axis])
    return np.maximum(shared, 0.0, out=shared)


def _area(xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas, (N,)."""
    return (xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1])
