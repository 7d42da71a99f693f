"""Rubbish: bags, bottles, paper, cardboard, and piles of it."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.model import Flat, Group, Model, Part, flat, group, quad, sprite, tube
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
    value_noise,
    with_opacity,
)  # fmt: skip

BAGS: tuple[Colour, ...] = (
    (26, 27, 30), (30, 30, 34), (40, 44, 46), (226, 226, 222), (214, 216, 218), (60, 110, 170), (170, 44, 48),
    (66, 128, 84), (226, 196, 70), (236, 150, 170), (90, 74, 60),
)  # fmt: skip
CARD: tuple[Colour, ...] = ((176, 136, 92), (158, 120, 80), (190, 152, 108), (140, 108, 76))
DRINKS: tuple[Colour, ...] = (
    (200, 30, 34),
    (30, 120, 60),
    (40, 90, 180),
    (230, 230, 226),
    (210, 160, 40),
    (120, 190, 200),
)


def bag(rng: Rng, *, size_px: int = 120, colour: Colour | None = None) -> Texture:
    """A full plastic bag: a sagging lump with creases, glints and a knot."""
    y, x = np.mgrid[-1 : 1 : size_px * 1j, -1 : 1 : size_px * 1j].astype(np.float32)
    angle = np.arctan2(y + 0.15, x)
    wobble = sum(rng.normal(0, 0.07) * np.sin(k * angle + rng.uniform(0, 6)) for k in range(1, 6))
    squat = rng.uniform(0.85, 1.2)
    radius = np.hypot(x * squat, (y - 0.12) * np.where(y > 0.1, 0.96, 1.1))
    body = radius < 0.8 + wobble
    body &= y < 0.93
    knot = (np.abs(x - rng.normal(0, 0.08)) < 0.09 + 0.32 * np.clip(-0.6 - y, 0, 1)) & (y < -0.5) & (y > -0.97)
    mask = body | (knot if rng.random() < 0.75 else body)
    base = np.array(jitter(rng, colour or pick(rng, BAGS), by=6), np.float32)
    dark = base.mean() < 80
    creases = fractal(rng, size_px, size_px, cell_px=22, octaves=3)
    ridges = 1 - np.abs(creases) * 3.2
    light = -0.55 * (y - 0.1) - 0.25 * x + 0.5 * creases
    tone = (34 if dark else 42) * light + (46 if dark else 24) * np.clip(ridges - 0.55, 0, 1) * (light > 0)
    tone -= 40 * np.clip(radius - 0.55, 0, 1)
    image = np.clip(base + tone[..., None], 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(mask.astype(np.uint8) * 255, (3, 3), 0)
    return texture(with_opacity(image, np.asarray(soft)))


def scraps(rng: Rng, *, size_px: int = 192, count: int = 14, spread: float = 0.9) -> Texture:
    """Flat rubbish seen from above: paper, wrappers, cup lids, plastic film, leaves of card."""
    image = np.zeros((size_px, size_px, 4), np.uint8)
    for _ in range(count):
        r, a = spread * 0.46 * size_px * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        centre = (size_px / 2 + r * np.cos(a), size_px / 2 + r * np.sin(a))
        size = size_px * rng.uniform(0.05, 0.17), size_px * rng.uniform(0.04, 0.12)
        colour = pick(rng, ((240, 238, 232), (236, 236, 236), (214, 210, 196), *CARD, *DRINKS, (250, 230, 120)))
        _scrap(rng, image, centre, size, jitter(rng, colour))
    tone = 16 * fractal(rng, size_px, size_px, cell_px=14)
    return texture(toned(image, tone))


def _scrap(rng: Rng, image: Image, centre: tuple[float, float], size: tuple[float, float], colour: Colour) -> None:
    corners = cv2.boxPoints((centre, size, float(rng.uniform(0, 180))))
    corners = corners + rng.normal(0, size[1] * 0.18, corners.shape)
    points = np.round(corners).astype(np.int32)
    cv2.fillConvexPoly(image, points + 2, (30, 28, 26, 150), cv2.LINE_AA)
    cv2.fillConvexPoly(image, points, (*colour, 255), cv2.LINE_AA)
    if rng.random() < 0.6:  # a fold: one half darker
        half = points[[0, 1, 2]]
        cv2.fillConvexPoly(image, half, (*(c * 0.8 for c in colour), 255), cv2.LINE_AA)
    if rng.random() < 0.3:
        middle = points.mean(axis=0).astype(int).tolist()
        cv2.circle(image, middle, max(1, int(size[1] / 5)), (*pick(rng, DRINKS), 255), -1, cv2.LINE_AA)


def crumple(rng: Rng, *, size_px: int = 64) -> Texture:
    """A crumpled sheet or wrapper standing on the ground."""
    y, x = np.mgrid[-1 : 1 : size_px * 1j, -1 : 1 : size_px * 1j].astype(np.float32)
    noise = value_noise(rng, size_px, size_px, cell_px=13)
    mask = np.hypot(x, y * 1.2 - 0.1) + 0.3 * noise < 0.85
    facets = np.round(value_noise(rng, size_px, size_px, cell_px=10) * 2.2) / 2.2
    base = np.array(pick(rng, ((238, 236, 230), (230, 230, 232), (206, 190, 160), *DRINKS)), np.float32)
    image = np.clip(base + (34 * facets - 26 * y)[..., None] - 10, 0, 255).astype(np.uint8)
    return texture(with_opacity(image, mask.astype(np.uint8) * 255))


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
        if hasattr(part, "width_m"):
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
    groups += _smalls(rng, count=int(rng.integers(3, 9)), spread=spread * 1.3)
    return _ground_first(groups)


def _smalls(rng: Rng, *, count: int, spread: float) -> list[Group]:
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
    return _ground_first([base, *_smalls(rng, count=int(rng.integers(3, 9)), spread=half)])


def _cartons(rng: Rng) -> list[Group]:
    groups = [
        carton(rng, (float(rng.normal(0, 0.3)), float(rng.normal(0, 0.3))), size_m=rng.uniform(0.35, 0.6))
        for _ in range(int(rng.integers(1, 4)))
    ]
    if rng.random() < 0.5:
        groups += _smalls(rng, count=3, spread=0.5)
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
