"""Draws placed models on an image and on a buffer of ids, far things first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera, clip_near
from streetaudit_datasets.synthetic.model import Flat, Model, Part, Quad, Sprite, Tube
from streetaudit_datasets.synthetic.textures import Colour, Image, Texture

Floats = NDArray[np.float64]

SHIFT = 4  # polygon corners are handed to OpenCV in sixteenths of a pixel
SMALLEST_PX = 0.35  # what covers less is not drawn
TUBE_TONES = (0.62, 0.95, 1.12, 0.98, 0.7)


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


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A model as arrays, so that one product turns it.

    Attributes:
        corners: float64 (P + G, 3), all parts' corners in order, then the groups' centres.
        starts: where each part's corners begin, and P at the end.
        parts: the parts.
        normals: float64 (N, 3), zero for sprites and tubes.
        groups: (first part, last part + 1, whether it counts) of each group.
    """

    corners: Floats
    starts: tuple[int, ...]
    parts: tuple[Part, ...]
    normals: Floats
    groups: tuple[tuple[int, int, bool], ...]


@lru_cache(maxsize=8192)
def compiled(model: Model) -> Compiled:
    """The model's arrays."""
    parts = tuple(p for g in model.groups for p in g.parts)
    ends = np.cumsum([0] + [len(p.corners) for p in parts])
    spans, first = [], 0
    for g in model.groups:
        spans.append((first, first + len(g.parts), g.counts))
        first += len(g.parts)
    corners = np.vstack([*(p.corners for p in parts), *(np.array([g.centre]) for g in model.groups)])
    normals = np.array([_normal(p) for p in parts])
    return Compiled(corners, tuple(int(e) for e in ends), parts, normals, tuple(spans))


def _normal(part: Part) -> Floats:
    if isinstance(part, Sprite | Tube):
        return np.zeros(3)
    c = part.corners
    normal: Floats = np.cross(c[-1] - c[0], c[1] - c[0])
    return normal / max(float(np.linalg.norm(normal)), 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """How colours change on the way to the camera: factor on what is drawn, then haze over it."""

    factors: list[Colour]
    haze: Colour
    haze_share: float

    def on(self, index: int) -> tuple[Colour, Colour]:
        """Factor and offset for one part."""
        clear = 1.0 - self.haze_share
        red, green, blue = self.factors[index]
        h = self.haze_share
        return (red * clear, green * clear, blue * clear), (self.haze[0] * h, self.haze[1] * h, self.haze[2] * h)


def draw_model(target: Canvas, camera: Camera, model: Model, *, view_m: Floats, stroke: Stroke, ident: int) -> None:
    """Draw a model whose compiled corners lie at view_m (P + G, 3) in camera axes."""
    made = compiled(model)
    centres = view_m[made.starts[-1] :]
    order = np.argsort(-np.linalg.norm(centres, axis=1)) if len(centres) > 1 else (0,)
    for k in order:
        first, last, counts = made.groups[k]
        for i in range(first, last):
            corners = view_m[made.starts[i] : made.starts[i + 1]]
            _draw_part(target, camera, made.parts[i], corners=corners, tone=stroke.on(i), ident=ident if counts else 0)


def _draw_part(
    target: Canvas, camera: Camera, part: Part, *, corners: Floats, tone: tuple[Colour, Colour], ident: int
) -> None:
    match part:
        case Quad():
            if part.two_sided or _faces_camera(corners):
                draw_quad(target, camera, corners, paint=part.paint, tone=tone, ident=ident)
        case Flat():
            if part.two_sided or _faces_camera(corners):
                colour = part.colour if part.glows else _toned(part.colour, tone)
                draw_flat(target, camera, corners, colour=colour, opacity=part.opacity, ident=ident)
        case Sprite():
            _draw_sprite(target, camera, part, foot=corners[0], tone=tone, ident=ident)
        case Tube():
            _draw_tube(target, camera, part, ends=corners, tone=tone, ident=ident)


def _faces_camera(corners: Floats) -> bool:
    a, b = corners[-1] - corners[0], corners[1] - corners[0]
    o = corners[0]
    return (
        float(
            (a[1] * b[2] - a[2] * b[1]) * o[0] + (a[2] * b[0] - a[0] * b[2]) * o[1] + (a[0] * b[1] - a[1] * b[0]) * o[2]
        )
        < 0
    )


def _toned(colour: Colour, tone: tuple[Colour, Colour]) -> Colour:
    (r, g, b), (dr, dg, db) = tone
    return colour[0] * r + dr, colour[1] * g + dg, colour[2] * b + db


def draw_flat(
    target: Canvas, camera: Camera, corners: Floats, *, colour: Colour, opacity: float = 1.0, ident: int
) -> None:
    seen = clip_near(corners)
    if len(seen) < 3:
        return
    shown = camera.pixels(seen)
    low, high = shown.min(axis=0), shown.max(axis=0)
    if (high < 0).any() or low[0] > camera.width_px or low[1] > camera.height_px or (high - low).max() < SMALLEST_PX:
        return
    if opacity >= 1.0:
        points = fixed(shown)
        cv2.fillConvexPoly(target.image, points, colour, cv2.LINE_AA, SHIFT)
        cv2.fillConvexPoly(target.ids, points, (ident,), cv2.LINE_8, SHIFT)
        return
    box = _window(camera, low, high)
    mask = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint8)
    cv2.fillConvexPoly(mask, fixed(shown - box[:2]), (int(255 * opacity),), cv2.LINE_AA, SHIFT)
    plain = np.empty((*mask.shape, 3), np.uint8)
    plain[:] = np.clip(colour, 0, 255)
    _paste(target, plain, mask=mask, at=box, ident=ident if opacity > 0.5 else None)


