"""A street before a fixed camera as boxes: what stands and drives, what hides what, what the detector misses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES

IMAGE = (1280, 720)
_FOCAL_PX, _HORIZON_PX, _HEIGHT_M = 900.0, 120.0, 5.0
#: A detector gives no box of what is hidden by more than this.
_HIDDEN = 0.6

Spot = tuple[float, float]
Path = Callable[[float], Spot | None]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in the street.

    Attributes:
        name: Of the taxonomy.
        path: Where it is at a time: metres to the right and ahead of the camera, None while it is not there.
        size_m: (width, height) at a time.
        confidence: Of its detections.
    """

    name: str
    path: Path
    size_m: Callable[[float], tuple[float, float]] = lambda _: (4.2, 1.5)
    confidence: float = 0.8

    def box(self, time_s: float) -> tuple[float, float, float, float] | None:
        at = self.path(time_s)
        if at is None:
            return None
        (right, ahead), (wide, high) = at, self.size_m(time_s)
        x, foot = IMAGE[0] / 2 + _FOCAL_PX * right / ahead, _HORIZON_PX + _FOCAL_PX * _HEIGHT_M / ahead
        half, top = _FOCAL_PX * wide / 2 / ahead, foot - _FOCAL_PX * high / ahead
        x1, y1 = max(x - half, 0.0), max(top, 0.0)
        x2, y2 = min(x + half, IMAGE[0] - 1.0), min(foot, IMAGE[1] - 1.0)
        return (x1, y1, x2, y2) if x2 - x1 > 8 and y2 - y1 > 4 else None


@dataclass(slots=True)
class Street:
    """What a detector gives of things, frame by frame; the same seed gives the same."""

    things: Sequence[Thing]
    fps: float = 10.0
    jitter: float = 0.02
    missed: float = 0.05
    seed: int = 0

    def frames(self, until_s: float) -> list[tuple[int, float, Detections]]:
        rng = np.random.default_rng(self.seed)
        times = [index / self.fps for index in range(round(until_s * self.fps))]
        return [(index, time_s, self._seen(time_s, rng)) for index, time_s in enumerate(times)]

    def _seen(self, time_s: float, rng: np.random.Generator) -> Detections:
        there = [(thing, box) for thing in self.things if (box := thing.box(time_s)) is not None]
        there.sort(key=lambda pair: -pair[1][3])  # the nearer hides the farther
        rows: list[list[float]] = []
        for rank, (thing, box) in enumerate(there):
            left = _left_over(box, [other for _, other in there[:rank]])
            if left is None or rng.random() < self.missed:
                continue
            side = np.sqrt((left[2] - left[0]) * (left[3] - left[1]))
            shaken = np.array(left) + rng.normal(0.0, self.jitter * side, 4)
            confidence = float(np.clip(rng.normal(thing.confidence, 0.04), 0.12, 0.99))
            rows.append([*shaken.tolist(), confidence, CLASSES.index(thing.name)])
        table = np.array(rows, np.float64).reshape(-1, 6)
        return Detections(table[:, :4].astype(np.float32), table[:, 4].astype(np.float32), table[:, 5].astype(np.int32))


def _left_over(box: Sequence[float], nearer: Sequence[Sequence[float]]) -> tuple[float, float, float, float] | None:
    """What is seen of a box: cut at the side where something stands before it; None where too little is left."""
    x1, y1, x2, y2 = box
    for nx1, ny1, nx2, ny2 in nearer:
        if min(y2, ny2) - max(y1, ny1) < 0.6 * (y2 - y1):
            continue  # hides its foot or its roof alone
        if nx1 <= x1 and nx2 > x1:
            x1 = min(nx2, x2)
        elif nx2 >= x2 and nx1 < x2:
            x2 = max(nx1, x1)
    return None if x2 - x1 < (1.0 - _HIDDEN) * (box[2] - box[0]) else (x1, y1, x2, y2)


def stands(at: Spot, *, from_s: float = -1.0, to_s: float = 1e9) -> Path:
    """Something that is there for a time."""
    return lambda now: at if from_s <= now < to_s else None


def along(*knots: tuple[float, float, float]) -> Path:
    """From knot to knot (time, right, ahead), braking to a halt and starting from one; not there before nor after."""
    times, right, ahead = zip(*knots, strict=True)

    def halts(row: int) -> bool:
        return 0 <= row < len(times) - 1 and (right[row], ahead[row]) == (right[row + 1], ahead[row + 1])

    def path(now: float) -> Spot | None:
        if not times[0] <= now <= times[-1]:
            return None
        row = min(int(np.searchsorted(times, now, side="right")), len(times) - 1)
        done = (now - times[row - 1]) / (times[row] - times[row - 1])
        done = 1.0 - (1.0 - done) ** 2 if halts(row) else done**2 if halts(row - 2) else done
        x, z = (float(line[row - 1] + done * (line[row] - line[row - 1])) for line in (right, ahead))
        return x, z

    return path


def passes(begins_s: float, *, ahead: float = 16.0, speed: float = 9.0, back: bool = False) -> Path:
    """Across the picture, from edge to edge."""
    far = 22.0
    first, last = (far, -far) if back else (-far, far)
    return along((begins_s, first, ahead), (begins_s + 2 * far / speed, last, ahead))


BUS = (11.0, 3.2)


def bus(begins_s: float, *, ahead: float = 14.0, halts: tuple[float, float] | None = None, at: float = 0.0) -> Thing:
    """A bus that drives by, or halts at `at` for (from, to) seconds after it came."""
    if halts is None:
        path = passes(begins_s, ahead=ahead, speed=5.0)
    else:
        first, last = begins_s + halts[0], begins_s + halts[1]
        path = along((begins_s, -26.0, ahead), (first, at, ahead), (last, at, ahead), (last + 4.0, 26.0, ahead))
    return Thing("vehicle", path, lambda _: BUS, confidence=0.9)


def parks(from_s: float, *, at: Spot = (2.0, 22.0), to_s: float = 1e9) -> Thing:
    """A car that drives in, stands from `from_s` on and may leave."""
    right, ahead = at
    way = [(from_s - 5.0, right - 30.0, ahead - 3.0), (from_s - 1.5, right - 4.0, ahead - 1.0), (from_s, right, ahead)]
    gone = [(to_s, right, ahead), (to_s + 2.0, right + 4.0, ahead - 2.0), (to_s + 5.0, right + 30.0, ahead - 3.0)]
    return Thing("vehicle", along(*way, *gone))


def set_up(from_s: float, *, at: Spot = (-6.0, 24.0), to_s: float = 1e9) -> Thing:
    """A stall that grows in three steps of six seconds."""

    def size_m(now: float) -> tuple[float, float]:
        return (1.0, 0.7) if now < from_s + 6.0 else (1.8, 1.1) if now < from_s + 12.0 else (2.4, 2.2)

    return Thing("street_stall", stands(at, from_s=from_s, to_s=to_s), size_m)
