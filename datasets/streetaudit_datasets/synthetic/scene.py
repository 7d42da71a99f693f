"""One picture of a world: sky, ground, houses and things, with the id of every pixel."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Camera, clip_near
from streetaudit_datasets.synthetic.cover import Cover
from streetaudit_datasets.synthetic.order import far_to_near, hidden_by
from streetaudit_datasets.synthetic.painter import Stroke, compiled, draw_model
from streetaudit_datasets.synthetic.raster import Canvas, canvas, draw_flat, draw_quad
from streetaudit_datasets.synthetic.seen import Placed, Shot, count_drawn, place_thing, what_is_seen
from streetaudit_datasets.synthetic.shadows import cast, outline
from streetaudit_datasets.synthetic.sky import draw_sky
from streetaudit_datasets.synthetic.textures import Colour, Image, Texture
from streetaudit_datasets.synthetic.world import World

Floats = NDArray[np.float64]

FARTHEST_M = 120.0
SMALLEST_PX = 5.0
HAZE_M = 520.0


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
    _still: Floats = field(init=False)
    _last: tuple[Camera, Image] | None = field(init=False, default=None)
    _paints: dict[tuple[int, int], Texture] = field(init=False, default_factory=dict)
    _tones: dict[tuple[int, int, int], list[Colour]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.cover = Cover(self.world.ground)
        feet = [h.foot_m for h in self.world.houses]
        self._feet = np.array(feet) if feet else np.zeros((0, 4, 2))
        rows = [(t.east_m, t.north_m, 1e9 if t.motion else max(t.model.size_m)) for t in self.world.things]
        self._still = np.array(rows, dtype=np.float64).reshape(-1, 3)

    def shoot(self, camera: Camera, *, time_s: float = 0.0) -> Shot:
        """The picture from a camera at a time."""
        placed = self._placed(camera, time_s)
        target = self._backdrop(camera)
        for p in placed:
            if p.thing.motion is not None:
                self._shade(target, camera, p)
        drawn: dict[int, tuple[int, float, Placed]] = {}
        houses = self._houses(camera)
        placed, slots = self._slots(camera, placed, houses)
        for k, house in enumerate(houses):
            self._draw_things(target, camera, [p for p, s in zip(placed, slots, strict=True) if s == k], drawn=drawn)
            self._draw_house(target, camera, house)
        last = [p for p, s in zip(placed, slots, strict=True) if s == len(houses)]
        self._draw_things(target, camera, last, drawn=drawn)
        return Shot(target.image, target.ids, what_is_seen(target, camera, drawn))

    def _backdrop(self, camera: Camera) -> Canvas:
        """Sky and ground; kept while the camera is the same."""
        if self._last is None or self._last[0] is not camera:
            target = canvas(camera.width_px, camera.height_px)
            draw_sky(target, camera, self.world.sky)
            self.cover.draw(target, camera)
            self._last = camera, target.image
        return Canvas(self._last[1].copy(), np.zeros((camera.height_px, camera.width_px), np.int16))

    def _placed(self, camera: Camera, time_s: float) -> list[Placed]:
        found = []
        for i in np.flatnonzero(self._near(camera)):
            thing = self.world.things[i]
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
            found.append(place_thing(camera, thing, model, place))
        return found

    def _near(self, camera: Camera) -> NDArray[np.bool_]:
        """Which things may be in the picture; those that move always."""
        offset = self._still[:, :2] - camera.position_m[:2]
        depth, aside = offset @ camera.rotation[2, :2], np.abs(offset @ camera.rotation[0, :2])
        reach = self._still[:, 2]
        wide = camera.width_px / 2 / camera.focal_px * 1.15
        steep = 1.0 + max(0.0, -float(camera.rotation[2, 2])) * 2
        kept: NDArray[np.bool_] = (
            (depth > -reach * steep)
            & (depth - reach < FARTHEST_M)
            & (aside - reach < (np.maximum(depth, 0) + reach) * wide * steep)
        )
        return kept

    def _houses(self, camera: Camera) -> list[int]:
        """Houses that may be seen, far to near by their nearest corner."""
        if not len(self._feet):
            return []
        offset = self._feet - camera.position_m[:2]
        ahead = offset @ camera.rotation[2, :2]
        distance = np.hypot(offset[..., 0], offset[..., 1]).min(axis=1)
        order = np.argsort(-distance)
        return [int(i) for i in order if ahead[i].max() > 0 and distance[i] < 150]

    def _slots(self, camera: Camera, placed: list[Placed], houses: list[int]) -> tuple[list[Placed], list[int]]:
        """Things not wholly behind houses, and the first house of the row that hides the middle of each."""
        if not placed:
            return [], []
        middle = np.array([(p.east_m, p.north_m) for p in placed])
        middle += np.array([_off_wall(p) if p.thing.on_wall else (0.0, 0.0) for p in placed])
        reach = np.array([max(p.model.size_m[:2]) / 2 + 0.3 for p in placed])[:, None]
        aside = camera.rotation[0, :2] * reach
        eye, feet = camera.position_m[:2], self._feet[houses]
        hidden = hidden_by(eye, middle, feet)
        edges = hidden_by(eye, middle - aside, feet).any(axis=1) & hidden_by(eye, middle + aside, feet).any(axis=1)
        kept, slots = [], []
        gone_ones = np.logical_and(edges, hidden.any(axis=1))
        for p, row, gone in zip(placed, hidden, gone_ones, strict=True):
            if not gone:
                kept.append(p)
                slots.append(int(np.argmax(row)) if row.any() else len(houses))
        return kept, slots

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
        self, target: Canvas, camera: Camera, placed: list[Placed], *, drawn: dict[int, tuple[int, float, Placed]]
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
                drawn[p.thing.ident] = count_drawn(target, camera, p)

    def _tone(self, placed: Placed, distance_m: float) -> list[Colour]:
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

    def _lit(self, placed: Placed) -> list[Colour]:
        angle = np.radians(placed.heading_deg)
        turn = np.array([[np.sin(angle), -np.cos(angle), 0], [np.cos(angle), np.sin(angle), 0], [0, 0, 1.0]])
        _, right = self.world.plan.path.locate(np.array(placed.east_m), np.array(placed.north_m))
        ground = self.world.ground
        lit = ground.lit(float(right)) if self.world.light.has_shadows else 1.0
        glow = 0.75 * ground.lamp_glow(placed.east_m, placed.north_m)
        tones = []
        for normal in compiled(placed.model).normals @ turn.T:
            n = (float(normal[0]), float(normal[1]), float(normal[2]))
            r, g, b = self.world.light.on(n if any(n) else _towards(self.world.light.sun), lit=lit)
            tones.append((r + 0.72 * glow, g + 0.6 * glow, b + 0.42 * glow))
        return tones

    def _shade(self, target: Canvas, camera: Camera, placed: Placed) -> None:
        """The shadow of a thing that moves, drawn into this picture alone."""
        size = placed.model.size_m
        foot = outline(placed.east_m, placed.north_m, placed.heading_deg, size_m=size, grow_m=0.06)
        shades = [(foot, 0.42 * placed.model.shadow / 0.62)]
        _, right = self.world.plan.path.locate(np.array(placed.east_m), np.array(placed.north_m))
        if self.world.light.has_shadows and self.world.ground.lit(float(right)) > 0:
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


def _off_wall(placed: Placed) -> tuple[float, float]:
    angle = np.radians(placed.heading_deg)
    return 0.15 * float(np.sin(angle)), 0.15 * float(np.cos(angle))
