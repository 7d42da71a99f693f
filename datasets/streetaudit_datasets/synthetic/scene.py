"""One picture of a world: sky, ground, houses and things, with the id of every pixel."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import NEAR_M, Camera, clip_near
from streetaudit_datasets.synthetic.cover import Cover
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.order import far_to_near, hidden_by
from streetaudit_datasets.synthetic.painter import Canvas, Stroke, canvas, compiled, draw_flat, draw_model, draw_quad
from streetaudit_datasets.synthetic.shadows import cast, outline
from streetaudit_datasets.synthetic.sky import draw_sky
from streetaudit_datasets.synthetic.textures import Colour, Texture
from streetaudit_datasets.synthetic.world import Thing, World

Floats = NDArray[np.float64]

FARTHEST_M = 140.0
SMALLEST_PX = 2.0
HAZE_M = 520.0


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a thing a picture shows.

    Attributes:
        ident: the thing.
        xyxy: the visible extent in pixels, tight.
        visible: visible pixels to the pixels it would have with nothing before it and no border.
        depth_m: distance along the camera's axis.
    """

    ident: int
    xyxy: tuple[int, int, int, int]
    visible: float
    depth_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture with its truth.

    Attributes:
        image: uint8 (H, W, 3) RGB, before the lens and the sensor.
        ids: int16 (H, W).
        seen: what is visible, of things that have a class.
    """

    image: NDArray[np.uint8]
    ids: NDArray[np.int16]
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    thing: Thing
    model: Model
    east_m: float
    north_m: float
    heading_deg: float
    view_m: Floats
    box_m: Floats


@dataclass(slots=True, eq=False)
class Studio:
    """Renders one world; keeps painted ground and light factors between pictures.

    Attributes:
        world: what to render.
        cover: the ground about the camera.
        headlights: whether the camera's carrier lights what is ahead.
    """

    world: World
    headlights: bool = False
    cover: Cover = field(init=False)
    _feet: Floats = field(init=False)
    _paints: dict[tuple[int, int], Texture] = field(init=False, default_factory=dict)
    _tones: dict[tuple[int, int, int], list[Colour]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.cover = Cover(self.world.ground)
        feet = [h.foot_m for h in self.world.houses]
        self._feet = np.array(feet) if feet else np.zeros((0, 4, 2))

    def shoot(self, camera: Camera, *, time_s: float = 0.0) -> Shot:
        """The picture from a camera at a time."""
        target = canvas(camera.width_px, camera.height_px)
        draw_sky(target, camera, self.world.sky)
        self.cover.draw(target, camera)
        placed = self._placed(camera, time_s)
        for p in placed:
            if p.thing.motion is not None:
                self._shade(target, camera, p)
        drawn: dict[int, tuple[int, float, _Placed]] = {}
        houses = self._houses(camera)
        slots = self._slots(camera, placed, houses)
        for k, house in enumerate(houses):
            self._draw_things(target, camera, [p for p, s in zip(placed, slots, strict=True) if s == k], drawn=drawn)
            self._draw_house(target, camera, house)
        last = [p for p, s in zip(placed, slots, strict=True) if s == len(houses)]
        self._draw_things(target, camera, last, drawn=drawn)
        return Shot(target.image, target.ids, _seen(target, camera, drawn))

    def _placed(self, camera: Camera, time_s: float) -> list[_Placed]:
        found = []
        for thing in self.world.things:
            place = (thing.east_m, thing.north_m, thing.heading_deg)
            if thing.motion is not None:
                moved = thing.motion.at(time_s)
                if moved is None:
                    continue
                place = moved
            offset = np.array([place[0], place[1], 0.0]) - camera.position_m
            depth = float(camera.rotation[2] @ offset)
            model = thing.looks(time_s)
            if model is None or depth < -model.size_m[0] or depth > FARTHEST_M:
                continue
            reach = max(model.size_m)
            if reach * camera.focal_px / max(depth, 1.0) < SMALLEST_PX:
                continue
            if (
                abs(float(camera.rotation[0] @ offset)) - reach
                > (max(depth, 0) + reach) * camera.width_px / 2 / camera.focal_px * 1.1
            ):
                continue
            found.append(_place(camera, thing, model, place))
        return found

    def _houses(self, camera: Camera) -> list[int]:
        """Houses that may be seen, far to near by their nearest corner."""
        if not len(self._feet):
            return []
        offset = self._feet - camera.position_m[:2]
        ahead = offset @ camera.rotation[2, :2]
        distance = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1)
        order = np.argsort(-distance)
        return [int(i) for i in order if ahead[i].max() > 0 and distance[i] < 260]

    def _slots(self, camera: Camera, placed: list[_Placed], houses: list[int]) -> list[int]:
        """For each thing, the first house of the row that hides it; len(houses) when none does."""
        points = np.array([(p.east_m, p.north_m) for p in placed]).reshape(-1, 2)
        walls = [_off_wall(p) if p.thing.on_wall else (0.0, 0.0) for p in placed]
        hidden = hidden_by(camera.position_m[:2], points + np.array(walls).reshape(-1, 2), self._feet[houses])
        return [int(np.argmax(row)) if row.any() else len(houses) for row in hidden]

    def _draw_house(self, target: Canvas, camera: Camera, number: int) -> None:
        house = self.world.houses[number]
        distance = float(np.hypot(*(house.foot_m.mean(axis=0) - camera.position_m[:2])))
        haze = self._haze(distance)
        for k, (corners, normal) in enumerate(zip(house.corners, house.normals, strict=True)):
            view = camera.view(corners)
            if not _in_picture(camera, view) or float(np.array(normal) @ (camera.position_m - corners[0])) <= 0:
                continue
            stroke = Stroke([self.world.light.on(normal)], *haze)
            draw_quad(target, camera, view, paint=self._paint(number, k), tone=stroke.on(0), ident=0)

    def _paint(self, house: int, wall: int) -> Texture:
        """The picture of a wall, painted when it is first seen."""
        if (house, wall) not in self._paints:
            self._paints[house, wall] = self.world.houses[house].fronts[wall].paint(self.world.light)
        return self._paints[house, wall]

    def _haze(self, distance_m: float) -> tuple[Colour, float]:
        if self.world.light.kind == "night":
            return (20.0, 20.0, 26.0), 0.0
        return self.world.light.horizon, float(1 - np.exp(-distance_m / HAZE_M))

    def _draw_things(
        self, target: Canvas, camera: Camera, placed: list[_Placed], *, drawn: dict[int, tuple[int, float, _Placed]]
    ) -> None:
        if not placed:
            return
        places = np.array([(p.east_m, p.north_m) for p in placed])
        headings = np.array([p.heading_deg for p in placed])
        halves = np.array([(p.model.size_m[0] / 2, p.model.size_m[1] / 2) for p in placed])
        flat = np.array([p.model.size_m[2] < 0.05 for p in placed])
        order = far_to_near(places, headings, halves, eye_m=camera.position_m[:2])
        for i in sorted(order, key=lambda k: not flat[k]):
            p = placed[i]
            distance = float(np.hypot(*(places[i] - camera.position_m[:2])))
            stroke = Stroke(self._tone(p, distance), *self._haze(distance))
            draw_model(target, camera, p.model, view_m=p.view_m, stroke=stroke, ident=p.thing.ident)
            if p.thing.label:
                drawn[p.thing.ident] = _drawn(target, camera, p)

    def _tone(self, placed: _Placed, distance_m: float) -> list[Colour]:
        """Light factors of a thing's parts; kept while it does not turn."""
        key = (id(placed.thing), id(placed.model), round(placed.heading_deg))
        tones = self._tones.get(key)
        if tones is None or placed.thing.motion is not None:
            tones = self._lit(placed)
            self._tones[key] = tones
        if self.headlights and self.world.light.lamps_on:
            beam = 0.9 * float(np.exp(-distance_m / 13.0))
            tones = [(r + beam, g + beam, b + beam) for r, g, b in tones]
        return tones

    def _lit(self, placed: _Placed) -> list[Colour]:
        angle = np.radians(placed.heading_deg)
        turn = np.array([[np.sin(angle), -np.cos(angle), 0], [np.cos(angle), np.sin(angle), 0], [0, 0, 1.0]])
        along, right = self.world.plan.path.locate(np.array(placed.east_m), np.array(placed.north_m))
        ground = self.world.ground
        lit = ground.lit(float(along), float(right)) if self.world.light.has_shadows else 1.0
        glow = 0.75 * ground.lamp_glow(placed.east_m, placed.north_m)
        tones = []
        for normal in compiled(placed.model).normals @ turn.T:
            n = (float(normal[0]), float(normal[1]), float(normal[2]))
            r, g, b = self.world.light.on(n if any(n) else _towards(self.world.light.sun), lit=lit)
            tones.append((r + 0.72 * glow, g + 0.6 * glow, b + 0.42 * glow))
        return tones

    def _shade(self, target: Canvas, camera: Camera, placed: _Placed) -> None:
        """The shadow of a thing that moves, drawn into this picture alone."""
        size = placed.model.size_m
        foot = outline(placed.east_m, placed.north_m, placed.heading_deg, size_m=size, grow_m=0.06)
        shades = [(foot, 0.42 * placed.model.shadow / 0.62)]
        along, right = self.world.plan.path.locate(np.array(placed.east_m), np.array(placed.north_m))
        if self.world.light.has_shadows and self.world.ground.lit(float(along), float(right)) > 0:
            shades.append((cast(foot, size[2] * 0.9, self.world.light).corners, 0.46))
        for corners, darkness in shades:
            flat3 = np.column_stack([corners, np.full(len(corners), 0.0)])
            draw_flat(target, camera, camera.view(flat3), colour=(14, 15, 20), opacity=darkness, ident=0)


