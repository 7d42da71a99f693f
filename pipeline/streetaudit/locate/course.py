"""Where the carrier headed, from how it moved: a vehicle turns only while it rolls."""

from __future__ import annotations

import math

import numpy as np

from streetaudit.locate.rays import Floats
from streetaudit.locate.smooth import Smoothed

#: Slower than this a carrier stands and keeps its heading.
STANDING_MPS = 0.5
#: A speed must exceed so many of its own standard deviations to give a heading; the second where none passes the
#: first (a walker, a poor receiver).
_SURE_SDS = (7.0, 2.0)
#: What the motion of the receiver leaves open about the axis of the vehicle.
_COURSE_SD_DEG = 0.7
_HELD_SD_DEG = 2.0
#: A vehicle turns by about so much on a metre of way: 3 degrees are a radius of 19 m.
_TURN_DEG_M = 3.0
#: A slower motion than this many of its standard deviations has no course at all.
_VAGUE_SDS = 1.5
#: Neighbouring courses share their mistakes, so several are worth little more than one.
_INDEPENDENT_SHARE = 0.5


def headings(line: Smoothed) -> tuple[Floats, Floats] | None:
    """Unwrapped degrees and their standard deviations, None if the carrier never moved for sure.

    While it brakes the course of its motion gets vague long before it stands; what it was before, and how little way
    was left to turn on, then says more. The same holds backwards when it starts.
    """
    speed, sd = np.hypot(*line.velocity_mps.T), np.sqrt(line.velocity_var)
    moving = np.zeros(len(speed), np.bool_)
    for sure in _SURE_SDS:
        moving = moving if moving.any() else speed > np.maximum(STANDING_MPS, sure * sd)
    if not moving.any():
        return None
    course = np.degrees(np.arctan2(line.velocity_mps[:, 0], line.velocity_mps[:, 1]))
    spread = np.hypot(_COURSE_SD_DEG, np.degrees(sd / np.maximum(speed, 1e-3)))
    tells = moving | (speed > np.maximum(STANDING_MPS, _VAGUE_SDS * sd))
    way = np.hypot(*np.diff(line.place_m, axis=0).T) * (np.maximum(speed[1:], speed[:-1]) > STANDING_MPS)
    turned = np.where(line.starts[1:], 360.0, _TURN_DEG_M * np.sqrt(way)) ** 2
    first = int(np.argmax(moving))
    smoothed, variance = _smoothed(
        np.where(tells, course, np.nan).tolist(), (spread**2 / _INDEPENDENT_SHARE).tolist(), turned.tolist(), first
    )
    own = np.where(moving, np.minimum(spread, np.sqrt(variance)), np.hypot(np.sqrt(variance), _HELD_SD_DEG))
    return smoothed, np.maximum(own, _COURSE_SD_DEG)


def _smoothed(course: list[float], variance: list[float], turned: list[float], first: int) -> tuple[Floats, Floats]:
    """A random walk of the heading through the courses that tell something (not NaN), forward and back."""
    angle, spread = course[first], variance[first]
    angles, spreads, ahead = [], [], []
    for i, (seen, error) in enumerate(zip(course, variance, strict=True)):
        if i:
            spread += turned[i - 1]
        ahead.append(spread)
        if seen == seen:
            gain = spread / (spread + error)
            angle += gain * ((seen - angle + 180.0) % 360.0 - 180.0)
            spread *= 1.0 - gain
        angles.append(angle)
        spreads.append(spread)
    for i in range(len(angles) - 2, -1, -1):
        back = spreads[i] / max(ahead[i + 1], 1e-12)
        angles[i] += back * (angles[i + 1] - angles[i])
        spreads[i] += back * back * (spreads[i + 1] - ahead[i + 1])
    return np.array(angles), np.maximum(np.array(spreads), math.ulp(1.0))
