"""Cases on a map of more than can be drawn: how many lie about where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import case_tiles
from streetaudit.io.store.values import CaseFilter

#: Tiles in a degree: about 400 m.
_PER_DEGREE = 250
#: Clusters along the longer side of a map.
_ALONG = 24


@dataclass(frozen=True, slots=True)
class Cluster:
    """Some cases about one place: the middle of them, degrees WGS 84."""

    lat: float
    lon: float
    cases: int


class Clusters(StorePart):
    """Counting cases by place."""

    def clusters(self, asked: CaseFilter) -> list[Cluster] | None:
        """Where the cases of a box lie, by and large; None where the question needs the cases themselves.

        Tiles that the box cuts count as a whole.
        """
        others = (asked.since, asked.until, asked.search, asked.camera, asked.cell, asked.confidence, asked.near)
        if asked.bbox is None or asked.bbox[0] > asked.bbox[2] or self._area is not None or any(others):
            return None
        west, south, east, north = asked.bbox
        step = max(1, math.ceil(max(east - west, north - south) * _PER_DEGREE / _ALONG))
        number = func.sum(case_tiles.c.cases)
        middle = (func.sum(case_tiles.c.lat_sum) / number, func.sum(case_tiles.c.lon_sum) / number)
        where = (case_tiles.c.x.between(_tile(west + 180), _tile(east + 180)), *_asked(asked, south, north))
        query = select(*middle, number).where(*where).group_by(case_tiles.c.x // step, case_tiles.c.y // step)
        with self._database.read() as connection:
            return [Cluster(*row) for row in connection.execute(query.having(number > 0))]


def _asked(asked: CaseFilter, south: float, north: float) -> Iterator[ColumnElement[bool]]:
    yield case_tiles.c.y.between(_tile(south + 90), _tile(north + 90))
    if asked.states is not None:
        yield case_tiles.c.state.in_(sorted(asked.states))
    if asked.problems is not None:
        yield case_tiles.c.problem.in_(sorted(asked.problems))


def _tile(degrees: float) -> int:
    return math.floor(degrees * _PER_DEGREE)
