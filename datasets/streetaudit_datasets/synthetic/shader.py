"""Paints the ground: from street metres to lit colours."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.grid import COARSE, Frame, refined
from streetaudit_datasets.synthetic.ground import NOISE_PX, Ground, Stain
from streetaudit_datasets.synthetic.layout import BAY_M, LANE_M, Plan
from streetaudit_datasets.synthetic.textures import Colour, Floats, Image

YELLOW = (206.0, 162.0, 44.0)
TACTILE = (196.0, 160.0, 62.0)


def _mod(values: Floats, period: float) -> Floats:
    """Values modulo period; many times faster than numpy's own on floats."""
    wrapped: Floats = values - np.floor(values * np.float32(1 / period)) * np.float32(period)
    return wrapped


def _sample(noise: Floats, along: Floats, right: Floats, *, period_m: float) -> Floats:
    scale = np.float32(NOISE_PX / period_m)
    u, v = _mod(along * scale, NOISE_PX), _mod(right * scale, NOISE_PX)
    return np.asarray(cv2.remap(noise, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), dtype=np.float32)


def _soft(values: Floats, width: float) -> Floats:
    """1 where values > 0, 0 where < 0, with a ramp as wide as a cell."""
    ramp: Floats = np.clip(values / width + 0.5, 0, 1)
    return ramp


def _band(values: Floats, middle: float, half: float, width: float) -> Floats:
    return _soft(half - np.abs(values - middle), width)


def _mix(colour: Floats, other: Floats | Colour, share: Floats) -> None:
    """Blend (3, H, W) colour towards another colour or image by share (H, W)."""
    for i, aim in enumerate(other):
        colour[i] += (np.asarray(aim, dtype=np.float32) - colour[i]) * share


def _plain(shape: tuple[int, ...], colour: Colour) -> Floats:
    """One colour everywhere, (3, H, W)."""
    planes = np.empty((3, *shape), np.float32)
    planes[:] = np.array(colour, np.float32)[:, None, None]
    return planes


def _road_distance(plan: Plan, along: Floats, right: Floats) -> Floats:
    """Signed distance to the carriageway's edge, rounded at the corners: negative on the road."""
    edge = np.abs(right) - np.float32(plan.half_m)
    low, high = float(along.min()), float(along.max())
    for c in plan.crossings:
        if not low - 25 < c.along_m < high + 25:
            continue
        side = np.abs(along - np.float32(c.along_m)) - np.float32(c.half_m)
        blend = np.clip(0.5 + (side - edge) / 10.0, 0, 1)
        edge = side + (edge - side) * blend - 5.0 * blend * (1 - blend)
    return edge


def paint(ground: Ground, frame: Frame) -> Image:
    """The lit ground on a grid."""
    rows, columns = frame.shape
    east, north = frame.grid(every=COARSE)
    along, right = (refined(c, rows, columns) for c in ground.plan.path.locate(east, north))
    return _paint(ground, frame, along, right)


def _paint(ground: Ground, frame: Frame, along: Floats, right: Floats) -> Image:
    plan, look, step = ground.plan, ground.plan.look, frame.step_m
    edge = _road_distance(plan, along, right)
    coarse = _sample(ground.noises[2], along, right, period_m=37.0)
    middle = _sample(ground.noises[1], along, right, period_m=9.0)
    fine = _sample(ground.noises[0], along, right, period_m=4.1 if step < 0.1 else 19.0)
    tone = 7 * coarse + 4 * middle + (6 if step < 0.1 else 3) * fine
    colour = _plain(along.shape, look.asphalt)
    lane: Floats = np.abs(right) + np.float32(0.1)
    wheel = _band(_mod(lane, LANE_M), LANE_M / 2, 0.85, 0.5)
    tone -= 4 * wheel * (edge < -2)
    _lines(ground, colour, along, right, edge=edge, worn=middle, step=step)
    _mix(colour, _paving(ground, along, edge=edge, step=step), _soft(edge - 0.16, step))
    _mix(colour, look.yard, _soft(edge - plan.pavement_m + 0.3, step))
    _kerb(ground, colour, along, right, edge=edge, step=step)
    colour += tone
    colour *= _lighting(ground, frame, along, right)
    return np.asarray(cv2.merge([np.clip(plane, 0, 255).astype(np.uint8) for plane in colour]))


