"""Pictures of what stalls sell and are covered with."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lettering import chinese
from streetaudit_datasets.synthetic.posters import BOLD
from streetaudit_datasets.synthetic.refuse import CARD
from streetaudit_datasets.synthetic.textures import Colour, Image, Rng, Texture, fractal, jitter, pick, texture, toned

PRODUCE: tuple[Colour, ...] = (
    (206, 40, 34), (236, 140, 30), (240, 206, 60), (96, 150, 50), (60, 110, 44), (150, 40, 90), (196, 160, 110),
    (230, 90, 60),    (236, 226, 200), (110, 70, 44),
)  # fmt: skip
CLOTHS: tuple[Colour, ...] = (*BOLD, (236, 234, 226), (120, 124, 130), (206, 196, 170))


def produce(rng: Rng, *, height: int = 90, width: int = 180, trays: int = 5) -> Texture:
    """Goods from above: trays of round things, each tray of one sort."""
    image: Image = np.empty((height, width, 3), np.uint8)
    image[:] = (70, 56, 40)
    step = width // trays
    rows = 1 if rng.random() < 0.4 else 2
    for i in range(trays):
        for j in range(rows):
            colour = pick(rng, PRODUCE)
            x0, y0 = i * step + 2, j * height // rows + 2
            x1, y1 = (i + 1) * step - 3, (j + 1) * height // rows - 3
            cv2.rectangle(image, (x0, y0), (x1, y1), tuple(c * 0.5 for c in colour), -1)
            r = int(rng.integers(3, 7))
            for _ in range(int((x1 - x0) * (y1 - y0) / (r * r * 2.2))):
                centre = (
                    int(rng.integers(x0 + r, max(x0 + r + 1, x1 - r))),
                    int(rng.integers(y0 + r, max(y0 + r + 1, y1 - r))),
                )
                tone = jitter(rng, colour, by=13)
                cv2.circle(image, centre, r, tuple(c * 0.7 for c in tone), -1, cv2.LINE_AA)
                cv2.circle(image, (centre[0] - 1, centre[1] - 1), max(1, r - 1), tone, -1, cv2.LINE_AA)
            cv2.rectangle(image, (x0, y0), (x1, y1), pick(rng, CARD), 2)
    return texture(image)


def heap(rng: Rng) -> Texture:
    """A low heap of goods seen from the side, RGBA."""
    image = np.zeros((60, 160, 4), np.uint8)
    colours = [pick(rng, PRODUCE) for _ in range(4)]
    for _ in range(150):
        x = int(rng.uniform(8, 152))
        top = 60 - 44 * (1 - ((x - 80) / 90) ** 2) * (0.7 + 0.3 * np.cos(x / 9))
        centre = (x, int(rng.uniform(top, 58)))
        tone = jitter(rng, colours[min(3, x // 40)], by=14)
        cv2.circle(image, centre, int(rng.integers(4, 8)), (*tone, 255), -1, cv2.LINE_AA)
        cv2.circle(
            image, (centre[0] - 2, centre[1] - 2), 2, (*(min(255.0, c * 1.2) for c in tone), 255), -1, cv2.LINE_AA
        )
    return texture(image)


def drape(rng: Rng, colour: Colour, *, height: int = 60, width: int = 160) -> Texture:
    """Cloth that hangs in folds, sometimes with writing."""
    image: Image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(colour, 0, 255)
    if rng.random() < 0.4:
        for x in range(0, width, 18):
            cv2.rectangle(image, (x, 0), (x + 8, height), (236, 234, 226), -1)
    if rng.random() < 0.4:
        ink = (245, 240, 220) if sum(colour) < 420 else (160, 24, 24)
        chinese(image, rng, box=(16, height // 4, width - 32, height // 2), colour=ink)
    folds = 14 * np.sin(np.arange(width) / rng.uniform(3, 7))
    return texture(
        toned(image, np.tile(folds.astype(np.float32), (height, 1)) + 8 * fractal(rng, height, width, cell_px=30))
    )
