"""What stands on a street and is none of the city's problems: lamps, signs, trees, boxes, bollards."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lettering import number, words
from streetaudit_datasets.synthetic.model import Flat, Group, Model, box, group, quad, sprite, tube
from streetaudit_datasets.synthetic.textures import (
    Image,
    Rng,
    Texture,
    filled,
    fractal,
    jitter,
    pick,
    texture,
    value_noise,
    weathered,
    with_opacity,
)  # fmt: skip

GREENS = ((62, 92, 40), (78, 104, 48), (48, 80, 44), (92, 110, 46), (120, 118, 50))


def crown(rng: Rng, *, size_px: int = 220) -> Texture:
    """Leaves of a tree, lit from above, with gaps the sky shows through."""
    y, x = np.mgrid[-1 : 1 : size_px * 1j, -1 : 1 : size_px * 1j].astype(np.float32)
    lumps = np.full((size_px, size_px), -1.0, np.float32)
    light = np.zeros((size_px, size_px), np.float32)
    for _ in range(int(rng.integers(14, 26))):
        cx, cy = rng.normal(0, 0.36), rng.normal(0, 0.33)
        radius = rng.uniform(0.2, 0.42)
        bump = 1 - ((x - cx) ** 2 + (y - cy) ** 2) / radius**2
        light = np.where(bump > lumps, -(y - cy) / radius, light)
        lumps = np.maximum(lumps, bump)
    leaves = value_noise(rng, size_px, size_px, cell_px=5) + 0.6 * rng.normal(0, 1, x.shape).astype(np.float32)
    mask = (lumps + 0.45 * leaves > 0.12) & (x**2 + y**2 < 0.96)
    base = np.array(jitter(rng, pick(rng, GREENS)), np.float32)
    tone = 1.0 + 0.38 * light + 0.26 * leaves - 0.25 * y
    image = np.clip(base * tone[..., None], 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(mask.astype(np.uint8) * 255, (3, 3), 0)
    return texture(with_opacity(image, np.asarray(soft)))


def tree(rng: Rng) -> Model:
    """A street tree of 5 to 9 m."""
    height, spread = rng.uniform(5, 9), rng.uniform(2.8, 5)
    fork = height * rng.uniform(0.32, 0.45)
    bark = jitter(rng, (92, 78, 64))
    trunk = tube(
        (0, 0, 0), (rng.normal(0, 0.12), rng.normal(0, 0.12), fork + 0.6), rng.uniform(0.1, 0.2), bark, end_m=0.08
    )
    parts = [trunk]
    for _ in range(3):
        tip = (float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.7, 0.7)), float(fork + 1.2))
        parts += [tube((0, 0, fork - 0.2), tip, 0.06, bark, end_m=0.03)]
    leaves = crown(rng)
    tall = height - fork + 0.4
    main = sprite((0.0, 0.0, fork - 0.3), (spread, tall), leaves)
    side = sprite((rng.normal(0, 0.5), rng.normal(0, 0.5), fork), (spread * 0.75, tall * 0.8), crown(rng))
    pit = Flat(np.array([(0.6, 0.6, 0.01), (0.6, -0.6, 0.01), (-0.6, -0.6, 0.01), (-0.6, 0.6, 0.01)]), (84, 70, 54))
    return Model((Group((pit, *parts, side, main)),), (spread, spread, height), 0.5)


def bush(rng: Rng) -> Model:
    """A clipped bush or planter."""
    wide, tall = rng.uniform(0.8, 1.8), rng.uniform(0.6, 1.1)
    stone = texture(weathered(rng, filled(40, 90, jitter(rng, (150, 144, 136)))))
    parts = box((-wide / 2, -0.35, 0), (wide / 2, 0.35, 0.4), stone)
    return Model(
        (group([*parts, sprite((0, 0, 0.3), (wide * 1.05, tall), crown(rng, size_px=120))]),), (wide, 0.7, 0.3 + tall)
    )


def lamp(rng: Rng, *, burning: bool) -> Model:
    """A street lamp whose arm points left, over the road."""
    height = rng.uniform(6, 8.5)
    steel = jitter(rng, pick(rng, ((120, 124, 126), (60, 66, 62), (170, 172, 172))))
    bulb = (255, 236, 190) if burning else (205, 208, 208)
    head = tube((0, 1.3, height), (0, 2.0, height - 0.05), 0.12, bulb, glows=burning)
    parts = [
        tube((0, 0, 0), (0, 0, height), 0.09, steel, end_m=0.05),
        tube((0, 0, height), (0, 1.4, height + 0.1), 0.04, steel),
        head,
    ]
    return Model((Group(tuple(parts)),), (0.3, 0.3, height), 0.3)


def round_sign(rng: Rng, *, kind: str) -> Texture:
    """A traffic sign's plate: no_parking | no_entry | limit | parking | warning."""
    image = np.zeros((96, 96, 4), np.uint8)
    blue, red, white = (24, 70, 170, 255), (196, 24, 32, 255), (244, 244, 244, 255)
    if kind == "parking":
        cv2.rectangle(image, (2, 2), (93, 93), blue, -1)
        cv2.putText(image, "P", (24, 76), cv2.FONT_HERSHEY_DUPLEX, 2.6, white, 9, cv2.LINE_AA)
    elif kind == "warning":
        cv2.fillPoly(
            image, [np.array([[48, 4], [92, 86], [4, 86]])], red if rng.random() < 0.5 else (230, 180, 30, 255)
        )
        cv2.fillPoly(image, [np.array([[48, 22], [78, 78], [18, 78]])], white)
        cv2.line(image, (48, 40), (48, 62), (20, 20, 20, 255), 7)
    else:
        cv2.circle(image, (48, 48), 46, red, -1, cv2.LINE_AA)
        if kind == "no_entry":
            cv2.rectangle(image, (16, 38), (80, 58), white, -1)
        elif kind == "limit":
            cv2.circle(image, (48, 48), 36, white, -1, cv2.LINE_AA)
            cv2.putText(
                image, str(rng.choice(["30", "40", "50"])), (20, 62), cv2.FONT_HERSHEY_DUPLEX, 1.4, (15, 15, 15, 255), 5
            )
        else:
            cv2.circle(image, (48, 48), 37, blue, -1, cv2.LINE_AA)
            cv2.line(image, (22, 22), (74, 74), red, 9, cv2.LINE_AA)
            if rng.random() < 0.5:
                cv2.line(image, (74, 22), (22, 74), red, 9, cv2.LINE_AA)
    return texture(image)


