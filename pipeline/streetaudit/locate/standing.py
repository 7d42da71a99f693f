"""When a thing stood before a camera that hangs still: as long as its box stays where it is.

No place is needed for that, so it holds for cameras that know nothing of the world too. What a passing bus hides in
part keeps an edge to each side where it was; what drives moves all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.boxes import Floats, edges_inside, share_of_smaller, shifts
from streetaudit.structures.motion import Motion
from streetaudit.structures.track import Observation, Track

#: A standing thing's box wanders by less than this share of its size, once half a second of it is put together.
_TOLERANCE = 0.15
_BIN_S = 0.5
#: So long something else may be seen in its place (a box that jumps, a person before it) without ending its stay.
_DISTURBED_S = 2.5
#: Who stands for less than this may have slowed down only.
SHORTEST_STAY_S = 3.0
#: Who came farther than this share of its size without a stay was driving.
_DROVE = 0.5
_MOST_REFERENCES = 48
_ONE_ON_THE_OTHER = 0.7


def standing(track: Track, image_size: tuple[int, int], *, grows: bool = False) -> Motion:
    """Whether and when the track's thing stood; what a bus hid is one track already (track/fixed.py).

    Args:
        track: Of a fixed camera.
        image_size: (width, height) in pixels.
        grows: True for what is put up or piled up at one spot, and so has other edges later.
    """
    boxes, times_s = _binned(track.observations)
    whole = edges_inside(boxes, image_size)
    first_s, last_s = _longest_stay(times_s, _alike(boxes, whole, grows=grows))
    if last_s - first_s >= SHORTEST_STAY_S:
        return Motion("stationary", first_s, last_s, last_s - first_s)
    drove = float(shifts(boxes, boxes[:1], whole).max()) > _DROVE
    return Motion("moving" if drove else "unknown", track.first_s, track.last_s, last_s - first_s)


def _binned(observations: tuple[Observation, ...]) -> tuple[Floats, Floats]:
    """(B, 4) median boxes of half a second each, and (B, 2) clip times of the first and last box in them."""
    times_s = np.array([seen.time_s for seen in observations])
    xyxy = np.array([seen.xyxy for seen in observations], np.float64)
    starts = np.flatnonzero(np.diff(np.floor((times_s - times_s[0]) / _BIN_S), prepend=-1.0))
    ends = np.append(starts[1:], len(times_s))
    boxes = np.array([np.median(xyxy[a:b], axis=0) for a, b in zip(starts, ends, strict=True)])
    return boxes, np.stack([times_s[starts], times_s[ends - 1]], axis=1)


def _alike(boxes: Floats, inside: NDArray[np.bool_], *, grows: bool) -> NDArray[np.bool_]:
    """(B, R) which boxes are where some reference box is."""
    rows = np.unique(np.linspace(0, len(boxes) - 1, min(len(boxes), _MOST_REFERENCES)).astype(np.int64))
    alike = shifts(boxes, boxes[rows], inside) <= _TOLERANCE
    return alike | (share_of_smaller(boxes, boxes[rows]) >= _ONE_ON_THE_OTHER) if grows else alike


def _longest_stay(times_s: Floats, alike: NDArray[np.bool_]) -> tuple[float, float]:
    """Clip times of the longest span in which the box stayed where it is."""
    best = (-1.0, 0, 0)
    for column in alike.T:
        for first, last in _runs(np.flatnonzero(column), times_s):
            best = max(best, (float(times_s[last, 1] - times_s[first, 0]), -first, last))
    return float(times_s[-best[1], 0]), float(times_s[best[2], 1])


def _runs(here: NDArray[np.int64], times_s: Floats) -> list[tuple[int, int]]:
    """First and last rows of what is at the reference without being elsewhere for long; unseen is not elsewhere."""
    runs: list[list[int]] = []
    for row in here.tolist():
        between = slice(runs[-1][1] + 1, row) if runs else slice(0, 0)
        elsewhere_s = float(times_s[between][-1, 1] - times_s[between][0, 0]) if between.start < between.stop else 0.0
        if runs and elsewhere_s <= _DISTURBED_S:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return [(first, last) for first, last in runs]
