"""The ground that was in view as cells of one grid of the world, so that passes, cameras and nights compare."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.city import Polygon
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.ground import Floats, Ground, open_distance_m

#: Metres of a degree of latitude, near enough for a grid that nobody measures with.
_DEGREE_M = 111_320.0
#: Cells of one band of rows are equally wide in degrees: the grid is the same from whichever side it is entered.
_BAND_ROWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells that were in view, one row each, in order of (row, column).

    Attributes:
        cell_m: Their side.
        row: int64 (N,), northwards from the equator.
        column: int64 (N,), eastwards from Greenwich.
        nearest_m: (N,) from how near.
        seconds: (N,) for how long, over all clips.
        passes: int64 (N,), clips that had it in view.
    """

    cell_m: float
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    nearest_m: Floats
    seconds: Floats
    passes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def centres(self) -> Floats:
        """(N, 2) latitude and longitude of the middles."""
        high, wide = _sides(self.row, self.cell_m)
        return np.stack([(self.row + 0.5) * high, (self.column + 0.5) * wide], axis=1)

    def outlines(self) -> list[Polygon]:
        """The cells as polygons."""
        high, wide = _sides(self.row, self.cell_m)
        south, west = self.row * high, self.column * wide
        corners = zip(west.tolist(), south.tolist(), (west + wide).tolist(), (south + high).tolist(), strict=True)
        return [(((w, s), (e, s), (e, n), (w, n), (w, s)),) for w, s, e, n in corners]


def cells_in_view(grounds: Iterable[Ground], *, cell_m: float = 5.0, reach_m: float = 25.0) -> Cells:
    """The cells that some clips had open to view within a distance: lit, sharp, and nothing in the way."""
    found: dict[tuple[int, int], tuple[float, float, int]] = {}
    for ground in grounds:
        keys, nearest, seconds = _of_clip(ground, cell_m, reach_m)
        for key, metres, length in zip(map(tuple, keys.tolist()), nearest.tolist(), seconds.tolist(), strict=True):
            known = found.get(key, (math.inf, 0.0, 0))
            found[key] = min(known[0], metres), known[1] + length, known[2] + 1
    ordered = sorted(found)
    places = np.array(ordered, np.int64).reshape(-1, 2)
    facts = np.array([found[key] for key in ordered], np.float64).reshape(-1, 3)
    return Cells(cell_m, places[:, 0], places[:, 1], facts[:, 0], facts[:, 1], facts[:, 2].astype(np.int64))


def _of_clip(ground: Ground, cell_m: float, reach_m: float) -> tuple[NDArray[np.int64], Floats, Floats]:
    """(N, 2) rows and columns of the cells one clip had open, and from how near and how long."""
    steps = np.arange(-math.ceil(reach_m / cell_m), math.ceil(reach_m / cell_m) + 1) * cell_m
    around = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    rows = np.repeat(np.arange(len(ground)), len(around))
    near = ground.place_m[rows].astype(np.float64) + np.tile(around, (len(ground), 1))
    keys = _cells_of(ground.frame, near, cell_m)
    distance = open_distance_m(ground, rows, _middles(ground.frame, keys, cell_m))
    seen = distance <= reach_m
    cells, back = np.unique(keys[seen], axis=0, return_inverse=True)
    nearest = np.full(len(cells), np.inf)
    np.minimum.at(nearest, back.reshape(-1), distance[seen])
    seconds = np.bincount(back.reshape(-1), ground.seconds[rows[seen]], len(cells))
    return cells, nearest, np.asarray(seconds)


def _sides(row: NDArray[np.int64], cell_m: float) -> tuple[float, Floats]:
    """Degrees that cells are high and wide."""
    high = cell_m / _DEGREE_M
    band = (row // _BAND_ROWS + 0.5) * _BAND_ROWS * high
    return high, high / np.maximum(np.cos(np.radians(band)), 0.01)


def _cells_of(frame: LocalFrame, spots_m: Floats, cell_m: float) -> NDArray[np.int64]:
    lat, lon = _degrees(frame, spots_m)
    row = np.floor(lat / (cell_m / _DEGREE_M)).astype(np.int64)
    _, wide = _sides(row, cell_m)
    return np.stack([row, np.floor(lon / wide).astype(np.int64)], axis=1)


def _middles(frame: LocalFrame, keys: NDArray[np.int64], cell_m: float) -> Floats:
    """(N, 2) metres in a frame; a degree is as long all over a clip's surroundings."""
    high, wide = _sides(keys[:, 0], cell_m)
    east_m, north_m = _lengths(frame)
    lat, lon = (keys[:, 0] + 0.5) * high, (keys[:, 1] + 0.5) * wide
    return np.stack([(lon - frame.lon) * east_m, (lat - frame.lat) * north_m], axis=1)


def _degrees(frame: LocalFrame, spots_m: Floats) -> tuple[Floats, Floats]:
    east_m, north_m = _lengths(frame)
    return frame.lat + spots_m[:, 1] / north_m, frame.lon + spots_m[:, 0] / east_m


def _lengths(frame: LocalFrame) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude about a frame's origin."""
    lat, lon = frame.to_degrees(1000.0, 1000.0)
    return 1000.0 / (lon - frame.lon), 1000.0 / (lat - frame.lat)
