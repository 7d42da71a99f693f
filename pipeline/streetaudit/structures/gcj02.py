"""GCJ-02, the shifted coordinates of Chinese map services: to WGS 84 and back."""

from __future__ import annotations

import math

# The Krasovsky 1940 ellipsoid, on which the published reverse-engineered formula is built.
_A_M = 6_378_245.0
_E2 = 0.00669342162296594323

#: Within this box (south, north, west, east) the shift is applied; outside the two systems are the same.
_BOX = (0.8293, 55.8271, 72.004, 137.8347)


def is_shifted(lat: float, lon: float) -> bool:
    """True where GCJ-02 differs from WGS 84.

    >>> is_shifted(36.5, 117.86), is_shifted(51.5, -0.1)
    (True, False)
    """
    south, north, west, east = _BOX
    return south <= lat <= north and west <= lon <= east


def to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """The GCJ-02 (lat, lon) of a WGS 84 position.

    >>> lat, lon = to_gcj02(36.497, 117.862)
    >>> round(lat, 8), round(lon, 8)
    (36.49703301, 117.86776838)
    """
    d_lat, d_lon = _shift(lat, lon)
    return lat + d_lat, lon + d_lon


def from_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """The WGS 84 (lat, lon) of a GCJ-02 position.

    Three rounds of fixed-point iteration leave less than a millimetre; one round would leave metres.
    """
    if not is_shifted(lat, lon):
        return lat, lon
    true_lat, true_lon = lat, lon
    for _ in range(3):
        d_lat, d_lon = _shift(true_lat, true_lon)
        true_lat, true_lon = lat - d_lat, lon - d_lon
    return true_lat, true_lon


def _shift(lat: float, lon: float) -> tuple[float, float]:
    if not is_shifted(lat, lon):
        return 0.0, 0.0
    x, y = lon - 105.0, lat - 35.0
    w = 1.0 - _E2 * math.sin(math.radians(lat)) ** 2
    meridian_m = _A_M * (1.0 - _E2) / w**1.5
    parallel_m = _A_M / math.sqrt(w) * math.cos(math.radians(lat))
    return math.degrees(_north_m(x, y) / meridian_m), math.degrees(_east_m(x, y) / parallel_m)


def _north_m(x: float, y: float) -> float:
    smooth = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    waves = _wave(x) + (20.0 * _sin(y) + 40.0 * _sin(y / 3.0)) + (160.0 * _sin(y / 12.0) + 320.0 * _sin(y / 30.0))
    return smooth + waves * 2.0 / 3.0


def _east_m(x: float, y: float) -> float:
    smooth = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    waves = _wave(x) + (20.0 * _sin(x) + 40.0 * _sin(x / 3.0)) + (150.0 * _sin(x / 12.0) + 300.0 * _sin(x / 30.0))
    return smooth + waves * 2.0 / 3.0


def _wave(x: float) -> float:
    return 20.0 * _sin(6.0 * x) + 20.0 * _sin(2.0 * x)


def _sin(turns: float) -> float:
    return math.sin(math.pi * turns)
