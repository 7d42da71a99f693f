"""The ground floor of a house: shops, shutters, doors, panes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lettering import SHOPS, chinese, words
from streetaudit_datasets.synthetic.posters import BOLD, photo
from streetaudit_datasets.synthetic.textures import (
    Colour,
    Image,
    Rng,
    fractal,
    jitter,
    pick,
)

PX_PER_M = 36
FRAMES: tuple[Colour, ...] = ((236, 236, 232), (70, 66, 62), (110, 74, 48), (60, 84, 72), (150, 154, 156))


@dataclass(frozen=True, slots=True)
class Style:
    """How one house looks.

    Attributes:
        wall: plaster | brick | tile | panel | glass.
        colour: of the wall.
        frame: of the windows.
        storey_m: height of a storey; the ground floor is half a metre higher.
        bay_m: width of a window bay.
        ground: shops | windows | wall | shutters.
    """

    wall: str
    colour: Colour
    frame: Colour
    storey_m: float
    bay_m: float
    ground: str


def pane(rng: Rng, image: Image, box: tuple[int, int, int, int]) -> None:
    """Glass: a dark room behind a reflection of the sky, now and then a curtain."""
    x0, y0, x1, y1 = box
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    tone = rng.uniform(28, 80)
    rise = np.linspace(rng.uniform(30, 75), 0, y1 - y0)[:, None, None]
    image[y0:y1, x0:x1] = np.clip(np.array([tone * 0.9, tone, tone * 1.1]) + rise, 0, 255)
    if rng.random() < 0.45:
        cloth = pick(rng, ((210, 204, 190), (160, 170, 176), (190, 160, 140), (120, 130, 120)))
        edge = x0 + int((x1 - x0) * rng.uniform(0.2, 0.5))
        image[y0:y1, x0:edge] = (0.55 * np.array(cloth) + 0.45 * image[y0:y1, x0:edge]).astype(np.uint8)
    if rng.random() < 0.5:
        shift = int((x1 - x0) * rng.uniform(-0.4, 0.6))
        glint = np.array(
            [[x0 + shift, y1], [x0 + shift + (x1 - x0) // 3, y1], [x1 + shift, y0], [x0 + shift + (x1 - x0) // 2, y0]]
        )
        part = image[y0:y1, x0:x1].copy()
        cv2.fillConvexPoly(part, glint - (x0, y0), (150, 162, 170))
        image[y0:y1, x0:x1] = cv2.addWeighted(part, 0.3, image[y0:y1, x0:x1], 0.7, 0)


def air_conditioner(image: Image, x: int, y: int) -> None:
    """Draw an outdoor unit below a window."""
    cv2.rectangle(image, (x, y), (x + 28, y + 20), (214, 214, 208), -1)
    cv2.circle(image, (x + 11, y + 10), 8, (120, 122, 122), -1, cv2.LINE_AA)
    cv2.line(image, (x, y + 21), (x + 28, y + 21), (90, 88, 84), 2)


def ground_floor(rng: Rng, style: Style, image: Image, glow: Image, *, top: int) -> None:
    """Fill the ground floor with shops, shutters, windows and doors."""
    height, width = image.shape[:2]
    x = int(0.3 * PX_PER_M)
    while x < width - PX_PER_M:
        wide = int(min(width - x - 0.2 * PX_PER_M, rng.uniform(3.0, 5.6) * PX_PER_M))
        if wide < PX_PER_M:
            break
        kind = style.ground if rng.random() < 0.8 else str(rng.choice(["shops", "shutters", "wall", "door"]))
        match kind:
            case "shops":
                _shop(rng, image, glow, (x, top, x + wide, height))
            case "shutters":
                _shutter(rng, image, (x, top + int(0.7 * PX_PER_M), x + wide, height))
                if rng.random() < 0.6:
                    _board(rng, image, glow, (x, top, x + wide, top + int(0.7 * PX_PER_M)))
            case "windows":
                box = (x + 8, top + PX_PER_M, x + wide - 8, height - int(1.0 * PX_PER_M))
                pane(rng, image, box)
                cv2.rectangle(image, box[:2], box[2:], style.frame, 3)
                for bar in range(box[0], box[2], 7) if rng.random() < 0.4 else ():
                    cv2.line(image, (bar, box[1]), (bar, box[3]), (70, 70, 72), 1)
            case "door":
                _door(rng, image, (x + wide // 2, height))
            case _:
                if rng.random() < 0.3:
                    _door(rng, image, (x + wide // 2, height))
        x += wide + int(rng.uniform(0.15, 0.8) * PX_PER_M)


def _door(rng: Rng, image: Image, at: tuple[int, int]) -> None:
    x, foot = at
    colour = jitter(rng, pick(rng, ((96, 64, 44), (120, 122, 124), (60, 84, 74), (110, 40, 36))))
    tall, half = int(2.15 * PX_PER_M), int(0.5 * PX_PER_M)
    cv2.rectangle(image, (x - half - 3, foot - tall - 3), (x + half + 3, foot), tuple(c * 0.6 for c in colour), -1)
    cv2.rectangle(image, (x - half, foot - tall), (x + half, foot), colour, -1)
    cv2.rectangle(
        image, (x - half + 5, foot - tall + 6), (x + half - 5, foot - tall // 2), tuple(c * 0.8 for c in colour), 2
    )
    cv2.circle(image, (x + half - 5, foot - tall // 2 + 3), 2, (220, 210, 170), -1)


def _board(rng: Rng, image: Image, glow: Image, box: tuple[int, int, int, int]) -> None:
    """A shop's own sign above its window: legal, and a hard negative."""
    x0, y0, x1, y1 = box
    ground = jitter(rng, pick(rng, (*BOLD, (236, 236, 230), (70, 50, 40), (40, 44, 48))), by=8)
    cv2.rectangle(image, (x0, y0), (x1, y1), ground, -1)
    ink = (246, 240, 214) if sum(ground) < 430 else (30, 26, 26)
    area = (x0 + 8, y0 + (y1 - y0) // 6, x1 - x0 - 16, (y1 - y0) * 2 // 3)
    if rng.random() < 0.6:
        chinese(image, rng, box=area, colour=ink)
    else:
        words(image, str(rng.choice(SHOPS)), box=area, colour=ink, rng=rng)
    cv2.rectangle(image, (x0, y0), (x1, y1), tuple(c * 0.6 for c in ground), 1)
    cv2.rectangle(glow, (x0, y0), (x1, y1), int(rng.uniform(60, 255)), -1)


def _shop(rng: Rng, image: Image, glow: Image, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    sign = y0 + int(rng.uniform(0.6, 0.95) * PX_PER_M)
    sill = y1 - int(rng.uniform(0.05, 0.6) * PX_PER_M)
    image[sign:sill, x0:x1] = _goods(rng, sill - sign, x1 - x0)
    frame = pick(rng, FRAMES)
    door = x0 + int((x1 - x0) * rng.choice([0.05, 0.38, 0.68]))
    for x in (x0, door, door + int(1.0 * PX_PER_M), x1):
        cv2.line(image, (min(x, x1), sign), (min(x, x1), sill), frame, 3)
    cv2.rectangle(image, (x0, sign), (x1, sill), frame, 2)
    cv2.rectangle(image, (x0, sill), (x1, y1), tuple(c * 0.7 for c in frame), -1)
    cv2.rectangle(glow, (x0, sign), (x1, sill), int(rng.uniform(90, 240)), -1)
    _board(rng, image, glow, (x0 - 2, y0, x1 + 2, sign))
    if rng.random() < 0.3:
        _awning(rng, image, (x0 - 4, sign, x1 + 4, sign + int(0.5 * PX_PER_M)))


def _goods(rng: Rng, height: int, width: int) -> Image:
    """What is seen through a shop window: shelves, people-high shapes, a reflection."""
    room = photo(rng, height, width).astype(np.float32) * rng.uniform(0.25, 0.5) + 16
    for y in range(height // 4, height, max(10, height // 5)):
        room[y : y + 2] *= 0.5
        for x in range(0, width, 7):
            tall = int(rng.uniform(3, 13))
            room[max(0, y - tall) : y, x : x + 5] = np.array(pick(rng, BOLD)) * rng.uniform(0.3, 0.75)
    sky = np.linspace(rng.uniform(20, 70), 0, height)[:, None, None]
    return np.clip(room + sky + 7 * fractal(rng, height, width, cell_px=60)[..., None], 0, 255).astype(np.uint8)


def _awning(rng: Rng, image: Image, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    colours = pick(rng, BOLD), (238, 234, 224)
    step = 12 if rng.random() < 0.6 else 10000
    for i, x in enumerate(range(x0, x1, step)):
        cv2.rectangle(image, (x, y0), (min(x + step, x1), y1), colours[i % 2], -1)
    cv2.line(image, (x0, y1), (x1, y1), tuple(c * 0.6 for c in colours[0]), 2)


def _shutter(rng: Rng, image: Image, box: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = box
    colour = jitter(rng, pick(rng, ((164, 168, 170), (120, 132, 142), (150, 150, 140), (90, 100, 110))))
    cv2.rectangle(image, (x0, y0), (x1, y1), colour, -1)
    for y in range(y0, y1, 5):
        cv2.line(image, (x0, y), (x1, y), tuple(c * 0.78 for c in colour), 1)
        cv2.line(image, (x0, y + 1), (x1, y + 1), tuple(min(255, c * 1.1) for c in colour), 1)
    cv2.rectangle(image, (x0, y0), (x1, y1), tuple(c * 0.5 for c in colour), 2)
