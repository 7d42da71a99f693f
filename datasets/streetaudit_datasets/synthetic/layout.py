"""The plan of a street: widths, crossings and what is painted on the ground."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from streetaudit_datasets.synthetic.path import Path
from streetaudit_datasets.synthetic.textures import Colour, Rng

LANE_M = 3.3
BAY_M = 2.3  # a parking lane beside the kerb


@dataclass(frozen=True, slots=True)
class Crossing:
    """A street that crosses at a right angle.

    Attributes:
        along_m: where on the main street.
        half_m: half the width of its carriageway.
    """

    along_m: float
    half_m: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the street with something of its own on one side.

    Attributes:
        kind: bays | no_parking | permitted | vending | ads.
        first_m: start along the street.
        last_m: end along the street.
        side: +1 right of the line, -1 left.
    """

    kind: str
    first_m: float
    last_m: float
    side: int

    def holds(self, along_m: float, right_m: float, *, margin_m: float = 0.0) -> bool:
        """Whether a point lies in the stretch, at least margin_m from its ends."""
        inside = self.first_m + margin_m <= along_m <= self.last_m - margin_m
        return inside and right_m * self.side > 0


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of the ground.

    Attributes:
        asphalt: of the carriageway.
        paving: of the pavement.
        kerb: of the kerb stones.
        yard: of what lies behind the pavement.
        slab_m: length of a paving slab; the pattern shifts by half a slab each row.
        paint: of the white lines, which wear.
        wear: 0 fresh to 1 hardly visible.
        tactile: whether a yellow tactile strip runs along the pavement.
    """

    asphalt: Colour
    paving: Colour
    kerb: Colour
    yard: Colour
    slab_m: float
    paint: Colour
    wear: float
    tactile: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one street.

    Attributes:
        path: its centre line.
        half_m: half the width of the carriageway.
        pavement_m: width of each pavement.
        crossings: the side streets.
        spans: stretches with paint or zones of their own.
        look: the colours.
    """

    path: Path
    half_m: float
    pavement_m: float
    crossings: tuple[Crossing, ...]
    look: Look
    spans: tuple[Span, ...] = field(default=())

    @property
    def wall_m(self) -> float:
        """Distance of the house fronts from the line."""
        return self.half_m + self.pavement_m

    def clear_of_crossings(self, along_m: float, *, by_m: float) -> bool:
        """Whether a point along the street is this far from every side street's kerb."""
        return all(abs(along_m - c.along_m) > c.half_m + by_m for c in self.crossings)


PAVINGS: tuple[Colour, ...] = (
    (158, 152, 144),
    (140, 138, 136),
    (172, 160, 146),
    (150, 120, 108),
    (128, 126, 122),
    (166, 164, 160),
)


def draw_look(rng: Rng) -> Look:
    """Colours of the ground for one street."""
    asphalt = rng.uniform(62, 128)
    warm = rng.uniform(-5, 7)
    paving = PAVINGS[int(rng.integers(len(PAVINGS)))]
    kerb = rng.uniform(130, 185)
    yard = rng.uniform(90, 140)
    white = rng.uniform(195, 235)
    return Look(
        asphalt=(asphalt + warm, asphalt, asphalt - warm * 0.6),
        paving=paving,
        kerb=(kerb, kerb, kerb - 4),
        yard=(yard, yard - 3, yard - 10),
        slab_m=float(rng.choice([0.3, 0.5, 0.6, 1.0])),
        paint=(white, white, white - 6),
        wear=float(rng.uniform(0.05, 0.6)),
        tactile=bool(rng.random() < 0.6),
    )


def draw_plan(rng: Rng, path: Path, *, crossings: tuple[Crossing, ...], spans: tuple[Span, ...] = ()) -> Plan:
    """A plan with widths of its own."""
    half = float(np.round(rng.uniform(LANE_M + BAY_M - 0.2, LANE_M + BAY_M + 0.5), 2))
    return Plan(path, half, float(rng.uniform(3.8, 5.2)), crossings, draw_look(rng), spans)
