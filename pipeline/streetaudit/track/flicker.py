"""Which short tracks are the flicker of a longer one: its own thing under another name, or a piece of it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from streetaudit.track.assign import iou
from streetaudit.track.life import Life

#: The other track must have been seen so many times as often.
_TIMES_AS_LONG = 3
#: The boxes of one thing under two names coincide; what stands before a larger thing is much smaller.
_LEAST_IOU = 0.5
#: A piece of a track is taken from it while its box goes astray.
_LEAST_IOU_OF_PIECE = 0.3


def is_flicker(life: Life, others: Iterable[Life], *, most_frames: int) -> bool:
    """True if a short track lies where a much longer one was at the same time.

    Of another class, its boxes coincide with the longer one's. Of the same class, it never was seen beside it in one
    frame, for that would make it a second thing.

    Args:
        life: Of the track.
        others: All lives that may have been there at the same time.
        most_frames: A track seen more often than that is no flicker.
    """
    if len(life.observations) > most_frames:
        return False
    long = (other for other in others if len(other.observations) >= _TIMES_AS_LONG * len(life.observations))
    return any(_covers(other, life) for other in long)


def frames_of(life: Life) -> frozenset[int]:
    """The frames in which a life was seen."""
    return frozenset(seen.frame_index for seen in life.observations)


def _covers(long: Life, short: Life) -> bool:
    is_piece = long.group == short.group
    if is_piece and frames_of(long) & frames_of(short):
        return False
    least = _LEAST_IOU_OF_PIECE if is_piece else _LEAST_IOU
    return float(np.median(_overlaps(long, short))) >= least


def _overlaps(long: Life, short: Life) -> NDArray[np.float64]:
    """IoU of each box of the short track with where the long one was then, 0 outside its time."""
    times = np.array([seen.time_s for seen in long.observations])
    boxes = np.array([seen.xyxy for seen in long.observations])
    asked = np.array([seen.time_s for seen in short.observations])
    there = np.stack([np.interp(asked, times, edge) for edge in boxes.T], axis=1)
    own = np.array([seen.xyxy for seen in short.observations])
    alike = np.diag(iou(there.astype(np.float32), own.astype(np.float32)))
    return np.where((asked >= times[0]) & (asked <= times[-1]), alike, 0.0)