def sign(rng: Rng, *, kind: str | None = None) -> Model:
    """A pole with a traffic sign that faces backwards, to the traffic that comes along."""
    chosen = kind or str(rng.choice(["no_parking", "no_entry", "limit", "parking", "warning"]))
    z, r = rng.uniform(2.1, 2.7), rng.uniform(0.28, 0.38)
    plate = quad(
        [(-0.05, r, z + r), (-0.05, -r, z + r), (-0.05, -r, z - r), (-0.05, r, z - r)], round_sign(rng, kind=chosen)
    )
    grey = jitter(rng, (150, 152, 154))
    back = [(0.0, r * np.sin(t), z + r * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 12, endpoint=False)]
    behind = Flat(np.array(back), (128, 130, 132))
    return Model((Group((behind, tube((0, 0, 0), (0, 0, z + r), 0.035, grey), plate)),), (0.1, 2 * r, z + r), 0.2)


def cabinet(rng: Rng) -> Model:
    """A grey or green switch cabinet with vents and a warning triangle."""
    colour = jitter(rng, pick(rng, ((150, 154, 150), (76, 110, 90), (176, 172, 160))))
    wide, tall, deep = rng.uniform(0.7, 1.5), rng.uniform(1.0, 1.6), 0.45
    plate: Image = weathered(rng, filled(150, 120, colour))
    for y in range(14, 40, 6):
        cv2.line(plate, (20, y), (100, y), tuple(c * 0.7 for c in colour), 2)
    cv2.line(plate, (60, 0), (60, 150), tuple(c * 0.75 for c in colour), 1)
    cv2.fillPoly(plate, [np.array([[90, 62], [102, 82], [78, 82]])], (230, 190, 30))
    words(plate, number(rng)[:5], box=(12, 130, 40, 12), colour=(40, 40, 40), rng=rng)
    parts = box((-wide / 2, -deep / 2, 0.08), (wide / 2, deep / 2, tall), texture(plate), top=colour)
    base = box((-wide / 2 - 0.05, -deep / 2 - 0.05, 0), (wide / 2 + 0.05, deep / 2 + 0.05, 0.1), (140, 138, 132))
    return Model((group([*base, *parts]),), (wide, deep, tall))


