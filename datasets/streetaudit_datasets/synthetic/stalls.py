"""Street stalls: tables under parasols and awnings, tricycles, racks, goods on the ground."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.goods import CLOTHS, drape, heap, produce
from streetaudit_datasets.synthetic.model import Group, Model, Part, box, flat, group, quad, sprite, tube
from streetaudit_datasets.synthetic.posters import BOLD
from streetaudit_datasets.synthetic.refuse import CARD
from streetaudit_datasets.synthetic.textures import Rng, jitter, pick, texture


def parasol(rng: Rng, at: tuple[float, float]) -> Group:
    """A big umbrella: eight panels in one or two colours over a pole."""
    x, y = at
    r, rim, top = rng.uniform(1.1, 1.55), rng.uniform(1.95, 2.15), rng.uniform(2.45, 2.7)
    first = jitter(rng, pick(rng, CLOTHS))
    second = first if rng.random() < 0.4 else jitter(rng, pick(rng, CLOTHS))
    parts: list[Part] = [tube((x, y, 0), (x, y, top), 0.025, (190, 190, 186))]
    turn = rng.uniform(0, 1)
    ring = [(x + r * np.cos(turn + k * np.pi / 4), y + r * np.sin(turn + k * np.pi / 4)) for k in range(8)]
    below, above = [], []
    for k in range(8):
        (ax, ay), (bx, by) = ring[k], ring[(k + 1) % 8]
        tone = (first, second)[k % 2]
        shade = 0.86 + 0.2 * np.cos(turn + k * np.pi / 4)
        lit = tone[0] * shade, tone[1] * shade, tone[2] * shade
        dark = tone[0] * 0.55, tone[1] * 0.55, tone[2] * 0.55
        above.append(flat([(x, y, top), (bx, by, rim), (ax, ay, rim)], lit))
        above.append(
            flat([(bx, by, rim), (bx, by, rim - 0.16), (ax, ay, rim - 0.16), (ax, ay, rim)], lit, two_sided=True)
        )
        below.append(flat([(x, y, top), (ax, ay, rim), (bx, by, rim)], dark))
    return group([*below, parts[0], *above], centre=(x, y, 2.2))


def awning(rng: Rng, size: tuple[float, float]) -> Group:
    """A sloping striped roof on four poles: a folding pavilion cut in half."""
    deep, wide = size[0] / 2 + 0.2, size[1] / 2 + 0.15
    front, back = rng.uniform(1.95, 2.15), rng.uniform(2.3, 2.6)
    colour = jitter(rng, pick(rng, CLOTHS))
    cloth = drape(rng, colour, height=90, width=200)
    steel = (150, 152, 154)
    poles: list[Part] = [
        tube((sx * deep, sy * wide, 0), (sx * deep, sy * wide, front if sx > 0 else back), 0.02, steel)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    roof = [(-deep, wide, back), (-deep, -wide, back), (deep, -wide, front), (deep, wide, front)]
    lower = tuple(c * 0.55 for c in colour)
    under = flat([roof[1], roof[0], roof[3], roof[2]], (lower[0], lower[1], lower[2]))
    top = quad([(-deep, wide, back), (-deep, -wide, back), (deep, -wide, front), (deep, wide, front)][::-1], cloth)
    fringe = quad(
        [(deep, -wide, front), (deep, wide, front), (deep, wide, front - 0.25), (deep, -wide, front - 0.25)],
        drape(rng, colour),
        two_sided=True,
    )
    return group([under, *poles, top, fringe], centre=(0, 0, 2.2))


def table(rng: Rng, size: tuple[float, float], *, height: float = 0.75) -> Group:
    """A table under a cloth with goods on it; its front is x."""
    deep, wide = size[0] / 2, size[1] / 2
    cloth = drape(rng, jitter(rng, pick(rng, CLOTHS)))
    parts = box((-deep, -wide, 0.05), (deep, wide, height), cloth, top=produce(rng, trays=int(rng.integers(3, 8))))
    front = height + 0.02
    goods: list[Part] = []
    for y in np.linspace(-wide * 0.7, wide * 0.7, max(2, int(wide * 3))):
        side = rng.uniform(0.3, 0.5)
        goods.append(
            sprite((float(rng.uniform(-0.5, 0.2) * deep), float(y), front - 0.02), (side, side * 0.45), heap(rng))
        )
    return group([*parts, *goods], centre=(0, 0, height / 2))


def ground_goods(rng: Rng, size: tuple[float, float]) -> list[Group]:
    """A sheet on the ground with goods laid out."""
    deep, wide = size[0] / 2, size[1] / 2
    cloth = produce(rng, height=120, width=180, trays=int(rng.integers(4, 9)))
    lay = quad([(deep, wide, 0.015), (deep, -wide, 0.015), (-deep, -wide, 0.015), (-deep, wide, 0.015)], cloth)
    rim = quad(
        [
            (deep * 1.12, wide * 1.1, 0.008),
            (deep * 1.12, -wide * 1.1, 0.008),
            (-deep * 1.12, -wide * 1.1, 0.008),
            (-deep * 1.12, wide * 1.1, 0.008),
        ],
        drape(rng, pick(rng, CLOTHS)),
    )
    groups = [Group((rim, lay), (0, 0, -50.0))]
    for _ in range(int(rng.integers(4, 10))):
        x, y = float(rng.uniform(-0.9, 0.9) * deep), float(rng.uniform(-0.9, 0.9) * wide)
        side = rng.uniform(0.25, 0.5)
        groups.append(group([sprite((x, y, 0.01), (side, side * 0.55), heap(rng))]))
    return groups


def tricycle(rng: Rng) -> list[Group]:
    """A cargo tricycle with an open box of goods behind and a saddle in front."""
    colour = jitter(rng, pick(rng, BOLD))
    bed = box((-1.15, -0.5, 0.45), (0.15, 0.5, 0.72), drape(rng, colour), top=produce(rng, trays=4))
    wheels = [_wheel((x, y, 0.28)) for x, y in ((-0.6, 0.5), (-0.6, -0.5), (1.0, 0.0))]
    black = (36, 36, 38)
    frame: list[Part] = [
        tube((0.1, 0, 0.5), (0.75, 0, 0.5), 0.03, colour), tube((0.75, 0, 0.45), (0.9, 0, 1.0), 0.03, colour),
        tube((0.9, 0, 0.95), (1.02, 0, 0.28), 0.025, colour), tube((0.86, -0.28, 1.0), (0.86, 0.28, 1.0), 0.018, black),
        tube((0.35, 0, 0.5), (0.33, 0, 0.85), 0.02, black), *box((0.2, -0.1, 0.84), (0.48, 0.1, 0.9), black),
    ]  # fmt: skip
    goods: list[Part] = [sprite((x, 0, 0.7), (0.8, 0.36), heap(rng)) for x in (-0.85, -0.35)]
    return [group([*bed, *goods, *wheels[:2]], centre=(-0.5, 0, 0.5)), group([*frame, wheels[2]], centre=(0.7, 0, 0.5))]


def _wheel(at: tuple[float, float, float]) -> Part:
    image = np.zeros((80, 80, 4), np.uint8)
    cv2.circle(image, (40, 40), 36, (28, 28, 30, 255), 6, cv2.LINE_AA)
    for t in np.linspace(0, np.pi, 8, endpoint=False):
        d = np.array([np.cos(t), np.sin(t)]) * 33
        cv2.line(
            image,
            (int(40 - d[0]), int(40 - d[1])),
            (int(40 + d[0]), int(40 + d[1])),
            (140, 140, 140, 255),
            1,
            cv2.LINE_AA,
        )
    cv2.circle(image, (40, 40), 5, (90, 90, 90, 255), -1, cv2.LINE_AA)
    x, y, r = at
    return quad([(x - r, y, 2 * r), (x + r, y, 2 * r), (x + r, y, 0), (x - r, y, 0)], texture(image), two_sided=True)


def rack(rng: Rng, wide: float) -> Group:
    """A rail with clothes on hangers."""
    half = wide / 2
    steel = (170, 172, 174)
    bars: list[Part] = [
        tube((0, -half, 0), (0, -half, 1.65), 0.018, steel),
        tube((0, half, 0), (0, half, 1.65), 0.018, steel),
        tube((0, -half, 1.62), (0, half, 1.62), 0.015, steel),
    ]
    image = np.zeros((120, 200, 4), np.uint8)
    x = 4
    while x < 186:
        colour = (*jitter(rng, pick(rng, CLOTHS)), 255)
        step, low = int(rng.uniform(8, 18)), int(rng.uniform(70, 118))
        cv2.rectangle(image, (x, 5), (min(196, x + step - 1), low), colour, -1)
        cv2.line(image, (x, 5), (x, low), (*(c * 0.6 for c in colour[:3]), 255), 2)
        x += step
    clothes = quad(
        [(0, -half * 0.95, 1.6), (0, half * 0.95, 1.6), (0, half * 0.95, 0.45), (0, -half * 0.95, 0.45)],
        texture(image),
        two_sided=True,
    )
    return group([bars[0], clothes, bars[1], bars[2]], centre=(0, 0, 0.8))


def crates(rng: Rng, at: tuple[float, float]) -> Group:
    """Stacked boxes of goods."""
    parts: list[Part] = []
    for k in range(int(rng.integers(1, 4))):
        colour = jitter(rng, pick(rng, (*CARD, (60, 110, 180), (180, 50, 50), (230, 230, 226))))
        z = k * 0.28
        top = produce(rng, height=40, width=60, trays=2)
        parts += box((at[0] - 0.25, at[1] - 0.2, z), (at[0] + 0.25, at[1] + 0.2, z + 0.26), colour, top=top)
    return group(parts, centre=(at[0], at[1], 0.3))


STAGES = 3  # a stall being set up: goods on the ground, then the table, then the roof


def stall(rng: Rng, *, kind: str | None = None, stage: int = STAGES) -> Model:
    """A stall of any kind; with a lower stage, one that is still being set up."""
    chosen = kind or str(
        rng.choice(["parasol", "awning", "tricycle", "rack", "ground"], p=(0.28, 0.24, 0.2, 0.14, 0.14))
    )
    deep, wide = float(rng.uniform(0.7, 1.0)), float(rng.uniform(1.5, 2.6))
    steps: list[list[Group]]
    match chosen:
        case "parasol":
            steps = [
                [crates(rng, (deep / 2 + 0.35, wide / 3))],
                [table(rng, (deep, wide))],
                [parasol(rng, (-0.2, 0.0))],
            ]
        case "awning":
            steps = [
                [crates(rng, (deep / 2 + 0.35, -wide / 3))],
                [table(rng, (deep, wide))],
                [awning(rng, (deep * 1.4, wide))],
            ]
        case "tricycle":
            steps = [
                [],
                tricycle(rng),
                [parasol(rng, (-0.6, 0.0))] if rng.random() < 0.6 else [crates(rng, (-0.2, -0.95))],
            ]
        case "rack":
            steps = [
                [crates(rng, (0.4, 0.9))],
                [rack(rng, wide)],
                ground_goods(rng, (0.9, wide)) if rng.random() < 0.5 else [],
            ]
        case _:
            steps = [[], ground_goods(rng, (1.3, wide)), [crates(rng, (-0.9, wide / 3))]]
    groups = [g for step in steps[:stage] for g in step]
    size = (deep + 1.1, wide + 0.3, 2.5 if chosen in ("parasol", "awning") else 1.6)
    return Model(tuple(groups), size, 0.5)
