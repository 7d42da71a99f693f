"""Whether boxes are those of one standing thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.boxes import Floats, edges_inside, share_of_smaller, shifts, sizes
from streetaudit.structures.track import Observation
from streetaudit.track.stay import VEHICLE, Drive, boxes_of

Box = tuple[float, float, float, float]

#: A standing vehicle's box wanders by less than this share of its size; the outline of a heap is less sure.
_WANDERS = {VEHICLE: 0.15}
_WANDERS_OTHERS = 0.25
#: No detector is surer than this.
_WANDERS_PX = 3.0
#: What does not drive is one thing while so much of the smaller box lies in the other: a stall grows as it is set up.
_ONE_ON_THE_OTHER = 0.7
#: So many boxes of a founding time must fit.
_MOST = 0.75
#: For so long a box may be another one without an end of the standing.
_OUTLIER_S = 1.0
#: Nothing comes to a halt by such a step (in its own size) within such a time: who brakes hard makes 0.5 m in it.
_JUMP, _JUMP_S = 0.6, 0.6
_FEWEST = 3


def distances(boxes: Floats, spots: Floats, groups: Sequence[int], image_size: tuple[int, int]) -> Floats:
    """(N, M) how badly boxes fit spots, inf where they do not.

    Args:
        boxes: (N, 4) pixels.
        spots: (M, 4) pixels.
        groups: Of the M things that stand there.
        image_size: (width, height).
    """
    apart = shifts(boxes, spots, edges_inside(boxes, image_size))
    limits = np.array([_WANDERS.get(group, _WANDERS_OTHERS) for group in groups])
    fits = apart <= np.maximum(limits, _WANDERS_PX / sizes(spots))
    grown = share_of_smaller(boxes, spots)
    parked = np.array([group == VEHICLE for group in groups])
    loose = 1.0 + (1.0 - grown)
    return np.asarray(np.where(fits, apart, np.where(~parked & (grown >= _ONE_ON_THE_OTHER), loose, np.inf)))


def stood_since(drive: Drive, image_size: tuple[int, int], *, for_s: float) -> tuple[int, Box] | None:
    """The first observation at which a drive has come to stand, and where; None while it moves or is too young."""
    last_s = drive.observations[-1].time_s
    if last_s - drive.observations[0].time_s < for_s:
        return None
    tail = [seen for seen in drive.observations[-256:] if seen.time_s >= last_s - for_s]
    if len(tail) < _FEWEST or tail[0].time_s > last_s - for_s / 2.0:
        return None
    boxes = boxes_of(tail)
    third = max(1, len(boxes) // 3)
    box = np.median(boxes, axis=0)
    ends = np.stack([np.median(boxes[:third], axis=0), np.median(boxes[-third:], axis=0)])
    fit = _fits(boxes, box, drive.group, image_size)
    steady = np.isfinite(distances(ends[:1], ends[1:], [VEHICLE], image_size)[0, 0])
    if fit.mean() < _MOST or not (steady or drive.group != VEHICLE):
        return None
    return _start(drive, box, image_size), _box(box)


def was_there_only(drive: Drive, image_size: tuple[int, int]) -> Box | None:
    """Where a drive stood all its life, None if it moved."""
    if len(drive.observations) < 2:
        return None
    boxes = drive.boxes()
    box = np.median(boxes, axis=0)
    return _box(box) if _fits(boxes, box, drive.group, image_size).mean() >= _MOST else None


def first_there(drive: Drive, spot: Box, image_size: tuple[int, int]) -> float | None:
    """Since when a drive has been at a spot, None if it is not there now."""
    fit = _fits(drive.boxes(), np.array(spot), drive.group, image_size)
    away = np.flatnonzero(~fit)
    if len(away) == 0:
        return drive.observations[0].time_s
    index = int(away[-1]) + 1
    return drive.observations[index].time_s if index < len(drive.observations) else None


def came_with_a_jump(way: Sequence[Observation], spot: Box, image_size: tuple[int, int], there_s: float) -> bool:
    """True if a track was put on what stands at a spot by mistake: nothing halts from one frame to the next."""
    if not way:
        return True
    box = boxes_of(way[-1:])
    step = float(shifts(box, np.array([spot]), edges_inside(box, image_size))[0, 0])
    return step > _JUMP and there_s - way[-1].time_s < _JUMP_S


def _start(drive: Drive, box: Floats, image_size: tuple[int, int]) -> int:
    """The first observation from which on the box is there, single outliers aside."""
    fit = _fits(drive.boxes(), box, drive.group, image_size)
    first = len(fit) - 1
    for index in range(len(fit) - 1, -1, -1):
        if fit[index]:
            first = index
        elif drive.observations[first].time_s - drive.observations[index].time_s > _OUTLIER_S:
            break
    return first


def _fits(boxes: Floats, box: Floats, group: int, image_size: tuple[int, int]) -> NDArray[np.bool_]:
    return np.isfinite(distances(boxes, box[None], [group], image_size)[:, 0])


def _box(box: Floats) -> Box:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
