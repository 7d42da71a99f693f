"""Fixes of NMEA 0183 sentences, alone in a file or behind a camera's own time stamps (BlackVue)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pynmea2

from streetaudit.errors import TraceError
from streetaudit.io.traces.gpx import METRES_PER_DOP
from streetaudit.io.traces.quality import NO_LOCK, NO_TIME, NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

WRONG_CHECKSUM = "wrong checksum"
KNOTS_TO_MPS = 1852.0 / 3600.0

#: "[1784358211371]$GPRMC,...*7A": the camera's clock in milliseconds, then the sentence.
_LINE = re.compile(r"^\s*(?:\[(\d{1,16})\])?\s*(\$[A-Z]{2}(?:RMC|GGA|ZDA),[^\r\n\[]*)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that says where or when.

    Attributes:
        said: pynmea2's message, None if its checksum or its form is wrong.
        camera_s: The camera's own time before it, None without.
    """

    said: Any | None
    camera_s: float | None


def sentences(lines: Iterable[str]) -> Iterator[Sentence]:
    """The RMC, GGA and ZDA sentences of some lines; all others are passed over."""
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            continue
        camera_s = int(match[1]) / 1000.0 if match[1] else None
        try:
            yield Sentence(pynmea2.parse(match[2].strip(), check=True), camera_s)
        except (pynmea2.ParseError, ValueError, LookupError):
            yield Sentence(None, camera_s)


def read_nmea(text: str, *, camera_time: bool = False) -> list[Sample]:
    """The samples of a text in file order.

    RMC has the date, so it makes the fix; a GGA of the same second adds height and precision. Without any RMC
    the GGAs count, if a ZDA states the date.

    Args:
        text: Of the file.
        camera_time: Count time_s from the camera's first stamp, not from the epoch.

    Raises:
        TraceError: If no sentence says where something was at what time.
    """
    found = list(sentences(text.splitlines()))
    if not found:
        raise TraceError("holds no NMEA sentence of kind RMC or GGA; look whether it is a GPS log at all")
    kind = "RMC" if any(_kind(sentence) == "RMC" for sentence in found) else "GGA"
    start_s = next((s.camera_s for s in found if s.camera_s is not None), 0.0) if camera_time else None
    heights = {s.said.timestamp: s.said for s in found if _kind(s) == "GGA" and s.said is not None}
    day = next((_day(s.said) for s in found if _kind(s) == "ZDA"), None)
    samples: list[Sample] = []
    for sentence in found:
        if sentence.said is None:
            samples.append(RefusedFix(0.0, WRONG_CHECKSUM))
        elif _kind(sentence) == kind:
            samples.append(_sample(sentence, heights, day=day, start_s=start_s))
    return samples


def _kind(sentence: Sentence) -> str:
    return "" if sentence.said is None else str(getattr(sentence.said, "sentence_type", ""))


def _day(zda: Any) -> date | None:
    try:
        return date(int(zda.year), int(zda.month), int(zda.day))
    except (ValueError, TypeError, AttributeError):
        return None


def _sample(sentence: Sentence, heights: dict[Any, Any], *, day: date | None, start_s: float | None) -> Sample:
    said: Any = sentence.said
    at = _at(said, day)
    time_s = at.timestamp() if at else 0.0
    if start_s is not None and sentence.camera_s is not None:
        time_s = sentence.camera_s - start_s
    elif at is None:
        return RefusedFix(0.0, NO_LOCK if not _locked(said) else NO_TIME)
    if not _locked(said):
        return RefusedFix(time_s, NO_LOCK)
    try:
        lat, lon = float(said.latitude), float(said.longitude)
    except (ValueError, TypeError):
        return RefusedFix(time_s, NOT_A_POSITION)
    if not (said.lat and said.lon):
        return RefusedFix(time_s, NOT_A_POSITION)
    gga = said if said.sentence_type == "GGA" else heights.get(said.timestamp)
    hdop = _number(gga, "horizontal_dil")
    knots = _number(said, "spd_over_grnd")
    return Fix(
        time_s=time_s,
        lat=lat,
        lon=lon,
        at=at,
        alt_m=_number(gga, "altitude"),
        speed_mps=None if knots is None else knots * KNOTS_TO_MPS,
        heading_deg=_number(said, "true_course"),
        error_m=None if hdop is None else hdop * METRES_PER_DOP,
    )


def _locked(said: Any) -> bool:
    if said.sentence_type == "GGA":
        return bool((_number(said, "gps_qual") or 0.0) > 0.0)
    return bool(said.status == "A")


def _at(said: Any, day: date | None) -> datetime | None:
    """NMEA time is UTC."""
    moment = getattr(said, "timestamp", None)
    stated = getattr(said, "datestamp", None)
    day = stated if isinstance(stated, date) else day
    if not isinstance(moment, time) or day is None:
        return None
    return datetime.combine(day, moment.replace(tzinfo=UTC))


def _number(said: Any, name: str) -> float | None:
    value = getattr(said, name, None)
    try:
        return None if value is None or value == "" else float(value)
    except (ValueError, TypeError):
        return None
