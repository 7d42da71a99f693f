"""Points of the ground that were clicked in an image and on a map."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClickedPoint:
    """One point of the ground in both.

    Attributes:
        u, v: Pixels of the original frame, x right, y down.
        lat, lon: Degrees, WGS 84.
    """

    u: float
    v: float
    lat: float
    lon: float

    def __post_init__(self) -> None:
        finite = all(math.isfinite(value) for value in (self.u, self.v, self.lat, self.lon))
        if not finite or abs(self.lat) > 90.0 or abs(self.lon) > 180.0:
            raise ValueError(f"want finite pixels, |lat| <= 90, |lon| <= 180; got {self}")
