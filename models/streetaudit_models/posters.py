"""Printed matter as it is stuck on walls: flyers, posters, banners and sprayed numbers, drawn from a seed.

Every picture is RGBA uint8 (H, W, 4): what is not paper or paint is transparent.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgba = NDArray[np.uint8]
Rng = np.random.Generator

# Trades that stuck flyers advertise, and words of sale; what they mean does not matter, how they look does.
_CHINESE = (
    "办证", "开锁", "贷款", "疏通", "搬家", "招聘", "房屋出租", "旺铺转让", "家电维修", "收旧手机", "高价回收",
    "专业防水", "驾校招生", "清仓大甩卖", "二手车", "低价出售", "招租", "代办信用卡", "特价", "火锅", "开业大吉",
)  # fmt: skip
_LATIN = (
    "FOR RENT", "SALE", "LOANS", "CASH", "50%", "OPEN", "MOVING", "PIZZA", "CONCERT", "WANTED", "LESSONS", "JOBS",
    "LOCKSMITH", "АРЕНДА", "СКИДКА", "КОФЕ", "WIFI", "TATTOO", "YOGA", "LOST CAT", "BUY NOW", "DISKON",
)  # fmt: skip
_PAPERS = (
    (250, 250, 246), (252, 240, 120), (255, 214, 60), (240, 120, 140), (225, 40, 40), (60, 130, 210), (120, 200, 120),
    (245, 150, 60), (30, 30, 40), (245, 245, 245), (250, 250, 250), (170, 60, 150),
)  # fmt: skip
_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
_CHINESE_FONTS = ("*CJK*Bold*", "*CJK*Regular*", "*wqy*", "*simhei*")
_LATIN_FONTS = ("DejaVuSans-Bold*", "LiberationSans-Bold*")


@cache
def _font_files() -> tuple[Path, ...]:
    """Fonts with Chinese signs where there are any: they have Latin and Cyrillic ones too."""
    for names in (_CHINESE_FONTS, _LATIN_FONTS):
        found = [file for folder in _FONT_FOLDERS for name in names for file in sorted(folder.rglob(name))[:2]]
        if found:
            return tuple(found)
    return ()


def _pillow(module: str) -> Any:
    return import_module(f"PIL.{module}")  # only training draws print, so only training needs Pillow


def _font(size_px: int, rng: Rng) -> Any:
    fonts = _pillow("ImageFont")
    files = _font_files()
    if not files:
        return fonts.load_default(size=max(6, size_px))
    return fonts.truetype(str(files[int(rng.integers(len(files)))]), max(6, size_px))


_KINDS = {
    "flyer": 0.24,
    "poster": 0.24,
    "sheet": 0.12,
    "sticker": 0.1,
    "vinyl": 0.12,
    "wad": 0.08,
    "banner": 0.06,
    "stencil": 0.04,
}


def draw_print(rng: Rng) -> Rgba:
    """One random piece of print."""
    match rng.choice(list(_KINDS), p=list(_KINDS.values())):
        case "stencil":
            return _stencil(rng)
        case "vinyl":
            return _vinyl(rng)
        case "wad":
            return _wad(rng)
        case kind:
            return _sheet(str(kind), rng)


def _sheet(kind: str, rng: Rng) -> Rgba:
    """A worn sheet of paper or cloth."""
    match kind:
        case "flyer":
            height, width = int(rng.integers(110, 240)), int(rng.integers(120, 200))
            picture = _layout(rng, width=width, height=height, rows=3)
            if rng.random() < 0.3:
                _strips(picture, rng)
        case "poster":
            picture = _layout(rng, width=200, height=int(rng.integers(240, 320)), rows=5, with_photo=True)
        case "banner":
            picture = _layout(rng, width=420, height=int(rng.integers(70, 130)), rows=1)
        case "sticker":
            picture = _layout(rng, width=180, height=int(rng.integers(50, 90)), rows=2)
        case _:
            picture = _layout(rng, width=180, height=250, rows=9, paper=(248, 248, 246))
    return _worn(picture, rng)


def _strips(picture: Rgba, rng: Rng) -> None:
    """Cut the foot into strips to tear off; some are gone."""
    height, width = picture.shape[:2]
    foot, step = int(height * 0.84), max(6, width // int(rng.integers(7, 11)))
    for x in range(0, width, step):
        picture[foot:, x : x + 1, :3] = 90
        if rng.random() < 0.35:
            picture[foot:, x : x + step, 3] = 0


def _vinyl(rng: Rng) -> Rgba:
    """Lettering on a pane: large lines on film that lets more or less of the window through."""
    width, height = int(rng.integers(120, 320)), int(rng.integers(70, 300))
    picture = _layout(rng, width=width, height=height, rows=int(np.clip(height // 50, 1, 5)))
    ground = picture[2, 2, :3].astype(np.int16)
    ink = np.abs(picture[..., :3].astype(np.int16) - ground).max(axis=2) > 60
    picture[..., 3] = np.where(ink, 235, int(rng.choice([0, 90, 180, 235], p=(0.25, 0.2, 0.25, 0.3))))
    return picture


def _wad(rng: Rng) -> Rgba:
    """Sheets over sheets, as poles and shutters gather them."""
    side = 260
    heap = np.zeros((side, side, 4), dtype=np.uint8)
    for _ in range(int(rng.integers(4, 11))):
        sheet = _sheet(str(rng.choice(["flyer", "sticker", "sheet"])), rng)
        scale = rng.uniform(0.3, 0.6) * side / max(sheet.shape[:2])
        turn = cv2.getRotationMatrix2D((0, 0), rng.normal(0, 6), scale)
        turn[:, 2] += rng.uniform(0.02, 0.6, 2) * side
        laid = np.asarray(cv2.warpAffine(sheet, turn, (side, side), flags=cv2.INTER_AREA))
        heap = np.where(laid[..., 3:] > 127, laid, heap)
    return heap


def _layout(
    rng: Rng, *, width: int, height: int, rows: int, with_photo: bool = False, paper: tuple[int, ...] | None = None
) -> Rgba:
    ground = paper or _PAPERS[int(rng.integers(len(_PAPERS)))]
    picture = _pillow("Image").new("RGB", (width, height), ground)
    pen = _pillow("ImageDraw").Draw(picture)
    ink = _ink(ground, rng)
    top = 0
    if with_photo and rng.random() < 0.7:
        top = _photo(picture, rng)
    heights = rng.dirichlet(np.full(rows, 4.0)) * (height - top) * 0.92
    y = top + 0.04 * height
    for tall in heights:
        if rng.random() < 0.2:
            ink = _ink(ground, rng)
        _write(pen, (width, y, tall), ink, rng)
        y += tall
    pixels = np.asarray(picture, dtype=np.uint8).copy()
    if rng.random() < 0.3:
        _code(pixels, rng)
    if rng.random() < 0.4:
        cv2.rectangle(pixels, (2, 2), (width - 3, height - 3), tuple(map(int, ink)), int(rng.integers(1, 6)))
    return np.dstack([pixels, np.full((height, width), 255, dtype=np.uint8)])


def _ink(ground: tuple[int, ...], rng: Rng) -> tuple[int, ...]:
    dark = ((20, 20, 25), (200, 20, 30), (20, 50, 150), (0, 90, 40))
    light = ((255, 255, 255), (255, 240, 60))
    choices = dark if sum(ground) > 380 else light
    return choices[int(rng.integers(len(choices)))]


def _write(pen: Any, place: tuple[int, float, float], ink: tuple[int, ...], rng: Rng) -> None:
    width, y, tall = place
    roll = rng.random()
    words = _CHINESE if roll < 0.45 else _LATIN
    text = str(words[int(rng.integers(len(words)))])
    if roll > 0.75:
        text = "".join(str(digit) for digit in rng.integers(0, 10, int(rng.integers(7, 12))))
    font = _font(int(tall * 0.8), rng)
    length = max(1.0, pen.textlength(text, font=font))
    if length > width * 0.94:
        font = _font(int(tall * 0.8 * width * 0.94 / length), rng)
        length = min(width, pen.textlength(text, font=font))
    pen.text((rng.uniform(0.02, max(0.03, 1 - length / width)) * width, y), text, fill=ink, font=font)


def _photo(picture: Any, rng: Rng) -> int:
    """Paint a blurred scene of blobs (no faces) on the upper part; returns where it ends."""
    height, width = int(picture.height * rng.uniform(0.3, 0.6)), picture.width
    blobs = rng.integers(0, 256, (int(rng.integers(3, 8)), int(rng.integers(3, 8)), 3)).astype(np.uint8)
    scene = cv2.resize(blobs, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(1, 6))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = tuple(map(int, rng.integers(0, 256, 3)))
        cv2.ellipse(
            scene, centre, tuple(map(int, rng.integers(8, 60, 2))), float(rng.uniform(0, 180)), 0, 360, colour, -1
        )
    picture.paste(_pillow("Image").fromarray(scene), (0, 0))
    return height


def _code(pixels: NDArray[np.uint8], rng: Rng) -> None:
    """A square of black and white modules, with the three marks of a QR code, in one corner."""
    side = int(min(pixels.shape[:2]) * rng.uniform(0.2, 0.4))
    modules = (rng.random((23, 23)) < 0.5).astype(np.uint8) * 255
    mark = np.pad(np.pad(np.zeros((3, 3), np.uint8), 1, constant_values=255), 1)  # black about white about black
    modules[[0, -1]], modules[:, [0, -1]] = 255, 255
    for rows, columns in ((slice(1, 9), slice(1, 9)), (slice(1, 9), slice(14, 22)), (slice(14, 22), slice(1, 9))):
        modules[rows, columns] = 255
    modules[1:8, 1:8] = modules[1:8, 15:22] = modules[15:22, 1:8] = mark
    square = cv2.resize(modules, (side, side), interpolation=cv2.INTER_NEAREST)
    pixels[-side - 4 : -4, -side - 4 : -4] = square[..., None]


def _stencil(rng: Rng) -> Rgba:
    """A sprayed telephone number: paint without paper."""
    mask = _pillow("Image").new("L", (360, 80), 0)
    word = str(_CHINESE[int(rng.integers(len(_CHINESE)))])
    number = "1" + "".join(str(digit) for digit in rng.integers(0, 10, 10))
    _pillow("ImageDraw").Draw(mask).text((6, 12), f"{word}{number}", fill=255, font=_font(44, rng))
    alpha = cv2.GaussianBlur(np.asarray(mask, dtype=np.uint8), (0, 0), rng.uniform(0.8, 2.2))
    colour = ((20, 20, 20), (150, 20, 30), (20, 40, 140))[int(rng.integers(3))]
    columns = np.flatnonzero(alpha.max(axis=0) > 40)
    rows = np.flatnonzero(alpha.max(axis=1) > 40)
    alpha = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.dstack(
        [np.full((*alpha.shape, 3), colour, dtype=np.uint8), (alpha * rng.uniform(0.6, 0.95)).astype(np.uint8)]
    )


def _worn(picture: Rgba, rng: Rng) -> Rgba:
    """The print faded, stained, creased and perhaps torn."""
    height, width = picture.shape[:2]
    colour = picture[..., :3].astype(np.float32)
    fade = rng.uniform(0.0, 0.45)
    colour = colour * (1 - fade) + fade * rng.uniform(150, 235)
    stain = cv2.resize(rng.normal(0, 1, (4, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    colour += stain[..., None] * rng.uniform(2, 22)
    if rng.random() < 0.35:
        colour[:, int(rng.integers(width)) :][:, :2] -= 40
    alpha = picture[..., 3].copy()
    if rng.random() < 0.3:
        edge = rng.normal(0, 1, 12).cumsum()
        depth = np.interp(np.arange(width), np.linspace(0, width, 12), np.abs(edge) * height * 0.06)
        alpha[np.arange(height)[::-1, None] < depth] = 0
    return np.dstack([colour.clip(0, 255).astype(np.uint8), alpha])
