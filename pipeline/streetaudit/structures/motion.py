"""Whether a thing stood, when, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["stationary", "moving", "unknown"]


@dataclass(frozen=True, slots=True)
class Motion:
    """What one track says about its thing's standing.

    Attributes:
        kind: "stationary" if it stood, "moving" if it moved all the time, "unknown" where the views do not tell.
        first_s: Clip time at which it was first seen standing; of the track where it is not stationary.
        last_s: Clip time at which it was last seen standing; of the track where it is not stationary.
        dwell_s: Seconds it is known to have stood there, over several tracks if need be; None where the camera
            itself moves, for a pass cannot prove how long something stands.
    """

    kind: Kind
    first_s: float
    last_s: float
    dwell_s: float | None = None
