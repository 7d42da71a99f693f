"""Houses along a street and round its corners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.buildings import Front, draw_style
from streetaudit_datasets.synthetic.layout import Crossing, Plan
from streetaudit_datasets.synthetic.shopfronts import PX_PER_M
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.world import House

Floats = NDArray[np.float64]

DEEP_M = 11.0
SIDE_STREET_M = 46.0
TOUCH_M = 0.6  # houses nearer than this stand wall to wall


def houses(rng: Rng, plan: Plan, *, first_m: float, last_m: float) -> tuple[House, ...]:
    """Houses on both sides from first_m to last_m, and a few down each side street."""
    made: list[House] = []
    for side in (-1, 1):
        along = first_m
        while along < last_m:
            wide = float(rng.uniform(9, 19))
            gap = float(rng.uniform(2, 6)) if rng.random() < 0.18 else 0.0
            end = min(along + wide, last_m + 10)
            blocked = _crossing_in(plan, along, end)
            if blocked is not None:
                cut = blocked.along_m - blocked.half_m - plan.pavement_m
                if cut - along > 5:
                    made.append(_house(rng, plan, (along, cut), side))
                along = blocked.along_m + blocked.half_m + plan.pavement_m
                continue
            made.append(_house(rng, plan, (along, end), side))
            along = end + gap
    for crossing in plan.crossings:
        made += _side_street(rng, plan, crossing)
    made += _ends(rng, plan, first_m=first_m, last_m=last_m)
    return tuple(_open_walls(house, made) for house in made)


def _open_walls(house: House, others: list[House]) -> House:
    """The house without the walls that touch a neighbour as high as itself."""
    kept = []
    for k, (corners, normal) in enumerate(zip(house.corners, house.normals, strict=True)):
        outside = corners[2:, :2].mean(axis=0) + np.array(normal[:2]) * TOUCH_M
        height = corners[0, 2]
        if not any(o is not house and o.corners[0][0, 2] >= height and _holds(o.foot_m, outside) for o in others):
            kept.append(k)
    return House(
        tuple(house.corners[k] for k in kept), tuple(house.normals[k] for k in kept),
        tuple(house.fronts[k] for k in kept), house.foot_m,
    )  # fmt: skip


def _holds(foot: Floats, point: Floats) -> bool:
    """Whether a point lies inside a convex foot."""
    ahead = np.roll(foot, -1, axis=0) - foot
    side = ahead[:, 0] * (point[1] - foot[:, 1]) - ahead[:, 1] * (point[0] - foot[:, 0])
    return bool((side > 0).all() or (side < 0).all())


def _ends(rng: Rng, plan: Plan, *, first_m: float, last_m: float) -> list[House]:
    """Houses across both ends, so that the street does not run into the sky."""
    made = []
    for along, sign in ((last_m + 40, 1), (first_m - 40, -1)):
        corners = [plan.path.point(along, sign * r) for r in (-26, 26)]
        back = plan.path.point(along + sign * 20, -sign * 26), plan.path.point(along + sign * 20, sign * 26)
        made.append(_box(rng, np.array([corners[0], corners[1], back[1], back[0]])))
    return made


def _crossing_in(plan: Plan, first_m: float, last_m: float) -> Crossing | None:
    for c in plan.crossings:
        edge = c.half_m + plan.pavement_m
        if first_m < c.along_m + edge - 0.01 and last_m > c.along_m - edge:
            return c
    return None


def _house(rng: Rng, plan: Plan, span: tuple[float, float], side: int) -> House:
    """A house whose front runs along the street."""
    wall = plan.wall_m
    a, b = plan.path.point(span[0], side * wall), plan.path.point(span[1], side * wall)
    return _box(rng, _foot(a, b, plan.path.point((span[0] + span[1]) / 2, 0.0)))


def _foot(a: Floats, b: Floats, road: Floats) -> Floats:
    """Front left, front right, back right, back left, as seen from the road."""
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    away = np.array([-along[1], along[0]])
    if float(away @ (road - a)) > 0:
        away = -away
    # Seen from the road, left comes first: left x away must turn clockwise.
    if float(along[0] * away[1] - along[1] * away[0]) < 0:
        a, b = b, a
    return np.array([a, b, b + away * DEEP_M, a + away * DEEP_M])


def _side_street(rng: Rng, plan: Plan, crossing: Crossing) -> list[House]:
    """The rows on both kerbs of a side street, behind the corner houses."""
    made = []
    edge = crossing.half_m + plan.pavement_m
    for side in (-1, 1):
        for kerb in (-1, 1):
            out = plan.wall_m + DEEP_M
            along = crossing.along_m + kerb * edge
            while out < plan.wall_m + SIDE_STREET_M:
                wide = float(rng.uniform(9, 15))
                a = plan.path.point(along, side * out)
                b = plan.path.point(along, side * (out + wide))
                road = plan.path.point(crossing.along_m, side * (out + wide / 2))
                made.append(_box(rng, _foot(a, b, road)))
                out += wide
    return made


def _box(rng: Rng, foot: Floats) -> House:
    """A house on four corners: front left, front right, back right, back left."""
    style = draw_style(rng)
    height = style.storey_m * float(rng.integers(1, 6)) + 1.6 + style.storey_m * 0.4
    corners, normals, fronts = [], [], []
    for k, (a, b) in enumerate(((foot[0], foot[1]), (foot[1], foot[2]), (foot[3], foot[0]))):
        width = float(np.linalg.norm(b - a))
        corners.append(np.array([[*a, height], [*b, height], [*b, 0.0], [*a, 0.0]]))
        out = np.array([(b - a)[1], -(b - a)[0]]) / width
        if float(out @ (foot.mean(axis=0) - (a + b) / 2)) > 0:
            out = -out
        normals.append((float(out[0]), float(out[1]), 0.0))
        own = style if k == 0 else replace(style, ground="wall")
        fronts.append(Front(int(rng.integers(1 << 31)), own, (width, height), PX_PER_M if k == 0 else PX_PER_M // 2))
    return House(tuple(corners), tuple(normals), tuple(fronts), foot)