def bollard(rng: Rng) -> Model:
    """A post against cars."""
    colour = jitter(rng, pick(rng, ((60, 62, 64), (160, 158, 150), (200, 170, 40), (150, 40, 36))))
    height, r = rng.uniform(0.6, 1.0), rng.uniform(0.06, 0.13)
    ring = tube((0, 0, height * 0.75), (0, 0, height * 0.88), r * 1.03, (235, 225, 200))
    parts = [tube((0, 0, 0), (0, 0, height), r, colour), ring]
    return Model((Group(tuple(parts)),), (2 * r, 2 * r, height), 0.4)


def cone(rng: Rng) -> Model:
    """A traffic cone."""
    orange = jitter(rng, (226, 82, 28), by=8)
    parts = [
        *box((-0.18, -0.18, 0), (0.18, 0.18, 0.03), (40, 36, 34)),
        tube((0, 0, 0.03), (0, 0, 0.62), 0.13, orange, end_m=0.03),
        tube((0, 0, 0.28), (0, 0, 0.42), 0.086, (236, 236, 230), end_m=0.062),
    ]
    return Model((Group(tuple(parts)),), (0.36, 0.36, 0.62), 0.4)


def hydrant(rng: Rng) -> Model:
    """A red hydrant."""
    red = jitter(rng, (176, 34, 30))
    parts = [
        tube((0, 0, 0), (0, 0, 0.62), 0.1, red),
        tube((0, -0.18, 0.42), (0, 0.18, 0.42), 0.06, red),
        tube((0, 0, 0.62), (0, 0, 0.74), 0.12, red, end_m=0.04),
    ]
    return Model((Group(tuple(parts)),), (0.3, 0.36, 0.74), 0.4)


def bench(rng: Rng) -> Model:
    """A wooden bench."""
    wood = jitter(rng, (132, 92, 58))
    legs = [p for x in (-0.7, 0.62) for p in box((x, -0.2, 0), (x + 0.08, 0.2, 0.42), (60, 60, 62))]
    seat = box((-0.85, -0.24, 0.42), (0.85, 0.24, 0.47), wood)
    back = box((-0.85, -0.26, 0.55), (0.85, -0.22, 0.85), wood)
    return Model((group([*legs, *seat, *back]),), (1.7, 0.5, 0.85))


def leaves(rng: Rng) -> Model:
    """Fallen leaves on the ground: looks like litter and is none."""
    size = 160
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    specks = rng.random((size // 3, size // 3)).astype(np.float32)
    specks = np.asarray(cv2.resize(specks, (size, size), interpolation=cv2.INTER_NEAREST))
    fall = specks > 0.45 + 0.5 * (x**2 + y**2) + 0.15 * fractal(rng, size, size, cell_px=30)
    hue = np.asarray(cv2.resize(rng.random((size // 3, size // 3)).astype(np.float32), (size, size)))[..., None]
    image = (np.array((150, 96, 36)) * hue + np.array((96, 84, 40)) * (1 - hue)).astype(np.uint8)
    paint = texture(with_opacity(image, (fall * 255).astype(np.uint8)))
    r = rng.uniform(0.5, 1.4)
    return Model((Group((quad([(r, r, 0), (r, -r, 0), (-r, -r, 0), (-r, r, 0)], paint),)),), (2 * r, 2 * r, 0.02), 0.0)
