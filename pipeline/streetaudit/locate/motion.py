"""Whether a thing stands or moves, from whether its views agree on one place."""

from __future__ import annotations

import math
from typing import Literal

from streetaudit.locate.fit import Fit

Motion = Literal["stationary", "moving", "unknown"]

#: Slower than this stands: it is what a drifting GPS and a jittering box make of a parked car.
STILL_MPS = 1.0
#: A speed must exceed this many standard deviations to be one.
_SURE_SD = 4.0
#: Drift of the position during a pass (1.5 m over 90 s) reads as a speed of its own.
_DRIFT_MPS = 0.15
#: Views closer together in time than this say nothing about motion.
SHORTEST_S = 0.4
FEWEST_VIEWS = 3
#: A fit this bad (mean squared residual in standard deviations) has not found what the thing did.
_MOST_SURPRISE = 20.0


def motion_of(fit: Fit) -> Motion:
    """What a fit with a free velocity says; sure of itself or "unknown"."""
    if fit.surprise > _MOST_SURPRISE:
        return "unknown"
    east, north = fit.velocity_mps.tolist()
    speed = math.hypot(east, north)
    along = (east / speed, north / speed) if speed > 0.0 else (1.0, 0.0)
    (a, b), (_, c) = fit.velocity_covariance.tolist()
    variance = along[0] ** 2 * a + 2.0 * along[0] * along[1] * b + along[1] ** 2 * c
    spread = math.sqrt(max(variance, 0.0) + _DRIFT_MPS**2)
    if speed > STILL_MPS and speed > _SURE_SD * spread:
        return "moving"
    return "stationary" if speed + 2.0 * spread < 2.0 * STILL_MPS else "unknown"
