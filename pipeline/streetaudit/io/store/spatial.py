"""Which cases lie in a box, and what else is said in SQLite's own words: elsewhere this file would speak PostGIS.

Migration 0002 makes the R*Tree `case_places` and the triggers that keep it, in the transaction that moves the case.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shapely import Polygon as ShapelyPolygon
from shapely import contains_xy, prepare, union_all
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from streetaudit.io.store.spot_tables import spots
from streetaudit.io.store.tables import cases
from streetaudit.io.store.values import Area, Box
from streetaudit.structures.city import Polygon
from streetaudit.structures.geo import LocalFrame


def _tree(name: str) -> Table:
    return Table(
        name,
        MetaData(),  # not ours to create: it is a virtual table
        Column("number", Integer, primary_key=True),
        Column("west", Float),
        Column("east", Float),
        Column("south", Float),
        Column("north", Float),
    )


_places, _spot_places = _tree("case_places"), _tree("spot_places")

#: Nearer to a pole than this, metres east become any number of degrees.
_MAX_LAT = 89.9
#: Cases that are sorted sooner than a page of them is found by walking along the queue of a million.
_FEW = 10_000


def box_around(lat: float, lon: float, *, radius_m: float) -> Box:
    """The box that holds every position within a radius."""
    frame = LocalFrame(max(-_MAX_LAT, min(_MAX_LAT, lat)), lon)
    south, west = frame.to_degrees(-radius_m, -radius_m)
    north, east = frame.to_degrees(radius_m, radius_m)
    return west, min(south, lat), east, max(north, lat)


def within(box: Box) -> ColumnElement[bool]:
    """The condition that a case lies in a box; a box whose west is greater than its east crosses the antimeridian."""
    return or_(*(_within(cases, _places, part) for part in _parts(box)))


def spots_within(box: Box) -> ColumnElement[bool]:
    """The same for a spot."""
    return or_(*(_within(spots, _spot_places, part) for part in _parts(box)))


def _parts(box: Box) -> list[Box]:
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def is_small(connection: Connection, box: Box) -> bool:
    """True if a box holds so few cases that going through them all beats any other way."""
    for part in _parts(box):
        some = select(_places.c.number).where(*_overlaps(_places, part)).limit(_FEW + 1)
        if connection.execute(select(func.count()).select_from(some.subquery())).scalar_one() > _FEW:
            return False
    return True


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column without its indexes, so that the R*Tree leads: SQLite takes any index for ten rows."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


def in_area(area: Area) -> ColumnElement[bool]:
    """The condition that a case lies in somebody's part of the city."""
    parts = [begins_with(cases.c.cell, code) for code in area.cells]
    if area.polygons:
        inside = func.streetaudit_inside(cases.c.lon, cases.c.lat, json.dumps(area.polygons))
        parts.append(and_(_in_box(area.polygons), inside == 1))
    return or_(false(), *parts)


def begins_with(text: ColumnElement[Any], words: str) -> ColumnElement[bool]:
    """The condition that a text begins with some words: a range, for LIKE ignores case and knows wildcards."""
    return and_(text >= words, text < words[:-1] + chr(min(ord(words[-1]) + 1, 0x10FFFF)))


def _in_box(polygons: Sequence[Polygon]) -> ColumnElement[bool]:
    corners = [corner for polygon in polygons for corner in polygon[0]]
    lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
    return and_(cases.c.lon.between(min(lons), max(lons)), cases.c.lat.between(min(lats), max(lats)))


def add_functions(connection: Any) -> None:
    """Give a new connection what SQLite lacks: `streetaudit_inside(lon, lat, polygons as JSON)`, 1 or 0."""
    connection.create_function("streetaudit_inside", 3, _is_inside, deterministic=True)


def _is_inside(lon: float | None, lat: float | None, written: str) -> int:
    return int(lon is not None and lat is not None and bool(contains_xy(_shape(written), lon, lat)))


@lru_cache(maxsize=64)
def _shape(written: str) -> BaseGeometry:
    made = union_all([ShapelyPolygon(rings[0], rings[1:]) for rings in json.loads(written)])
    prepare(made)
    return made


def _within(rows: Table, tree: Table, box: Box) -> ColumnElement[bool]:
    # The R*Tree keeps float32, rounded outwards: it finds what may lie inside, the exact columns then decide.
    west, south, east, north = box
    near = select(tree.c.number).where(*_overlaps(tree, box))
    exact = and_(rows.c.lon.between(west, east), rows.c.lat.between(south, north))
    return and_(rows.c.number.in_(near), exact)


def _overlaps(tree: Table, box: Box) -> tuple[ColumnElement[bool], ...]:
    west, south, east, north = box
    return tree.c.east >= west, tree.c.west <= east, tree.c.north >= south, tree.c.south <= north
