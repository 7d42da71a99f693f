"""Fixes of cameras with Novatek chips: `freeGPS` blocks of an MP4, private packets of a transport stream.

Layout of a block, little endian, from the word `freeGPS `: 44 bytes of head, then hour, minute, second, year - 2000,
month, day (u32 each), status A or V, N or S, E or W, a zero byte, latitude and longitude as DDDMM.MMMM, speed in
knots, course in degrees (f32 each). A transport stream carries the same record from the hour on. The clock is the
camera's local one, so `at` stays unknown; the order in the file gives clip time.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

from streetaudit.io.traces.mp4_boxes import boxes
from streetaudit.io.traces.quality import NO_LOCK, NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

_RECORD = struct.Struct("<6I3sx4f")
_MAGIC = b"freeGPS "
_HEAD_BYTES = 44
_KNOTS_TO_MPS = 1852.0 / 3600.0
#: A day of blocks, one a second.
_MOST_BLOCKS = 90_000
_TS_PACKET = 188
#: ISO/IEC 13818-1: start of a packet of private_stream_2, which has no header of its own.
_PRIVATE_START = b"\x00\x00\x01\xbf"


def read_novatek_mp4(file: mmap.mmap) -> list[Sample] | None:
    """One sample a block in file order, None if there are no blocks."""
    blocks = list(_listed_blocks(file)) or list(_top_blocks(file))
    records = [file[at + _HEAD_BYTES : at + _HEAD_BYTES + _RECORD.size] for at in blocks[:_MOST_BLOCKS]]
    return _samples(records)


def read_novatek_ts(file: mmap.mmap) -> list[Sample] | None:
    """One sample a private packet in file order, None if none holds a record."""
    records: list[bytes] = []
    at = file.find(_PRIVATE_START)
    while at >= 0 and len(records) < _MOST_BLOCKS:
        start = at - at % _TS_PACKET
        begins = file[start] == 0x47 and file[start + 1] & 0x40  # sync byte, payload_unit_start_indicator
        record = file[at + 6 : at + 6 + _RECORD.size]  # after start code and length
        if begins and at + 6 + _RECORD.size <= start + _TS_PACKET and _is_record(record):
            records.append(record)
        at = file.find(_PRIVATE_START, at + 4)
    return _samples(records)


def _listed_blocks(file: mmap.mmap) -> Iterator[int]:
    """Where the `gps ` box of the movie says that blocks are: pairs of position and size after 8 bytes."""
    for kind, start, end in boxes(file, 0, len(file)):
        for inner, first, last in boxes(file, start, end) if kind == b"moov" else ():
            if inner == b"gps ":
                for at in range(first + 8, last - 7, 8):
                    position = int.from_bytes(file[at : at + 4], "big")
                    yield from _block_at(file, position)


def _top_blocks(file: mmap.mmap) -> Iterator[int]:
    """Blocks that stand as boxes of their own."""
    for kind, start, _ in boxes(file, 0, len(file)):
        if kind == b"free":
            yield from _block_at(file, start - 8)


def _block_at(file: mmap.mmap, position: int) -> Iterator[int]:
    """Where the word begins in a block: four or eight bytes after its start."""
    at = file.find(_MAGIC, position, position + 24)
    if at >= 0 and at + _HEAD_BYTES + _RECORD.size <= len(file):
        yield at


def _is_record(record: bytes) -> bool:
    if len(record) < _RECORD.size:
        return False
    hour, minute, second, year, month, day, marks, *_ = _RECORD.unpack(record)
    in_range = hour < 24 and minute < 60 and second < 61 and year < 100 and 1 <= month <= 12 and 1 <= day <= 31
    return bool(in_range) and marks[:1] in b"AV"


def _samples(records: list[bytes]) -> list[Sample] | None:
    """Samples in clip time: by their clock where it runs, else one a second."""
    samples: list[Sample] = []
    first: datetime | None = None
    for place, record in enumerate(records):
        if not _is_record(record):
            samples.append(RefusedFix(float(place), NOT_A_POSITION))
            continue
        local = _local_time(record)
        first = first or local
        time_s = (local - first).total_seconds() if local and first else float(place)
        samples.append(_sample(record, time_s))
    return samples or None


def _local_time(record: bytes) -> datetime | None:
    hour, minute, second, year, month, day, *_ = _RECORD.unpack(record)
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _sample(record: bytes, time_s: float) -> Sample:
    *_, marks, lat, lon, knots, course = _RECORD.unpack(record)
    if marks[:1] != b"A":
        return RefusedFix(time_s, NO_LOCK)
    if marks[1:2] not in (b"N", b"S") or marks[2:3] not in (b"E", b"W"):
        return RefusedFix(time_s, NOT_A_POSITION)
    return Fix(
        time_s=time_s,
        lat=_degrees(lat) * (-1.0 if marks[1:2] == b"S" else 1.0),
        lon=_degrees(lon) * (-1.0 if marks[2:3] == b"W" else 1.0),
        speed_mps=knots * _KNOTS_TO_MPS if math.isfinite(knots) else None,
        heading_deg=course if math.isfinite(course) and 0.0 <= course <= 360.0 else None,
    )


def _degrees(value: float) -> float:
    """DDDMM.MMMM in degrees; NaN where the minutes cannot be.

    >>> _degrees(3015.0)
    30.25
    """
    degrees, minutes = divmod(value, 100.0) if math.isfinite(value) and value >= 0.0 else (math.nan, math.nan)
    return degrees + minutes / 60.0 if minutes < 60.0 else math.nan
