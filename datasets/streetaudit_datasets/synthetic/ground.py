"""The ground: a shader from street metres to colours, kept in three patches about the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Camera
from streetaudit_datasets.synthetic.layout import BAY_M, LANE_M, Plan
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.textures import Colour, Floats, Image, Rng, tileable

NOISE_PX = 512
YELLOW = (206.0, 162.0, 44.0)
TACTILE = (196.0, 160.0, 62.0)
COARSE = 8  # street coordinates are worked out for blocks of so many cells
BUMP_SHARE = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Stain:
    """A mark on the ground: a dark blot, a patch of new asphalt, a manhole."""

    east_m: float
    north_m: float
    radius_m: float
    angle_deg: float
    tone: float
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """A convex shadow on the ground: the sun's, or the dimness under a thing in any light.

    Attributes:
        corners: float64 (N, 2), local metres.
        darkness: 0..1.
        cast: whether the sun throws it.
    """

    corners: NDArray[np.float64]
    darkness: float
    cast: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """All that the ground's colour depends on.

    Attributes:
        plan: the street.
        light: the light; patches are painted lit.
        noises: three tileable noises, fine to coarse, (512, 512).
        stains: marks.
        shades: shadows of things that do not move.
        lamps: float64 (N, 2), ground points under burning lamps.
        shade_side: +1 or -1 when the houses of that side shade the street, else 0.
        shade_m: how far from their wall.
    """

    plan: Plan
    light: Light
    noises: tuple[Floats, ...]
    stains: tuple[Stain, ...]
    shades: tuple[Shade, ...]
    lamps: NDArray[np.float64]
    shade_side: int
    shade_m: float

    def lit(self, along_m: float, right_m: float) -> float:
        """The share of sun that reaches a place."""
        if self.shade_side == 0:
            return 1.0
        return 0.0 if self.plan.wall_m - right_m * self.shade_side < self.shade_m else 1.0

    def lamp_glow(self, east_m: float, north_m: float) -> float:
        """How strongly the street lamps light a place, 0..1."""
        if not len(self.lamps):
            return 0.0
        squared = ((self.lamps - (east_m, north_m)) ** 2).sum(axis=1)
        return float(np.minimum(1.0, np.exp(-squared / 60.0).sum()))

    def paint(self, frame: Frame) -> Image:
        """The lit ground on a grid."""
        rows, columns = frame.shape
        east, north = frame.grid(every=COARSE)
        coarse = self.plan.path.locate(east, north)
        along, right = (_refined(c, rows, columns) for c in coarse)
        return _paint(self, frame, along, right)


@dataclass(frozen=True, slots=True)
class Frame:
    """A grid on the ground: row 0 is far, column 0 is left, seen along heading.

    Attributes:
        east_m, north_m: the grid's near middle.
        heading_rad: clockwise from north.
        near_m, far_m: reach ahead.
        half_m: reach to each side.
        step_m: size of a cell.
    """

    east_m: float
    north_m: float
    heading_rad: float
    near_m: float
    far_m: float
    half_m: float
    step_m: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int((self.far_m - self.near_m) / self.step_m), int(2 * self.half_m / self.step_m)

    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Unit vectors to the right and ahead."""
        sin, cos = np.sin(self.heading_rad), np.cos(self.heading_rad)
        return np.array([cos, -sin]), np.array([sin, cos])

    def grid(self, *, every: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """East and north of the middles of blocks of every x every cells, with a block beyond each border."""
        rows, columns = self.shape
        right, ahead = self.axes()
        a = self.far_m - (np.arange(-1, -(-rows // every) + 1) + 0.5) * every * self.step_m
        r = -self.half_m + (np.arange(-1, -(-columns // every) + 1) + 0.5) * every * self.step_m
        east = self.east_m + a[:, None] * ahead[0] + r[None, :] * right[0]
        north = self.north_m + a[:, None] * ahead[1] + r[None, :] * right[1]
        return east, north

    def cells(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Columns and rows of local points (N, 2)."""
        right, ahead = self.axes()
        offset = points_m - np.array([self.east_m, self.north_m])
        return np.column_stack(
            [(offset @ right + self.half_m) / self.step_m, (self.far_m - offset @ ahead) / self.step_m]
        )

    def cell(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Column and row of a local point."""
        column, row = self.cells(np.array([[east_m, north_m]]))[0]
        return float(column), float(row)

    def holds(self, camera: Camera, heading_rad: float) -> bool:
        """Whether the grid still covers what this camera needs of it."""
        right, ahead = self.axes()
        offset = camera.position_m[:2] - np.array([self.east_m, self.north_m])
        turned = abs((heading_rad - self.heading_rad + np.pi) % (2 * np.pi) - np.pi)
        forward, aside = float(offset @ ahead), abs(float(offset @ right))
        slack = BUMP_SHARE * self.far_m
        return -1e-6 <= forward <= slack and aside < 0.5 * slack and turned < 0.1


def noises(rng: Rng) -> tuple[Floats, ...]:
    """Fine, middle and coarse noise for the ground."""
    return tuple(tileable(rng, NOISE_PX, slope=s) for s in (0.35, 0.9, 1.5))


def _refined(coarse: NDArray[np.float64], rows: int, columns: int) -> Floats:
    """Blocks made cells again; the street is smooth enough for straight lines between them."""
    size = (coarse.shape[1] * COARSE, coarse.shape[0] * COARSE)
    fine = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[COARSE : COARSE + rows, COARSE : COARSE + columns])


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
    for plane, aim in zip(colour, other, strict=True):
        plane += (np.asarray(aim, dtype=np.float32) - plane) * share


def _plain(shape: tuple[int, ...], colour: Colour) -> Floats:
    """One colour everywhere, (3, H, W)."""
    planes = np.empty((3, *shape), np.float32)
    planes[:] = np.array(colour, np.float32)[:, None, None]
    return planes


def _road_distance(plan: Plan, along: Floats, right: Floats) -> Floats:
    """Signed distance to the carriageway's edge, rounded at the corners: negative on the road."""
    edge = np.abs(right) - np.float32(plan.half_m)
    for c in plan.crossings:
        side = np.abs(along - np.float32(c.along_m)) - np.float32(c.half_m)
        blend = np.clip(0.5 + (side - edge) / 10.0, 0, 1)
        edge = side + (edge - side) * blend - 5.0 * blend * (1 - blend)
    return edge


def _paint(ground: Ground, frame: Frame, along: Floats, right: Floats) -> Image:
    plan, look, step = ground.plan, ground.plan.look, frame.step_m
    edge = _road_distance(plan, along, right)
    coarse = _sample(ground.noises[2], along, right, period_m=37.0)
    middle = _sample(ground.noises[1], along, right, period_m=9.0)
    fine = _sample(ground.noises[0], along, right, period_m=4.1 if step < 0.1 else 19.0)
    tone = 7 * coarse + 4 * middle + (6 if step < 0.1 else 3) * fine
    colour = _plain(along.shape, look.asphalt)
    wheel = _band(_mod(np.abs(right) + 0.1, LANE_M), LANE_M / 2, 0.85, 0.5)
    tone -= 4 * wheel * (edge < -2)
    _lines(ground, colour, along, right, edge=edge, worn=middle, step=step)
    _mix(colour, _paving(ground, along, right, edge=edge, step=step), _soft(edge - 0.16, step))
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
    for c in plan.crossings:
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
        if span.kind == "bays":
            inside = _soft(np.minimum(along - span.first_m, span.last_m - along), step) * (right * span.side > bay_edge)
            sides = np.maximum(sides, inside * _band(_mod(along - span.first_m, 5.6), 0.0, 0.05, step))
    _mix(colour, look.paint, np.maximum(sides, zebra * (np.abs(right) < plan.half_m - 0.5)) * on_road * fresh)


def _paving(ground: Ground, along: Floats, right: Floats, *, edge: Floats, step: float) -> Floats:
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
    for span in ground.plan.spans:
        if span.kind == "no_parking":
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
    marks = (1 + marks) * np.asarray(cv2.blur(dim, (soft, soft)), dtype=np.float32) / 255
    factor *= marks
    return factor


def _glow(ground: Ground, frame: Frame) -> Floats:
    """The light of the street lamps, (H, W), worked out coarsely for it is smooth."""
    rows, columns = frame.shape
    east, north = frame.grid(every=COARSE)
    glow = np.zeros(east.shape)
    for x, y in ground.lamps:
        glow += np.exp(-((east - x) ** 2 + (north - y) ** 2) / 60.0)
    return _refined(glow, rows, columns)


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
