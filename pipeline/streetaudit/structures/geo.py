"""Geodesy without dependencies: distances, bearings and a local metric frame on WGS 84."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: WGS 84: semi-major axis in metres and first eccentricity squared (NIMA TR8350.2, table 3.1 and 3.3).
WGS84_A_M = 6_378_137.0
WGS84_E2 = 6.694379990141e-3


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """East/north metres about an origin: exact enough (< 1 mm/km) within some kilometres.

    Uses the radii of curvature of the ellipsoid at the origin (meridian M, prime vertical N).
    """

    lat: float
    lon: float

    def _radii_m(self) -> tuple[float, float]:
        s = math.sin(math.radians(self.lat))
        w = 1.0 - WGS84_E2 * s * s
        return WGS84_A_M * (1.0 - WGS84_E2) / w**1.5, WGS84_A_M / math.sqrt(w)

    def to_metres(self, lat: float, lon: float) -> tuple[float, float]:
        """(east_m, north_m) of a position.

        >>> e, n = LocalFrame(55.0, 13.0).to_metres(55.0, 13.001)
        >>> round(e, 1), round(n, 1)
        (64.0, 0.0)
        """
        meridian, vertical = self._radii_m()
        d_lon = (lon - self.lon + 180.0) % 360.0 - 180.0
        east = math.radians(d_lon) * vertical * math.cos(math.radians(self.lat))
        return east, math.radians(lat - self.lat) * meridian

    def to_degrees(self, east_m: float, north_m: float) -> tuple[float, float]:
        """(lat, lon) of a point of this frame."""
        meridian, vertical = self._radii_m()
        lat = self.lat + math.degrees(north_m / meridian)
        lon = self.lon + math.degrees(east_m / (vertical * math.cos(math.radians(self.lat))))
        return lat, (lon + 180.0) % 360.0 - 180.0


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Metres between two positions some kilometres apart at most.

    >>> round(distance_m(36.8, 118.05, 36.801, 118.05), 1)
    111.0
    """
    east, north = LocalFrame((lat1 + lat2) / 2.0, lon1).to_metres(lat2, lon2)
    _, north0 = LocalFrame((lat1 + lat2) / 2.0, lon1).to_metres(lat1, lon1)
    return math.hypot(east, north - north0)


def bearing_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Clockwise from north, 0 to 360, from the first position to the second.

    >>> bearing_deg(0.0, 0.0, 0.0, 1.0)
    90.0
    """
    east, north = LocalFrame(lat1, lon1).to_metres(lat2, lon2)
    return math.degrees(math.atan2(east, north)) % 360.0


def thinned_path(points: Sequence[tuple[float, float]], *, within_m: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The fewest of the (lat, lon) points whose line stays within `within_m` of the whole (Douglas and Peucker 1973).

    >>> thinned_path([(0.0, 0.0), (0.0, 0.0001), (0.0, 0.0002), (0.0001, 0.0002)])
    ((0.0, 0.0), (0.0, 0.0002), (0.0001, 0.0002))
    """
    if len(points) < 3:
        return tuple(points)
    frame = LocalFrame(*points[0])
    metres = [frame.to_metres(*point) for point in points]
    kept, spans = {0, len(points) - 1}, [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        off_m, at = max(
            ((_off_segment_m(metres[i], metres[first], metres[last]), i) for i in range(first + 1, last)),
            default=(0.0, first),
        )
        if off_m > within_m:
            kept.add(at)
            spans += [(first, at), (at, last)]
    return tuple(points[i] for i in sorted(kept))


def _off_segment_m(point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    along = end[0] - start[0], end[1] - start[1]
    from_start = point[0] - start[0], point[1] - start[1]
    squared = along[0] ** 2 + along[1] ** 2
    share = 0.0 if squared == 0.0 else (from_start[0] * along[0] + from_start[1] * along[1]) / squared
    share = min(1.0, max(0.0, share))
    return math.hypot(from_start[0] - share * along[0], from_start[1] - share * along[1])


def turn_deg(from_deg: float, to_deg: float) -> float:
    """The signed shortest turn between two headings, -180 to 180, clockwise positive.

    >>> turn_deg(350.0, 10.0), turn_deg(10.0, 350.0)
    (20.0, -20.0)
    """
    return (to_deg - from_deg + 180.0) % 360.0 - 180.0
