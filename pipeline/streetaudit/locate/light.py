"""Whether an image shows anything: enough light, and something sharp."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.frame import Frame
from streetaudit.structures.ground import UNKNOWN

#: Clip time, light and sharpness of one look.
Lit = tuple[float, int, int]
#: (light, sharpness) of a frame.
LightIn = Callable[[Frame], tuple[int, int]]

#: Rows and columns that are looked at: a thousandth of the pixels tells as much about light as all of them.
_STEP_PX = 24
#: Strips of whole pixels in which edges are looked for.
_STRIPS, _STRIP_PX = 8, 3
#: Steps in brightness smaller than this are noise.
_NOISE = 6.0


def light_in(frame: Frame) -> tuple[int, int]:
    """(light, sharpness) of a frame, from its pixels."""
    return light_of(frame.image), sharpness_of(frame.image)


def unknown_light(_: Frame) -> tuple[int, int]:
    """Where detections were made of other pixels than those at hand."""
    return UNKNOWN, UNKNOWN


def remembered_light(known: Sequence[Lit]) -> LightIn:
    """The light that was measured when the clip was looked at: that of the last look up to a frame's time."""
    times = [time_s for time_s, _, _ in known]

    def look_up(frame: Frame) -> tuple[int, int]:
        if not known:
            return UNKNOWN, UNKNOWN
        _, light, sharp = known[max(0, bisect_right(times, frame.time_s) - 1)]
        return light, sharp

    return look_up


def light_of(image: NDArray[np.uint8]) -> int:
    """How bright the brighter parts of the lower two thirds are, 0 to 254: lamps in the sky light no ground.

    >>> light_of(np.full((90, 160, 3), 8, np.uint8))
    8
    """
    return min(254, int(np.percentile(image[image.shape[0] // 3 :: _STEP_PX, ::_STEP_PX, 1], 90.0)))


def sharpness_of(image: NDArray[np.uint8]) -> int:
    """How sharp the sharpest parts are, 0 to 254: the step between neighbours against the step over eight pixels.

    Blurring turns steps into ramps, whatever their contrast. Street footage has 86 to 190, the same blurred by five
    pixels 36 to 50.
    """
    height = image.shape[0]
    starts = np.linspace(height // 3, height - _STRIP_PX - 1, _STRIPS).astype(np.intp)
    rows = np.concatenate([image[start : start + _STRIP_PX, :, 1] for start in starts.tolist()]).astype(np.int16)
    if rows.shape[1] < 16:
        return 0
    near = np.abs(np.diff(rows, axis=1))[:, 3:-4]
    far = np.abs(rows[:, 8:] - rows[:, :-8])
    edges = far > max(_NOISE, float(np.percentile(far, 97.0)) / 2.0)
    if not edges.any():
        return 0
    # Per edge: the largest step between neighbours within the eight pixels.
    steepest = near
    for shift in (1, 2, 3):
        steepest = np.maximum(steepest, np.maximum(np.roll(near, shift, axis=1), np.roll(near, -shift, axis=1)))
    share = steepest[:, : far.shape[1]][edges] / far[edges]
    return min(254, int(254.0 * float(np.median(np.minimum(share, 1.0)))))
