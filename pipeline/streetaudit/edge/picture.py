"""Whether a camera's picture moves, stands frozen, or no longer shows what it showed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.boxes import Floats

View = Literal["sound", "frozen", "blocked", "defocused", "moved"]

#: Everything is judged on a small grey picture of this width.
_WIDE_PX = 160
#: A pixel that changes by more than this, of 255, has changed.
_CHANGED = 12.0
#: The same bytes for so long are no quiet street: every sensor has noise, and every group of pictures begins anew.
_FROZEN_S = 10.0
#: What is wrong must stay wrong for so long: a lorry before the lens is no vandal.
_WRONG_S = 8.0
#: Less contrast than this is a hand, a bag or paint before the lens; nights with one lamp have more.
_BLIND_CONTRAST = 5.0
#: Share of its usual sharpness (edges by contrast) below which the lens has lost its focus, or drops hang on it.
_DEFOCUSED = 0.3
#: Shift of the whole picture, in shares of its width, beyond which zones no longer lie where they were drawn.
_MOVED = 0.02
#: Likeness of edges below which it is another view, whatever the shift.
_OTHER_VIEW = 0.15
#: Time in which the picture of what is usual follows, and frames before it is believed.
_FOLLOW_S = 120.0
_FEWEST = 25

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture says of the camera.

    Attributes:
        view: What is wrong with it, if anything.
        why: For people, "" while it is sound.
        changed: Share of pixels that differ from the picture before, 0 to 1.
        same: True if it is the picture before, byte for byte.
        usable: False while something is wrong with it, even if that may pass: what stands is not where it was.
    """

    view: View
    why: str
    changed: float
    same: bool
    usable: bool = True


class PictureWatch:
    """Looks at every picture of one camera, in the order of time.

    Args:
        before: `state()` of the run before: the usual view outlives a restart, so that a camera that was turned
            meanwhile is found out.
    """

    def __init__(self, before: Mapping[str, Any] | None = None) -> None:
        self._last: NDArray[np.uint8] | None = None
        self._grey: Grey | None = None
        self._usual: Grey | None = None
        self._sharpness = 0.0
        self._seen = 0
        self._time_s: float | None = None
        self._same_since_s: float | None = None
        self._wrong: tuple[View, float] = ("sound", 0.0)
        if before is not None:
            self._usual = np.array(before["usual"], np.float32)
            self._sharpness, self._seen = float(before["sharpness"]), int(before["seen"])

    def look(self, image: NDArray[np.uint8], time_s: float) -> Look:
        """What the next picture says."""
        thumb = image[:: max(1, image.shape[0] // 360), :: max(1, image.shape[1] // 640), 1]
        same = self._last is not None and self._last.shape == thumb.shape and bool(np.array_equal(self._last, thumb))
        self._last = thumb.copy()
        if same:
            since_s = self._same_since_s = time_s if self._same_since_s is None else self._same_since_s
            frozen = time_s - since_s >= _FROZEN_S
            why = f"the picture has not changed for {time_s - since_s:.0f} s" if frozen else ""
            return Look("frozen" if frozen else "sound", why, 0.0, same=True, usable=False)
        self._same_since_s = None
        grey = _grey(thumb)
        changed = 1.0 if self._grey is None or self._grey.shape != grey.shape else _changed(self._grey, grey)
        self._grey = grey
        view, why = self._lasting(*self._judge(grey), time_s)
        step_s = 0.0 if self._time_s is None else time_s - self._time_s
        self._time_s = time_s
        if view == "sound" and self._wrong[0] == "sound":
            self._follow(grey, step_s)
        return Look(view, why, changed, same=False, usable=self._wrong[0] == "sound")

    def state(self) -> dict[str, Any] | None:
        """What the next run has to know, None before the view is known."""
        if self._usual is None:
            return None
        return {"usual": self._usual.round(1).tolist(), "sharpness": self._sharpness, "seen": self._seen}

    def _judge(self, grey: Grey) -> tuple[View, str]:
        contrast = float(grey.std())
        if contrast < _BLIND_CONTRAST:
            return "blocked", f"the picture is nearly one grey (contrast {contrast:.1f})"
        if self._usual is None or self._seen < _FEWEST or self._usual.shape != grey.shape:
            return "sound", ""
        sharpness = _sharpness(grey)
        if sharpness < _DEFOCUSED * self._sharpness:
            return "defocused", f"the picture has {sharpness / self._sharpness:.0%} of its usual sharpness"
        shift, likeness = _compared(self._usual, grey)
        if likeness < _OTHER_VIEW:
            return "moved", f"the picture shows another view (likeness {likeness:.2f})"
        if shift > _MOVED:
            return "moved", f"the view has shifted by {shift:.0%} of its width"
        return "sound", ""

    def _lasting(self, view: View, why: str, time_s: float) -> tuple[View, str]:
        """What has been so for long enough; a moment means nothing."""
        if view != self._wrong[0]:
            self._wrong = view, time_s
        if view != "sound" and time_s - self._wrong[1] >= _WRONG_S:
            return view, why
        return "sound", ""

    def _follow(self, grey: Grey, step_s: float) -> None:
        """Let the usual view follow daylight."""
        if self._usual is None or self._usual.shape != grey.shape:
            self._usual, self._sharpness, self._seen = grey.copy(), _sharpness(grey), 1
            return
        self._seen += 1
        share = max(1.0 / self._seen, 1.0 - math.exp(-step_s / _FOLLOW_S)) if self._seen < 1000 else step_s / _FOLLOW_S
        share = min(share, 1.0)
        self._usual += np.float32(share) * (grey - self._usual)
        self._sharpness += share * (_sharpness(grey) - self._sharpness)


def _grey(thumb: NDArray[np.uint8]) -> Grey:
    height = max(16, round(_WIDE_PX * thumb.shape[0] / thumb.shape[1]))
    small = cv2.resize(thumb, (_WIDE_PX, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _changed(before: Grey, now: Grey) -> float:
    """Share of pixels that have changed, a change of the whole light left out."""
    apart = now - before
    return float((np.abs(apart - np.median(apart)) > _CHANGED).mean())


def _edges(grey: Grey) -> Grey:
    """The picture without its slow changes, in units of its own contrast."""
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 4.0)
    return np.asarray(fine / (float(fine.std()) + 1e-3), np.float32)


def _sharpness(grey: Grey) -> float:
    """How much of the contrast is in the finest details."""
    return float(cv2.Laplacian(grey, cv2.CV_32F).std()) / (float(grey.std()) + 1e-3)


def _compared(usual: Grey, grey: Grey) -> tuple[float, float]:
    """By how much a picture is shifted (shares of its width), and how alike the edges are after that, -1 to 1."""
    one, other = _edges(usual), _edges(grey)
    window = cv2.createHanningWindow((grey.shape[1], grey.shape[0]), cv2.CV_32F)
    (right, down), _ = cv2.phaseCorrelate(one, other, window)
    at_rest = float((one * other).mean())
    matrix: Floats = np.array([[1.0, 0.0, -right], [0.0, 1.0, -down]])
    back = cv2.warpAffine(other, matrix, (grey.shape[1], grey.shape[0]))
    moved = float((one * back).mean())
    if moved <= at_rest * 1.1:  # a lorry can pull the peak; it does not make the rest fit better
        return 0.0, at_rest
    return math.hypot(right, down) / grey.shape[1], moved
