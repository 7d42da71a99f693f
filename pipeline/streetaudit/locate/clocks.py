"""The join of two clocks: the clip's and the receiver's."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from streetaudit.locate.rays import Floats
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.trace import Trace

#: No clip is longer.
_LONGEST_CLIP_S = 24 * 3600.0


def clip_times(
    trace: Trace, *, clip_started_at: datetime | None, clock_offset_s: float
) -> tuple[Floats, tuple[str, ...]]:
    """(N,) clip seconds of the fixes, and what had to be assumed."""
    own = np.array([fix.time_s for fix in trace.fixes])
    if trace.clip_time:
        return own - clock_offset_s, ()
    stated = [fix.at for fix in trace.fixes]
    if clip_started_at is None:
        return own - own[0] - clock_offset_s, ("the clip states no start; the first fix was taken for it",)
    if any(at is None for at in stated):
        return own - own[0] - clock_offset_s, (
            "the trace states no time of day; its first fix was taken for the start",
        )
    since = [(at - clip_started_at).total_seconds() for at in stated if at is not None]
    return np.array(since) - clock_offset_s, ()


def why_not_covered(times_s: Floats, duration_s: float | None) -> NotPlaced | None:
    """The reason why a trace has nothing to say about a clip, or None where it has."""
    first, last = float(times_s[0]), float(times_s[-1])
    if last < 0.0:
        return NotPlaced(f"the trace ends {_span(-last)} before the clip starts{_zone_hint(first)}")
    if first > (duration_s if duration_s is not None else _LONGEST_CLIP_S):
        return NotPlaced(f"the trace begins {_span(first)} after the clip starts{_zone_hint(first)}")
    return None


def _span(seconds: float) -> str:
    for size, name in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2.0 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def _zone_hint(first_s: float) -> str:
    hours = round(first_s / 3600.0)
    if 1 <= abs(hours) <= 14 and abs(first_s - hours * 3600.0) < 300.0:
        return f"; the clock seems to be off by a time zone: set clock_offset_s = {hours * 3600}"
    return ""