def _lines(
    ground: Ground, colour: Floats, along: Floats, right: Floats, *, edge: Floats, worn: Floats, step: float
) -> None:
    """White and yellow paint on the carriageway, worn where the noise is high."""
    plan, look = ground.plan, ground.plan.look
    fresh = np.clip(1.15 - look.wear - 0.28 * (worn - 0.6 + look.wear), 0, 0.95)
    near = np.zeros_like(along)
    zebra = np.zeros_like(along)
    low, high = float(along.min()), float(along.max())
    for c in plan.crossings:
        if not low - 12 < c.along_m < high + 12:
            continue
        gap = np.abs(along - np.float32(c.along_m)) - np.float32(c.half_m)
        near = np.maximum(near, _soft(8.5 - gap, step))
        stripes = _soft(0.25 - np.abs(_mod(right, 1.0) - 0.5), step)
        zebra = np.maximum(zebra, _band(gap, 4.2, 1.6, step) * stripes)
        stop = _band(gap, 7.2, 0.2, step) * _soft(np.where(along < c.along_m, right, -right), step)
        zebra = np.maximum(zebra, stop)
    dashes = _soft(2.0 - np.abs(_mod(along, 9.0) - 4.5), step) if step < 1 else np.float32(0.4)
    away = 1 - near
    on_road = _soft(-edge - 0.1, step)
    bay_edge = plan.half_m - BAY_M
    _mix(colour, YELLOW, _band(right, 0.0, 0.075, step) * dashes * away * fresh)
    sides = _band(np.abs(right), bay_edge, 0.06, step) * away
    for span in plan.spans:
        if span.kind == "bays" and span.first_m < high and span.last_m > low:
            inside = _soft(np.minimum(along - span.first_m, span.last_m - along), step) * (right * span.side > bay_edge)
            sides = np.maximum(sides, inside * _band(_mod(along - span.first_m, 5.6), 0.0, 0.05, step))
    _mix(colour, look.paint, np.maximum(sides, zebra * (np.abs(right) < plan.half_m - 0.5)) * on_road * fresh)


def _paving(ground: Ground, along: Floats, *, edge: Floats, step: float) -> Floats:
    """Colour of the pavement with its joints and tactile strip."""
    look = ground.plan.look
    slab = look.slab_m
    paved = _plain(along.shape, look.paving)
    if step < 0.1:
        row = np.floor(edge / slab)
        shifted = along + row * slab / 2
        joint = np.maximum(_band(_mod(edge, slab), 0.0, 0.008, step), _band(_mod(shifted, slab), 0.0, 0.008, step))
        lot = _mod(np.sin(np.floor(shifted / slab) * 12.99 + row * 78.23) * 43758.55, 1.0)
        paved += 14 * (lot - 0.5) - 34 * joint
    if look.tactile:
        strip = _band(edge, 1.75, 0.3, step)
        if step < 0.1:
            strip *= 0.8 + 0.2 * _band(_mod(edge - 1.45, 0.12), 0.06, 0.03, step)
        _mix(paved, TACTILE, strip * 0.9)
    return paved


