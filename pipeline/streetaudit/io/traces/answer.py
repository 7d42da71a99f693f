"""What the child that reads a clip's positions answers; not trusted, so every value is checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import Sample
from streetaudit.structures.trace import Fix, RefusedFix


def failed(reason: str) -> bytes:
    """The answer of a child that found positions it cannot read."""
    return json.dumps({"reason": reason}).encode()


def packed(source: str, samples: list[Sample]) -> bytes:
    """Samples as bytes: a list of eight values for a fix, of two for a refused one."""
    rows = [
        [s.time_s, s.reason]
        if isinstance(s, RefusedFix)
        else [
            s.time_s,
            s.lat,
            s.lon,
            s.at.timestamp() if s.at else None,
            s.alt_m,
            s.speed_mps,
            s.heading_deg,
            s.error_m,
        ]
        for s in samples
    ]
    return json.dumps({"source": source, "samples": rows}).encode()


def unpacked(message: bytes) -> tuple[str, list[Sample]]:
    """Source and samples of a child's answer; a source of "" means that it found nothing.

    Raises:
        TraceError: If it says why it found nothing.
        ValueError: If it is not what a sound child says.
    """
    try:
        told = json.loads(message)
        if "reason" in told:
            raise TraceError(str(told["reason"])[:500])
        return str(told["source"])[:20], [_sample(row) for row in told["samples"]]
    except (KeyError, TypeError, OverflowError, OSError) as error:
        raise ValueError(f"want samples; got {message[:80]!r}") from error


def _sample(row: list[Any]) -> Sample:
    if len(row) == 2:
        return RefusedFix(float(row[0]), str(row[1])[:80])
    time_s, lat, lon, at, *rest = (None if value is None else float(value) for value in row)
    if time_s is None or lat is None or lon is None or len(rest) != 4:
        raise ValueError(f"want a fix of eight values; got {row!r}")
    alt_m, speed_mps, heading_deg, error_m = rest
    moment = None if at is None else datetime.fromtimestamp(at, UTC)
    return Fix(time_s, lat, lon, moment, alt_m, speed_mps, heading_deg, error_m)
