"""Symmetric 2x2 matrices as three numbers, and the circle that holds 95 % of a 2-D Gaussian."""

from __future__ import annotations

import math

#: (east-east, east-north, north-north), of a covariance in square metres or of its inverse.
Covariance = tuple[float, float, float]


def plus(a: Covariance, b: Covariance) -> Covariance:
    """The sum of two matrices."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def times(a: Covariance, factor: float) -> Covariance:
    """The matrix times a number."""
    return a[0] * factor, a[1] * factor, a[2] * factor


def inverse(a: Covariance) -> Covariance:
    """The inverse matrix.

    >>> inverse((2.0, 0.0, 4.0))
    (0.5, 0.0, 0.25)

    Raises:
        ValueError: If it has none.
    """
    determinant = a[0] * a[2] - a[1] * a[1]
    if determinant <= 0.0:
        raise ValueError(f"want a positive definite matrix; got {a}")
    return a[2] / determinant, -a[1] / determinant + 0.0, a[0] / determinant


def quadratic(a: Covariance, offset: tuple[float, float]) -> float:
    """The squared length of an offset under a matrix."""
    x, y = offset
    return a[0] * x * x + 2.0 * a[1] * x * y + a[2] * y * y


def radius_95(spread: Covariance) -> float:
    """The radius in metres of the circle that holds 95 % of the Gaussian.

    Leenhouts' cubic in the ratio of the axes (Navigation 32(1), 1985), within 0.3 %: 1.96 standard deviations for a
    line, 2.45 for a circle.

    >>> round(radius_95((1.0, 0.0, 1.0)), 2), round(radius_95((1.0, 0.0, 0.0)), 2)
    (2.45, 1.96)
    """
    middle, half = (spread[0] + spread[2]) / 2.0, math.hypot((spread[0] - spread[2]) / 2.0, spread[1])
    large, small = math.sqrt(max(0.0, middle + half)), math.sqrt(max(0.0, middle - half))
    if large == 0.0:
        return 0.0
    c = small / large
    return large * (1.960790 + 0.004121 * c + 0.114276 * c * c + 0.371625 * c * c * c)
