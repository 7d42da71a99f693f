"""What was seen around some places: tiles to ask for, and the sightings that the geometry needs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from streetaudit.io.store.case_rows import place_of
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.spatial import box_around, within
from streetaudit.io.store.tables import cases, sightings
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.sighting import Sighting

#: Neighbours on the way are asked for together: one box for so many metres.
TILE_M = 60.0
#: Values in one list of a statement.
_CHUNK = 500
#: Of what stands there for months the newest sightings place it well enough, and a night costs the same every night.
_MOST_GLIMPSES = 24


def seen_by(connection: Connection, clip_sha256: str, among: Collection[UUID]) -> Mapping[UUID, Sequence[Sighting]]:
    """Spot id to the sightings of one clip that it holds."""
    query = select(sightings).where(sightings.c.clip_sha256 == clip_sha256, sightings.c.spot_id.is_not(None))
    by_spot: dict[UUID, list[Sighting]] = defaultdict(list)
    for row in connection.execute(query.order_by(sightings.c.first_s, sightings.c.track_id)).mappings():
        if row["spot_id"] in among:
            by_spot[row["spot_id"]].append(sighting_of(row))
    return by_spot


def glimpses_of(connection: Connection, wanted: Collection[UUID]) -> list[Glimpse]:
    """The newest placed sightings of some spots."""
    ordered = sorted(wanted)
    made: list[Glimpse] = []
    for start in range(0, len(ordered), _CHUNK):
        mine = sightings.c.spot_id.in_(ordered[start : start + _CHUNK])
        query = select(*_GLIMPSE, _RANK).where(mine, sightings.c.lat.is_not(None)).subquery()
        rows = connection.execute(select(query).where(query.c.rank <= _MOST_GLIMPSES)).mappings()
        made += [glimpse for row in rows if (glimpse := _glimpse(row)) is not None]
    return made


_GLIMPSE = tuple(
    sightings.c[name]
    for name in (
        "id",
        "spot_id",
        "clip_sha256",
        "camera",
        "first_s",
        "last_s",
        "lat",
        "lon",
        "error_m",
        "place_method",
        "place_views",
        "covariance_m2",
    )
)
_NEWEST = (sightings.c.seen_at.desc().nulls_last(), sightings.c.id)
_RANK = func.row_number().over(partition_by=sightings.c.spot_id, order_by=_NEWEST).label("rank")


def _glimpse(row: RowMapping) -> Glimpse | None:
    place, middle_s = place_of(row), (row["first_s"] + row["last_s"]) / 2.0
    if place is None:
        return None
    return Glimpse(row["id"], row["spot_id"], row["clip_sha256"], row["camera"], middle_s, place)


def cases_around(
    connection: Connection, spots: Iterable[tuple[float, float]], *, where: ColumnElement[bool], radius_m: float
) -> dict[UUID, RowMapping]:
    """The rows of the cases of some kind within a distance (and somewhat more) of (lat, lon) spots, by id."""
    found: dict[UUID, RowMapping] = {}
    for lat, lon in sorted(tiles(spots)):
        box = box_around(lat, lon, radius_m=radius_m + TILE_M / 2.0)
        rows = connection.execute(select(cases).where(where, within(box))).mappings()
        found.update((row["id"], row) for row in rows)
    return found


def tiles(spots: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Centres of the tiles that hold some (lat, lon), each once."""
    high = math.degrees(TILE_M / 6_371_000.0)
    seen = set()
    for lat, lon in spots:
        row = math.floor(lat / high)
        wide = high / max(math.cos(math.radians((row + 0.5) * high)), 0.01)
        seen.add(((row + 0.5) * high, (math.floor(lon / wide) + 0.5) * wide))
    yield from seen
