"""Adverts as things: sheets on walls, poles and boxes, banners, boards on the pavement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from streetaudit_datasets.synthetic.model import Group, Model, Part, box, flat, group, quad, tube
from streetaudit_datasets.synthetic.posters import BOLD, aged, banner, flyer, poster, stencil, sticker, wad
from streetaudit_datasets.synthetic.textures import Image, Rng, pick, texture

WALL_KINDS = ("poster", "posters", "wad", "flyers", "stencil", "banner")
FREE_KINDS = ("a_board", "pole_banner", "pole", "stand")


def wall_advert(rng: Rng, *, kind: str | None = None) -> Model:
    """Sheets on a wall; the wall is the plane x = 0 and faces x."""
    chosen = kind or str(rng.choice(WALL_KINDS, p=(0.24, 0.2, 0.2, 0.18, 0.08, 0.1)))
    made: dict[str, Callable[[Rng], list[Part]]] = {
        "poster": _poster, "posters": _posters, "wad": _wad, "flyers": _flyers, "stencil": _stencil, "banner": _banner,
    }  # fmt: skip
    parts = made[chosen](rng)
    corners = np.vstack([p.corners for p in parts])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Model((Group(tuple(parts)),), (0.1, float(high[1] - low[1]), float(high[2])), 0.0)


def hung(
    image: Image, *, y: float, z: float, width_m: float, height_m: float, lift_m: float = 0.02, turn_deg: float = 0.0
) -> Part:
    """A sheet with its middle at (y, z) on the wall."""
    cos, sin = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    corners = []
    for dy, dz in ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)):
        a, b = dy * width_m, dz * height_m
        corners.append((lift_m, float(y + a * cos - b * sin), float(z + a * sin + b * cos)))
    return quad(corners, texture(image))


def _poster(rng: Rng) -> list[Part]:
    wide = rng.uniform(0.5, 1.1)
    image = aged(rng, poster(rng))
    return [hung(image, y=0, z=rng.uniform(1.3, 1.9), width_m=wide, height_m=wide * 4 / 3, turn_deg=rng.normal(0, 2))]


def _posters(rng: Rng) -> list[Part]:
    """One poster repeated side by side."""
    image, wide, z = poster(rng), rng.uniform(0.45, 0.75), rng.uniform(1.3, 1.8)
    parts = []
    for i in range(int(rng.integers(2, 5))):
        y = i * wide * 1.03
        parts.append(
            hung(
                aged(rng, image),
                y=y,
                z=z + rng.normal(0, 0.02),
                width_m=wide,
                height_m=wide * 4 / 3,
                turn_deg=rng.normal(0, 1.5),
            )
        )
    return parts


def _wad(rng: Rng) -> list[Part]:
    size = rng.uniform(0.9, 1.7)
    return [hung(wad(rng), y=0, z=rng.uniform(1.2, 1.7), width_m=size, height_m=size)]


def _flyers(rng: Rng) -> list[Part]:
    parts, z = [], rng.uniform(1.3, 1.7)
    for k in range(int(rng.integers(3, 8))):
        made = flyer(rng) if rng.random() < 0.6 else sticker(rng)
        tall = rng.uniform(0.26, 0.42) if made.shape[0] > made.shape[1] else rng.uniform(0.12, 0.2)
        wide = tall * made.shape[1] / made.shape[0]
        y = rng.uniform(-0.5, 0.5)
        parts.append(
            hung(
                aged(rng, made),
                y=y,
                z=z + rng.uniform(-0.4, 0.4),
                width_m=wide,
                height_m=tall,
                lift_m=0.015 + 0.003 * k,
                turn_deg=rng.normal(0, 5),
            )
        )
    return parts


def _stencil(rng: Rng) -> list[Part]:
    wide = rng.uniform(1.0, 1.8)
    return [hung(stencil(rng), y=0, z=rng.uniform(1.0, 1.7), width_m=wide, height_m=wide * 64 / 220)]


def _banner(rng: Rng) -> list[Part]:
    wide = rng.uniform(3.0, 5.0)
    return [
        hung(
            aged(rng, banner(rng), torn=0.1), y=0, z=rng.uniform(2.2, 3.0), width_m=wide, height_m=wide / 6, lift_m=0.06
        )
    ]


def free_advert(rng: Rng, *, kind: str | None = None) -> Model:
    """An advert that stands on the pavement and faces x."""
    chosen = kind or str(rng.choice(FREE_KINDS, p=(0.4, 0.2, 0.2, 0.2)))
    made: dict[str, Callable[[Rng], Model]] = {
        "a_board": a_board,
        "pole_banner": pole_banner,
        "pole": pole_wad,
        "stand": roll_up,
    }
    return made[chosen](rng)


def a_board(rng: Rng) -> Model:
    """Two boards that lean on each other."""
    wide, tall, foot = rng.uniform(0.5, 0.75), rng.uniform(0.9, 1.25), rng.uniform(0.28, 0.4)
    front = texture(poster(rng, height=256, width=160))
    back = front if rng.random() < 0.6 else texture(poster(rng, height=256, width=160))
    rim = (60, 56, 54) if rng.random() < 0.5 else (196, 160, 110)
    low = 0.06
    h, edge, high = wide / 2, wide / 2 + 0.03, tall + 0.03
    parts: list[Part] = []
    for side in (-1, 1):
        x = side * (foot + 0.01)
        rest = [(x, -edge, 0), (x, edge, 0), (side * 0.01, edge, high), (side * 0.01, -edge, high)]
        parts.append(flat(rest, rim, two_sided=True))
    f = foot * (1 - low / tall)
    sheets: list[Part] = [
        quad([(0.03, -h, tall), (0.03, h, tall), (f + 0.03, h, low), (f + 0.03, -h, low)], front),
        quad([(-0.03, h, tall), (-0.03, -h, tall), (-f - 0.03, -h, low), (-f - 0.03, h, low)], back),
    ]
    return Model((group([*parts, *sheets]),), (2 * foot, wide, tall), 0.5)


def pole_banner(rng: Rng) -> Model:
    """A banner tied between two poles or trees."""
    wide, z = rng.uniform(2.4, 4.0), rng.uniform(1.3, 2.0)
    h = wide / 2
    image = texture(banner(rng))
    cloth = quad([(0, -h, z + wide / 12), (0, h, z + wide / 12), (0, h, z - wide / 12), (0, -h, z - wide / 12)], image)
    rear = quad(
        [(0, h, z + wide / 12), (0, -h, z + wide / 12), (0, -h, z - wide / 12), (0, h, z - wide / 12)],
        texture((image.mips[0] * 0.8).astype(np.uint8)),
    )
    steel = (120, 122, 124)
    poles: list[Part] = [tube((0, s * h, 0), (0, s * h, z + wide / 10), 0.03, steel) for s in (-1, 1)]
    carrier = Group(tuple(poles), (-0.3, 0, z), counts=False)
    return Model((carrier, Group((cloth, rear), (0, 0, z))), (0.1, wide, z + wide / 10), 0.2)


def pole_wad(rng: Rng) -> Model:
    """Flyers round a pole of its own; the sheets face x and -x."""
    r = rng.uniform(0.1, 0.16)
    steel = pick(rng, ((150, 148, 142), (92, 96, 94), (120, 96, 72)))
    pole = tube((0, 0, 0), (0, 0, rng.uniform(4, 7)), r, steel, end_m=r * 0.8)
    groups = [Group((pole,), (0.0, 0.0, 1.5), counts=False)]
    for sign in (-1, 1):
        sheets: list[Part] = []
        for _ in range(int(rng.integers(1, 4))):
            made = aged(rng, flyer(rng) if rng.random() < 0.6 else poster(rng, height=160, width=110))
            tall = rng.uniform(0.35, 0.6)
            half, z, x = min(0.26, tall * 0.36), rng.uniform(1.1, 1.9), sign * (r + 0.01)
            y = -sign * half
            corners = [(x, y, z + tall / 2), (x, -y, z + tall / 2), (x, -y, z - tall / 2), (x, y, z - tall / 2)]
            sheets.append(quad(corners, texture(made)))
        groups.append(Group(tuple(sheets), (sign * 0.3, 0.0, 1.5)))
    return Model(tuple(groups), (0.3, 0.5, 2.2), 0.3)


def roll_up(rng: Rng) -> Model:
    """A tall display stand with a printed cloth."""
    wide, tall = rng.uniform(0.7, 0.9), rng.uniform(1.7, 2.0)
    h = wide / 2
    sheet = texture(poster(rng, height=320, width=140))
    parts: list[Part] = [
        *box((-0.12, -h, 0), (0.12, h, 0.08), (150, 152, 154)),
        quad([(0, h, tall), (0, -h, tall), (0, -h, 0.08), (0, h, 0.08)], texture(np.full((40, 20, 3), 205, np.uint8))),
        quad([(0, -h, tall), (0, h, tall), (0, h, 0.08), (0, -h, 0.08)], sheet),
    ]
    return Model((group(parts),), (0.24, wide, tall), 0.4)


def notice_board(rng: Rng) -> Model:
    """A city notice board with a roof: adverts may hang here."""
    wide, top = 2.4, 2.2
    h = wide / 2
    green = pick(rng, ((40, 84, 66), (70, 70, 76), *BOLD[2:4]))
    plate = np.empty((180, 300, 3), np.uint8)
    plate[:] = np.array((196, 186, 160), np.uint8)
    steel: list[Part] = [tube((-0.02, s * h, 0), (-0.02, s * h, top), 0.04, green) for s in (-1, 1)]
    back = box((-0.08, -h, 0.8), (-0.01, h, top - 0.1), texture(plate))
    roof = box((-0.25, -h - 0.15, top - 0.08), (0.2, h + 0.15, top), green)
    return Model((group([*steel, *back, *roof]),), (0.4, wide, top), 0.4)
