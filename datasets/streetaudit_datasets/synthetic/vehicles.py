"""Cars, vans and small lorries: an outline, a cabin, and pictures of their sides and ends."""

from __future__ import annotations

import numpy as np

from streetaudit_datasets.synthetic.bodywork import Shape, bonnet_m, cabin_side, front_of, rear_of, screen_of, side_of
from streetaudit_datasets.synthetic.model import Flat, Group, Model, Part, flat, quad
from streetaudit_datasets.synthetic.textures import Colour, Rng, jitter, pick, texture

PAINTS: tuple[Colour, ...] = (
    (232, 234, 236), (232, 234, 236), (180, 184, 188), (120, 124, 128), (30, 32, 36), (24, 24, 26), (150, 26, 30),
    (34, 60, 120), (90, 74, 60), (200, 190, 166), (40, 84, 64), (220, 170, 30), (60, 120, 170), (112, 40, 44),
)  # fmt: skip


SHAPES: dict[str, Shape] = {
    "saloon": Shape((4.6, 1.8, 1.46), 0.92, 1.15, 0.75, (0.75, 0.6), 0.2, 0.22, 0.32),
    "hatch": Shape((4.0, 1.72, 1.5), 0.95, 0.95, 0.12, (0.65, 0.4), 0.18, 0.22, 0.3),
    "suv": Shape((4.6, 1.88, 1.7), 1.08, 1.05, 0.1, (0.6, 0.35), 0.16, 0.28, 0.36),
    "van": Shape((4.5, 1.7, 1.9), 1.05, 0.35, 0.04, (0.65, 0.12), 0.1, 0.24, 0.3),
    "box_van": Shape((5.4, 1.95, 2.4), 1.2, 0.6, 0.02, (0.55, 0.05), 0.06, 0.3, 0.34, box=True),
}


def vehicle(rng: Rng, *, kind: str | None = None) -> Model:
    """A vehicle facing x; of any kind unless named."""
    chosen = kind or str(rng.choice(list(SHAPES), p=(0.34, 0.2, 0.22, 0.15, 0.09)))
    shape, paint = _varied(rng, SHAPES[chosen]), jitter(rng, pick(rng, PAINTS), by=5)
    parts = [*_lower(rng, shape, paint), *_cabin(rng, shape, paint)]
    return Model((Group(tuple(parts)),), shape.size_m, 0.62)


def _varied(rng: Rng, s: Shape) -> Shape:
    factor = rng.uniform(0.95, 1.06)
    size = s.size_m[0] * factor, s.size_m[1] * rng.uniform(0.98, 1.03), s.size_m[2] * rng.uniform(0.97, 1.04)
    return Shape(
        size, s.belt_m, s.bonnet_m * factor, s.boot_m * factor, s.slant_m, s.tuck_m, s.clear_m, s.wheel_m, s.box
    )


def _lower(rng: Rng, s: Shape, paint: Colour) -> list[Part]:
    length, width, _ = s.size_m
    hl, hw, belt, bonnet = length / 2, width / 2, s.belt_m, bonnet_m(s)
    side = side_of(rng, s, paint)
    left, right = texture(np.ascontiguousarray(side[:, ::-1])), texture(side)
    nose, tail = hl - 0.02, -hl + 0.02
    screen = hl - s.bonnet_m
    hood = tuple(min(255.0, c + 12) for c in paint)
    dark = (20, 20, 22)
    e, fw, below = -hl + 0.06, hw * 0.94, hw * 0.9
    lid: Colour = (hood[0], hood[1], hood[2])
    low = s.clear_m
    return [
        flat(_level(hl - 0.2, -hl + 0.2, below, 0.16), dark, two_sided=True),
        flat([(screen, hw, belt), (screen, -hw, belt), (e, -hw, belt), (e, hw, belt)], lid),
        flat([(hl - 0.1, fw, bonnet), (hl - 0.1, -fw, bonnet), (screen, -hw, belt), (screen, hw, belt)], lid),
        quad(
            [(nose, -hw, bonnet), (nose, hw, bonnet), (nose, hw, low), (nose, -hw, low)],
            texture(front_of(rng, s, paint)),
        ),
        quad([(tail, hw, belt), (tail, -hw, belt), (tail, -hw, low), (tail, hw, low)], texture(rear_of(rng, s, paint))),
        quad([(hl, hw, belt), (-hl, hw, belt), (-hl, hw, 0), (hl, hw, 0)], left),
        quad([(-hl, -hw, belt), (hl, -hw, belt), (hl, -hw, 0), (-hl, -hw, 0)], right),
    ]


def _level(front: float, rear: float, half: float, z: float) -> list[tuple[float, float, float]]:
    return [(front, half, z), (front, -half, z), (rear, -half, z), (rear, half, z)]


def _cabin(rng: Rng, s: Shape, paint: Colour) -> list[Part]:
    length, width, roof = s.size_m
    hl, hw, belt = length / 2, width / 2, s.belt_m
    ti = hw - s.tuck_m
    bf, br = hl - s.bonnet_m, -hl + s.boot_m + 0.02
    tf, tr = bf - s.slant_m[0], br + s.slant_m[1]
    top: Colour = (min(255.0, paint[0] + 14), min(255.0, paint[1] + 14), min(255.0, paint[2] + 14))
    side = cabin_side(rng, s, paint)
    left, right = texture(np.ascontiguousarray(side[:, ::-1])), texture(side)
    glass, rear = texture(screen_of(rng, paint)), texture(screen_of(rng, paint, solid=s.box))
    return [
        quad([(tr, ti, roof), (tr, -ti, roof), (br, -hw, belt), (br, hw, belt)], rear),
        quad([(tf, -ti, roof), (tf, ti, roof), (bf, hw, belt), (bf, -hw, belt)], glass),
        quad([(bf, ti, roof), (br, ti, roof), (br, hw, belt), (bf, hw, belt)], left),
        quad([(br, -ti, roof), (bf, -ti, roof), (bf, -hw, belt), (br, -hw, belt)], right),
        Flat(np.array([(tf, ti, roof), (tf, -ti, roof), (tr, -ti, roof), (tr, ti, roof)]), top),
    ]  # fmt: skip
