"""Fixes as the numbers that the smoother takes, and what of them is worth taking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats
from streetaudit.locate.smooth import Measured
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.trace import Fix

#: Receivers of 1 Hz logged at 10 Hz repeat themselves; a repeat within this time is no fix.
_REPEAT_S = 0.95
#: Slower than this a stated course is noise.
_STANDING_MPS = 0.5
#: Stated velocities are compared with what was driven in at least this time.
_COMPARED_S = 0.9


def fresh_rows(fixes: Sequence[Fix], times_s: Floats) -> NDArray[np.int64]:
    """Rows of the fixes that do not merely repeat the one before."""
    places = np.array([(fix.lat, fix.lon) for fix in fixes])
    changed = np.concatenate([[True], (places[1:] != places[:-1]).any(axis=1)])
    kept, last_s = [], -math.inf
    for index, (time_s, is_new) in enumerate(zip(times_s.tolist(), changed.tolist(), strict=True)):
        if time_s > last_s and (is_new or time_s - last_s >= _REPEAT_S):
            kept.append(index)
            last_s = time_s
    return np.array(kept, np.int64)


def measured_fixes(fixes: Sequence[Fix], times_s: Floats, frame: LocalFrame) -> Measured:
    """The fixes as metres of a frame; a velocity is known where speed and course are stated."""
    degrees = np.array([(fix.lon - frame.lon, fix.lat - frame.lat) for fix in fixes])
    degrees[:, 0] = (degrees[:, 0] + 180.0) % 360.0 - 180.0
    scale = frame.to_metres(frame.lat + 1.0, frame.lon + 1.0)  # linear in both
    stated = np.array(
        [
            (fix.speed_mps, fix.heading_deg)
            if fix.speed_mps is not None and fix.heading_deg is not None and fix.speed_mps > _STANDING_MPS
            else (0.0 if fix.speed_mps == 0.0 else math.nan, 0.0)
            for fix in fixes
        ]
    )
    course = np.radians(stated[:, 1])
    velocity = stated[:, :1] * np.stack([np.sin(course), np.cos(course)], axis=1)
    return Measured(times_s, degrees * scale, velocity)


def velocities_contradict(measured: Measured) -> bool:
    """Whether most of the stated velocities are not those of the positions (mixed up units, a broken logger)."""
    later = np.searchsorted(measured.time_s, measured.time_s + _COMPARED_S)
    rows = np.flatnonzero((later < len(later)) & ~np.isnan(measured.velocity_mps[:, 0]))
    if len(rows) == 0:
        return False
    elapsed = measured.time_s[later[rows]] - measured.time_s[rows]
    driven = np.hypot(*(measured.place_m[later[rows]] - measured.place_m[rows]).T) / elapsed
    stated = np.hypot(*measured.velocity_mps[rows].T)
    return bool(np.mean(np.abs(driven - stated) > 2.0 + 0.3 * np.maximum(driven, stated)) > 0.5)


def without_velocities(measured: Measured) -> Measured:
    """The same fixes with no velocity stated."""
    return replace(measured, velocity_mps=np.full_like(measured.velocity_mps, math.nan))
