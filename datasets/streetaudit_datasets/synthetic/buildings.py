"""House fronts: walls, windows, shops and shutters painted as one picture each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.shopfronts import FRAMES, PX_PER_M, Style, air_conditioner, ground_floor, pane
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
)

WALLS: tuple[Colour, ...] = (
    (206, 196, 176), (186, 150, 120), (222, 214, 196), (150, 146, 142), (198, 172, 132), (176, 186, 190),
    (160, 96, 78), (214, 190, 160), (120, 122, 126), (230, 226, 218), (188, 160, 150), (140, 70, 58),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """How one wall of a house is painted; painting waits until somebody sees it.

    Attributes:
        seed: of the picture.
        style: of the house.
        size_m: width and height.
        px_per_m: grain of the picture.
    """

    seed: int
    style: Style
    size_m: tuple[float, float]
    px_per_m: int

    def paint(self, light: Light) -> Texture:
        """The wall's picture."""
        rng = np.random.default_rng(self.seed)
        made = facade(rng, self.style, width_m=self.size_m[0], height_m=self.size_m[1], light=light)
        width, height = (max(8, round(v * self.px_per_m)) for v in self.size_m)
        if self.px_per_m < PX_PER_M:
            made = np.asarray(cv2.resize(made, (width, height), interpolation=cv2.INTER_AREA))
        return texture(made, glows=light.lamps_on)


def draw_style(rng: Rng) -> Style:
    """A style for one house."""
    return Style(
        wall=str(rng.choice(["plaster", "brick", "tile", "panel", "glass"], p=(0.34, 0.22, 0.2, 0.16, 0.08))),
        colour=jitter(rng, pick(rng, WALLS)),
        frame=pick(rng, FRAMES),
        storey_m=float(rng.uniform(2.8, 3.5)),
        bay_m=float(rng.uniform(2.4, 4.2)),
        ground=str(rng.choice(["shops", "windows", "wall", "shutters"], p=(0.5, 0.16, 0.16, 0.18))),
    )


def facade(rng: Rng, style: Style, *, width_m: float, height_m: float, light: Light) -> Image:
    """The front of a house in daylight colours; with lamps on, lit as at night and not to be shaded again."""
    width, height = int(width_m * PX_PER_M), int(height_m * PX_PER_M)
    image = _wall(rng, style, height, width)
    glow = np.zeros((height, width), np.uint8)
    ground = int((style.storey_m + 0.6) * PX_PER_M)
    _windows(rng, style, image, glow, above=height - ground, night=light.lamps_on)
    ground_floor(rng, style, image, glow, top=height - ground)
    cv2.rectangle(image, (0, 0), (width, int(0.35 * PX_PER_M)), tuple(c * 0.8 for c in style.colour), -1)
    base = int(0.4 * PX_PER_M)
    if rng.random() < 0.6:
        image[-base:] = (image[-base:] * 0.72).astype(np.uint8)
    image = _grime(rng, image)
    return _night(image, glow, light) if light.lamps_on else image


def _wall(rng: Rng, style: Style, height: int, width: int) -> Image:
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(style.colour, 0, 255)
    dark = tuple(c * 0.78 for c in style.colour)
    if style.wall in ("brick", "tile"):
        row, long = (4, 9) if style.wall == "brick" else (11, 11)
        lots = rng.normal(0, 9, (height // row + 1, width // long + 2)).astype(np.float32)
        tone = np.repeat(np.repeat(lots, row, axis=0), long, axis=1)[:height, :width]
        image = toned(image, tone)
        image[::row] = (image[::row] * 0.82).astype(np.uint8)
        image[:, ::long] = (image[:, ::long] * 0.9).astype(np.uint8)
    elif style.wall in ("panel", "glass"):
        step = int(style.bay_m * PX_PER_M / 2)
        for x in range(0, width, max(8, step)):
            cv2.line(image, (x, 0), (x, height), dark, 1)
        for y in range(0, height, max(8, int(style.storey_m * PX_PER_M / 2))):
            cv2.line(image, (0, y), (width, y), dark, 1)
    return toned(image, rng.normal(0, 3, (height, width)).astype(np.float32))


def _grime(rng: Rng, image: Image) -> Image:
    height, width = image.shape[:2]
    tone = 8 * fractal(rng, height, width, cell_px=90)
    streaks = np.clip(value_noise(rng, 3, width, cell_px=7)[0] - 0.25, 0, 1)
    fall = np.abs(value_noise(rng, height, 2, cell_px=70)[:, :1])
    return toned(image, tone - 26 * streaks[None, :] * fall)


def _windows(rng: Rng, style: Style, image: Image, glow: Image, *, above: int, night: bool) -> None:
    width = image.shape[1]
    storey, count = int(style.storey_m * PX_PER_M), max(1, int(width / (style.bay_m * PX_PER_M)))
    bay = width / count
    share = rng.uniform(0.42, 0.72) if style.wall != "glass" else 0.92
    tall = int(storey * (rng.uniform(0.42, 0.62) if style.wall != "glass" else 0.85))
    balcony, unit = rng.random() < 0.25, rng.uniform(0, 0.45)
    for top in range(above - storey, int(0.5 * PX_PER_M), -storey):
        for i in range(count):
            x0, y0 = int((i + (1 - share) / 2) * bay), top + int((storey - tall) * 0.45)
            x1, y1 = x0 + int(bay * share), y0 + tall
            pane(rng, image, (x0, y0, x1, y1))
            if night and rng.random() < 0.4:
                cv2.rectangle(glow, (x0, y0), (x1, y1), int(rng.uniform(90, 230)), -1)
            cv2.rectangle(image, (x0, y0), (x1, y1), style.frame, 2)
            for k in range(1, int(rng.integers(2, 4))):
                x = x0 + (x1 - x0) * k // 2
                cv2.line(image, (x, y0), (x, y1), style.frame, 1)
            cv2.rectangle(image, (x0 - 3, y1), (x1 + 3, y1 + 3), tuple(min(255, c * 1.1) for c in style.colour), -1)
            cv2.line(image, (x0 - 3, y1 + 4), (x1 + 3, y1 + 4), tuple(c * 0.6 for c in style.colour), 1)
            if balcony:
                cv2.rectangle(
                    image, (x0 - 8, y1 - tall // 3), (x1 + 8, y1 + 5), tuple(c * 0.85 for c in style.colour), -1
                )
            elif rng.random() < unit:
                air_conditioner(image, x0, y1 + 4)


def _night(image: Image, glow: Image, light: Light) -> Image:
    """The front in lamp light, with windows and signs that shine."""
    dim = np.array(light.ambient, np.float32) * 0.8
    shine = cv2.GaussianBlur(glow, (0, 0), 9).astype(np.float32) / 255 * 0.35
    share = np.maximum(glow.astype(np.float32) / 255, shine)[..., None]
    warm = np.array([1.25, 1.08, 0.8], np.float32)
    lit = image.astype(np.float32) * (dim + share * warm) + share * np.array([52, 40, 18], np.float32)
    shown: Image = np.clip(lit, 0, 255).astype(np.uint8)
    return shown
