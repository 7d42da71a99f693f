"""Passers-by: upright pictures of simple figures, in a few phases of a step."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from streetaudit_datasets.synthetic.model import Group, Model, sprite
from streetaudit_datasets.synthetic.textures import Colour, Image, Rng, Texture, fractal, jitter, pick, texture, toned

PHASES = 4
SKIN: tuple[Colour, ...] = ((226, 184, 152), (198, 150, 116), (150, 104, 76), (240, 204, 176), (110, 76, 56))
CLOTH: tuple[Colour, ...] = (
    (30, 32, 40), (60, 64, 74), (150, 30, 36), (40, 70, 130), (220, 216, 206), (90, 110, 80), (190, 150, 90),
    (230, 180, 190),    (70, 54, 44), (120, 124, 128), (236, 236, 236), (26, 90, 90),
)  # fmt: skip
HAIR: tuple[Colour, ...] = ((20, 18, 18), (46, 32, 24), (120, 90, 50), (150, 148, 146))


def figure(seed: int, phase: int) -> tuple[Texture, float]:
    """The picture of one person in one phase of a step, and their height in metres."""
    return _figure(seed, phase % PHASES)


@cache
def _figure(seed: int, phase: int) -> tuple[Texture, float]:
    rng = np.random.default_rng(seed)
    height = float(rng.uniform(1.52, 1.88))
    image = np.zeros((240, 110, 4), np.uint8)
    skin, hair = jitter(rng, pick(rng, SKIN), by=6), pick(rng, HAIR)
    coat, legs = jitter(rng, pick(rng, CLOTH)), jitter(rng, pick(rng, CLOTH))
    skirt, bag, long_hair = rng.random() < 0.15, rng.random() < 0.4, rng.random() < 0.4
    stride = float(np.sin(2 * np.pi * phase / PHASES + 0.6)) * 19
    _legs(image, legs, stride, coat if skirt else None)
    _arm(image, tuple(c * 0.8 for c in coat), skin, stride)
    _trunk(image, coat)
    if bag:
        cv2.ellipse(image, (76, 112), (11, 20), 8, 0, 360, (*jitter(rng, pick(rng, CLOTH)), 255), -1, cv2.LINE_AA)
    _arm(image, coat, skin, -stride)
    cv2.rectangle(image, (50, 34), (60, 48), (*(c * 0.85 for c in skin), 255), -1)
    cv2.ellipse(image, (55, 24), (13, 17), 0, 0, 360, (*skin, 255), -1, cv2.LINE_AA)
    cv2.ellipse(image, (55, 19), (15, 15), 0, 150, 390, (*hair, 255), -1, cv2.LINE_AA)
    if long_hair:
        cv2.ellipse(image, (47, 34), (9, 22), 10, 0, 360, (*hair, 255), -1, cv2.LINE_AA)
    shade = np.linspace(16, -22, 110, dtype=np.float32)[None, :] + 7 * fractal(rng, 240, 110, cell_px=26)
    return texture(toned(image, shade)), height


def _legs(image: Image, colour: Colour, stride: float, skirt: Colour | None) -> None:
    for sign, tone in ((-1, 0.75), (1, 1.0)):
        shade = (*(c * tone for c in colour), 255)
        knee, foot = (int(55 + sign * stride * 0.55), 172), (int(55 + sign * stride), 228)
        cv2.line(image, (55, 122), knee, shade, 17, cv2.LINE_AA)
        cv2.line(image, knee, foot, shade, 13, cv2.LINE_AA)
        cv2.ellipse(image, (foot[0] + 4, 233), (10, 6), 0, 0, 360, (30, 28, 28, 255), -1, cv2.LINE_AA)
    if skirt is not None:
        cv2.fillConvexPoly(image, np.array([[40, 116], [70, 116], [80, 182], [30, 182]]), (*skirt, 255), cv2.LINE_AA)


def _trunk(image: Image, colour: Colour) -> None:
    outline = np.array([[37, 52], [45, 45], [65, 45], [73, 52], [72, 100], [74, 130], [36, 130], [38, 100]])
    cv2.fillPoly(image, [outline], (*colour, 255), cv2.LINE_AA)
    cv2.line(image, (55, 50), (55, 128), (*(c * 0.8 for c in colour), 255), 1, cv2.LINE_AA)


def _arm(image: Image, colour: tuple[float, ...], skin: Colour, swing: float) -> None:
    elbow, hand = (int(55 + swing * 0.55), 92), (int(57 + swing * 1.05), 124)
    cv2.line(image, (55, 58), elbow, (*colour, 255), 12, cv2.LINE_AA)
    cv2.line(image, elbow, hand, (*colour, 255), 10, cv2.LINE_AA)
    cv2.circle(image, hand, 6, (*skin, 255), -1, cv2.LINE_AA)


@cache
def person(seed: int, phase: int) -> Model:
    """One person in one phase of a step."""
    paint, height = figure(seed, phase)
    wide = height * 110 / 240
    return Model((Group((sprite((0, 0, 0), (wide, height), paint),)),), (0.4, 0.5, height), 0.45)


def passer_by(rng: Rng) -> Model:
    """A person in any phase."""
    return person(int(rng.integers(1 << 30)), int(rng.integers(PHASES)))