def fixed(shown: Floats) -> NDArray[np.int32]:
    """Pixels as OpenCV's fixed-point corners; OpenCV counts from pixel middles."""
    return np.round(np.clip(shown - 0.5, -60000, 60000) * (1 << SHIFT)).astype(np.int32)


def _window(camera: Camera, low: Floats, high: Floats) -> tuple[int, int, int, int]:
    x0, y0 = max(0, int(np.floor(low[0]))), max(0, int(np.floor(low[1])))
    x1, y1 = min(camera.width_px, int(np.ceil(high[0])) + 1), min(camera.height_px, int(np.ceil(high[1])) + 1)
    return x0, y0, max(x0, x1), max(y0, y1)


def draw_quad(
    target: Canvas, camera: Camera, corners: Floats, *, paint: Texture, tone: tuple[Colour, Colour], ident: int
) -> None:
    """Draw a picture on four corners (4, 3) in camera axes; parallelograms may cross the near plane."""
    seen = clip_near(corners)
    if len(seen) < 3:
        return
    shown = camera.pixels(seen)
    low, high = shown.min(axis=0), shown.max(axis=0)
    x0, y0, x1, y1 = box = _window(camera, low, high)
    if x1 <= x0 or y1 <= y0 or (high - low).max() < SMALLEST_PX:
        return
    area = max(1.0, cv2.contourArea(shown.astype(np.float32)))
    full = paint.mips[0]
    scale = np.sqrt(full.shape[0] * full.shape[1] / area) if len(seen) == 4 else 1.0
    image = paint.at(float(scale))
    lift = _lift(camera, corners, image.shape[1], image.shape[0])
    lift = np.array([[1, 0, -x0 - 0.5], [0, 1, -y0 - 0.5], [0, 0, 1.0]]) @ lift @ _HALF
    patch = cv2.warpPerspective(
        image, lift, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = np.zeros(patch.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, fixed(shown - (x0, y0)), (255,), cv2.LINE_AA, SHIFT)
    if not paint.opaque:
        mask = cv2.min(mask, patch[..., 3])
        patch = patch[..., :3]
    _paste(target, patch if paint.glows else retone(patch, tone), mask=mask, at=box, ident=ident)


_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])


