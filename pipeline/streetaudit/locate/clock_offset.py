"""How far the clocks of a clip and its trace are apart, from the motion that both of them tell.

The images say how the carrier turned and how the street rushed by; the trace says how it turned and how fast it was.
Shifted against each other by the right time the two agree best. How much better than by any other time gives the
certainty, in which neighbouring samples count as little as they are independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit.locate.flow import Flow
from streetaudit.locate.pose import PoseLine
from streetaudit.locate.rays import Floats
from streetaudit.structures.trace import ClockOffset, Pose

#: Clocks farther apart are another matter (a time zone, a wrong trace).
WIDEST_S = 15.0
#: Shifts are tried in steps of the first, at samples that lie so far apart as the second.
_STEP_S, _SAMPLE_S = 0.1, 0.5
#: Both tellings are smoothed over this long: a trace of one fix a second knows no faster motion.
_SMOOTH_S = 1.0
#: Less time in common tells nothing.
_SHORTEST_S = 20.0
#: So much of the probability must lie this near to the likeliest shift...
_SURE, _NEAR_S = 0.99, 0.75
#: ...and so much of the images' changes must be explained by the trace.
_LEAST_EXPLAINED = 0.3
#: A receiver's own delay and the smoothing leave this open, one standard deviation.
_FLOOR_SD_S = 0.15
#: Added to speed and rush before the logarithm, as a share of their usual values: crawling is like standing.
_CRAWL_SHARE = 0.15


def clock_offset(flow: Flow, line: PoseLine) -> ClockOffset | None:
    """The offset of a clip whose line was made with none; None where too little of both was seen together.

    Raises:
        ValueError: If the rows of the flow are not in order of time.
    """
    if len(flow) > 1 and not (np.diff(flow.time_s) > 0.0).all():
        raise ValueError("want flow rows in order of time")
    if len(flow) < 2 or float(flow.time_s[-1] - flow.time_s[0]) < _SHORTEST_S:
        return None
    times_s = np.arange(flow.time_s[0], flow.time_s[-1], _STEP_S)
    every, reach = round(_SAMPLE_S / _STEP_S), round(WIDEST_S / _STEP_S)
    seen = _seen(flow, times_s)[::every]
    driven = _driven(line, times_s[0] - WIDEST_S + _STEP_S * np.arange(len(times_s) + 2 * reach))
    told = [driven[shift : shift + len(times_s) : every] for shift in range(2 * reach + 1)]
    # A vanishing point that is not where it was taken to be turns some of the speed into turn.
    turn = _gains(seen[:, 0], [each[:, [0, 2]] for each in told])
    rush = _gains(seen[:, 1], [each[:, [1]] for each in told])
    if not np.isfinite(turn[0]).any():
        return None
    offsets_s = _STEP_S * np.arange(-reach, reach + 1, dtype=np.float64)
    return _judged(offsets_s, turn[0] + rush[0], np.maximum(turn[1], rush[1]))


def _judged(offsets_s: Floats, gain: Floats, share: Floats) -> ClockOffset:
    logs = np.where(np.isfinite(gain), gain, -np.inf)
    best = int(np.argmax(logs))
    chance = np.exp(logs - logs[best])
    chance /= chance.sum()
    near = np.abs(offsets_s - offsets_s[best]) <= _NEAR_S
    offset_s = float(chance[near] @ offsets_s[near] / chance[near].sum())
    spread_s = math.sqrt(float(chance @ (offsets_s - offset_s) ** 2))
    inside = abs(float(offsets_s[best])) < WIDEST_S - _NEAR_S
    is_sure = inside and float(share[best]) >= _LEAST_EXPLAINED and float(chance[near].sum()) >= _SURE
    return ClockOffset(offset_s, math.hypot(spread_s, _FLOOR_SD_S), float(share[best]), is_sure)


def _seen(flow: Flow, times_s: Floats) -> Floats:
    """(N, 2) turn and logarithm of the rush, at even times."""
    turn = _smoothed(np.interp(times_s, flow.time_s, flow.turn_radps))
    rush = _smoothed(np.interp(times_s, flow.time_s, np.maximum(flow.rush_hz, 0.0)))
    return np.stack([turn, np.log(rush + _CRAWL_SHARE * np.percentile(rush, 75) + 1e-6)], axis=1)


def _driven(line: PoseLine, times_s: Floats) -> Floats:
    """(N, 3) turn, logarithm of the speed, and speed, at even times; NaN where the line says nothing."""
    poses = [line.at(time_s) for time_s in times_s.tolist()]
    rows = [(p.heading_deg, p.speed_mps) if isinstance(p, Pose) else (math.nan, math.nan) for p in poses]
    heading, speed = np.array(rows).T
    turn = np.radians((np.gradient(heading) + 90.0) % 180.0 - 90.0) / _STEP_S
    known = speed[np.isfinite(speed)]
    usual = float(np.percentile(known, 75)) if len(known) else 1.0
    return np.stack([_smoothed(turn), np.log(speed + _CRAWL_SHARE * usual + 1e-6), speed], axis=1)


def _smoothed(values: Floats) -> Floats:
    width = max(1, round(_SMOOTH_S / _STEP_S))
    padded = np.pad(values, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def _gains(seen: Floats, told: Sequence[Floats]) -> tuple[Floats, Floats]:
    """For each shift what speaks for it against none (a logarithm), and the share explained; NaN without enough."""
    fits = [_fit(seen, each, lag=0.0) for each in told]
    share = np.array([math.nan if fit is None else fit.explained for fit in fits])
    if not np.isfinite(share).any():
        return share, share
    best = fits[int(np.nanargmax(share))]
    lag = best.lag if best is not None else 0.0
    # Samples overlap by the smoothing, so that less than each of them counts.
    worth = min(1.0, _SAMPLE_S / _SMOOTH_S)
    fits = [_fit(seen, each, lag=lag) for each in told]
    gains = [math.nan if f is None else -0.5 * worth * f.samples * math.log(1.0 - f.explained) for f in fits]
    return np.array(gains), share


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well one telling follows from another: share explained, what is left from sample to sample, samples."""

    explained: float
    lag: float
    samples: int


def _fit(seen: Floats, told: Floats, *, lag: float) -> _Fit | None:
    """The fit of what was seen by what was told (N, K), of which the first column must help and not hinder.

    Args:
        seen: (N,) samples.
        told: NaN where the line says nothing.
        lag: Share of the error that passes on to the next sample; it is taken out first.
    """
    known = np.isfinite(told).all(axis=1)
    if int(known.sum()) * _SAMPLE_S < _SHORTEST_S:
        return None
    seen, told = seen[known], told[known]
    seen, told = seen[1:] - lag * seen[:-1], told[1:] - lag * told[:-1]
    seen, told = seen - seen.mean(), told - told.mean(axis=0)
    weights = np.linalg.lstsq(told, seen, rcond=None)[0]
    rest = seen - told @ weights
    total, left = float(seen @ seen), float(rest @ rest)
    if weights[0] <= 0.0 or total <= 0.0:
        return _Fit(0.0, 0.0, len(seen))
    passed_on = float(rest[1:] @ rest[:-1]) / max(left, 1e-12)
    return _Fit(min(1.0 - left / total, 1.0 - 1e-6), min(max(passed_on, 0.0), 0.98), len(seen))
