"""Writing: Latin with OpenCV's strokes, Chinese-like characters stroke by stroke, codes in squares."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from streetaudit_datasets.synthetic.textures import Colour, Image, Rng

LATIN = (
    "SALE", "RENT", "LOAN", "FAST CASH", "OPEN", "TAXI", "HIRING", "50% OFF", "TEL", "MOVING", "REPAIR", "LOCKS",
    "MASSAGE", "TO LET", "CALL NOW", "JOBS", "ENGLISH", "TUTOR", "FREE", "NEW", "BUY", "GOLD", "WIFI", "CLEANING",
)  # fmt: skip
SHOPS = (
    "CAFE", "BAKERY", "MARKET", "HOTEL", "BANK", "PHARMACY", "TEA", "NOODLES", "FRUIT", "PHONE", "HAIR", "BOOKS",
    "FLOWERS", "OPTIC", "SHOES", "KTV", "PIZZA", "BIKE", "24H", "MODA", "TABAC", "APOTHEKE", "BISTRO",
)  # fmt: skip
FONTS = (
    cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX,
)  # fmt: skip


def words(image: Image, text: str, *, box: tuple[int, int, int, int], colour: Colour, rng: Rng) -> None:
    """Write Latin text as large as the box (x, y, width, height) lets it be."""
    x, y, width, height = box
    font = int(FONTS[int(rng.integers(len(FONTS)))])
    thick = max(1, height // 9)
    (wide, tall), _ = cv2.getTextSize(text, font, 1.0, thick)
    scale = min(width / max(1, wide), height * 0.8 / max(1, tall))
    if scale <= 0.05:
        return
    thick = max(1, int(height * scale * 0 + tall * scale / rng.uniform(4, 8)))
    at = (int(x + (width - wide * scale) / 2), int(y + (height + tall * scale) / 2))
    cv2.putText(image, text, at, font, scale, colour, thick, cv2.LINE_AA)


def glyph(image: Image, rng: Rng, *, box: tuple[int, int, int], colour: Colour) -> None:
    """Draw one Chinese-like character in a square (x, y, side)."""
    x, y, side = box
    thick = max(1, round(side / rng.uniform(8, 12)))

    def line(ax: float, ay: float, bx: float, by: float) -> None:
        a = (int(x + ax * side), int(y + ay * side))
        cv2.line(image, a, (int(x + bx * side), int(y + by * side)), colour, thick, cv2.LINE_AA)

    def part(left: float, top: float, right: float, bottom: float) -> None:
        w, h = right - left, bottom - top
        kind = int(rng.integers(6))
        if kind in (0, 3):  # a box with bars
            line(left, top, right, top)
            line(left, top, left, bottom)
            line(right, top, right, bottom)
            line(left, bottom, right, bottom)
            for k in range(int(rng.integers(0, 3))):
                line(left, top + h * (k + 1) / 3, right, top + h * (k + 1) / 3)
        elif kind in (1, 4):  # rungs on a post
            for k in range(int(rng.integers(2, 5))):
                level = top + h * (k + 0.2) / 4
                line(left + w * rng.uniform(0, 0.2), level, right - w * rng.uniform(0, 0.2), level)
            line(left + w / 2, top, left + w / 2, bottom)
        else:  # a roof with legs
            line(left, top + h * 0.3, right, top + h * 0.3)
            line(left + w / 2, top, left, bottom)
            line(left + w / 2, top + h * 0.3, right, bottom)
            if kind == 5:
                line(left + w * 0.2, top + h * 0.65, right - w * 0.2, top + h * 0.65)

    if rng.random() < 0.5:
        cut = rng.uniform(0.3, 0.45)
        part(0.08, 0.1, cut, 0.9)
        part(cut + 0.1, 0.1, 0.92, 0.9)
    else:
        cut = rng.uniform(0.35, 0.55)
        part(0.12, 0.08, 0.88, cut)
        part(0.1, cut + 0.1, 0.9, 0.92)


def chinese(image: Image, rng: Rng, *, box: tuple[int, int, int, int], colour: Colour, upright: bool = False) -> None:
    """Fill a box (x, y, width, height) with one row (or column) of characters."""
    x, y, width, height = box
    side, run = (width, height) if upright else (height, width)
    if side < 4:
        return
    count = max(1, int(run / (side * 1.08)))
    step = run / count
    for i in range(count):
        offset = int(i * step + (step - side) / 2)
        glyph(image, rng, box=(x if upright else x + offset, y + offset if upright else y, side), colour=colour)


def number(rng: Rng) -> str:
    """A made-up mobile number; the 100 block is not given to anyone."""
    return "1" + "".join(str(d) for d in (3, 0, 0, 0, 0, 0, *rng.integers(0, 10, 4)))


def squares(image: Image, rng: Rng, *, box: tuple[int, int, int]) -> None:
    """Draw a QR-like code in a square (x, y, side)."""
    x, y, side = box
    cells = 25
    code = (rng.random((cells, cells)) < 0.5).astype(np.uint8)
    for cy, cx in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        code[cy : cy + 7, cx : cx + 7] = 1
        code[cy + 1 : cy + 6, cx + 1 : cx + 6] = 0
        code[cy + 2 : cy + 5, cx + 2 : cx + 5] = 1
    code = np.pad(1 - code, 2, constant_values=1) * 255
    height, width = image.shape[:2]
    side = min(side, height - y, width - x)
    if side < 5:
        return
    drawn = np.asarray(cv2.resize(code, (side, side), interpolation=cv2.INTER_AREA))
    image[y : y + side, x : x + side, :3] = drawn[..., None]


def pages(rng: Rng, image: Image, *, colour: Colour, lines: int, area: tuple[int, int, int, int]) -> None:
    """Fill an area (x, y, width, height) with lines of small writing."""
    x, y, width, height = area
    step = height / max(1, lines)
    style: Callable[[int], None]

    def latin(top: int) -> None:
        text = " ".join(str(rng.choice(LATIN)) for _ in range(2))
        words(image, text, box=(x, top, width, int(step * 0.8)), colour=colour, rng=rng)

    def glyphs(top: int) -> None:
        chinese(image, rng, box=(x, top, int(width * rng.uniform(0.6, 1)), int(step * 0.75)), colour=colour)

    style = glyphs if rng.random() < 0.7 else latin
    for i in range(lines):
        style(int(y + i * step))
