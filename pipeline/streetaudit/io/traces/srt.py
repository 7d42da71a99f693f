"""Fixes of the subtitles that DJI drones and cameras write beside a clip."""

from __future__ import annotations

import re

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import NOT_A_POSITION, Sample
from streetaudit.structures.trace import Fix, RefusedFix

_CUE = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->")
_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
#: "[latitude: 41.420684]"; DJI spells it "longtitude" in some firmware.
_NAMED_LAT = re.compile(rf"\blat(?:itude)?\s*:\s*{_NUMBER}", re.IGNORECASE)
_NAMED_LON = re.compile(rf"\blon(?:g?t?itude)?\s*:\s*{_NUMBER}", re.IGNORECASE)
#: "GPS (-121.7458, 48.0771, 17)": longitude first.
_PAIR = re.compile(rf"\bGPS\s*\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*(?:,\s*{_NUMBER})?", re.IGNORECASE)
_HEIGHT = re.compile(rf"\b(?:abs_alt|altitude)\s*:\s*{_NUMBER}", re.IGNORECASE)
_SPEED = re.compile(rf"\bH\.S\s+{_NUMBER}\s*m/s", re.IGNORECASE)


def read_srt(text: str) -> list[Sample]:
    """One sample a subtitle; time_s is the subtitle's, which is clip time.

    The dates in them are of the camera's local clock without its zone, so `at` stays unknown.

    Raises:
        TraceError: If no subtitle names a position.
    """
    samples = [_sample(block) for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if _CUE.search(block)]
    if not any(isinstance(sample, Fix) for sample in samples):
        raise TraceError("holds no subtitle with a GPS position; it may be of an actual film")
    return samples


def _sample(block: str) -> Sample:
    cue = _CUE.search(block)
    if cue is None:
        raise ValueError(f"want a subtitle with its time; got {block[:40]!r}")
    hours, minutes, seconds, fraction = cue.groups()
    time_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000.0
    position = _position(block)
    if position is None:
        return RefusedFix(time_s, NOT_A_POSITION)
    lat, lon, alt_m = position
    speed = _SPEED.search(block)
    return Fix(time_s, lat, lon, alt_m=alt_m, speed_mps=float(speed[1]) if speed else None)


def _position(block: str) -> tuple[float, float, float | None] | None:
    lat, lon = _NAMED_LAT.search(block), _NAMED_LON.search(block)
    if lat and lon:
        height = _HEIGHT.search(block)
        return float(lat[1]), float(lon[1]), float(height[1]) if height else None
    pair = _PAIR.search(block)
    if pair is None:
        return None
    first, second = float(pair[1]), float(pair[2])
    if abs(second) > 90.0 >= abs(first):  # firmware that turned the pair round
        first, second = second, first
    return second, first, float(pair[3]) if pair[3] else None