def _in_picture(camera: Camera, view_m: Floats) -> bool:
    """Whether any of a polygon in camera axes falls into the picture's bounds."""
    seen = clip_near(view_m)
    if len(seen) < 3:
        return False
    shown = camera.pixels(seen)
    low, high = shown.min(axis=0), shown.max(axis=0)
    return bool((high > 0).all() and low[0] < camera.width_px and low[1] < camera.height_px)


def _towards(sun: tuple[float, float, float]) -> tuple[float, float, float]:
    """A stand-in normal for round things: a third of the sun reaches the camera's side on average."""
    return sun[0] * 0.55, sun[1] * 0.55, 0.25


def _off_wall(placed: _Placed) -> tuple[float, float]:
    angle = np.radians(placed.heading_deg)
    return 0.15 * float(np.sin(angle)), 0.15 * float(np.cos(angle))


def _place(camera: Camera, thing: Thing, model: Model, place: tuple[float, float, float]) -> _Placed:
    east, north, heading = place
    angle = np.radians(heading)
    turn = np.array([[np.sin(angle), np.cos(angle), 0], [-np.cos(angle), np.sin(angle), 0], [0, 0, 1.0]])
    shift = np.array([east, north, 0.0])
    low, high = _bounds(model)
    box = np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    view = camera.view(compiled(model).corners @ turn + shift)
    return _Placed(thing, model, east, north, heading, view, camera.view(box @ turn + shift))


