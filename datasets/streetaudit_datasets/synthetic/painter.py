"""Draws placed models: what faces away or falls outside is left out for a whole model at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera
from streetaudit_datasets.synthetic.model import Flat, Model, Part, Quad, Sprite, Tube
from streetaudit_datasets.synthetic.raster import SMALLEST_PX, Canvas, Tone, draw_flat, draw_quad, fill, fixed, toned
from streetaudit_datasets.synthetic.textures import Colour

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

TUBE_TONES = (0.62, 0.95, 1.12, 0.98, 0.7)
ROUND_PX = 8.0  # thinner tubes are drawn in one tone


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A model as arrays, so that one product turns it and one comparison culls it.

    Attributes:
        corners: float64 (P + G, 3), all parts' corners in order, then the groups' centres.
        starts: int64 (N + 1,), where each part's corners begin, and P at the end.
        parts: the parts.
        normals: float64 (N, 3), zero for sprites and tubes.
        turns: bool (N,), parts that are left out when they face away.
        round: bool (N,), parts whose corners do not bound them.
        groups: (first part, last part + 1, whether it counts) of each group.
    """

    corners: Floats
    starts: Indices
    parts: tuple[Part, ...]
    normals: Floats
    turns: NDArray[np.bool_]
    round: NDArray[np.bool_]
    groups: tuple[tuple[int, int, bool], ...]


@lru_cache(maxsize=8192)
def compiled(model: Model) -> Compiled:
    """The model's arrays."""
    parts = tuple(p for g in model.groups for p in g.parts)
    starts = np.cumsum([0] + [len(p.corners) for p in parts])
    spans, first = [], 0
    for g in model.groups:
        spans.append((first, first + len(g.parts), g.counts))
        first += len(g.parts)
    corners = np.vstack([*(p.corners for p in parts), *(np.array([g.centre]) for g in model.groups)])
    turns = np.array([isinstance(p, Quad | Flat) and not p.two_sided for p in parts])
    round_ones = np.array([isinstance(p, Sprite | Tube) for p in parts])
    normals = np.array([_normal(p) for p in parts])
    return Compiled(corners, starts, parts, normals, turns, round_ones, tuple(spans))


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

    def on(self, index: int) -> Tone:
        """Factor and offset for one part."""
        clear, h = 1.0 - self.haze_share, self.haze_share
        red, green, blue = self.factors[index]
        return (red * clear, green * clear, blue * clear), (self.haze[0] * h, self.haze[1] * h, self.haze[2] * h)


def draw_model(target: Canvas, camera: Camera, model: Model, *, view_m: Floats, stroke: Stroke, ident: int) -> None:
    """Draw a model whose compiled corners lie at view_m (P + G, 3) in camera axes."""
    made = compiled(model)
    total = int(made.starts[-1])
    view, centres = view_m[:total], view_m[total:]
    shown = camera.pixels(np.column_stack([view[:, :2], np.maximum(view[:, 2], NEAR_M)]))
    points = fixed(shown)
    drawn, whole = _drawn(camera, made, view, shown)
    order = np.argsort(-np.linalg.norm(centres, axis=1)) if len(centres) > 1 else (0,)
    for k in order:
        first, last, counts = made.groups[k]
        mark = ident if counts else 0
        for i in range(first, last):
            if not drawn[i]:
                continue
            part, tone = made.parts[i], stroke.on(i)
            span = slice(made.starts[i], made.starts[i + 1])
            if isinstance(part, Flat) and whole[i] and part.opacity >= 1.0:
                fill(target, points[span], colour=part.colour if part.glows else toned(part.colour, tone), ident=mark)
            else:
                _draw_part(target, camera, part, corners=view[span], tone=tone, ident=mark)


