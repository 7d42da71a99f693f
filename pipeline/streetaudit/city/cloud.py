"""A place with its error, as a cloud of equally likely positions."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from streetaudit.structures.city import Polygon
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place

#: Positions in a cloud: the share on one side of a straight border is then right to 0.7 percent (512: 1.3).
SIZE = 1024


def _unit_cloud() -> NDArray[np.float64]:
    """(SIZE, 2) points of a standard 2-D Gaussian, spread evenly (Vogel's sunflower), so no seed is needed."""
    k = np.arange(SIZE)
    radius = np.sqrt(-2.0 * np.log1p(-(k + 0.5) / SIZE))
    turn = k * math.pi * (3.0 - math.sqrt(5.0))
    points: NDArray[np.float64] = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    return points


_UNIT = _unit_cloud()


def cloud(place: Place) -> NDArray[np.float64]:
    """(SIZE, 2) positions (lon, lat) where the thing may stand, all equally likely."""
    ee, en, nn = place.spread_m2
    # Cholesky by hand: a singular covariance (a point, a line) is allowed.
    a = math.sqrt(max(ee, 0.0))
    b = en / a if a > 0.0 else 0.0
    c = math.sqrt(max(nn - b * b, 0.0))
    east, north = a * _UNIT[:, 0], b * _UNIT[:, 0] + c * _UNIT[:, 1]
    frame = LocalFrame(place.lat, place.lon)
    lat_1m, lon_1m = frame.to_degrees(1.0, 1.0)
    lon = place.lon + east * (lon_1m - place.lon)
    lat = place.lat + north * (lat_1m - place.lat)
    return np.stack([lon, lat], axis=1)


def shape_of(polygons: tuple[Polygon, ...]) -> shapely.MultiPolygon:
    """The polygons as one prepared shape; its border counts as inside."""
    shape = shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in polygons])
    shapely.prepare(shape)
    return shape


def inside(shape: shapely.MultiPolygon, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) true for the points (N, 2) that lie in the shape."""
    hits: NDArray[np.bool_] = shapely.intersects_xy(shape, points[:, 0], points[:, 1])
    return hits
