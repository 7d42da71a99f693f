"""Fixes of the GPSData*.txt that 70mai cameras write for all clips of a drive together."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import NO_LOCK, NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

#: First line of such a file.
MAGIC = "$V0"

#: "NO20260101-120000-000001F.MP4": the letter before the suffix names the channel, the trace is the front's.
_CHANNEL = re.compile(r"[A-Z](?=\.MP4$)", re.IGNORECASE)


def same_moment(one: str, other: str) -> bool:
    """True if two 70mai clip names are channels of one recording.

    >>> same_moment("NO20260101-120000-000001B.MP4", "NO20260101-120000-000001F.MP4")
    True
    """
    return _CHANNEL.sub("", one).upper() == _CHANNEL.sub("", other).upper()


def read_mai70(text: str, *, clip_name: str | None) -> list[Sample]:
    """The samples of one clip, or of the whole file without a name; time_s counts from the epoch.

    A row: epoch seconds, A or V, lat, lon, heading in 1/100 degree, speed in cm/s, four of the
    accelerometer and so on, with the clip's name among them.

    Raises:
        TraceError: If it has no row of that clip.
    """
    rows = [line.strip().split(",") for line in text.splitlines() if "," in line]
    if clip_name is not None:
        rows = [row for row in rows if any(same_moment(cell, clip_name) for cell in row[8:])]
    if not rows:
        raise TraceError(f"has no row for {clip_name or 'any clip'}; give the GPSData file of its drive")
    return [_sample(row) for row in rows]


def _sample(row: list[str]) -> Sample:
    try:
        time_s, lat, lon = float(row[0]), float(row[2]), float(row[3])
        heading_deg, speed_mps = float(row[4]) / 100.0, float(row[5]) / 100.0
        at = datetime.fromtimestamp(time_s, UTC)
    except (ValueError, IndexError, OverflowError, OSError):
        return RefusedFix(0.0, NOT_A_POSITION)
    if row[1] != "A":
        return RefusedFix(time_s, NO_LOCK)
    known = math.isfinite(heading_deg) and 0.0 <= heading_deg <= 360.0
    return Fix(time_s, lat, lon, at=at, speed_mps=speed_mps, heading_deg=heading_deg if known else None)
