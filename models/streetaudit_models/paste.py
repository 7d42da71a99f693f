"""Plants print and legal signs on the walls of real street pictures, with perspective, their light and their blur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_models.posters import Rgba, draw_print
from streetaudit_models.signs import draw_sign

Image = NDArray[np.uint8]
FloatArray = NDArray[np.float32]
Rng = np.random.Generator

_BANK = 500  # pictures drawn once a process
_SIGNS = 0.28  # share of them that hang by right, and are no adverts
_TRIES = 10
_NO_PICTURE = 5000.0  # busyness of the letterbox's grey, and of the sky
_WALLS = (0.06, 0.78)  # of the height: above is sky, below is road
PAD = 114


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A print as it will appear.

    Attributes:
        rgba: uint8 (h, w, 4), warped.
        corner: (x, y) px of its top left in the picture.
    """

    rgba: Rgba
    corner: tuple[int, int]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The tight xyxy px of what is visible."""
        rows = np.flatnonzero(self.rgba[..., 3].max(axis=1) > 60)
        columns = np.flatnonzero(self.rgba[..., 3].max(axis=0) > 60)
        x, y = self.corner
        return x + columns[0], y + rows[0], x + columns[-1] + 1.0, y + rows[-1] + 1.0


@cache
def _bank(seed: int) -> tuple[Sequence[Rgba], Sequence[Rgba]]:
    """Prints and signs."""
    rng = np.random.default_rng(seed)
    signs = round(_BANK * _SIGNS)
    return [draw_print(rng) for _ in range(_BANK - signs)], [draw_sign(rng) for _ in range(signs)]


def plant(image: Image, taken: FloatArray, *, rng: Rng, seed: int = 0) -> FloatArray:
    """Boxes (N, 4 xyxy px) of the prints that were painted into the picture, none of them on a taken box.

    Now and then signs are painted instead, which have no box: not everything that is flat and written on is an advert.
    """
    prints, signs = _bank(seed)
    is_sign = bool(rng.random() < _SIGNS)
    bank = signs if is_sign else prints
    picture = bank[int(rng.integers(len(bank)))]
    size_px = float(np.exp(rng.uniform(np.log(11), np.log(0.33 * min(image.shape[:2])))))
    copies = int(rng.integers(1, 5)) if rng.random() < 0.4 and not is_sign else 1
    busy = _busyness(image)
    boxes: list[tuple[float, float, float, float]] = []
    for _ in range(copies):
        if rng.random() < 0.4:
            picture = bank[int(rng.integers(len(bank)))]
        patch = _place(_warp(picture, size_px, rng), busy, taken=taken, near=boxes, rng=rng)
        if patch is not None:
            _blend(image, patch, rng)
            boxes.append(patch.box)
    return np.array([] if is_sign else boxes, dtype=np.float32).reshape(-1, 4)


def _warp(picture: Rgba, size_px: float, rng: Rng) -> Rgba:
    """The print seen askew, its longer side about size_px long."""
    height, width = picture.shape[:2]
    scale = size_px / max(height, width)
    small = cv2.resize(
        picture,
        None,
        fx=max(scale, 3 / min(height, width)),
        fy=max(scale, 3 / min(height, width)),
        interpolation=cv2.INTER_AREA,
    )
    height, width = small.shape[:2]
    squeeze = rng.uniform(0.55, 1.0)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    jitter = rng.uniform(-0.09, 0.09, (4, 2)) * [width, height]
    askew = ((flat + jitter) * [squeeze, 1.0]).astype(np.float32)
    askew -= askew.min(axis=0) - 1
    across, down = (int(side) for side in np.ceil(askew.max(axis=0)) + 2)
    warped = cv2.warpPerspective(small, cv2.getPerspectiveTransform(flat, askew), (across, down), flags=cv2.INTER_AREA)
    return np.asarray(warped, dtype=np.uint8)


def _busyness(image: Image) -> FloatArray:
    """How much each pixel differs from its surroundings: walls are calm, trees and people are not; sky is refused."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    red, blue = image[..., 0].astype(np.int16), image[..., 2].astype(np.int16)
    refused = (image == PAD).all(axis=2) | (image.min(axis=2) > 215) | ((blue > 130) & (blue - red > 25))
    busy = np.abs(grey - cv2.blur(grey, (7, 7))) + _NO_PICTURE * refused
    return np.asarray(cv2.boxFilter(busy, -1, (15, 15)), dtype=np.float32)


def _place(
    rgba: Rgba, busy: FloatArray, *, taken: FloatArray, near: list[tuple[float, float, float, float]], rng: Rng
) -> Patch | None:
    height, width = rgba.shape[:2]
    first_y = int(_WALLS[0] * busy.shape[0])
    room_y, room_x = int(_WALLS[1] * busy.shape[0]) - height, busy.shape[1] - width
    if room_y <= first_y or room_x <= 0 or rgba[..., 3].max() <= 60:
        return None
    best: tuple[float, tuple[int, int]] | None = None
    for _ in range(_TRIES):
        x, y = int(rng.integers(room_x)), int(rng.integers(first_y, room_y))
        if near and rng.random() < 0.8:
            x = int(np.clip(near[-1][2] + rng.uniform(0, 0.4) * width, 0, room_x))
            y = int(np.clip(near[-1][1] + rng.uniform(-0.2, 0.2) * height, 0, room_y))
        if _hits((x, y, x + width, y + height), [*taken.tolist(), *near]):
            continue
        calm = float(busy[y : y + height, x : x + width].mean())
        if calm < _NO_PICTURE / 50 and (best is None or calm < best[0]):
            best = (calm, (x, y))
    return None if best is None else Patch(rgba, best[1])


def _hits(box: tuple[float, ...], taken: Sequence[Sequence[float]]) -> bool:
    return any(min(box[2], b[2]) > max(box[0], b[0]) and min(box[3], b[3]) > max(box[1], b[1]) for b in taken)


def _blend(image: Image, patch: Patch, rng: Rng) -> None:
    """Paint a patch in the light of the wall behind it."""
    x, y = patch.corner
    height, width = patch.rgba.shape[:2]
    wall = image[y : y + height, x : x + width].astype(np.float32)
    light = cv2.blur(wall.mean(axis=2), (max(3, width // 2), max(3, height // 2)))
    factor = np.clip((light / 150) ** 0.8, 0.22, 1.15) * rng.uniform(0.85, 1.1)
    paper = patch.rgba[..., :3].astype(np.float32) * factor[..., None]
    if rng.random() < 0.5:
        paper = cv2.GaussianBlur(paper, (0, 0), rng.uniform(0.4, 1.1))
    alpha = patch.rgba[..., 3:].astype(np.float32) / 255 * rng.uniform(0.88, 1.0)
    image[y : y + height, x : x + width] = (paper * alpha + wall * (1 - alpha)).clip(0, 255).astype(np.uint8)
