"""Glues printed sheets onto what a photograph shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.posters import aged, banner, flyer, poster, stencil, sticker, wad
from streetaudit_datasets.synthetic.textures import Image, Rng

SMALLEST_PX = 12

Trial = tuple[Image, tuple[float, float, float, float]] | None  # the picture with a thing added, and its box


def _print(rng: Rng) -> Image:
    """A sheet, RGBA."""
    kind = rng.random()
    if kind < 0.32:
        return aged(rng, poster(rng))
    if kind < 0.55:
        return aged(rng, flyer(rng))
    if kind < 0.66:
        return aged(rng, sticker(rng))
    if kind < 0.82:
        return wad(rng)
    return stencil(rng) if kind < 0.88 else aged(rng, banner(rng), torn=0.1)


def glue_sheet(rng: Rng, image: Image) -> Trial:
    """A sheet glued flat on whatever is there, lit and blurred as its surroundings are."""
    height, width = image.shape[:2]
    sheet = _print(rng)
    aspect = sheet.shape[1] / sheet.shape[0]
    tall = float(np.exp(rng.uniform(np.log(0.06), np.log(0.42)))) * height
    tall = min(tall, 0.7 * width / aspect)
    centre = np.array([rng.uniform(0.08, 0.92) * width, rng.uniform(0.25, 0.78) * height])
    corners = _corners(rng, tall * aspect, tall) + centre
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (low < 1).any() or high[0] > width - 1 or high[1] > height - 1 or min(high - low) < SMALLEST_PX:
        return None
    if _is_busy(image, low, high):
        return None
    return _glued(rng, image, sheet, corners)


def _corners(rng: Rng, wide: float, tall: float) -> NDArray[np.float64]:
    """A rectangle seen at a slant: one side shorter, the whole turned a little and narrowed."""
    squeeze, slant = float(rng.uniform(0.45, 1.0)), float(rng.normal(0, 0.12))
    half_w, half_h = wide * squeeze / 2, tall / 2
    left, right = half_h * (1 + slant), half_h * (1 - slant)
    shear = float(rng.normal(0, 0.06)) * wide * squeeze
    corners = np.array(
        [[-half_w, -left + shear], [half_w, -right - shear], [half_w, right - shear], [-half_w, left + shear]]
    )
    angle = float(rng.normal(0, 0.05))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned: NDArray[np.float64] = corners @ turn.T
    return turned


def _is_busy(image: Image, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Whether strong edges cross the place: a sheet hangs on something even. Sky is refused, too."""
    x0, y0, x1, y1 = (int(v) for v in (*low, *high))
    patch = image[y0:y1, x0:x1]
    grey = np.asarray(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    sky = patch.mean() > 205 or (patch[..., 2].mean() > 140 and patch[..., 2].mean() - patch[..., 0].mean() > 18)
    return bool(sky or grey.std() > 46)


def _glued(rng: Rng, image: Image, sheet: Image, corners: NDArray[np.float64]) -> Trial:
    height, width = image.shape[:2]
    tall, wide = sheet.shape[:2]
    source = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    lift = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    shrink = wide * tall / max(1.0, cv2.contourArea(corners.astype(np.float32)))
    if shrink > 2.5:  # against aliasing
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.4 * float(np.sqrt(shrink))))
    placed = np.asarray(cv2.warpPerspective(sheet, lift, (width, height), flags=cv2.INTER_LINEAR))
    mask: NDArray[np.float32] = placed[..., 3].astype(np.float32) / np.float32(255)
    if mask.max() < 0.5:
        return None
    lit = _lit_as(rng, placed[..., :3], image, mask)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None] * float(rng.uniform(0.86, 1.0))
    mixed = image * (1 - soft) + lit * soft
    rows, columns = np.nonzero(mask > 0.5)
    box = float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)
    if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_PX:
        return None
    return np.clip(mixed, 0, 255).astype(np.uint8), box


def _lit_as(rng: Rng, sheet: Image, image: Image, mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sheet with the brightness and the slow shading of what it covers, its noise and its sharpness."""
    height, width = mask.shape
    around = cv2.blur(image.astype(np.float32).mean(axis=2), (max(3, width // 9), max(3, height // 9)))
    level = float(np.clip(around[mask > 0.5].mean() / 132, 0.3, 1.15))
    shading = np.clip(around / max(1.0, float(around[mask > 0.5].mean())), 0.6, 1.4)
    tint = image[mask > 0.5].mean(axis=0) / max(1.0, float(image[mask > 0.5].mean()))
    lit = sheet.astype(np.float32) * level * shading[..., None] * (0.75 + 0.25 * tint).astype(np.float32)
    if rng.random() < 0.6:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), float(rng.uniform(0.3, 1.3))), dtype=np.float32)
    noise: NDArray[np.float32] = rng.normal(0, float(rng.uniform(1, 6)), lit.shape).astype(np.float32)
    lit = lit + noise
    return np.asarray(lit, dtype=np.float32)
