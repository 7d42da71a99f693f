"""Fixes of a GPX track (1.0 and 1.1), read with DTDs and entities refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import NO_LOCK, NO_TIME, NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

#: 95 % radius at an HDOP of 1: 2drms = 2 HDOP UERE, with a user range error of 2 m (orbits and clocks 0.6 m, what is
#: left of the ionosphere 1.5 m, multipath and noise 1 m). gps.gov's 4.9 m for phones under open sky is an HDOP of 1.2.
METRES_PER_DOP = 4.0

#: The speed and course of GPX 1.0, of Garmin's TrackPointExtension and of most loggers' own extensions.
_FIELDS = {"time", "ele", "speed", "course", "hdop", "fix"}


def read_gpx(content: bytes) -> list[Sample]:
    """The samples of all track points in file order; time_s counts from the epoch.

    Points outside tracks (routes, waypoints) were not driven and are left out.

    Raises:
        TraceError: If it is not GPX, or carries a DTD.
    """
    try:
        return list(_points(content))
    except DefusedXmlException as error:
        raise TraceError(f"has a DTD or entities, which no GPS logger writes; export it again ({error})") from error
    except (ParseError, ValueError, LookupError) as error:
        raise TraceError(f"is not sound XML ({error}); export it again") from error


def _points(content: bytes) -> Iterator[Sample]:
    for _, element in iterparse(io.BytesIO(content), events=("end",), forbid_dtd=True):
        name = _local(element)
        if name == "trkpt":
            yield _sample(element)
        if name in ("trkpt", "trkseg", "trk"):
            element.clear()  # a day's track need not stand in memory twice


def _sample(point: Element) -> Sample:
    said = {_local(child): (child.text or "").strip() for child in point.iter() if _local(child) in _FIELDS}
    at = _time(said.get("time", ""))
    if at is None:
        return RefusedFix(0.0, NO_TIME)
    time_s = at.timestamp()
    if said.get("fix") == "none":
        return RefusedFix(time_s, NO_LOCK)
    lat, lon = number(point.get("lat")), number(point.get("lon"))
    if lat is None or lon is None:
        return RefusedFix(time_s, NOT_A_POSITION)
    hdop = number(said.get("hdop"))
    return Fix(
        time_s=time_s,
        lat=lat,
        lon=lon,
        at=at,
        alt_m=number(said.get("ele")),
        speed_mps=number(said.get("speed")),
        heading_deg=number(said.get("course")),
        error_m=None if hdop is None else hdop * METRES_PER_DOP,
    )


def number(text: str | None) -> float | None:
    """A number, None where there is none.

    >>> number(" 4.5 "), number("n/a"), number(None)
    (4.5, None, None)
    """
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)  # the standard says UTC


def _local(element: Element) -> str:
    """The name without its namespace, which loggers get wrong."""
    return str(element.tag).rpartition("}")[2].lower()
