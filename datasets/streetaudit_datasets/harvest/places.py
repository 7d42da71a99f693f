"""Which split a spot of the city belongs to: cells of some 100 m, dealt out by a seed, with a strip between."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from streetaudit.structures.geo import LocalFrame

#: One degree of latitude, metres; cells need to be stable, not exact.
_DEGREE_M = 111_320.0
_COMPASS = 8


@dataclass(frozen=True, slots=True)
class Deal:
    """How spots are dealt out; the same deal gives a spot the same split for ever.

    Attributes:
        seed: Which deal.
        shares: Share of cells by split; what is left over goes to "train".
        cell_m: Side of a cell.
        guard_m: Nothing is trained on so near a cell that is judged on: a frame shows what is round it.
    """

    seed: int = 0
    shares: Mapping[str, float] = field(default_factory=lambda: {"val": 0.2})
    cell_m: float = 100.0
    guard_m: float = 30.0

    def __post_init__(self) -> None:
        shares = list(self.shares.values())
        if min(shares, default=0) < 0 or sum(shares) >= 1 or "train" in self.shares:
            raise ValueError(f"want shares of splits other than train, below 1 together; got {dict(self.shares)}")
        if self.cell_m <= 0 or not 0 <= self.guard_m < self.cell_m:
            raise ValueError(f"want cell_m > guard_m >= 0; got {self.cell_m} and {self.guard_m}")

    def split_of(self, lat: float, lon: float) -> str | None:
        """The split of a spot, None where it is too near a cell of another split to be trained on."""
        own = self._of_cell(cell_of(lat, lon, cell_m=self.cell_m))
        if own != "train":
            return own
        frame = LocalFrame(lat, lon)
        for step in range(_COMPASS if self.guard_m else 0):
            angle = 2 * math.pi * step / _COMPASS
            near = frame.to_degrees(self.guard_m * math.cos(angle), self.guard_m * math.sin(angle))
            if self._of_cell(cell_of(*near, cell_m=self.cell_m)) != own:
                return None
        return own

    def _of_cell(self, cell: str) -> str:
        digest = hashlib.sha256(f"{self.seed}:{cell}".encode()).digest()
        drawn = int.from_bytes(digest[:8], "big") / 2**64
        for split, share in self.shares.items():
            if drawn < share:
                return split
            drawn -= share
        return "train"


def cell_of(lat: float, lon: float, *, cell_m: float) -> str:
    """The name of the cell that a position lies in: rows of latitude, divided by longitude.

    >>> cell_of(36.8, 118.05, cell_m=100.0) == cell_of(36.80001, 118.05001, cell_m=100.0)
    True
    """
    row = math.floor(lat * _DEGREE_M / cell_m)
    middle = math.radians((row + 0.5) * cell_m / _DEGREE_M)
    column = math.floor(lon * _DEGREE_M * max(math.cos(middle), 1e-6) / cell_m)
    return f"{row}:{column}"
