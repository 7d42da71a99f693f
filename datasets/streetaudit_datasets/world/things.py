"""What stands beside the street, where, and in which nights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from streetaudit_datasets.world.street import Street

Rng = np.random.Generator

KERB_M, WALL_M = 5.3, 9.0
#: Mean length, width, height in metres and how much single things differ (standard deviation of the logarithm).
_SIZES: dict[str, tuple[float, float, float, float]] = {
    "litter": (0.5, 0.45, 0.3, 0.35),
    "street_stall": (2.2, 1.5, 1.9, 0.15),
    "illegal_ad": (0.6, 0.03, 0.8, 0.2),
    "vehicle": (4.4, 1.8, 1.55, 0.06),
    "bin": (0.55, 0.55, 1.05, 0.08),
    "overflowing_bin": (0.6, 0.6, 1.2, 0.08),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing beside the street, for as long as it stays.

    Attributes:
        id: Its name.
        class_name: Of the taxonomy.
        way_m: Along the street.
        right_m: To the right of the centre line.
        turn_rad: Of its long axis against the street.
        size_m: Length along the axis, width, height.
        foot_m: Of its lower edge above the ground.
        nights: In which it is there, from 1.
        spot: Name of the spot: what comes back after a cleaning has the same one.
    """

    id: str
    class_name: str
    way_m: float
    right_m: float
    turn_rad: float
    size_m: tuple[float, float, float]
    foot_m: float
    nights: frozenset[int]
    spot: str


#: One group of things that begins at a way on one side (-1 left, 1 right): class, way, right, turn, foot.
_Rough = tuple[str, float, float, float, float]


def _litter(rng: Rng, way: float, side: int) -> Iterator[_Rough]:
    for _ in range(int(rng.integers(1, 3))):
        yield "litter", way, side * rng.uniform(KERB_M + 0.2, 7.0), rng.uniform(0, 3.1), 0.0
        way += rng.uniform(2.5, 6.0)


def _stalls(rng: Rng, way: float, side: int) -> Iterator[_Rough]:
    for _ in range(int(rng.integers(1, 4))):
        yield "street_stall", way, side * rng.uniform(7.0, 7.6), rng.normal(0, 0.1), 0.0
        way += rng.uniform(3.2, 4.5)


def _posters(rng: Rng, way: float, side: int) -> Iterator[_Rough]:
    for _ in range(int(rng.integers(1, 5))):
        yield "illegal_ad", way, side * WALL_M, 0.0, rng.uniform(0.9, 1.7)
        way += rng.uniform(1.0, 2.0)


def _bins(rng: Rng, way: float, side: int) -> Iterator[_Rough]:
    for _ in range(int(rng.choice([1, 2, 4, 6], p=[0.4, 0.2, 0.2, 0.2]))):
        name = "overflowing_bin" if rng.random() < 0.5 else "bin"
        yield name, way, side * (KERB_M + 0.7), 0.0, 0.0
        way += 5.0


def _vehicles(rng: Rng, way: float, side: int) -> Iterator[_Rough]:
    for _ in range(int(rng.integers(1, 5))):
        yield "vehicle", way, side * rng.normal(4.2, 0.1), rng.normal(0, 0.03), 0.0
        way += rng.uniform(5.8, 8.0)


_KINDS: tuple[tuple[Callable[[Rng, float, int], Iterator[_Rough]], float], ...] = (
    (_litter, 0.3),
    (_stalls, 0.12),
    (_posters, 0.23),
    (_bins, 0.17),
    (_vehicles, 0.18),
)


def place_things(rng: Rng, street: Street, *, nights: int, per_km: float) -> list[Thing]:
    """Things on both sides, about `per_km` a kilometre, each with the nights in which it is there."""
    wanted = per_km * street.length_m / 1000.0
    things: list[Thing] = []
    while len(things) < wanted:
        kind = _KINDS[int(rng.choice(len(_KINDS), p=[share for _, share in _KINDS]))][0]
        rough = list(kind(rng, rng.uniform(25.0, street.length_m - 60.0), int(rng.choice([-1, 1]))))
        group = [_thing(rng, f"{row[0]}-{len(things) + i:03d}", row) for i, row in enumerate(rough)]
        if not any(_collide(one, other) for one in group for other in things):
            things.extend(group)
    return [life for thing in things for life in _lives(rng, thing, nights)]


def _thing(rng: Rng, name: str, row: _Rough) -> Thing:
    class_name, way, right, turn, foot = row
    *sizes, spread = _SIZES[class_name]
    length, width, height = (float(size * np.exp(rng.normal(0.0, spread))) for size in sizes)
    return Thing(name, class_name, way, float(right), float(turn), (length, width, height), foot, frozenset(), name)


def _collide(one: Thing, other: Thing) -> bool:
    reach = (one.size_m[0] + other.size_m[0]) / 2.0
    along = abs(one.way_m - other.way_m)
    if one.class_name == other.class_name:
        closest = {"illegal_ad": 1.0, "bin": 4.0, "overflowing_bin": 4.0}.get(one.class_name, 2.0)
        return along < max(reach + 0.3, closest) and one.right_m * other.right_m > 0
    return along < reach + 0.3 and abs(one.right_m - other.right_m) < 1.2


def _lives(rng: Rng, thing: Thing, nights: int) -> Iterator[Thing]:
    """The stretches of nights in which something is at the spot; a pile that comes back is another thing."""
    every = range(1, nights + 1)
    chance = rng.random()
    if chance < 0.62 or nights == 1:
        yield replace(thing, nights=frozenset(every))
    elif chance < 0.76:  # it comes
        yield replace(thing, nights=frozenset(n for n in every if n >= rng.integers(2, nights + 1)))
    elif chance < 0.9 or nights < 3:  # it goes
        yield replace(thing, nights=frozenset(n for n in every if n < rng.integers(2, nights + 1)))
    else:  # it goes and something else comes to the same spot
        gone = int(rng.integers(2, nights))
        yield replace(thing, nights=frozenset(n for n in every if n < gone))
        again = replace(thing, id=f"{thing.id}-again", way_m=thing.way_m + float(rng.normal(0.0, 0.3)))
        if thing.class_name == "vehicle":  # another car is another case, however near it parks
            again = replace(again, spot=again.id)
        yield replace(again, nights=frozenset(n for n in every if n > gone))
