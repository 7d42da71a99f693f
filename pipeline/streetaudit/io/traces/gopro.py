"""Fixes of GoPro cameras: the GPS streams of a GPMF track (github.com/gopro/gpmf-parser).

A payload, about one a second, holds a DEVC for each device, that a STRM for each sensor, that a GPS5 (a position is
latitude, longitude, height, speed, and lock, precision and time stand once beside all) or a GPS9 (each position with
its own). Only those streams are handed to mapillary_tools' parser: it takes a hundred times as long for the motion
sensors' as for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from mapillary_tools.gpmf import gpmf_parser
from mapillary_tools.mp4.mp4_sample_parser import MovieBoxParser

from streetaudit.io.traces.gpx import METRES_PER_DOP
from streetaudit.io.traces.quality import NO_LOCK, POOR_PRECISION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

#: GPMF's GPSP is the dilution of precision times 100; "under 500 is good" (its README).
_MOST_GPSP = 500.0
_PARSERS = (
    (b"GPS9", gpmf_parser._gps9_from_stream),  # noqa: SLF001 - pinned, see io/traces/embedded.py
    (b"GPS5", gpmf_parser._gps5_from_stream),  # noqa: SLF001 - likewise
)


def read_gopro(file: BinaryIO) -> list[Sample] | None:
    """The samples of a clip's GPMF track in clip time, None if there is none."""
    points: list[Any] = []
    for track in MovieBoxParser.parse_stream(file).extract_tracks():
        if any(entry["format"] == b"gpmd" for entry in track.extract_sample_descriptions()):
            for sample in track.extract_samples():
                file.seek(sample.raw_sample.offset)
                found = _points(file.read(sample.raw_sample.size))
                for place, point in enumerate(found):
                    point.time = sample.exact_time + sample.exact_timedelta * place / len(found)
                points += found
    return _samples(points) if points else None


def read_gpmf_stream(content: bytes) -> list[Sample] | None:
    """The samples of a GPMF track that was extracted into a file; time_s counts from the epoch."""
    points: list[Any] = []
    for key, payload in _klvs(content):
        if key != b"DEVC":
            continue
        found = [point for point in _device_points(payload) if point.epoch_time is not None]
        step_s = 1.0 / len(found) if found and found[0].epoch_time == found[-1].epoch_time else 0.0  # GPS5: one time
        for place, point in enumerate(found):
            point.time = point.epoch_time = point.epoch_time + step_s * place
        points += found
    return _samples(points) if points else None


def _points(payload: bytes) -> list[Any]:
    """mapillary_tools' points of the first device that has a position; their times are still open."""
    return next((found for key, inner in _klvs(payload) if key == b"DEVC" and (found := _device_points(inner))), [])


def _device_points(device: bytes) -> list[Any]:
    """The positions of one device, those with a time of their own rather than the others."""
    streams = [inner for key, inner in _klvs(device) if key == b"STRM"]
    for kind, parse in _PARSERS:
        for stream in streams:
            if any(key == kind for key, _ in _klvs(stream)):
                return list(parse(gpmf_parser.GPMFSampleData.parse(stream)))
    return []


def _klvs(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of the entries of one level: four letters, type, size, count, and the value padded to four bytes."""
    at = 0
    while at + 8 <= len(content):
        length = content[at + 5] * int.from_bytes(content[at + 6 : at + 8], "big")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + -length % 4


def _samples(points: Iterable[Any]) -> list[Sample]:
    samples: list[Sample] = []
    epoch_s: float | None = None
    since_s = 0.0
    for point in points:
        if point.epoch_time != epoch_s:  # GPS5 repeats the time of its payload for every point
            epoch_s, since_s = point.epoch_time, point.time
        if point.fix is not None and point.fix.value == 0:
            samples.append(RefusedFix(point.time, NO_LOCK))
        elif point.precision is not None and point.precision > _MOST_GPSP:
            samples.append(RefusedFix(point.time, POOR_PRECISION))
        else:
            samples.append(
                Fix(
                    time_s=point.time,
                    lat=point.lat,
                    lon=point.lon,
                    at=_utc(epoch_s, point.time - since_s),
                    alt_m=point.alt,
                    speed_mps=point.ground_speed,
                    error_m=None if point.precision is None else point.precision / 100.0 * METRES_PER_DOP,
                )
            )
    return samples


def _utc(epoch_s: float | None, later_s: float) -> datetime | None:
    if epoch_s is None:
        return None
    try:
        return datetime.fromtimestamp(epoch_s, UTC) + timedelta(seconds=later_s)
    except (OverflowError, ValueError, OSError):
        return None
