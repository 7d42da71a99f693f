"""Rubbish: bags, bottles, paper, cardboard, and piles of it."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.model import Flat, Group, Model, Part, Sprite, flat, group, quad, sprite, tube
from streetaudit_datasets.synthetic.refuse import BAGS, CARD, DRINKS, bag, crumple, scraps
from streetaudit_datasets.synthetic.textures import (
    Colour,
    Image,
    Rng,
    Texture,
    fractal,
    jitter,
    pick,
    texture,
    toned,
)  # fmt: skip


def sheet(half_m: float, paint: Texture, *, z: float = 0.004, at: tuple[float, float] = (0.0, 0.0)) -> Part:
    """A picture that lies on the ground."""
    x, y = at
    h = half_m
    return quad([(x + h, y + h, z), (x + h, y - h, z), (x - h, y - h, z), (x - h, y + h, z)], paint, two_sided=True)


def bottle(rng: Rng, at: tuple[float, float]) -> list[Part]:
    """A bottle or can lying down or standing."""
    x, y = at
    colour, r = jitter(rng, pick(rng, (*DRINKS, (60, 96, 60), (150, 190, 200)))), rng.uniform(0.032, 0.045)
    if rng.random() < 0.35:
        body = tube((x, y, 0), (x, y, 0.17), r, colour)
        return [body, tube((x, y, 0.17), (x, y, 0.24), r * 0.6, colour, end_m=r * 0.35)]
    a = rng.uniform(0, 2 * np.pi)
    dx, dy = np.cos(a), np.sin(a)
    end = (x + 0.19 * dx, y + 0.19 * dy, r)
    neck = (x + 0.26 * dx, y + 0.26 * dy, r)
    mid = (x + 0.13 * dx, y + 0.13 * dy, r)
    label = pick(rng, DRINKS)
    return [
        tube((x, y, r), end, r, colour),
        tube((x + 0.06 * dx, y + 0.06 * dy, r), mid, r * 1.03, label),
        tube(end, neck, r * 0.7, colour, end_m=r * 0.35),
    ]


def carton(rng: Rng, at: tuple[float, float], *, size_m: float) -> Group:
    """An open cardboard box with flaps, or one pressed flat and leaning."""
    colour = jitter(rng, pick(rng, CARD))
    half, tall = size_m / 2, size_m * rng.uniform(0.5, 0.9)
    turn = rng.uniform(0, 2 * np.pi)
    print_: Image = np.empty((60, 80, 3), np.uint8)
    print_[:] = np.array(colour, np.uint8)
    cv2.rectangle(print_, (10, 12), (34, 30), tuple(c * 0.5 for c in colour), 2)
    cv2.line(print_, (44, 40), (72, 40), tuple(c * 0.5 for c in colour), 3)
    cv2.rectangle(print_, (0, 26), (79, 34), tuple(min(255, c * 1.15) for c in colour), -1)
    paint = texture(toned(print_, 10 * fractal(rng, 60, 80, cell_px=30)))
    ring = [_turned(dx * half, dy * half * 0.8, turn, at) for dx, dy in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    parts: list[Part] = []
    inner = tuple(c * 0.45 for c in colour)
    floor = [(x, y, tall * 0.75) for x, y in ring]
    parts.append(flat(floor, (inner[0], inner[1], inner[2]), two_sided=True))
    flaps: list[Part] = []
    for i in range(4):
        (ax, ay), (bx, by) = ring[i], ring[(i + 1) % 4]
        parts.append(quad([(bx, by, tall), (ax, ay, tall), (ax, ay, 0), (bx, by, 0)], paint, two_sided=True))
        mx, my = (ax + bx) / 2 - at[0], (ay + by) / 2 - at[1]
        out, drop = rng.uniform(0.2, 0.7), tall * rng.uniform(-0.25, 0.25)
        corners = [
            (ax + mx * out, ay + my * out, tall + drop),
            (bx + mx * out, by + my * out, tall + drop),
            (bx, by, tall),
            (ax, ay, tall),
        ]
        lighter = tuple(min(255.0, c * 1.1) for c in colour)
        flaps.append(flat(corners, (lighter[0], lighter[1], lighter[2]), two_sided=True))
    return group([*parts, *flaps], centre=(at[0], at[1], tall / 2))


def _turned(x: float, y: float, angle: float, at: tuple[float, float]) -> tuple[float, float]:
    cos, sin = np.cos(angle), np.sin(angle)
    return float(at[0] + x * cos - y * sin), float(at[1] + x * sin + y * cos)


def bag_at(rng: Rng, at: tuple[float, float], *, size_m: float, z: float = 0.0, colour: Colour | None = None) -> Group:
    """One bag standing at a place, a little sunk so that it rests on the ground."""
    foot = (at[0], at[1], z - 0.04 * size_m)
    return group(
        [sprite(foot, (size_m, size_m * rng.uniform(0.8, 1.05)), bag(rng, colour=colour))], centre=(at[0], at[1], z)
    )


def litter(rng: Rng, *, kind: str | None = None) -> Model:
    """A heap of rubbish, a few bags, boxes, or scattered small stuff."""
    chosen = kind or str(rng.choice(["bags", "pile", "scatter", "cartons", "single"], p=(0.26, 0.22, 0.24, 0.16, 0.12)))
    groups = {"bags": _bags, "pile": _pile, "scatter": _scatter, "cartons": _cartons, "single": _single}[chosen](rng)
    return Model(tuple(groups), extent(groups), 0.4 if chosen != "scatter" else 0.0)


def extent(groups: list[Group]) -> tuple[float, float, float]:
    """Length, width and height of the groups."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for part in (p for g in groups for p in g.parts):
        reach = np.zeros(3)
        if isinstance(part, Sprite):
            reach = np.array([part.width_m / 2, part.width_m / 2, 0])
            high = np.maximum(high, part.corners[0] + [0, 0, part.height_m])
        low = np.minimum(low, (part.corners - reach).min(axis=0))
        high = np.maximum(high, (part.corners + reach).max(axis=0))
    size = high - low
    return float(size[0]), float(size[1]), float(max(0.02, high[2]))


