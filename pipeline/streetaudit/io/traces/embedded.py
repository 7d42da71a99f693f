"""Fixes inside a clip, read through mapillary_tools' parsers; runs in a child, for they are fed untrusted bytes.

mapillary_tools' parsers are not a public API: the version is pinned and everything of it is called here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from mapillary_tools import telemetry
from mapillary_tools.camm import camm_parser
from mapillary_tools.gpmf import gpmf_parser
from mapillary_tools.mp4.mp4_sample_parser import MovieBoxParser
from mapillary_tools.mp4.simple_mp4_parser import ParsingError

from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.traces.gpx import METRES_PER_DOP
from streetaudit.io.traces.nmea import read_nmea
from streetaudit.io.traces.quality import NO_LOCK, POOR_PRECISION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

#: GPMF's GPSP is the dilution of precision times 100; "under 500 is good" (gopro/gpmf-parser README).
_MOST_GPSP = 500.0
_GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
#: GPS time has no leap seconds; there were 18 by 2017 and none since.
_LEAP_S = 18
#: The direction of a slower movement is noise.
_LEAST_COURSE_MPS = 0.5

_RMC = re.compile(rb"G[A-Z]RMC,[^*\x00]{10,90}\*[0-9A-F]{2}")


def gopro(file: BinaryIO) -> list[Sample] | None:
    """The samples of a GoPro's GPMF track in clip time, None if there is none."""
    info = gpmf_parser.extract_gopro_info(file)
    return None if info is None else _from_gpmf(info.gps or [])


def gpmf_stream(content: bytes) -> list[Sample] | None:
    """The samples of a GPMF track that was extracted into a file; time_s counts from the epoch."""
    points: list[Any] = []
    for device in gpmf_parser.GPMFSampleData.parse(content):
        if device["key"] == b"DEVC":
            payload = gpmf_parser._find_first_gps_stream(device["data"])  # noqa: SLF001 - see the module's docstring
            epochs = [point.epoch_time for point in payload]
            if payload and None not in epochs:
                step_s = 1.0 / len(payload) if epochs[0] == epochs[-1] else 0.0  # GPS5 has one time a second
                for place, point in enumerate(payload):
                    point.time = point.epoch_time = point.epoch_time + step_s * place
                points += payload
    return _from_gpmf(points) if points else None


def _from_gpmf(points: Iterable[Any]) -> list[Sample]:
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


def camm(file: BinaryIO) -> list[Sample] | None:
    """The samples of a Camera Motion Metadata track in clip time, None if there is none."""
    info = camm_parser.extract_camm_info(file)
    if info is None:
        return None
    # A full point is a kind of minimal one to mapillary_tools 0.14.7, and so lies among those.
    points = [*(info.gps or []), *(info.mini_gps or [])]
    full = [point for point in points if isinstance(point, telemetry.CAMMGPSPoint)]
    return [_from_camm(point) for point in full] or [Fix(p.time, p.lat, p.lon, alt_m=p.alt) for p in points]


def _from_camm(point: Any) -> Sample:
    if point.gps_fix_type == 0:
        return RefusedFix(point.time, NO_LOCK)
    north, east, accuracy_m = point.velocity_north, point.velocity_east, point.horizontal_accuracy
    speed_mps = math.hypot(north, east)
    return Fix(
        time_s=point.time,
        lat=point.lat,
        lon=point.lon,
        at=_from_gps_time(point.time_gps_epoch),
        alt_m=point.alt,
        speed_mps=speed_mps,
        heading_deg=math.degrees(math.atan2(east, north)) % 360.0 if speed_mps > _LEAST_COURSE_MPS else None,
        error_m=2.0 * accuracy_m if accuracy_m > 0.0 else None,  # stated as 68 %
    )


def _from_gps_time(gps_s: float) -> datetime | None:
    """GPS time as the specification says; some writers put Unix time there, which as GPS time lies in the future."""
    if gps_s <= 0.0:
        return None
    try:
        at = _GPS_EPOCH + timedelta(seconds=gps_s - _LEAP_S)
        return at if at < SYSTEM_CLOCK.now() + timedelta(days=1) else datetime.fromtimestamp(gps_s, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def subtitle_nmea(file: BinaryIO) -> list[Sample] | None:
    """The samples of RMC sentences in a text track (Thinkware) in clip time, None if there are none."""
    samples: list[Sample] = []
    for track in MovieBoxParser.parse_stream(file).extract_tracks():
        if any(entry["format"] in (b"tx3g", b"text") for entry in track.extract_sample_descriptions()):
            for sample in track.extract_samples():
                file.seek(sample.raw_sample.offset)
                samples += _rmc_at(file.read(min(sample.raw_sample.size, 4096)), sample.exact_time)
    return samples or None


def _rmc_at(text: bytes, time_s: float) -> list[Sample]:
    found = _RMC.search(text)
    if found is None:
        return []
    sentence = f"${found[0].decode('ascii', errors='replace')}"
    return [replace(sample, time_s=time_s) for sample in read_nmea(sentence)]


#: What mapillary_tools' parsers raise on bytes that are not theirs.
PARSER_ERRORS: tuple[type[Exception], ...] = (gpmf_parser.C.ConstructError, ParsingError)

#: In the order in which they are tried; the name becomes the trace's source.
READERS: tuple[tuple[str, Callable[[BinaryIO], list[Sample] | None]], ...] = (
    ("gpmf", gopro),
    ("camm", camm),
    ("nmea", subtitle_nmea),
)
