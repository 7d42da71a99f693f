"""Pictures of rubbish: bags, scraps seen from above, crumpled sheets."""

from __future__ import annotations

import cv2
import numpy as np

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
