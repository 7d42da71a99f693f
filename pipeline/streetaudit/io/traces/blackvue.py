"""Fixes of BlackVue cameras: stamped NMEA lines in a `gps ` box inside a `free` box of the MP4."""

from __future__ import annotations

import mmap

from streetaudit.io.traces.mp4_boxes import boxes
from streetaudit.io.traces.nmea import read_nmea
from streetaudit.io.traces.quality import Sample

_MOST_BYTES = 64 << 20


def read_blackvue(file: mmap.mmap) -> list[Sample] | None:
    """The samples in clip time, None if there is no such box.

    mapillary_tools reads the same box, but looks into the first `free` box only and drops speed and course.
    """
    for kind, start, end in boxes(file, 0, len(file)):
        for inner, first, last in boxes(file, start, end) if kind == b"free" else ():
            lines = file[first : min(last, first + _MOST_BYTES)]
            if inner == b"gps " and b"$G" in lines:
                return read_nmea(lines.decode("ascii", errors="replace"), camera_time=True)
    return None