def _lift(camera: Camera, corners: Floats, width: int, height: int) -> Floats:
    """The homography from picture pixels to image pixels."""
    o, u, v = corners[0], corners[1] - corners[0], corners[3] - corners[0]
    slack = float(np.abs(corners[2] - corners[1] - v).max())
    if slack < 1e-6 or corners[:, 2].min() < NEAR_M:
        lifted: Floats = camera.intrinsics @ np.column_stack([u / width, v / height, o])
        return lifted
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    found: Floats = cv2.getPerspectiveTransform(source, camera.pixels(corners).astype(np.float32))
    return found


def retone(patch: Image, tone: tuple[Colour, Colour]) -> Image:
    """The patch with factor and offset applied to its three channels."""
    factor, offset = tone
    matrix = np.zeros((3, 4), np.float32)
    matrix[0, 0], matrix[1, 1], matrix[2, 2] = factor
    matrix[:, 3] = offset
    return np.asarray(cv2.transform(np.ascontiguousarray(patch), matrix))


def _paste(target: Canvas, patch: Image, *, mask: Image, at: tuple[int, int, int, int], ident: int | None) -> None:
    x0, y0, x1, y1 = at
    if x1 <= x0 or y1 <= y0:
        return
    beneath = target.image[y0:y1, x0:x1]
    share = mask.astype(np.float32) * np.float32(1 / 255)
    beneath[...] = cv2.blendLinear(np.ascontiguousarray(patch), np.ascontiguousarray(beneath), share, 1 - share)
    if ident is not None:
        np.copyto(target.ids[y0:y1, x0:x1], ident, where=mask > 100)


def _draw_sprite(
    target: Canvas, camera: Camera, part: Sprite, *, foot: Floats, tone: tuple[Colour, Colour], ident: int
) -> None:
    if foot[2] < 0.4:
        return
    right = np.array([part.width_m / 2, 0.0, 0.0])
    up = camera.rotation @ np.array([0.0, 0.0, part.height_m])
    corners = np.array([foot - right + up, foot + right + up, foot + right, foot - right])
    draw_quad(target, camera, corners, paint=part.paint, tone=tone, ident=ident)


def _draw_tube(
    target: Canvas, camera: Camera, part: Tube, *, ends: Floats, tone: tuple[Colour, Colour], ident: int
) -> None:
    seen = ends.copy()
    if seen[:, 2].max() < NEAR_M:
        return
    if seen[:, 2].min() < NEAR_M:
        near, far = (0, 1) if seen[0, 2] < seen[1, 2] else (1, 0)
        t = (NEAR_M - seen[near, 2]) / (seen[far, 2] - seen[near, 2])
        seen[near] = seen[near] + t * (seen[far] - seen[near])
    across = np.cross(seen[1] - seen[0], seen[0])
    across /= max(float(np.linalg.norm(across)), 1e-9)
    if across[0] < 0:
        across = -across
    a, b = across * part.radius_m[0], across * part.radius_m[1]
    if part.paint is not None:
        corners = np.array([seen[1] - b, seen[1] + b, seen[0] + a, seen[0] - a])
        draw_quad(target, camera, corners, paint=part.paint, tone=tone, ident=ident)
        return
    width_px = 2 * max(part.radius_m) * camera.focal_px / max(float(seen[:, 2].min()), NEAR_M)
    tones = TUBE_TONES if width_px > 8 and not part.glows else (1.0,)
    edges = np.linspace(-1, 1, len(tones) + 1)
    for i, factor in enumerate(tones):
        strip = np.array(
            [seen[1] + b * edges[i], seen[1] + b * edges[i + 1], seen[0] + a * edges[i + 1], seen[0] + a * edges[i]]
        )
        base = part.colour if part.glows else _toned(part.colour, tone)
        colour = (base[0] * factor, base[1] * factor, base[2] * factor)
        draw_flat(target, camera, strip, colour=colour, ident=ident)