def _bags(rng: Rng) -> list[Group]:
    groups, count = [], int(rng.integers(1, 5))
    shared = pick(rng, BAGS) if rng.random() < 0.6 else None
    for i in range(count):
        at = (0.0, 0.0) if i == 0 else (float(rng.normal(0, 0.32)), float(rng.normal(0, 0.32)))
        groups.append(bag_at(rng, at, size_m=rng.uniform(0.4, 0.75), colour=shared))
    if rng.random() < 0.5:
        groups.insert(0, Group((sheet(rng.uniform(0.5, 0.8), scraps(rng, count=8)),), (9.0, 9.0, -9.0)))
    return _ground_first(groups)


def _ground_first(groups: list[Group]) -> list[Group]:
    """Groups with flat sheets moved far down, so that they are drawn before what stands on them."""
    return [Group(g.parts, (0.0, 0.0, -50.0)) if g.centre[2] < -5 else g for g in groups]


def _pile(rng: Rng) -> list[Group]:
    spread = rng.uniform(0.35, 0.75)
    groups = [
        Group(
            (sheet(spread * 1.8, scraps(rng, count=34)), sheet(spread * 1.3, scraps(rng, count=26), z=0.02)),
            (0, 0, -9.0),
        )
    ]
    for _ in range(int(rng.integers(3, 8))):
        at = (float(rng.normal(0, spread * 0.6)), float(rng.normal(0, spread * 0.6)))
        lift = 0.22 * max(0.0, 1 - np.hypot(*at) / spread)
        groups.append(bag_at(rng, at, size_m=rng.uniform(0.28, 0.62), z=lift))
    for _ in range(int(rng.integers(0, 3))):
        at = (float(rng.normal(0, spread * 0.7)), float(rng.normal(0, spread * 0.7)))
        groups.append(carton(rng, at, size_m=rng.uniform(0.25, 0.5)))
    groups += smalls(rng, count=int(rng.integers(3, 9)), spread=spread * 1.3)
    return _ground_first(groups)


def smalls(rng: Rng, *, count: int, spread: float) -> list[Group]:
    """Bottles, cans and crumpled paper within a radius."""
    groups = []
    for _ in range(count):
        at = (float(rng.normal(0, spread * 0.55)), float(rng.normal(0, spread * 0.55)))
        if rng.random() < 0.5:
            groups.append(group(bottle(rng, at)))
        else:
            side = rng.uniform(0.09, 0.22)
            groups.append(group([sprite((at[0], at[1], -0.01), (side, side * 0.7), crumple(rng))]))
    return groups


def _scatter(rng: Rng) -> list[Group]:
    half = rng.uniform(0.4, 0.9)
    base = Group((sheet(half, scraps(rng, count=int(rng.integers(10, 26)))),), (0, 0, -9.0))
    return _ground_first([base, *smalls(rng, count=int(rng.integers(3, 9)), spread=half)])


def _cartons(rng: Rng) -> list[Group]:
    groups = [
        carton(rng, (float(rng.normal(0, 0.3)), float(rng.normal(0, 0.3))), size_m=rng.uniform(0.35, 0.6))
        for _ in range(int(rng.integers(1, 4)))
    ]
    if rng.random() < 0.5:
        groups += smalls(rng, count=3, spread=0.5)
    return groups


def _single(rng: Rng) -> list[Group]:
    kind = rng.random()
    if kind < 0.4:
        return [bag_at(rng, (0, 0), size_m=rng.uniform(0.22, 0.4))]
    if kind < 0.7:
        side = rng.uniform(0.15, 0.35)
        return [
            Group(
                (sheet(side, scraps(rng, count=3, spread=0.4)), sprite((0, 0, -0.01), (side, side * 0.7), crumple(rng)))
            )
        ]
    return [group(bottle(rng, (0, 0)))]


def film(rng: Rng) -> Flat:
    """A torn piece of plastic film on the ground."""
    ring = [
        (rng.uniform(0.2, 0.4) * np.cos(t), rng.uniform(0.2, 0.4) * np.sin(t), 0.006) for t in np.linspace(0, -6.28, 8)
    ]
    return Flat(np.array(ring), (220, 224, 226), two_sided=True, opacity=0.7)