def _bounds(model: Model) -> tuple[Floats, Floats]:
    made = compiled(model)
    corners = made.corners[: made.starts[-1]]
    half = np.array([model.size_m[0] / 2, model.size_m[1] / 2, 0.0])
    low, high = np.minimum(corners.min(axis=0), -half), np.maximum(corners.max(axis=0), half)
    high[2] = max(high[2], model.size_m[2])
    return low, high


def _extent(camera: Camera, box_m: Floats) -> tuple[Floats, Floats] | None:
    ahead = box_m[box_m[:, 2] > NEAR_M]
    if len(ahead) < 2:
        return None
    shown = camera.pixels(ahead)
    return shown.min(axis=0), shown.max(axis=0)


def _drawn(target: Canvas, camera: Camera, placed: _Placed) -> tuple[int, float, _Placed]:
    """Pixels a thing has just after it was drawn, and the share of it inside the picture."""
    extent = _extent(camera, placed.box_m)
    if extent is None:
        return 0, 0.0, placed
    low, high = extent
    size = np.array([camera.width_px, camera.height_px])
    inside = np.clip(np.minimum(high, size) - np.maximum(low, 0), 0, None).prod()
    share = float(inside / max(float((high - low).prod()), 1e-9))
    x0, y0 = np.clip(np.floor(low) - 4, 0, size).astype(int)
    x1, y1 = np.clip(np.ceil(high) + 4, 0, size).astype(int)
    count = int(np.count_nonzero(target.ids[y0:y1, x0:x1] == placed.thing.ident))
    return count, min(1.0, share), placed


def _seen(target: Canvas, camera: Camera, drawn: dict[int, tuple[int, float, _Placed]]) -> tuple[Seen, ...]:
    found = []
    for ident, (count, share, placed) in drawn.items():
        extent = _extent(camera, placed.box_m)
        if count == 0 or extent is None:
            continue
        size = np.array([camera.width_px, camera.height_px])
        x0, y0 = np.clip(np.floor(extent[0]) - 4, 0, size).astype(int)
        x1, y1 = np.clip(np.ceil(extent[1]) + 4, 0, size).astype(int)
        mask = target.ids[y0:y1, x0:x1] == ident
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        if not len(columns):
            continue
        visible = float(np.count_nonzero(mask)) / count * share
        xyxy = int(x0 + columns[0]), int(y0 + rows[0]), int(x0 + columns[-1] + 1), int(y0 + rows[-1] + 1)
        depth = float(placed.box_m[:, 2].mean())
        found.append(Seen(ident, xyxy, min(1.0, visible), depth))
    return tuple(found)
