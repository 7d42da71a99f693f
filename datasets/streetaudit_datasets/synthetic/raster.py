"""Puts polygons and pictures on a canvas: an image and a buffer of ids."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera, clip_near
from streetaudit_datasets.synthetic.textures import Colour, Image, Texture

Floats = NDArray[np.float64]
Tone = tuple[Colour, Colour]  # factor on a colour, then what is added to it

SHIFT = 4  # polygon corners are handed to OpenCV in sixteenths of a pixel
SMALLEST_PX = 0.9  # what is smaller is not drawn
DOT_PX = 5  # smaller pictures are one colour


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """The picture in the making.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        ids: int16 (H, W), which thing each pixel shows; 0 is scenery.
    """

    image: Image
    ids: NDArray[np.int16]


def canvas(width_px: int, height_px: int) -> Canvas:
    """An empty canvas."""
    return Canvas(np.zeros((height_px, width_px, 3), np.uint8), np.zeros((height_px, width_px), np.int16))


def toned(colour: Colour, tone: Tone) -> Colour:
    """A colour under a tone."""
    (r, g, b), (dr, dg, db) = tone
    return colour[0] * r + dr, colour[1] * g + dg, colour[2] * b + db


def fixed(shown: Floats) -> NDArray[np.int32]:
    """Pixels as OpenCV's fixed-point corners; OpenCV counts from pixel middles."""
    return np.rint((np.minimum(np.maximum(shown, -60000), 60000) - 0.5) * (1 << SHIFT)).astype(np.int32)


def fill(target: Canvas, points: NDArray[np.int32], *, colour: Colour, ident: int) -> None:
    """Fill a convex polygon of fixed-point corners."""
    cv2.fillConvexPoly(target.image, points, colour, cv2.LINE_AA, SHIFT)
    cv2.fillConvexPoly(target.ids, points, (ident,), cv2.LINE_8, SHIFT)


def draw_flat(
    target: Canvas, camera: Camera, corners: Floats, *, colour: Colour, opacity: float = 1.0, ident: int
) -> None:
    """Draw a convex polygon (N, 3) in camera axes."""
    seen = clip_near(corners)
    if len(seen) < 3:
        return
    shown = camera.pixels(seen)
    x0, y0, x1, y1 = box = window(camera, shown)
    if x1 <= x0 or y1 <= y0:
        return
    if opacity >= 1.0:
        fill(target, fixed(shown), colour=colour, ident=ident)
        return
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillConvexPoly(mask, fixed(shown - box[:2]), (int(255 * opacity),), cv2.LINE_AA, SHIFT)
    plain = np.empty((*mask.shape, 3), np.uint8)
    plain[:] = np.clip(colour, 0, 255)
    paste(target, plain, mask=mask, at=box, ident=ident if opacity > 0.5 else None)


def window(camera: Camera, shown: Floats) -> tuple[int, int, int, int]:
    """The pixels (left, top, right, bottom) that a polygon may touch, empty where it is outside or too small."""
    columns: list[list[float]] = shown.T.tolist()
    left, right, top, bottom = min(columns[0]), max(columns[0]), min(columns[1]), max(columns[1])
    if max(right - left, bottom - top) < SMALLEST_PX:
        return 0, 0, 0, 0
    x0, y0 = max(0, int(left)), max(0, int(top))
    return x0, y0, min(camera.width_px, int(right) + 2), min(camera.height_px, int(bottom) + 2)


def draw_quad(target: Canvas, camera: Camera, corners: Floats, *, paint: Texture, tone: Tone, ident: int) -> None:
    """Draw a picture on four corners (4, 3) in camera axes; parallelograms may cross the near plane."""
    seen = clip_near(corners)
    if len(seen) < 3:
        return
    shown = camera.pixels(seen)
    x0, y0, x1, y1 = box = window(camera, shown)
    if x1 <= x0 or y1 <= y0:
        return
    if max(x1 - x0, y1 - y0) <= DOT_PX and len(seen) == 4:
        if paint.fullness > 0.35:
            fill(target, fixed(shown), colour=paint.mean if paint.glows else toned(paint.mean, tone), ident=ident)
        return
    image = paint.at(_scale(paint, shown) if len(seen) == 4 else 1.0)
    lift = _lift(camera, corners, shown, image.shape)
    lift[:2] -= np.outer((x0 + 0.5, y0 + 0.5), lift[2])
    lift[:, 2] += 0.5 * (lift[:, 0] + lift[:, 1])
    size = (x1 - x0, y1 - y0)
    patch = cv2.warpPerspective(image, lift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, fixed(shown - (x0, y0)), (255,), cv2.LINE_AA, SHIFT)
    if not paint.opaque:
        mask = cv2.min(mask, patch[..., 3])
        patch = patch[..., :3]
    paste(target, patch if paint.glows else retone(patch, tone), mask=mask, at=box, ident=ident)


def _scale(paint: Texture, shown: Floats) -> float:
    """Texture pixels to an image pixel."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = shown.tolist()
    area = abs((ax - cx) * (by - dy) - (bx - dx) * (ay - cy)) / 2
    height, width = paint.mips[0].shape[:2]
    return float((height * width / max(area, 1.0)) ** 0.5)


def _lift(camera: Camera, corners: Floats, shown: Floats, shape: tuple[int, ...]) -> Floats:
    """The homography from picture pixels to image pixels."""
    height, width = shape[:2]
    o, u, v = corners[0], corners[1] - corners[0], corners[3] - corners[0]
    if float(np.abs(corners[2] - corners[1] - v).max()) < 1e-6 or corners[:, 2].min() < NEAR_M:
        lifted = np.empty((3, 3))
        lifted[:, 0], lifted[:, 1], lifted[:, 2] = u / width, v / height, o
        lifted[0] = lifted[0] * camera.focal_px + lifted[2] * (camera.width_px / 2)
        lifted[1] = lifted[1] * camera.focal_px + lifted[2] * (camera.height_px / 2)
        return lifted
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    found: Floats = cv2.getPerspectiveTransform(source, shown.astype(np.float32))
    return found


def retone(patch: Image, tone: Tone) -> Image:
    """The patch with factor and offset applied to its three channels."""
    factor, offset = tone
    matrix = np.zeros((3, 4), np.float32)
    matrix[0, 0], matrix[1, 1], matrix[2, 2] = factor
    matrix[:, 3] = offset
    return np.asarray(cv2.transform(np.ascontiguousarray(patch), matrix), dtype=np.uint8)


def paste(target: Canvas, patch: Image, *, mask: Image, at: tuple[int, int, int, int], ident: int | None) -> None:
    """Blend a patch into a window of the canvas by its mask."""
    x0, y0, x1, y1 = at
    beneath = target.image[y0:y1, x0:x1]
    share = mask.astype(np.float32) * np.float32(1 / 255)
    beneath[...] = cv2.blendLinear(np.ascontiguousarray(patch), np.ascontiguousarray(beneath), share, 1 - share)
    if ident is not None:
        np.copyto(target.ids[y0:y1, x0:x1], ident, where=mask > 100)
