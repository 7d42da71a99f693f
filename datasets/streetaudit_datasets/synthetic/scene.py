"""One picture of a world: sky, ground, houses and things, with the id of every pixel."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Camera, clip_near
from streetaudit_datasets.synthetic.cover import Cover
from streetaudit_datasets.synthetic.lookout import Lookout
from streetaudit_datasets.synthetic.painter import Stroke, compiled, draw_model
from streetaudit_datasets.synthetic.raster import Canvas, canvas, draw_flat, draw_quad
from streetaudit_datasets.synthetic.seen import Count, Placed, Shot, count_drawn, what_is_seen
from streetaudit_datasets.synthetic.shadows import cast, outline
from streetaudit_datasets.synthetic.sky import draw_sky
from streetaudit_datasets.synthetic.textures import Colour, Image, Texture
from streetaudit_datasets.synthetic.world import World

Floats = NDArray[np.float64]

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
    lookout: Lookout = field(init=False)
    _last: tuple[Camera, Image] | None = field(init=False, default=None)
    _paints: dict[tuple[int, int], Texture] = field(init=False, default_factory=dict)
    _tones: dict[tuple[int, int, int], list[Colour]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.cover = Cover(self.world.ground)
        self.lookout = Lookout(self.world)

    def shoot(self, camera: Camera, *, time_s: float = 0.0) -> Shot:
        """The picture from a camera at a time."""
        placed = self.lookout.placed(camera, time_s)
        target = self.backdrop(camera)
        for p in placed:
            if p.thing.motion is not None:
                self.shade(target, camera, p)
        drawn: dict[int, Count] = {}
        for item in self.lookout.paint_order(camera, placed):
            self.draw(target, camera, item, drawn=drawn)
        return Shot(target.image, target.ids, what_is_seen(target, camera, drawn))

    def draw(self, target: Canvas, camera: Camera, item: Placed | int, *, drawn: dict[int, Count]) -> None:
        """Draw a thing, or the house of a number, and count the thing's pixels."""
        if isinstance(item, int):
            self._draw_house(target, camera, item)
            return
        distance = float(np.hypot(item.east_m - camera.position_m[0], item.north_m - camera.position_m[1]))
        stroke = Stroke(self._tone(item, distance), *self._haze(distance))
        draw_model(target, camera, item.model, view_m=item.view_m, stroke=stroke, ident=item.thing.ident)
        if item.thing.label:
            drawn[item.thing.ident] = count_drawn(target, camera, item)

    def backdrop(self, camera: Camera) -> Canvas:
        """Sky and ground; kept while the camera is the same."""
        if self._last is None or self._last[0] is not camera:
            target = canvas(camera.width_px, camera.height_px)
            draw_sky(target, camera, self.world.sky)
            self.cover.draw(target, camera)
            self._last = camera, target.image
        return Canvas(self._last[1].copy(), np.zeros((camera.height_px, camera.width_px), np.int16))

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

    def shade(self, target: Canvas, camera: Camera, placed: Placed) -> None:
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
