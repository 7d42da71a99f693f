"""A constant-velocity filter of many boxes at once, in seconds rather than frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Noise is a share of the box's size (the root of its area: a car seen from the side is low but wide), because a near
# object jitters by more pixels than a far one. It is stated as a density in time so that it holds at any frame rate.
# The shares began as ByteTrack's (Zhang et al. 2022: 1/20 for a measurement, 1/160 for a step of velocity at 30 frames
# a second). Its third noise, on the position itself, is left out: it only made the velocity follow the jitter, and
# boxes that were hidden for half a second were then looked for in the wrong place (benchmarks/tracking.py).
MEASURED_SHARE = 1 / 20
VELOCITY_SHARE = 0.6 * 30 / 160 * 30**0.5  # of the size a second, a square root of a second
BORN_POSITION_SHARE = 2 / 20
BORN_VELOCITY_SHARE = 10 * 30 / 160  # of the size a second


@dataclass(frozen=True, slots=True, eq=False)
class BoxStates:
    """Where N boxes are, how fast they go and how sure that is.

    Centre x, centre y, width and height move independently of each other, so the covariance of a box is four 2x2
    blocks, held as three numbers each.

    Attributes:
        mean: float64 (N, 4), centre x, centre y, width, height in pixels.
        velocity: float64 (N, 4), the same a second.
        var_mean: float64 (N, 4), px^2.
        covar: float64 (N, 4), between mean and velocity, px^2/s.
        var_velocity: float64 (N, 4), px^2/s^2.
    """

    mean: NDArray[np.float64]
    velocity: NDArray[np.float64]
    var_mean: NDArray[np.float64]
    covar: NDArray[np.float64]
    var_velocity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.mean)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> BoxStates:
        """The rows named, in that order."""
        return BoxStates(*(part[rows] for part in self.parts()))

    def parts(self) -> tuple[NDArray[np.float64], ...]:
        """The five arrays in the order of the fields."""
        return self.mean, self.velocity, self.var_mean, self.covar, self.var_velocity

    @property
    def xyxy(self) -> NDArray[np.float64]:
        """The boxes as corners, float64 (N, 4)."""
        half = np.maximum(self.mean[:, 2:], 1.0) / 2  # a shrinking box that was lost for long must not turn inside out
        return np.concatenate([self.mean[:, :2] - half, self.mean[:, :2] + half], axis=1)


def joined(first: BoxStates, second: BoxStates) -> BoxStates:
    """The rows of both."""
    pairs = zip(first.parts(), second.parts(), strict=True)
    return BoxStates(*(np.concatenate(pair) for pair in pairs))


def born(xyxy: NDArray[np.float32]) -> BoxStates:
    """States of boxes that were seen once: at rest, the velocity unknown."""
    mean = _centred(xyxy)
    size = _size(mean)
    return BoxStates(
        mean=mean,
        velocity=np.zeros_like(mean),
        var_mean=np.repeat((BORN_POSITION_SHARE * size) ** 2, 4, axis=1),
        covar=np.zeros_like(mean),
        var_velocity=np.repeat((BORN_VELOCITY_SHARE * size) ** 2, 4, axis=1),
    )


def predicted(states: BoxStates, dt_s: float) -> BoxStates:
    """The states dt_s later, if each box keeps its velocity."""
    jerk = (VELOCITY_SHARE * _size(states.mean)) ** 2
    covar, var_velocity = states.covar, states.var_velocity
    return BoxStates(
        mean=states.mean + dt_s * states.velocity,
        velocity=states.velocity,
        var_mean=states.var_mean + dt_s * (2 * covar + dt_s * var_velocity + jerk * dt_s**2 / 3),
        covar=covar + dt_s * (var_velocity + jerk * dt_s / 2),
        var_velocity=var_velocity + dt_s * jerk,
    )


def updated(states: BoxStates, xyxy: NDArray[np.float32]) -> BoxStates:
    """The states after row i of xyxy was measured for row i."""
    measured = _centred(xyxy)
    noise = (MEASURED_SHARE * _size(states.mean)) ** 2
    spread = states.var_mean + noise
    gain, gain_velocity = states.var_mean / spread, states.covar / spread
    off = measured - states.mean
    return BoxStates(
        mean=states.mean + gain * off,
        velocity=states.velocity + gain_velocity * off,
        var_mean=(1 - gain) * states.var_mean,
        covar=(1 - gain) * states.covar,
        var_velocity=states.var_velocity - gain_velocity * states.covar,
    )


def _centred(xyxy: NDArray[np.float32]) -> NDArray[np.float64]:
    """Corners as centre and size."""
    low, high = xyxy[:, :2].astype(np.float64), xyxy[:, 2:].astype(np.float64)
    return np.concatenate([(low + high) / 2, high - low], axis=1)


def _size(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """The length in pixels, (N, 1), that noise is a share of: the root of the area."""
    sides = np.maximum(mean[:, 2:], 1.0)
    size: NDArray[np.float64] = np.sqrt(sides[:, :1] * sides[:, 1:])
    return size
