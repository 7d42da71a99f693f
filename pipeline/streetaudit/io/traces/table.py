"""Fixes of a CSV table, whatever its columns are called."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median

from streetaudit.errors import TraceError
from streetaudit.io.traces.gpx import METRES_PER_DOP
from streetaudit.io.traces.quality import NO_TIME, NOT_A_POSITION, Sample
from streetaudit.structures.geo import distance_m
from streetaudit.structures.trace import Fix, RefusedFix

#: What a column may be called, in lower case with everything but letters and digits taken out.
_NAMES: dict[str, tuple[str, ...]] = {
    "lat": ("lat", "latitude", "gpslat", "gpslatitude", "latdeg", "latwgs84", "y", "纬度"),
    "lon": ("lon", "lng", "long", "longitude", "gpslon", "gpslng", "gpslongitude", "londeg", "lonwgs84", "x", "经度"),
    "time": ("time", "timestamp", "datetime", "utc", "utctime", "gpstime", "timeutc", "epoch", "unixtime", "时间"),
    "clip": ("times", "seconds", "second", "sec", "t", "elapsed", "elapseds", "videotime", "cliptime", "cts"),
    "date": ("date", "day", "utcdate", "日期"),
    "alt": ("alt", "altitude", "ele", "elevation", "altm", "height", "altitudem", "高度"),
    "speed": ("speed", "velocity", "gpsspeed", "spd", "speed2d", "groundspeed", "速度"),
    "mps": ("speedmps", "speedms", "velocitymps", "velocityms", "gpsspeedms"),
    "kmh": ("speedkmh", "speedkph", "kmh", "kph", "velocitykmh", "speedkmph"),
    "knots": ("speedknots", "knots", "speedkn", "speedkt"),
    "mph": ("speedmph", "mph"),
    "heading": ("heading", "course", "bearing", "azimuth", "direction", "track", "headingdeg", "cog", "方向"),
    "hdop": ("hdop", "dop"),
    "error": ("accuracy", "horizontalaccuracy", "hacc", "errorm", "accuracym"),
}

_MPS = {"mps": 1.0, "kmh": 1.0 / 3.6, "knots": 1852.0 / 3600.0, "mph": 0.44704}


@dataclass(frozen=True, slots=True)
class TableTrace:
    """What a table says.

    Attributes:
        samples: In the order of its rows.
        clip_time: True if its times are seconds of the clip.
    """

    samples: list[Sample]
    clip_time: bool


def read_table(text: str) -> TableTrace:
    """The samples of a CSV with a header; commas, semicolons or tabs, decimal points or commas.

    A speed without a unit gets the one that fits the distances between its fixes, or none.

    Raises:
        TraceError: If it has no columns of position and time.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    separator = max(";\t,", key=lines[0].count) if lines else ","
    rows = list(csv.reader(lines, delimiter=separator))
    columns = _columns(rows[0] if rows else [])
    if not {"lat", "lon"} <= set(columns) or not {"time", "clip", "date"} & set(columns):
        raise TraceError("has no header with lat, lon and time; name its columns so, or give GPX")
    clip_time = not {"time", "date"} & set(columns) or _counts_from_zero(rows[1:], columns)
    samples = [_sample(dict(zip(columns, _picked(row, columns), strict=True)), clip_time) for row in rows[1:]]
    return TableTrace(_with_speed_unit(samples) if "speed" in columns else samples, clip_time)


def _columns(header: list[str]) -> dict[str, int]:
    """Our name for a column to its place."""
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        plain = re.sub(r"[\W_]", "", title.lower())
        name = next((ours for ours, theirs in _NAMES.items() if plain in theirs), None)
        if name is not None:
            found.setdefault(name, place)
    return found


def _picked(row: list[str], columns: dict[str, int]) -> list[str]:
    return [row[place].strip() if place < len(row) else "" for place in columns.values()]


def _counts_from_zero(rows: list[list[str]], columns: dict[str, int]) -> bool:
    """True if a column called time holds small numbers: seconds of the clip, not dates."""
    first = next((row for row in rows if len(row) > columns.get("time", 0)), None)
    value = _number(first[columns["time"]]) if first and "time" in columns else None
    return value is not None and "date" not in columns and 0.0 <= value < 1e6


def _sample(said: dict[str, str], clip_time: bool) -> Sample:
    at = None if clip_time else _moment(f"{said.get('date', '')} {said.get('time', '')}".strip())
    time_s = _number(said.get("time") or said.get("clip", "")) if clip_time else at.timestamp() if at else None
    lat, lon = _number(said["lat"]), _number(said["lon"])
    if time_s is None:
        return RefusedFix(0.0, NO_TIME)
    if lat is None or lon is None:
        return RefusedFix(time_s, NOT_A_POSITION)
    hdop, error_m = _number(said.get("hdop", "")), _number(said.get("error", ""))
    return Fix(
        time_s=time_s,
        lat=lat,
        lon=lon,
        at=at,
        alt_m=_number(said.get("alt", "")),
        speed_mps=_speed(said),
        heading_deg=_heading(_number(said.get("heading", ""))),
        error_m=error_m if hdop is None else hdop * METRES_PER_DOP,
    )


def _speed(said: dict[str, str]) -> float | None:
    for unit, factor in _MPS.items():
        value = _number(said.get(unit, ""))
        if value is not None:
            return value * factor
    return _number(said.get("speed", ""))


def _heading(value: float | None) -> float | None:
    return value % 360.0 if value is not None and -360.0 <= value <= 360.0 else None


def _number(text: str) -> float | None:
    """A finite number with a decimal point or comma.

    >>> _number("48,8083"), _number("1.5"), _number("nan"), _number("")
    (48.8083, 1.5, None, None)
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _moment(text: str) -> datetime | None:
    """An ISO date and time (UTC unless it states a zone), or epoch seconds, milliseconds, microseconds."""
    value = _number(text)
    try:
        if value is not None and value >= 1e8:
            while value > 1e11:
                value /= 1000.0
            return datetime.fromtimestamp(value, UTC)
        at = datetime.fromisoformat(text.replace("/", "-").removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _with_speed_unit(samples: list[Sample]) -> list[Sample]:
    """Samples with their bare speeds in m/s, judged by the distances between fixes."""
    fixes = [sample for sample in samples if isinstance(sample, Fix)]
    ratios = [
        b.speed_mps / (distance_m(a.lat, a.lon, b.lat, b.lon) / (b.time_s - a.time_s))
        for a, b in pairwise(fixes[:: max(1, len(fixes) // 500)])
        if b.speed_mps and b.time_s > a.time_s and distance_m(a.lat, a.lon, b.lat, b.lon) > b.time_s - a.time_s
    ]
    factor = None
    if len(ratios) >= 3:
        stated = median(ratios)
        factor = min(_MPS.values(), key=lambda unit: abs(math.log(stated * unit)))
        factor = factor if abs(math.log(stated * factor)) < 0.25 else None  # fits no unit
    return [
        replace(sample, speed_mps=sample.speed_mps * factor if factor and sample.speed_mps is not None else None)
        if isinstance(sample, Fix)
        else sample
        for sample in samples
    ]
