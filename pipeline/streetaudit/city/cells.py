"""The unit-grid cell of a place; where a city has no grid, a provisional one of about 100 m."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from streetaudit.city.cloud import cloud, inside, shape_of
from streetaudit.structures.city import Cell
from streetaudit.structures.place import Place

#: Metres of a degree of latitude, on average; cells of 100 m need no better.
_DEGREE_M = 111_195.0
_SIDE_M = 100.0
_BANDS = math.ceil(180.0 * _DEGREE_M / _SIDE_M)

#: A place's cell is sure if the circle that holds it 95 % of the time does not cross the cell's border.
_SURE = 0.95


@dataclass(frozen=True, slots=True)
class CellMatch:
    """The cell that a place lies in.

    Attributes:
        code: Its code; "P-..." where it is provisional.
        cell: The city's cell, None where it is provisional.
        probability: That the thing really lies in it, given the error of its place.
        is_border: True if that is not sure: a neighbour cell may be the right one.
    """

    code: str
    cell: Cell | None
    probability: float
    is_border: bool


class Grid:
    """The unit grid of a city.

    With cells, a place outside all of them has none: a made-up code would route the case to nobody. Without any
    cells every place gets a provisional one.
    """

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self._cells = tuple(cells)
        self._shapes = [shape_of(cell.polygons) for cell in self._cells]
        self._tree = shapely.STRtree(self._shapes)

    def match(self, place: Place) -> CellMatch | None:
        """The cell that the place most likely lies in, None outside the grid."""
        if not self._cells:
            return _provisional_match(place)
        points = cloud(place)
        low, high = points.min(axis=0), points.max(axis=0)
        near = sorted(self._tree.query(shapely.box(low[0], low[1], high[0], high[1])).tolist())
        shares = {index: float(inside(self._shapes[index], points).mean()) for index in near}
        best = max(shares, key=lambda index: shares[index], default=None)
        if best is None or shares[best] == 0.0:
            return None
        cell = self._cells[best]
        return CellMatch(cell.code, cell, shares[best], shares[best] < _SURE)


def provisional_code(lat: float, lon: float) -> str:
    """The code of the 100 m cell of a position, in a grid that needs no projection.

    Bands of 100 m from the south pole, cut into cells of 100 m from the antimeridian at the band's middle latitude.
    The same position gives the same code everywhere and for ever; "P-" says that the city's own codes will replace it.

    >>> provisional_code(36.497, 117.862)
    'P-140658-266253'
    """
    band, column, _ = _provisional(lat, lon)
    return f"P-{band:06d}-{column:06d}"


def _provisional(lat: float, lon: float) -> tuple[int, int, tuple[float, float, float, float]]:
    """Band, column and (west, south, east, north) of the provisional cell."""
    step_lat = _SIDE_M / _DEGREE_M
    band = min(int((lat + 90.0) / step_lat), _BANDS - 1)
    middle = -90.0 + (band + 0.5) * step_lat
    columns = max(1, round(360.0 * _DEGREE_M * max(0.0, math.cos(math.radians(middle))) / _SIDE_M))
    step_lon = 360.0 / columns
    column = min(int((lon + 180.0) / step_lon), columns - 1)
    south, west = -90.0 + band * step_lat, -180.0 + column * step_lon
    return band, column, (west, south, west + step_lon, south + step_lat)


def _provisional_match(place: Place) -> CellMatch:
    west, south, east, north = _provisional(place.lat, place.lon)[2]
    points = cloud(place)
    hits = (points[:, 0] >= west) & (points[:, 0] < east) & (points[:, 1] >= south) & (points[:, 1] < north)
    share = float(hits.mean())
    return CellMatch(provisional_code(place.lat, place.lon), None, share, share < _SURE)
