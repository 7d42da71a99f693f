"""Fixes inside a clip, read through mapillary_tools' parsers; runs in a child, for they are fed untrusted bytes.

mapillary_tools' parsers are not a public API: the version is pinned and everything of it is called here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from mapillary_tools import telemetry
from mapillary_tools.camm import camm_parser
from mapillary_tools.mp4.mp4_sample_parser import MovieBoxParser
from mapillary_tools.mp4.simple_mp4_parser import ParsingError

from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.traces.gopro import read_gopro
from streetaudit.io.traces.nmea import read_nmea
from streetaudit.io.traces.quality import NO_LOCK, Sample
from streetaudit.structures.trace import Fix, RefusedFix

_GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC)
#: GPS time has no leap seconds; there were 18 by 2017 and none since.
_LEAP_S = 18
#: The direction of a slower movement is noise.
_LEAST_COURSE_MPS = 0.5

_RMC = re.compile(rb"G[A-Z]RMC,[^*\x00]{10,90}\*[0-9A-F]{2}")


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
PARSER_ERRORS: tuple[type[Exception], ...] = (camm_parser.C.ConstructError, ParsingError)

#: In the order in which they are tried; the name becomes the trace's source.
READERS: tuple[tuple[str, Callable[[BinaryIO], list[Sample] | None]], ...] = (
    ("gpmf", read_gopro),
    ("camm", camm),
    ("nmea", subtitle_nmea),
)
