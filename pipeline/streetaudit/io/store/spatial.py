"""Which cases lie in a box: the one part that speaks SQLite (R*Tree) and would speak PostGIS elsewhere.

Migration 0002 makes the R*Tree `case_places` and the triggers that keep it, in the transaction that moves the case.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Float, Integer, MetaData, Table, and_, or_, select

from streetaudit.io.store.tables import cases
from streetaudit.io.store.values import Box
from streetaudit.structures.geo import LocalFrame

_places = Table(
    "case_places",
    MetaData(),  # not ours to create: it is a virtual table
    Column("number", Integer, primary_key=True),
    Column("west", Float),
    Column("east", Float),
    Column("south", Float),
    Column("north", Float),
)

#: Nearer to a pole than this, metres east become any number of degrees.
_MAX_LAT = 89.9


def box_around(lat: float, lon: float, *, radius_m: float) -> Box:
    """The box that holds every position within a radius."""
    frame = LocalFrame(max(-_MAX_LAT, min(_MAX_LAT, lat)), lon)
    south, west = frame.to_degrees(-radius_m, -radius_m)
    north, east = frame.to_degrees(radius_m, radius_m)
    return west, min(south, lat), east, max(north, lat)


def within(box: Box) -> ColumnElement[bool]:
    """The condition that a case lies in a box; a box whose west is greater than its east crosses the antimeridian."""
    west, south, east, north = box
    if west > east:
        return or_(_within(west, south, 180.0, north), _within(-180.0, south, east, north))
    return _within(west, south, east, north)


def _within(west: float, south: float, east: float, north: float) -> ColumnElement[bool]:
    # The R*Tree keeps float32, rounded outwards: it finds what may lie inside, the exact columns then decide.
    near = select(_places.c.number).where(
        _places.c.east >= west, _places.c.west <= east, _places.c.north >= south, _places.c.south <= north
    )
    exact = and_(cases.c.lon.between(west, east), cases.c.lat.between(south, north))
    return and_(cases.c.number.in_(near), exact)
