"""Which cases a pass may have seen again, and what was seen of them before."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from streetaudit.io.store.case_rows import place_of
from streetaudit.io.store.cases import reviews_of
from streetaudit.io.store.corrections import audited, audited_case
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.spatial import box_around, unindexed, within
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import cases, sightings
from streetaudit.structures.case import LASTING_REASONS, LIVE_STATES, Case, CaseState
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting

#: Farther apart, a sighting and a case are never asked about: two passes of poor GPS are off by less.
NEARBY_M = 30.0
#: Neighbours on the way are asked for together: one box for so many metres.
_TILE_M = 60.0
#: A camera without positions would otherwise ask about all that it ever saw, every time.
MOST_UNPLACED = 500
#: Values in one list of a statement.
_CHUNK = 500


def live_around(connection: Connection, places: Iterable[Place], *, at: datetime | None = None) -> list[Case]:
    """The live cases around some places that a new sighting may belong to, whatever their problem, by id.

    Args:
        connection: With its transaction.
        places: Of the sightings.
        at: When they were seen: a case whose thing was found gone later than that was still there.
    """
    spots = ((place.lat, place.lon) for place in places)
    found = cases_around(connection, spots, where=_is_live(at), radius_m=NEARBY_M)
    return [audited_case(row) for _, row in sorted(found.items()) if _takes_more(connection, row, found, at)]


def cases_around(
    connection: Connection, spots: Iterable[tuple[float, float]], *, where: ColumnElement[bool], radius_m: float
) -> dict[UUID, RowMapping]:
    """The rows of the cases of some kind within a distance (and somewhat more) of (lat, lon) spots, by id."""
    found: dict[UUID, RowMapping] = {}
    for lat, lon in sorted(_tiles(spots)):
        box = box_around(lat, lon, radius_m=radius_m + _TILE_M / 2.0)
        rows = connection.execute(select(cases).where(where, within(box))).mappings()
        found.update((row["id"], row) for row in rows)
    return found


def live_unplaced(connection: Connection, unplaced: Sequence[Sighting]) -> list[Case]:
    """The live cases without a place that cameras of some unplaced sightings have raised, newest first."""
    asked = {(sighting.camera, sighting.verdict.problem) for sighting in unplaced}
    found: list[Case] = []
    newest = cases.c.last_seen.desc().nulls_last()
    for camera, problem in sorted(asked, key=str):
        mine = (cases.c.lat.is_(None), cases.c.camera == camera, cases.c.problem == problem, cases.c.audited.is_(None))
        query = select(cases).where(*mine, _is_live()).order_by(newest, cases.c.id).limit(MOST_UNPLACED)
        rows = connection.execute(query).mappings().all()
        rows = [*rows, *_unplaced_but_corrected(connection, camera, problem)]
        found += [audited_case(row) for row in rows if _takes_more(connection, row)]
    return found


def _unplaced_but_corrected(connection: Connection, camera: str, problem: str | None) -> list[RowMapping]:
    """Cases that a person placed or renamed: the camera still sees them as before."""
    query = select(cases).where(cases.c.audited.is_not(None), cases.c.camera == camera, _is_live())
    rows = connection.execute(query.order_by(cases.c.id)).mappings()
    return [row for row in rows if audited(row)["lat"] is None and audited(row)["problem"] == problem]


def seen_by(connection: Connection, clip_sha256: str, among: Collection[UUID]) -> Mapping[UUID, Sequence[Sighting]]:
    """Case id to the sightings of one clip that it holds."""
    query = select(sightings).where(sightings.c.clip_sha256 == clip_sha256, sightings.c.case_id.is_not(None))
    by_case: dict[UUID, list[Sighting]] = defaultdict(list)
    for row in connection.execute(query.order_by(sightings.c.first_s, sightings.c.track_id)).mappings():
        if row["case_id"] in among:
            by_case[row["case_id"]].append(sighting_of(row))
    return by_case


def glimpses_of(connection: Connection, wanted: Collection[UUID]) -> list[Glimpse]:
    """All placed sightings of some cases."""
    ordered = sorted(wanted)
    made: list[Glimpse] = []
    for start in range(0, len(ordered), _CHUNK):
        query = select(*_GLIMPSE).where(
            sightings.c.case_id.in_(ordered[start : start + _CHUNK]), sightings.c.lat.is_not(None)
        )
        for row in connection.execute(query).mappings():
            place = place_of(row)
            if place is not None:
                made.append(_glimpse(row, place))
    return made


_GLIMPSE = tuple(
    sightings.c[name]
    for name in (
        "id",
        "case_id",
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


def _glimpse(row: RowMapping, place: Place) -> Glimpse:
    middle_s = (row["first_s"] + row["last_s"]) / 2.0
    return Glimpse(row["id"], row["case_id"], row["clip_sha256"], row["camera"], middle_s, place)


def _is_live(at: datetime | None = None) -> ColumnElement[bool]:
    live = unindexed(cases.c.state).in_(sorted(LIVE_STATES))
    if at is None:
        return live
    return or_(live, and_(unindexed(cases.c.state) == CaseState.RESOLVED.value, cases.c.gone_at >= at))


def _takes_more(
    connection: Connection,
    row: RowMapping,
    around: Mapping[UUID, RowMapping] = MappingProxyType({}),
    at: datetime | None = None,
) -> bool:
    """False for what was dismissed for a reason of that night alone, or is gone: what lies there now is another thing.

    Nor does a thing take what was seen when the one before it at its spot was not gone yet.
    """
    if row["gone_at"] is not None and row["state"] == CaseState.SHADOW.value and (at is None or row["gone_at"] < at):
        return False
    before = around.get(row["recurs"])
    if at is not None and before is not None and before["gone_at"] is not None and before["gone_at"] >= at:
        return False
    if row["state"] != CaseState.DISMISSED.value:
        return True
    left = standing(reviews_of(connection, row["id"]))
    return bool(left) and left[-1].reason in LASTING_REASONS


def _tiles(spots: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Centres of the tiles that hold some (lat, lon), each once."""
    high = math.degrees(_TILE_M / 6_371_000.0)
    seen = set()
    for lat, lon in spots:
        row = math.floor(lat / high)
        wide = high / max(math.cos(math.radians((row + 0.5) * high)), 0.01)
        seen.add(((row + 0.5) * high, (math.floor(lon / wide) + 0.5) * wide))
    yield from seen
