"""Fixes of the plain-text table that cameras with LIGO firmware append after the last box of an MP4."""

from __future__ import annotations

import mmap
import re
from datetime import UTC, datetime

from streetaudit.errors import TraceError
from streetaudit.io.traces.mp4_boxes import boxes
from streetaudit.io.traces.quality import NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

_MAGIC = b"LIGOGPSINFO"
_MOST_BYTES = 32 << 20
_ROW = re.compile(
    rb"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) ([NS]):(\d+\.\d+) ([EW]):(\d+\.\d+) (\d+\.\d+) km/h"
    rb"[^\x00]*?A:(\d+\.\d+)(?: H:(-?\d+\.\d+))?"
)


def read_ligogps(file: mmap.mmap) -> list[Sample] | None:
    """The samples of the table in clip time, None if there is no such table.

    The clock is the camera's local one, so `at` stays unknown.

    Raises:
        TraceError: If there is only the enciphered form.
    """
    end = max((last for _, _, last in boxes(file, 0, len(file))), default=0)
    trailer = file[end : end + _MOST_BYTES]
    if _MAGIC not in trailer:
        return None
    rows = list(_ROW.finditer(trailer))
    if not rows:
        raise TraceError("holds a LIGOGPS table that is enciphered, which is not read; give the trace as GPX")
    start = _time(rows[0])
    return [_sample(row, start, place) for place, row in enumerate(rows)]


def _time(row: re.Match[bytes]) -> datetime | None:
    try:
        return datetime.strptime(row[1].decode(), "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _sample(row: re.Match[bytes], start: datetime | None, place: int) -> Sample:
    at = _time(row)
    if at is None or start is None:
        return RefusedFix(float(place), NOT_A_POSITION)
    return Fix(
        time_s=(at - start).total_seconds(),
        lat=float(row[3]) * (-1.0 if row[2] == b"S" else 1.0),
        lon=float(row[5]) * (-1.0 if row[4] == b"W" else 1.0),
        alt_m=float(row[8]) if row[8] else None,
        speed_mps=float(row[6]) / 3.6,
        heading_deg=float(row[7]),
    )
