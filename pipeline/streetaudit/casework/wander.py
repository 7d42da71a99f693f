"""The error that all places of one pass share: the bias of its GPS, which wanders slowly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place

Floats = NDArray[np.float64]

#: After so long a receiver's bias has forgotten most of itself (first-order Gauss-Markov; street GPS: 1 to 2 minutes).
CORRELATION_S = 90.0
#: Of the least variance of any place of a pass, the share that is taken for the pass's own: the best places are those
#: seen from nearby, and hardly anything but the GPS is wrong with them.
_SHARED_SHARE = 0.9
#: Nothing is placed better than this, one standard deviation of one axis.
_LEAST_SD_M = 0.15


def points_of(frame: LocalFrame, places: Sequence[Place]) -> Floats:
    """(N, 2) east, north."""
    return np.array([frame.to_metres(place.lat, place.lon) for place in places]).reshape(-1, 2)


def spreads_of(places: Sequence[Place]) -> Floats:
    """(N, 2, 2) covariances."""
    rows = np.array([place.spread_m2 for place in places], np.float64).reshape(-1, 3)
    return rows[:, [0, 1, 1, 2]].reshape(-1, 2, 2)


def shared_variance(spreads: Floats) -> float:
    """Square metres, one axis: what the places of one pass have in common."""
    return _SHARED_SHARE * float(np.linalg.eigvalsh(spreads)[:, 0].min()) if len(spreads) else 0.0


def own_spreads(spreads: Floats, shared: Floats | float) -> Floats:
    """(N, 2, 2) what is left of the covariances without the (N,) shared variances; never nothing."""
    return np.asarray(spreads + np.multiply.outer(_LEAST_SD_M**2 - np.asarray(shared), np.eye(2)))


def correlation(time_s: Floats) -> Floats:
    """(N, N) of the bias at some times."""
    return np.asarray(np.exp(-np.abs(np.subtract.outer(time_s, time_s)) / CORRELATION_S))
