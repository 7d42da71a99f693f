"""When a thing stood before a camera that hangs still: as long as its box stays where it is.

No place is needed for that, so it holds for cameras that know nothing of the world too. What a passing bus hides in
part keeps an edge to each side where it was; what drives moves all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats
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
#: A tracker that lost a thing (behind a bus, in the dark) makes two tracks of it; so long a pause is one stay.
_LONGEST_PAUSE_S = 60.0
_SAME_BOX = 0.5
_BORDER_PX = 3.0


@dataclass(frozen=True, slots=True)
class Stay:
    """A span of time in which a box stayed where it is.

    Attributes:
        first_s, last_s: Clip times.
        box: Where it stayed, pixels.
        open_before: True if it was there already when the track began.
        open_after: True if it was there still when the track ended.
        since_s: Clip time since when it stands, earlier tracks of the same box included.
    """

    first_s: float
    last_s: float
    box: tuple[float, float, float, float]
    open_before: bool
    open_after: bool
    since_s: float


@dataclass(slots=True)
class Stays:
    """The stays of one fixed camera's clip, so that one that a bus interrupted is still one."""

    image_size: tuple[int, int]
    _open: list[Stay] = field(default_factory=list)

    def motion(self, track: Track) -> Motion:
        """Whether and when the track's thing stood; tracks are told in the order in which they end."""
        boxes, times_s = _binned(track.observations)
        whole = _edges_inside(boxes, self.image_size)
        stay = _longest_stay(boxes, times_s, whole)
        stay = self._continued(stay)
        self._remember(stay)
        if stay.last_s - stay.since_s >= SHORTEST_STAY_S:
            return Motion("stationary", stay.first_s, stay.last_s, stay.last_s - stay.since_s)
        drove = float(_shift(boxes, boxes[0], whole).max()) > _DROVE
        return Motion("moving" if drove else "unknown", track.first_s, track.last_s, stay.last_s - stay.since_s)

    def _continued(self, stay: Stay) -> Stay:
        before = [
            old.since_s
            for old in self._open
            if stay.open_before
            and old.last_s <= stay.first_s <= old.last_s + _LONGEST_PAUSE_S
            and _overlap(old.box, stay.box) >= _SAME_BOX
        ]
        since_s = min(before, default=stay.first_s)
        return Stay(stay.first_s, stay.last_s, stay.box, stay.open_before, stay.open_after, since_s)

    def _remember(self, stay: Stay) -> None:
        self._open = [old for old in self._open if old.last_s + 2.0 * _LONGEST_PAUSE_S >= stay.last_s]
        if stay.open_after:
            self._open.append(stay)


def _binned(observations: tuple[Observation, ...]) -> tuple[Floats, Floats]:
    """(B, 4) median boxes of half a second each, and (B, 2) clip times of the first and last box in them."""
    times_s = np.array([seen.time_s for seen in observations])
    xyxy = np.array([seen.xyxy for seen in observations], np.float64)
    starts = np.flatnonzero(np.diff(np.floor((times_s - times_s[0]) / _BIN_S), prepend=-1.0))
    ends = np.append(starts[1:], len(times_s))
    boxes = np.array([np.median(xyxy[a:b], axis=0) for a, b in zip(starts, ends, strict=True)])
    return boxes, np.stack([times_s[starts], times_s[ends - 1]], axis=1)


def _edges_inside(boxes: Floats, image_size: tuple[int, int]) -> NDArray[np.bool_]:
    """(B, 4) False where an edge is the image's own, which never moves."""
    far = np.array(image_size) - 1 - _BORDER_PX
    return np.concatenate([boxes[:, :2] > _BORDER_PX, boxes[:, 2:] < far], axis=1)


def _shift(boxes: Floats, reference: Floats, inside: NDArray[np.bool_]) -> Floats:
    """(B,) how far the boxes lie from the reference, in its size: the edge that moved least, per axis."""
    size = float(np.sqrt(max((reference[2] - reference[0]) * (reference[3] - reference[1]), 1.0)))
    moved = np.where(inside, np.abs(boxes - reference), np.inf)
    least = np.minimum(moved[:, :2], moved[:, 2:])  # left or right, top or bottom
    return np.asarray(np.where(np.isfinite(least), least, 0.0).max(axis=1) / size)


def _longest_stay(boxes: Floats, times_s: Floats, inside: NDArray[np.bool_]) -> Stay:
    rows = np.unique(np.linspace(0, len(boxes) - 1, min(len(boxes), _MOST_REFERENCES)).astype(np.int64))
    best = (-1.0, 0, 0)
    for row in rows.tolist():
        here = np.flatnonzero(_shift(boxes, boxes[row], inside) <= _TOLERANCE)
        for first, last in _runs(here, times_s):
            best = max(best, (float(times_s[last, 1] - times_s[first, 0]), -first, last))
    first, last = -best[1], best[2]
    box = tuple(np.median(boxes[first : last + 1], axis=0).tolist())
    open_before = float(times_s[first, 0] - times_s[0, 0]) <= _DISTURBED_S
    open_after = float(times_s[-1, 1] - times_s[last, 1]) <= _DISTURBED_S
    first_s, last_s = float(times_s[first, 0]), float(times_s[last, 1])
    return Stay(first_s, last_s, (box[0], box[1], box[2], box[3]), open_before, open_after, first_s)


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


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over the smaller box: half of a thing may be hidden at one time and not at the other."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return across * down / smaller if across > 0.0 and down > 0.0 and smaller > 0.0 else 0.0
