"""The vehicle's GPS: one fix a second that wanders about the true path."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.route import Route
from streetaudit_datasets.synthetic.textures import Rng

WANDER_S = 25.0  # how long an error lasts: multipath and the ionosphere drift, they do not jump
JITTER_M = 0.12
LEAD_S = 2.0  # fixes before the first frame and after the last


def wander(rng: Rng, count: int, *, deviation_m: float) -> NDArray[np.float64]:
    """Errors east and north (N, 2) of fixes a second apart; their length is deviation_m root mean square."""
    keep = float(np.exp(-1.0 / WANDER_S))
    slow = np.empty((count, 2))
    slow[0] = rng.normal(0, 1, 2)
    for i in range(1, count):
        slow[i] = keep * slow[i - 1] + np.sqrt(1 - keep * keep) * rng.normal(0, 1, 2)
    errors: NDArray[np.float64] = slow * deviation_m / np.sqrt(2) + rng.normal(0, JITTER_M, (count, 2))
    return errors


def gpx(rng: Rng, plan: Plan, route: Route, *, frame: LocalFrame, start: datetime, deviation_m: float) -> str:
    """The trace of a drive as GPX 1.1."""
    times = np.arange(-LEAD_S, route.duration_s + LEAD_S + 0.5, 1.0)
    errors = wander(rng, len(times), deviation_m=deviation_m)
    rows = []
    for time_s, error in zip(times, errors, strict=True):
        east, north = plan.path.point(*route.at(float(time_s))) + error
        lat, lon = frame.to_degrees(float(east), float(north))
        when = (start + timedelta(seconds=float(time_s))).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        speed = max(
            0.0, route.speed_m_s(float(np.clip(time_s, 0.2, route.duration_s - 0.2))) + float(rng.normal(0, 0.1))
        )
        rows.append(
            f'   <trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>34.0</ele><time>{when}</time>'
            f"<sat>{int(rng.integers(9, 15))}</sat><hdop>0.9</hdop>"
            f"<extensions><speed>{speed:.2f}</speed></extensions></trkpt>"
        )
    body = "\n".join(rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="streetaudit synthetic" xmlns="http://www.topografix.com/GPX/1/1">\n'
        f" <trk><name>synthetic patrol</name><trkseg>\n{body}\n </trkseg></trk>\n</gpx>\n"
    )