def _drawn(camera: Camera, made: Compiled, view: Floats, shown: Floats) -> tuple[list[bool], list[bool]]:
    """For each part: whether it is worth drawing, and whether all of it lies before the camera."""
    first, second, last = made.starts[:-1], np.minimum(made.starts[:-1] + 1, len(view) - 1), made.starts[1:] - 1
    o = view[first]
    (ax, ay, az), (bx, by, bz), (ox, oy, oz) = (view[last] - o).T, (view[second] - o).T, o.T
    facing = (ay * bz - az * by) * ox + (az * bx - ax * bz) * oy + (ax * by - ay * bx) * oz < 0
    nearest, farthest = np.minimum.reduceat(view[:, 2], first), np.maximum.reduceat(view[:, 2], first)
    low, high = np.minimum.reduceat(shown, first, axis=0), np.maximum.reduceat(shown, first, axis=0)
    whole = nearest >= NEAR_M
    size = (camera.width_px, camera.height_px)
    extent = high - low
    inside = (high[:, 0] > 0) & (high[:, 1] > 0) & (low[:, 0] < size[0]) & (low[:, 1] < size[1])
    inside &= np.maximum(extent[:, 0], extent[:, 1]) >= SMALLEST_PX
    drawn = (facing | ~made.turns) & (farthest >= NEAR_M) & (inside | ~whole | made.round)
    return drawn.tolist(), whole.tolist()


def _draw_part(target: Canvas, camera: Camera, part: Part, *, corners: Floats, tone: Tone, ident: int) -> None:
    match part:
        case Quad():
            draw_quad(target, camera, corners, paint=part.paint, tone=tone, ident=ident)
        case Flat():
            colour = part.colour if part.glows else toned(part.colour, tone)
            draw_flat(target, camera, corners, colour=colour, opacity=part.opacity, ident=ident)
        case Sprite():
            _draw_sprite(target, camera, part, foot=corners[0], tone=tone, ident=ident)
        case Tube():
            _draw_tube(target, camera, part, ends=corners, tone=tone, ident=ident)


def _draw_sprite(target: Canvas, camera: Camera, part: Sprite, *, foot: Floats, tone: Tone, ident: int) -> None:
    if foot[2] < 0.4:
        return
    right = np.array([part.width_m / 2, 0.0, 0.0])
    up = camera.rotation[:, 2] * part.height_m
    corners = np.array([foot - right + up, foot + right + up, foot + right, foot - right])
    draw_quad(target, camera, corners, paint=part.paint, tone=tone, ident=ident)


def _draw_tube(target: Canvas, camera: Camera, part: Tube, *, ends: Floats, tone: Tone, ident: int) -> None:
    near, far = (0, 1) if ends[0, 2] < ends[1, 2] else (1, 0)
    if ends[near, 2] < NEAR_M:
        t = (NEAR_M - ends[near, 2]) / (ends[far, 2] - ends[near, 2])
        ends = ends.copy()
        ends[near] = ends[near] + t * (ends[far] - ends[near])
    shown = camera.pixels(ends)
    radii = np.array(part.radius_m) * camera.focal_px / ends[:, 2]
    if not (-radii[0] < shown[:, 0].max() and shown[:, 0].min() < camera.width_px + radii[0]):
        return
    way = shown[1] - shown[0]
    length = float(np.hypot(way[0], way[1]))
    if max(length, 2 * float(radii.max())) < SMALLEST_PX:
        return
    across = np.array([-way[1], way[0]]) / max(length, 1e-6)
    if across[0] < 0:
        across = -across
    colour = part.colour if part.glows else toned(part.colour, tone)
    tones = TUBE_TONES if 2 * radii.max() > ROUND_PX and not part.glows else (1.0,)
    a, b = across * max(float(radii[0]), 0.3), across * max(float(radii[1]), 0.3)
    for k, factor in enumerate(tones):
        e0, e1 = 2 * k / len(tones) - 1, 2 * (k + 1) / len(tones) - 1
        strip = np.array([shown[1] + b * e0, shown[1] + b * e1, shown[0] + a * e1, shown[0] + a * e0])
        shade = colour[0] * factor, colour[1] * factor, colour[2] * factor
        fill(target, fixed(strip), colour=shade, ident=ident)
