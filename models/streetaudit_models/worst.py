"""The pictures on which a detector was most wrong about a class, cut out around the mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.io.jpeg import encode_jpeg
from streetaudit_models.average_precision import iou_matrix
from streetaudit_models.evaluate import Judged
from streetaudit_models.infer import read_image

_FOUND_IOU = 0.3  # what overlaps a truth less is no answer to it
_MOST = 12
_SIDE_PX = 300
_CONTEXT = 1.2  # of the mistake's longer side, on every side
_GREEN, _RED = (0, 170, 60), (230, 40, 40)


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One thing overlooked, or seen where there is none.

    Attributes:
        picture: Where.
        class_id: Of the class in question.
        box: (4,) px, of the thing or of the false detection.
        badness: How much it hurts: the confidence of what is not there, the size of what was overlooked.
        words: For people.
    """

    picture: Judged
    class_id: int
    box: NDArray[np.float32]
    badness: float
    words: str


def worst(judged: Sequence[Judged], class_id: int, *, threshold: float, most: int = _MOST) -> list[Mistake]:
    """The worst mistakes at a threshold, one a picture: false alarms and misses in turn."""
    false, missed = [], []
    for one in judged:
        seen = one.seen.where((one.seen.class_id == class_id) & (one.seen.confidence >= threshold))
        truth = one.truth[one.truth_class == class_id]
        overlap = iou_matrix(seen.xyxy, truth)
        name = f"{one.sample.source} {one.sample.image.name}"
        for row in np.flatnonzero(overlap.max(axis=1, initial=0.0) < _FOUND_IOU)[:1]:
            sure = float(seen.confidence[row])
            false.append(Mistake(one, class_id, seen.xyxy[row], sure, f"false alarm {sure:.2f}, {name}"))
        gone = np.flatnonzero(overlap.max(axis=0, initial=0.0) < _FOUND_IOU)
        if len(gone):
            sides = np.sqrt((truth[gone, 2:] - truth[gone, :2]).prod(axis=1))
            row = int(gone[sides.argmax()])
            missed.append(Mistake(one, class_id, truth[row], float(sides.max()), f"overlooked, {name}"))
    by_badness = [sorted(kind, key=lambda bad: -bad.badness) for kind in (false, missed)]
    first, second = _shares(len(false), len(missed), most)
    shown = by_badness[0][:first]
    again = {id(bad.picture) for bad in shown}
    return shown + [bad for bad in by_badness[1] if id(bad.picture) not in again][:second]


def _shares(false: int, missed: int, most: int) -> tuple[int, int]:
    """How many of each are shown: half and half, the rest to the one that has more."""
    first = min(false, max(most // 2, most - missed))
    return first, min(missed, most - first)


def draw(bad: Mistake) -> bytes:
    """JPEG of the mistake with its surroundings, and all boxes of the class."""
    image = read_image(bad.picture.sample.image)
    left, top, side = _window(bad.box, image.shape[:2])
    cut = np.ascontiguousarray(image[top : top + side, left : left + side])
    scale = _SIDE_PX / max(cut.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small: Any = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=how)
    picture = bad.picture
    for box in picture.truth[picture.truth_class == bad.class_id]:
        _rectangle(small, (box - [left, top, left, top]) * scale, _GREEN)
    seen = picture.seen.where((picture.seen.class_id == bad.class_id) & (picture.seen.confidence >= 0.1))
    for box, sure in zip(seen.xyxy, seen.confidence, strict=True):
        placed = (box - [left, top, left, top]) * scale
        _rectangle(small, placed, _RED)
        at = int(placed[0]) + 3, max(14, int(placed[1]) + 14)
        for colour, width in (((255, 255, 255), 3), (_RED, 1)):
            cv2.putText(small, f"{sure:.2f}", at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, width, cv2.LINE_AA)
    return encode_jpeg(np.asarray(small, dtype=np.uint8))


def _window(box: NDArray[np.float32], shape: tuple[int, int]) -> tuple[int, int, int]:
    """Left, top and side of a square around a box, within the picture as far as it goes."""
    x1, y1, x2, y2 = (float(edge) for edge in box)
    side = max((1 + 2 * _CONTEXT) * max(x2 - x1, y2 - y1), 160.0)
    side = min(side, float(max(shape)))
    left = min(max((x1 + x2 - side) / 2, 0.0), max(shape[1] - side, 0.0))
    top = min(max((y1 + y2 - side) / 2, 0.0), max(shape[0] - side, 0.0))
    return int(left), int(top), int(side)


def _rectangle(image: NDArray[np.uint8], box: NDArray[np.float64], colour: tuple[int, int, int]) -> None:
    x1, y1, x2, y2 = (int(edge) for edge in box)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, 2, cv2.LINE_AA)