def _times(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _kerb(ground: Ground, colour: Floats, along: Floats, right: Floats, *, edge: Floats, step: float) -> None:
    """The gutter, the kerb's face and its top; painted yellow where parking is forbidden."""
    look = ground.plan.look
    top = look.kerb
    _mix(colour, _times(look.asphalt, 0.78), _band(edge, -0.16, 0.15, step) * 0.8)
    _mix(colour, _times(top, 0.62), _band(edge, 0.03, 0.05, step))
    _mix(colour, top, _band(edge, 0.16, 0.09, step))
    if step < 0.1:
        _mix(colour, _times(top, 0.6), _band(edge, 0.1, 0.14, step) * _band(_mod(along, 1.0), 0.0, 0.012, step))
    low, high = float(along.min()), float(along.max())
    for span in ground.plan.spans:
        if span.kind == "no_parking" and span.first_m < high and span.last_m > low:
            inside = _soft(np.minimum(along - span.first_m, span.last_m - along), step) * (right * span.side > 0)
            _mix(colour, YELLOW, inside * _band(edge, -0.35, 0.07, step) * 0.85)


def _lighting(ground: Ground, frame: Frame, along: Floats, right: Floats) -> Floats:
    """Factor on the ground's colour: (3, H, W)."""
    rows, columns = frame.shape
    clear = np.full((rows, columns), 255, np.uint8)
    marks = np.zeros((rows, columns), np.float32)
    for stain in ground.stains:
        _mark(marks, frame, stain)
    dim = np.full((rows, columns), 255, np.uint8)
    for shade in ground.shades:
        if shade.cast and not ground.light.has_shadows:
            continue
        corners = frame.cells(shade.corners)
        if (corners.max(axis=0) < 0).any() or (corners.min(axis=0) > (columns, rows)).any():
            continue
        points = np.round(np.clip(corners, -20000, 20000) * 16).astype(np.int32)
        cv2.fillConvexPoly(clear if shade.cast else dim, points, (int(255 * (1 - shade.darkness)),), cv2.LINE_AA, 4)
    sun = clear.astype(np.float32) / 255
    if ground.shade_side:
        reach = ground.plan.wall_m - right * np.float32(ground.shade_side) - np.float32(ground.shade_m)
        sun *= _soft(reach + 0.6 * _sample(ground.noises[2], along * 0, right * 0 + along, period_m=90.0), 0.12)
    blur = max(3, int(0.08 / frame.step_m)) | 1
    sun = np.asarray(cv2.blur(sun, (blur, blur)), dtype=np.float32)
    low, high = ground.light.on((0, 0, 1), lit=0.0), ground.light.on((0, 0, 1), lit=1.0)
    factor = np.empty((3, rows, columns), np.float32)
    for i in range(3):
        factor[i] = low[i] + (high[i] - low[i]) * sun
    if len(ground.lamps):
        factor += _glow(ground, frame)[None] * np.array([0.72, 0.6, 0.42], np.float32)[:, None, None]
    soft = max(3, int(0.22 / frame.step_m)) | 1
    factor *= (1 + marks) * np.asarray(cv2.blur(dim, (soft, soft)), dtype=np.float32) / 255
    return factor


def _glow(ground: Ground, frame: Frame) -> Floats:
    """The light of the street lamps, (H, W), worked out coarsely for it is smooth."""
    rows, columns = frame.shape
    east, north = frame.grid(every=COARSE)
    glow = np.zeros(east.shape)
    for x, y in ground.lamps:
        glow += np.exp(-((east - x) ** 2 + (north - y) ** 2) / 60.0)
    return refined(glow, rows, columns)


def _mark(marks: Floats, frame: Frame, stain: Stain) -> None:
    column, row = frame.cell(stain.east_m, stain.north_m)
    size = max(1, round(stain.radius_m / frame.step_m))
    if not (-size < column < marks.shape[1] + size and -size < row < marks.shape[0] + size):
        return
    centre = (round(column), round(row))
    turn = stain.angle_deg - float(np.degrees(frame.heading_rad))
    if stain.kind == "patch":
        corners = cv2.boxPoints(((column, row), (3.1 * size, 1.7 * size), turn))
        cv2.fillConvexPoly(marks, corners.astype(np.int32), (stain.tone,))
    elif stain.kind == "manhole":
        cv2.circle(marks, centre, size, (stain.tone,), -1)
        cv2.circle(marks, centre, size, (-0.55,), max(1, size // 9))
    else:
        cv2.ellipse(marks, centre, (size, max(1, size // 2)), turn, 0, 360, (stain.tone,), -1)
