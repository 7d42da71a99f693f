"""The map of the strip and what it makes of each thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.world.street import Street
from streetaudit_datasets.world.things import Thing

Rng = np.random.Generator

_HALF_WIDTH_M = 12.0
_STEP_M = 5.0
#: Vending is allowed by day only: the early drive finds it legal, the late one does not.
VENDING_HOURS = "Mo-Su 07:00-21:00"
_LAST_VENDING_HOUR = 21
_KINDS: tuple[tuple[str, float], ...] = (
    ("no_parking", 0.5),
    ("parking_permitted", 0.15),
    ("vending_permitted", 0.15),
    ("", 0.2),
)
_PROBLEM = {"litter": "litter", "illegal_ad": "illegal_ad", "overflowing_bin": "overflowing_bin"}


@dataclass(frozen=True, slots=True)
class Stretch:
    """One kind of zone over both sides of a part of the street."""

    kind: str
    from_m: float
    to_m: float

    def edge_m(self, thing: Thing) -> float:
        """Metres from the nearest border, positive inside."""
        along = min(thing.way_m - self.from_m, self.to_m - thing.way_m)
        return min(along, _HALF_WIDTH_M - abs(thing.right_m))


def draw_stretches(rng: Rng, street: Street) -> list[Stretch]:
    """The street cut into stretches, each of one kind or of none."""
    stretches, start = [], 0.0
    while start < street.length_m:
        end = min(street.length_m, start + rng.uniform(60.0, 160.0))
        kind = _KINDS[int(rng.choice(len(_KINDS), p=[share for _, share in _KINDS]))][0]
        if kind:
            stretches.append(Stretch(kind, start, end))
        start = end
    return stretches


def problem_of(thing: Thing, stretches: list[Stretch], *, local_hour: float) -> tuple[str | None, float]:
    """The problem that a thing is at that hour, and how many metres it stands from a border that matters."""
    if thing.class_name in _PROBLEM:
        return _PROBLEM[thing.class_name], float("inf")
    wanted = {"vehicle": "no_parking", "street_stall": "vending_permitted"}.get(thing.class_name)
    if wanted is None:
        return None, float("inf")
    edges = [stretch.edge_m(thing) for stretch in stretches if stretch.kind == wanted]
    inside = any(edge > 0.0 for edge in edges)
    border = min((abs(edge) for edge in edges), default=float("inf"))
    if thing.class_name == "vehicle":
        return ("mis_parked_vehicle" if inside else None), border
    is_open = local_hour < _LAST_VENDING_HOUR
    return (None if inside and is_open else "street_stall"), border if is_open else float("inf")


def as_geojson(stretches: list[Stretch], street: Street, frame: LocalFrame) -> dict[str, Any]:
    """The stretches as the contract's map."""
    return {"type": "FeatureCollection", "features": [_feature(i, s, street, frame) for i, s in enumerate(stretches)]}


def _feature(index: int, stretch: Stretch, street: Street, frame: LocalFrame) -> dict[str, Any]:
    way = np.append(np.arange(stretch.from_m, stretch.to_m, _STEP_M), stretch.to_m)
    line = np.concatenate([street.beside(way, -_HALF_WIDTH_M), street.beside(way[::-1], _HALF_WIDTH_M)])
    ring = [[round(v, 8) for v in reversed(frame.to_degrees(*point))] for point in line.tolist()]
    hours = VENDING_HOURS if stretch.kind == "vending_permitted" else "24/7"
    properties = {"kind": stretch.kind, "name": f"{stretch.kind} {index}", "hours": hours}
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": properties, "geometry": shape}
