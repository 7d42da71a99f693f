"""What a thing looks like in a hundred bytes: enough to tell a red car from a white van, too little to tell a person.

Colour as chromaticity against the light of the whole frame, brightness against its middle, and which way the edges run
in each part of the box. Never made of a person: persons are not recorded at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.track import View

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: The box is cut into so many parts each way, and each tells of so many directions...
_PARTS, _WAYS = 4, 4
#: ...chromaticity into so many steps each way, brightness into so many.
_HUES, _LIGHTS = 5, 7
LAYOUT, COLOURS = _PARTS * _PARTS * _WAYS, _HUES * _HUES + _LIGHTS
SIZE = LAYOUT + COLOURS
#: A box smaller than this says nothing.
_LEAST_PX = 14.0
#: Of the box, on each side: what stands behind a thing is not the thing.
_MARGIN = 0.08
_SIDE_PX = 48
#: A box with less than this between neighbouring pixels, as a root, holds nothing to be known by.
_LEAST_EDGE = 0.5
#: Chromaticity reaches so far to each side of grey, as the logarithm of a ratio of channels; brightness likewise.
_HUE_REACH, _LIGHT_REACH = 0.8, 1.6


def signature_of(views: Sequence[View]) -> bytes | None:
    """The signature of the best view, None where there is none or the box is too small.

    Args:
        views: As `BestViews.take` gives them.
    """
    if not views:
        return None
    view = views[0]
    x1, y1, x2, y2 = view.observation.xyxy
    if min(x2 - x1, y2 - y1) < _LEAST_PX or view.image.size == 0:
        return None
    return signed(view.image, view.observation.xyxy)


def signed(image: Image, xyxy: tuple[float, float, float, float]) -> bytes | None:
    """The signature of what a box holds; 64 bytes of layout and 32 of colours, each summing to one in its own way."""
    crop = _cut(image, xyxy)
    if min(crop.shape[:2]) < 4:
        return None
    small = cv2.resize(crop, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float64)
    light = np.maximum(image[::8, ::8].reshape(-1, 3).astype(np.float64).mean(axis=0), 4.0)
    layout = _layout(small)
    if layout.sum() < _LEAST_EDGE * _SIDE_PX * _SIDE_PX:
        return None
    return bytes(_written(layout) + _written(_colours(small, light)))


def apart(one: bytes, other: bytes) -> tuple[float, float]:
    """How different two signatures are, in layout and in colours: 0 the same, 1 nothing in common.

    Raises:
        ValueError: If one of them is none.
    """
    if len(one) != SIZE or len(other) != SIZE:
        raise ValueError(f"want signatures of {SIZE} bytes; got {len(one)} and {len(other)}")
    a, b = (np.frombuffer(part, np.uint8).astype(np.float64) for part in (one, other))
    return _hellinger(a[:LAYOUT], b[:LAYOUT]), _hellinger(a[LAYOUT:], b[LAYOUT:])


def _hellinger(a: Floats, b: Floats) -> float:
    """Hellinger's distance of two distributions of which the bytes are the square roots."""
    total = math.sqrt(float(a @ a) * float(b @ b))
    return math.sqrt(max(0.0, 1.0 - float(a @ b) / total)) if total > 0.0 else 1.0


def _cut(image: Image, xyxy: tuple[float, float, float, float]) -> Image:
    x1, y1, x2, y2 = xyxy
    inset_x, inset_y = _MARGIN * (x2 - x1), _MARGIN * (y2 - y1)
    top, bottom = max(0, int(y1 + inset_y)), max(0, math.ceil(y2 - inset_y))
    left, right = max(0, int(x1 + inset_x)), max(0, math.ceil(x2 - inset_x))
    return image[top:bottom, left:right]


def _layout(crop: Floats) -> Floats:
    """(LAYOUT,) how strong edges of each direction are in each part; the light cancels out."""
    grey = cv2.GaussianBlur(crop.mean(axis=2), (3, 3), 0)
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    way = np.floor((np.arctan2(down, right) % math.pi) / math.pi * _WAYS).astype(np.intp) % _WAYS
    row = np.arange(_SIDE_PX) * _PARTS // _SIDE_PX
    where = (row[:, None] * _PARTS + row[None]) * _WAYS + way
    return np.bincount(where.ravel(), np.sqrt(strength).ravel(), LAYOUT).astype(np.float64)


def _colours(crop: Floats, light: Floats) -> Floats:
    """(COLOURS,) shares of chromaticities and of brightnesses, as seen under the frame's own light."""
    under = np.log(np.maximum(crop, 2.0) / light).reshape(-1, 3)
    level = under.mean(axis=1)
    red, blue = under[:, 0] - under[:, 1], under[:, 2] - under[:, 1]
    steps = [_steps(value, _HUE_REACH, _HUES) for value in (red, blue)]
    hues = np.bincount(steps[0] * _HUES + steps[1], minlength=_HUES * _HUES)
    lights = np.bincount(_steps(level, _LIGHT_REACH, _LIGHTS), minlength=_LIGHTS)
    return np.concatenate([hues, lights]).astype(np.float64)


def _steps(value: Floats, reach: float, count: int) -> NDArray[np.intp]:
    return np.clip(np.floor((value + reach) / (2.0 * reach) * count), 0, count - 1).astype(np.intp)


def _written(shares: Floats) -> list[int]:
    """The square roots of the shares as bytes: small ones keep their say."""
    largest = float(shares.max())
    return np.round(255.0 * np.sqrt(shares / largest)).astype(int).tolist() if largest > 0.0 else [0] * len(shares)
