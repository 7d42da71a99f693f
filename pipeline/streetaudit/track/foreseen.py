"""Which detections lie where a thing that stands still would now be, as the carrier of the camera moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.track import Observation

#: The box at a time of what was seen before, if it stands still; None where that cannot be told.
Foresee = Callable[[Observation, float], tuple[float, float, float, float] | None]

#: A centre this many sizes off is out of the question: the ground is not flat, and far boxes are small.
_REACH = 1.2
#: How much two sizes may differ, as a factor.
_ALIKE = 2.0


def foreseen(
    last: Sequence[Observation], xyxy: NDArray[np.float32], time_s: float, *, foresee: Foresee
) -> NDArray[np.float64]:
    """How well each detection fits each thing that was seen before, float64 (N, M), 0 to 1.

    IoU alone would not do: from one look to the next a small far thing moves by more than its size where the ground is
    not quite flat. So the distance of the centres counts, in sizes, and whether the sizes are alike.
    """
    fits = np.zeros((len(last), len(xyxy)))
    centres, sizes = _centres(xyxy.astype(np.float64))
    for row, seen in enumerate(last):
        box = foresee(seen, time_s)
        if box is None:
            continue
        centre, size = _centres(np.array([box]))
        off = np.hypot(*(centres - centre[0]).T) / np.maximum(np.minimum(sizes, size[0]), 8.0)
        alike = np.maximum(sizes, size[0]) / np.minimum(sizes, size[0]) <= _ALIKE
        fits[row] = np.where(alike, np.maximum(0.0, 1.0 - off / _REACH), 0.0)
    return fits


def _centres(xyxy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres (N, 2), and the roots of the areas (N,), in pixels."""
    sides = np.maximum(xyxy[:, 2:] - xyxy[:, :2], 1.0)
    return (xyxy[:, :2] + xyxy[:, 2:]) / 2.0, np.sqrt(sides[:, 0] * sides[:, 1])
