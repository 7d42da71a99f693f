"""Bins: on wheels, on posts, in the ground; closed and in order, or spilling over."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lettering import chinese
from streetaudit_datasets.synthetic.litter import bag_at, carton, extent, sheet, smalls
from streetaudit_datasets.synthetic.model import Group, Model, Part, box, face, flat, group, quad, sprite, tube
from streetaudit_datasets.synthetic.refuse import crumple, scraps
from streetaudit_datasets.synthetic.textures import (
    Colour,
    Image,
    Rng,
    Texture,
    filled,
    jitter,
    pick,
    texture,
    weathered,
)

COLOURS: tuple[Colour, ...] = (
    (38, 100, 62), (30, 84, 150), (60, 64, 66), (150, 36, 36), (206, 168, 36), (90, 94, 92), (44, 120, 80),
    (96, 66, 44), (36, 60, 50), (28, 110, 60),
)  # fmt: skip
STEEL: tuple[Colour, ...] = ((150, 154, 156), (84, 88, 86), (52, 78, 62), (110, 84, 60))


def bin_(rng: Rng, *, overflowing: bool, kind: str | None = None) -> Model:
    """A bin of any kind; overflowing ones have an open lid, bags on top and a spill around."""
    chosen = kind or str(rng.choice(["wheeled", "wheeled", "container", "post", "drum", "twin"]))
    match chosen:
        case "wheeled":
            size = rng.uniform(0.5, 0.62), rng.uniform(0.52, 0.7), rng.uniform(0.95, 1.1)
            body = _wheeled(rng, size, overflowing=overflowing)
        case "container":
            size = rng.uniform(0.95, 1.15), rng.uniform(1.25, 1.5), rng.uniform(1.1, 1.35)
            body = _wheeled(rng, size, overflowing=overflowing)
        case "drum":
            size = (0.46, 0.46, float(rng.uniform(0.75, 0.95)))
            body = _drum(rng, size, overflowing=overflowing)
        case "post":
            size = (0.4, 0.4, float(rng.uniform(0.95, 1.1)))
            body = _post(rng, size)
        case _:
            size = (0.42, 1.0, 1.05)
            body = _twin(rng, size)
    groups = body
    if overflowing:
        groups = [*_spill(rng, size), *body, *_heap(rng, size, post=chosen in ("post", "twin"))]
        ground = [g for g in groups if g.centre[2] < -5]
        return Model(tuple(groups), extent([g for g in groups if g not in ground]), 0.5)
    return Model(tuple(groups), size, 0.5)


def _plate(rng: Rng, colour: Colour, *, mark: bool) -> Texture:
    image: Image = weathered(rng, filled(110, 70, colour), strength=1.2)
    for x in (12, 58):
        cv2.line(image, (x, 8), (x + (3 if x < 35 else -3), 104), tuple(c * 0.78 for c in colour), 2)
    cv2.rectangle(image, (0, 0), (69, 7), tuple(min(255, c * 1.25) for c in colour), -1)
    if mark:
        ink = (232, 234, 228)
        kind = rng.random()
        if kind < 0.5:
            cv2.ellipse(image, (35, 42), (13, 13), 0, 20, 320, ink, 2, cv2.LINE_AA)
            cv2.arrowedLine(image, (44, 34), (48, 42), ink, 2, cv2.LINE_AA, tipLength=0.9)
        elif kind < 0.8:
            cv2.rectangle(image, (16, 30), (54, 54), ink, -1)
        chinese(image, rng, box=(14, 62, 42, 11), colour=ink)
    return texture(image)


def _wheeled(rng: Rng, size: tuple[float, float, float], *, overflowing: bool) -> list[Group]:
    """A tapered tub on two wheels with a lid hinged at the back; its front is x."""
    deep, wide, tall = size[0] / 2, size[1] / 2, size[2]
    colour = jitter(rng, pick(rng, COLOURS))
    rim, taper = tall * 0.9, 0.8
    front, side = _plate(rng, colour, mark=rng.random() < 0.7), _plate(rng, colour, mark=False)
    d, w = deep * taper, wide * taper
    z0 = 0.06
    tub: list[Part] = [
        flat([(deep, wide, rim), (deep, -wide, rim), (-deep, -wide, rim), (-deep, wide, rim)], (24, 24, 24)),
        quad([(deep, -wide, rim), (deep, wide, rim), (d, w, z0), (d, -w, z0)], front),
        quad([(-deep, wide, rim), (-deep, -wide, rim), (-d, -w, z0), (-d, w, z0)], side),
        quad([(deep, wide, rim), (-deep, wide, rim), (-d, w, z0), (d, w, z0)], side),
        quad([(-deep, -wide, rim), (deep, -wide, rim), (d, -w, z0), (-d, -w, z0)], side),
    ]
    wheels = [tube((-d, s * (w - 0.02), 0.1), (-d, s * (w + 0.05), 0.1), 0.1, (26, 26, 28)) for s in (-1, 1)]
    feet = [
        *wheels,
        *(
            [tube((d - 0.1, s * w, 0.08), (d - 0.1, s * (w + 0.03), 0.08), 0.08, (26, 26, 28)) for s in (-1, 1)]
            if wide > 0.6
            else []
        ),
    ]
    lid_colour = jitter(rng, pick(rng, COLOURS)) if rng.random() < 0.25 else colour
    lid = _lid(
        lid_colour,
        deep,
        wide,
        rim,
        tall,
        angle_deg=float(rng.uniform(35, 110)) if overflowing else float(rng.uniform(0, 4)),
    )
    handle = tube((-deep - 0.06, -wide * 0.7, rim + 0.02), (-deep - 0.06, wide * 0.7, rim + 0.02), 0.018, colour)
    if overflowing:
        return [group([*feet, *tub], centre=(0, 0, rim / 2)), group([handle, *lid], centre=(-deep, 0, rim))]
    return [group([*feet, handle, *tub, *lid], centre=(0, 0, rim / 2))]


def _lid(colour: Colour, deep: float, wide: float, rim: float, tall: float, *, angle_deg: float) -> list[Part]:
    """A lid turned up about its back edge."""
    angle = np.radians(angle_deg)
    over, thick = 0.03, max(0.05, tall - rim)
    light: Colour = (min(255, colour[0] * 1.18), min(255, colour[1] * 1.18), min(255, colour[2] * 1.18))

    def at(x: float, y: float, z: float) -> tuple[float, float, float]:
        dx = x + deep
        return (
            float(-deep + dx * np.cos(angle) - z * np.sin(angle)),
            y,
            float(rim + dx * np.sin(angle) + z * np.cos(angle)),
        )

    x1, y1 = deep + over, wide + over
    low = [at(x1, -y1, 0), at(x1, y1, 0), at(-deep, y1, 0), at(-deep, -y1, 0)]
    high = [
        at(x1 - 0.06, -y1 + 0.04, thick),
        at(x1 - 0.06, y1 - 0.04, thick),
        at(-deep, y1 - 0.04, thick),
        at(-deep, -y1 + 0.04, thick),
    ]
    sides: list[Part] = [flat([high[i], high[(i + 1) % 4], low[(i + 1) % 4], low[i]], colour) for i in range(4)]
    inner = tuple(c * 0.6 for c in colour)
    below = flat([low[0], low[1], low[2], low[3]], (inner[0], inner[1], inner[2]))
    above = flat([high[1], high[0], high[3], high[2]], light)
    return [below, *sides, above]


def _drum(rng: Rng, size: tuple[float, float, float], *, overflowing: bool) -> list[Group]:
    """A round bin: a wire or plastic drum with a rim."""
    r, tall = size[0] / 2, size[2]
    colour = jitter(rng, pick(rng, (*COLOURS, *STEEL)))
    ring = [(r * np.cos(t), r * np.sin(t), tall) for t in np.linspace(0, -2 * np.pi, 14, endpoint=False)]
    parts: list[Part] = [tube((0, 0, 0), (0, 0, tall), r * 0.88, colour, end_m=r)]
    bands = [
        tube((0, 0, z), (0, 0, z + 0.04), r * (0.9 + 0.1 * z / tall) * 1.02, _darker(colour))
        for z in (tall * 0.3, tall * 0.62)
    ]
    hole = flat(ring, (22, 22, 22) if overflowing or rng.random() < 0.5 else _darker(colour), two_sided=True)
    edge = tube((0, 0, tall - 0.05), (0, 0, tall), r * 1.04, _darker(colour))
    return [group([*parts, *bands, edge, hole], centre=(0, 0, tall / 2))]


def _darker(colour: Colour) -> Colour:
    return colour[0] * 0.7, colour[1] * 0.7, colour[2] * 0.7


def _post(rng: Rng, size: tuple[float, float, float]) -> list[Group]:
    """A small bin on a post with a roof and a slot."""
    half, tall = size[0] / 2, size[2]
    colour = jitter(rng, pick(rng, (*COLOURS, *STEEL)))
    plate: Image = weathered(rng, filled(90, 60, colour))
    cv2.rectangle(plate, (8, 8), (52, 26), (20, 20, 20), -1)
    chinese(plate, rng, box=(14, 46, 32, 11), colour=(230, 230, 224))
    skin = texture(plate)
    parts = [
        tube((-half * 0.2, 0, 0), (-half * 0.2, 0, tall * 0.5), 0.035, (90, 92, 92)),
        *box((-half, -half, tall * 0.35), (half, half, tall), skin),
    ]
    roof = box((-half - 0.03, -half - 0.03, tall), (half + 0.03, half + 0.03, tall + 0.04), _darker(colour))
    return [group([*parts, *roof], centre=(0, 0, tall / 2))]


def _twin(rng: Rng, size: tuple[float, float, float]) -> list[Group]:
    """Two street bins in one frame, one for each kind of waste."""
    deep, wide, tall = size[0] / 2, size[1] / 2, size[2]
    groups: list[Part] = []
    colours = jitter(rng, pick(rng, COLOURS)), jitter(rng, pick(rng, COLOURS))
    for colour, y in zip(colours, (-wide / 2, wide / 2), strict=True):
        plate: Image = weathered(rng, filled(100, 56, colour))
        cv2.rectangle(plate, (8, 10), (48, 28), (18, 18, 18), -1)
        cv2.circle(plate, (28, 54), 11, (232, 232, 228), 2, cv2.LINE_AA)
        chinese(plate, rng, box=(8, 74, 40, 12), colour=(232, 232, 228))
        groups += box((-deep, y - wide / 2 + 0.03, 0.1), (deep, y + wide / 2 - 0.03, tall * 0.93), texture(plate))
    steel = jitter(rng, pick(rng, STEEL))
    posts: list[Part] = [tube((0, s * wide, 0), (0, s * wide, tall), 0.03, steel) for s in (-1, 0, 1)]
    roof = box((-deep - 0.05, -wide - 0.06, tall * 0.95), (deep + 0.05, wide + 0.06, tall), steel)
    return [group([*posts, *groups, *roof], centre=(0, 0, tall / 2))]


def _heap(rng: Rng, size: tuple[float, float, float], *, post: bool) -> list[Group]:
    """What pokes out over the rim: bags and boxes above the opening."""
    deep, wide, tall = size
    rim = tall * (0.84 if not post else 0.95)
    heap = []
    for _ in range(int(rng.integers(2, 4) + (2 if wide > 1 else 0))):
        at = (float(rng.uniform(-0.3, 0.34) * deep), float(rng.uniform(-0.36, 0.36) * wide))
        heap.append((at, rng.uniform(0.55, 0.85) * min(deep, wide) * 1.1))
    heap.sort(key=lambda item: item[0][0])
    groups = [bag_at(rng, at, size_m=max(0.25, side), z=rim - 0.06) for at, side in heap]
    if rng.random() < 0.5 and wide > 0.5:
        x, y = heap[0][0]
        card = carton(rng, (x, y), size_m=0.3)
        raised = tuple(_raised(p, rim) for p in card.parts)
        groups.append(Group(raised, (x, y, rim + 0.1)))
    for _ in range(int(rng.integers(1, 5))):
        y = float(rng.uniform(-0.45, 0.45) * wide)
        groups.append(
            group([sprite((deep * 0.3, y, rim - 0.02), (0.2, 0.17), crumple(rng))], centre=(deep * 0.4, y, rim))
        )
    return groups


def _raised(part: Part, by: float) -> Part:
    from dataclasses import replace

    return replace(part, corners=part.corners + np.array([0.0, 0.0, by]))


def _spill(rng: Rng, size: tuple[float, float, float]) -> list[Group]:
    """Bags leaning on the bin and small stuff at its foot."""
    deep, wide, _ = size
    groups = [
        Group(
            (sheet(max(deep, wide) * rng.uniform(0.8, 1.2), scraps(rng, count=int(rng.integers(6, 18)))),),
            (0, 0, -50.0),
        )
    ]
    if rng.random() < 0.7:
        for _ in range(int(rng.integers(1, 4))):
            angle = rng.uniform(-1.6, 1.6)
            at = (float(np.cos(angle) * (deep / 2 + 0.24)), float(np.sin(angle) * (wide / 2 + 0.24)))
            groups.append(bag_at(rng, at, size_m=rng.uniform(0.32, 0.58)))
    groups += smalls(rng, count=int(rng.integers(1, 6)), spread=max(deep, wide))
    return groups


def lidless(rng: Rng) -> Part:
    """A loose lid that lies on the ground."""
    return face(
        [(0.3, 0.3, 0.02), (0.3, -0.3, 0.02), (-0.3, -0.3, 0.02), (-0.3, 0.3, 0.02)], jitter(rng, pick(rng, COLOURS))
    )
