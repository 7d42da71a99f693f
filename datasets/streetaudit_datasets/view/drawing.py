"""Boxes drawn on pictures."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]
# RGB; Okabe and Ito's palette, by class id.
_COLOURS = (
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (240, 228, 66),
    (213, 94, 0),
    (255, 255, 255),
)
_DARK = (20, 20, 20)


def colour_of(class_id: int) -> tuple[int, int, int]:
    """The RGB colour of a class."""
    return _COLOURS[class_id % len(_COLOURS)]


def draw_boxes(image: Image, boxes: Sequence[Box], *, class_ids: Sequence[int], names: Sequence[str] = ()) -> Image:
    """A copy of an RGB picture with outlined boxes, and a name above each if there are names."""
    out = image.copy()
    for i, (box, class_id) in enumerate(zip(boxes, class_ids, strict=True)):
        if not np.isfinite(box).all():
            continue
        # Coordinates far outside overflow OpenCV's integers.
        x1, y1, x2, y2 = (round(min(max(float(v), -1e4), 1e5)) for v in box)
        cv2.rectangle(out, (x1 - 1, y1 - 1), (x2 + 1, y2 + 1), _DARK, 3)
        cv2.rectangle(out, (x1 - 1, y1 - 1), (x2 + 1, y2 + 1), colour_of(class_id), 1)
        if names:
            write(out, names[i], (x1, max(y1 - 5, 12)), colour=colour_of(class_id))
    return out


def write(image: Image, text: str, at: tuple[int, int], *, colour: tuple[int, int, int]) -> None:
    """Put a text on a picture, readable on any ground; letters that OpenCV lacks become question marks."""
    plain = text.encode("ascii", "replace").decode()
    for shade, width in ((_DARK, 3), (colour, 1)):
        cv2.putText(image, plain, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, shade, width, cv2.LINE_AA)
