"""Which fixes are believed: a trace without those that cannot be true, each of them with its reason."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from streetaudit.structures.geo import distance_m
from streetaudit.structures.trace import Fix, RefusedFix, Trace

Sample = Fix | RefusedFix

NO_LOCK = "no lock"
POOR_PRECISION = "poor precision"
NOT_A_POSITION = "not a position"
NULL_ISLAND = "null island"
NO_TIME = "no time"
REPEATED = "repeated"
BACKWARDS = "time runs backwards"
STRAY_TIME = "time far from the rest"
ABSURD_SPEED = "absurd speed"

#: 250 km/h: no patrol vehicle is faster.
MAX_SPEED_MPS = 70.0
#: Two fixes taken at nearly the same time may differ so much by noise alone.
NOISE_M = 15.0
#: Receivers write 0, 0 before they know better, sometimes with noise in the last digits.
_NULL_DEG = 0.001
#: A longer pause splits a file into drives; a drive of a few fixes far from the rest is a clock that was wrong.
_LONGEST_PAUSE_S = 6 * 3600.0
_FEWEST_OF_A_DRIVE = 5
#: A degree of latitude is nowhere shorter (110.574 km at the equator).
_LEAST_M_PER_DEG = 110_500.0
_LARGEST_ERROR_M = 10_000.0
#: Random bytes read as fixes must not cost time squared.
_MOST_CHAINS = 50


@dataclass(slots=True)
class _Chain:
    """Fixes that one vehicle can have passed, in order."""

    fixes: list[Fix]

    def reaches(self, fix: Fix) -> bool:
        last = self.fixes[-1]
        return 0.0 < fix.time_s - last.time_s <= _LONGEST_PAUSE_S and _in_reach(last, fix)


def believe(samples: Iterable[Sample], source: str, *, clip_time: bool = False) -> Trace:
    """The trace of the fixes that can be true, refused ones beside it.

    A jump refuses the fixes at the far end of it and not everything after: fixes are sorted into chains that one
    vehicle can have driven, and the longest chain is the drive. Where a trace does not count in clip time, its
    times are moved so that the first believed fix is 0.
    """
    refused: list[RefusedFix] = []
    sound: list[Fix] = []
    for sample in samples:
        reason = sample.reason if isinstance(sample, RefusedFix) else _flaw(sample, sound[-1] if sound else None)
        if reason or isinstance(sample, RefusedFix):
            refused.append(RefusedFix(sample.time_s if math.isfinite(sample.time_s) else 0.0, reason))
        else:
            sound.append(_tidy(sample))
    drive = _drive(_chains(sound), sound)
    kept = {id(fix) for fix in drive}
    times_s = [fix.time_s for fix in drive]
    refused += [RefusedFix(fix.time_s, _misfit(fix, drive, times_s)) for fix in sound if id(fix) not in kept]
    shift_s = 0.0 if clip_time or not drive else drive[0].time_s
    return Trace(
        fixes=tuple(replace(fix, time_s=fix.time_s - shift_s) for fix in drive),
        refused=tuple(replace(fix, time_s=fix.time_s - shift_s) for fix in refused),
        source=source,
        clip_time=clip_time,
    )


def refusals(trace: Trace) -> str:
    """What was refused in words, "" where nothing was.

    >>> refusals(Trace((), (RefusedFix(0.0, NO_LOCK), RefusedFix(1.0, NO_LOCK)), "gpx"))
    '2 fixes refused (no lock 2)'
    """
    if not trace.refused:
        return ""
    counts = Counter(fix.reason for fix in trace.refused)
    return f"{len(trace.refused)} fixes refused ({', '.join(f'{why} {n}' for why, n in counts.most_common())})"


def _flaw(fix: Fix, before: Fix | None) -> str:
    """Why a fix cannot be true by itself, "" if it can."""
    if not math.isfinite(fix.time_s):
        return NO_TIME
    if not (abs(fix.lat) <= 90.0 and abs(fix.lon) <= 180.0):  # NaN fails too
        return NOT_A_POSITION
    if abs(fix.lat) < _NULL_DEG and abs(fix.lon) < _NULL_DEG:
        return NULL_ISLAND
    if before is not None and (fix.time_s, fix.lat, fix.lon) == (before.time_s, before.lat, before.lon):
        return REPEATED
    return ""


def _in_reach(a: Fix, b: Fix) -> bool:
    reach_m = MAX_SPEED_MPS * abs(b.time_s - a.time_s) + NOISE_M
    if abs(b.lat - a.lat) * _LEAST_M_PER_DEG > reach_m:  # spares most of the trigonometry
        return False
    return distance_m(a.lat, a.lon, b.lat, b.lon) <= reach_m


def _chains(fixes: list[Fix]) -> list[_Chain]:
    """Chains, longest first; a fix goes to the longest chain that it can continue."""
    chains: list[_Chain] = []
    for fix in fixes:
        home = next((chain for chain in chains if chain.reaches(fix)), None)
        if home is None:
            chains.insert(0, _Chain([fix]))  # a later one is believed rather than an equal earlier one: cold starts
        else:
            home.fixes.append(fix)
        chains.sort(key=lambda chain: -len(chain.fixes))
        del chains[_MOST_CHAINS:]
    return chains


def _drive(chains: list[_Chain], sound: list[Fix]) -> list[Fix]:
    """The longest chain with those that fit before or after it, in time and in the order of the file."""
    drive: list[Fix] = []
    place = {id(fix): n for n, fix in enumerate(sound)}
    for chain in chains:
        first, last = chain.fixes[0], chain.fixes[-1]
        before = [fix for fix in drive if fix.time_s < first.time_s]
        after = drive[len(before) :]
        gaps_s = [first.time_s - fix.time_s for fix in before[-1:]] + [fix.time_s - last.time_s for fix in after[:1]]
        near = not gaps_s or min(gaps_s) <= _LONGEST_PAUSE_S or len(chain.fixes) >= _FEWEST_OF_A_DRIVE
        fits = all(gap_s > 0.0 for gap_s in gaps_s)
        around = [place[id(fix)] for fix in (*before[-1:], first, last, *after[:1])]
        reached = all(_in_reach(fix, first) for fix in before[-1:]) and all(_in_reach(last, fix) for fix in after[:1])
        if near and fits and reached and around == sorted(around):
            drive = [*before, *chain.fixes, *after]
    return drive


def _misfit(fix: Fix, drive: list[Fix], times_s: list[float]) -> str:
    """Why a fix is not part of the drive."""
    place = bisect_left(times_s, fix.time_s)
    nearest = min(drive[max(0, place - 1) : place + 1], key=lambda other: abs(other.time_s - fix.time_s))
    apart_s = abs(nearest.time_s - fix.time_s)
    if apart_s > _LONGEST_PAUSE_S:
        return STRAY_TIME
    if apart_s > 0.0 and not _in_reach(nearest, fix):
        return ABSURD_SPEED
    return BACKWARDS


def _tidy(fix: Fix) -> Fix:
    """A fix whose stated extras can be true; what cannot is unknown."""
    return replace(
        fix,
        alt_m=fix.alt_m if fix.alt_m is not None and math.isfinite(fix.alt_m) else None,
        speed_mps=fix.speed_mps if fix.speed_mps is not None and 0.0 <= fix.speed_mps <= MAX_SPEED_MPS else None,
        heading_deg=fix.heading_deg % 360.0 if fix.heading_deg is not None and abs(fix.heading_deg) <= 360.0 else None,
        error_m=fix.error_m if fix.error_m is not None and 0.0 < fix.error_m < _LARGEST_ERROR_M else None,
    )


def clip_start(trace: Trace) -> datetime | None:
    """Aware UTC time of the clip's first frame by the GPS clock; None unless the trace counts in clip time.

    Trust it more than the container's creation_time: GoPro and many dashcams write local time there as if it were UTC.
    """
    starts = sorted(fix.at - timedelta(seconds=fix.time_s) for fix in trace.fixes if fix.at is not None)
    return starts[len(starts) // 2] if starts and trace.clip_time else None
