"""How large the things of the taxonomy are: general knowledge, stated once and fitted to no data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from streetaudit.structures.taxonomy import CLASSES


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of box that a thing may fill.

    Attributes:
        length_m: Along its own axis.
        width_m: Across it.
        height_m: Upright.
        spread: Standard deviation of the logarithm of each of the three.
        share: How common this kind is within its class.
    """

    length_m: float
    width_m: float
    height_m: float
    spread: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class SizePrior:
    """What is known of a class before it is seen.

    Attributes:
        shapes: The kinds within the class; their shares sum to one.
        on_wall: True if it hangs somewhere above the ground, so that the foot of its box says nothing.
        moves: Share of those in a street that move.
        along_street: How much likelier it stands along the carrier's heading than at any other angle.
    """

    shapes: tuple[Shape, ...]
    on_wall: bool = False
    along_street: float = 1.0
    moves: float = 0.02


def _one(side_m: float, height_m: float, spread: float, length_m: float | None = None) -> SizePrior:
    return SizePrior((Shape(length_m or side_m, side_m, height_m, spread),))


#: Cars: the European and Chinese fleets lie between 3.6 and 4.9 m; vans, lorries and buses are rarer and larger.
#: Litter is anything from a cup to a heap: its size says next to nothing. Posters run from A4 to a banner.
PRIORS: Mapping[str, SizePrior] = {
    "litter": _one(0.4, 0.25, 0.7),
    "street_stall": replace(_one(1.5, 1.9, 0.3, length_m=2.2), moves=0.1),  # many are carts
    "illegal_ad": SizePrior((Shape(0.05, 0.7, 0.9, 0.6),), on_wall=True),
    "vehicle": SizePrior(
        (
            Shape(4.25, 1.75, 1.52, 0.07, share=0.84),
            Shape(5.1, 1.95, 2.05, 0.10, share=0.12),
            Shape(9.0, 2.5, 3.1, 0.15, share=0.04),
        ),
        along_street=4.0,
        moves=0.5,
    ),
    "bin": _one(0.55, 1.05, 0.15),
    "overflowing_bin": _one(0.6, 1.15, 0.2),
    "person": replace(_one(0.55, 1.68, 0.08), moves=0.5),
}

_UNKNOWN = _one(1.0, 1.0, 0.8)


def prior_of(class_id: int, priors: Mapping[str, SizePrior] = PRIORS) -> SizePrior:
    """What is known of a class; of an unknown one that it has some size."""
    return priors.get(CLASSES[class_id], _UNKNOWN) if 0 <= class_id < len(CLASSES) else _UNKNOWN
