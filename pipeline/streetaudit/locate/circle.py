"""The radius of the circle that holds a two-dimensional normal error 95 % of the time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

#: A circular normal error: radius of 95 % over the standard deviation of one axis, sqrt(-2 ln 0.05).
CIRCULAR_95 = 2.4477
#: A normal error along a line.
LINEAR_95 = 1.95996

# Radius over the larger standard deviation for ratios 0, 0.1 ... 1 of the smaller to it (numerical integration).
_FACTORS = (1.96, 1.963, 1.97, 1.984, 2.005, 2.036, 2.081, 2.146, 2.23, 2.332, 2.448)
_RATIOS = tuple(step / 10.0 for step in range(11))


def radius_95_m(covariance_m2: NDArray[np.float64]) -> float:
    """The radius about the mean that holds 95 % of a normal error with this 2 x 2 covariance.

    >>> round(radius_95_m(np.eye(2)), 2), round(radius_95_m(np.diag([4.0, 0.0])), 2)
    (2.45, 3.92)
    """
    (a, b), (_, c) = covariance_m2.tolist()
    middle, half = (a + c) / 2.0, math.hypot((a - c) / 2.0, b)
    large, small = math.sqrt(max(middle + half, 0.0)), math.sqrt(max(middle - half, 0.0))
    if large == 0.0:
        return 0.0
    return float(np.interp(small / large, _RATIOS, _FACTORS)) * large
