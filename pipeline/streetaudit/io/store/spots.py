"""Which things a pass may have seen again, and what follows for them from what was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update

from streetaudit.io.store.case_rows import place_of, place_row
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.corrections import audited
from streetaudit.io.store.nearby import TILE_M, tiles
from streetaudit.io.store.spatial import box_around, spots_within
from streetaudit.io.store.spot_tables import pins, spots
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import cases, sightings
from streetaudit.structures.case import LASTING_REASONS, LIVE_STATES, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Spot, is_expected, kind_of

#: Farther apart, a sighting and a thing are never asked about: two passes of poor GPS are off by less.
NEARBY_M = 30.0
#: A camera without positions would otherwise ask about all that it ever saw, every time.
MOST_UNPLACED = 500
#: Values in one list of a statement.
CHUNK = 500
#: A thing that was not seen again moves with its neighbours when they move it by more than this.
_MOVED_M = 0.3
#: So many looks of a thing are remembered.
_SIGNATURES = 4


class KnownCases:
    """The cases of some spots, as far as a new sighting may still belong to them.

    Args:
        connection: Reading.
        among: Spots.
        at: When the new sighting was made: a case whose thing was found gone later than that was still there.
        anyway: Cases to which a sighting may belong whatever became of them: they held one of the same clip.
    """

    def __init__(
        self, connection: Connection, among: Collection[UUID], *, at: datetime | None, anyway: Collection[UUID] = ()
    ) -> None:
        self._connection = connection
        self._at = at
        self._anyway = frozenset(anyway)
        self._by_spot: dict[UUID, list[RowMapping]] = defaultdict(list)
        for part in chunks(among):
            query = select(cases).where(cases.c.spot_id.in_(part)).order_by(cases.c.number.desc())
            for row in connection.execute(query).mappings():
                self._by_spot[row["spot_id"]].append(row)

    def are_open(self, spot: UUID) -> bool:
        """True if a new sighting of the spot may belong to one of its cases."""
        return any(self._takes_more(row) for row in self._by_spot.get(spot, ()))

    def of(self, spot: UUID, problem: str | None) -> UUID | None:
        """The case that a new sighting of the spot with this problem is of by itself, None where it opens one."""
        alike = (row for row in self._by_spot.get(spot, ()) if audited(row)["problem"] == problem)
        return next((row["id"] for row in alike if self._takes_more(row)), None)

    def _takes_more(self, row: RowMapping) -> bool:
        return row["id"] in self._anyway or takes_more(self._connection, root_of(self._connection, row), self._at)


def root_of(connection: Connection, row: RowMapping) -> RowMapping:
    """The case itself, or the one that reviewers say it is the same as."""
    seen: set[UUID] = set()
    while row["duplicate_of"] is not None and row["duplicate_of"] not in seen:
        seen.add(row["id"])
        row = connection.execute(select(cases).where(cases.c.id == row["duplicate_of"])).mappings().one()
    return row


def takes_more(connection: Connection, row: RowMapping, at: datetime | None) -> bool:
    """False for what is settled, was dismissed for a reason of that night alone, or is gone.

    What lies there now is then another thing. Nor does a thing take what was seen when the one before it at its spot
    was not gone yet.
    """
    if row["state"] == CaseState.RESOLVED.value:
        return _was_there(row, at)
    if row["state"] not in LIVE_STATES or (row["state"] == CaseState.SHADOW.value and _was_gone(row, at)):
        return False
    before = None if row["recurs"] is None or at is None else case_row(connection, row["recurs"])
    if before is not None and _was_there(before, at):
        return False
    if row["state"] != CaseState.DISMISSED.value:
        return True
    left = standing(reviews_of(connection, row["id"]))
    return bool(left) and left[-1].reason in LASTING_REASONS


def _was_there(row: RowMapping, at: datetime | None) -> bool:
    return at is not None and row["gone_at"] is not None and row["gone_at"] >= at


def _was_gone(row: RowMapping, at: datetime | None) -> bool:
    return row["gone_at"] is not None and (at is None or row["gone_at"] < at)


def spots_around(
    connection: Connection, places: Iterable[Place], *, at: datetime | None, anyway: Collection[UUID] = ()
) -> list[Spot]:
    """The things around some places that a pass may see again, of whatever kind, by id.

    Args:
        connection: Reading.
        places: Where the pass saw something.
        at: When.
        anyway: Cases of which the things are known whatever became of them.
    """
    found: dict[UUID, RowMapping] = {}
    for lat, lon in sorted(tiles((place.lat, place.lon) for place in places)):
        box = box_around(lat, lon, radius_m=NEARBY_M + TILE_M / 2.0)
        query = select(spots).where(spots_within(box))
        found.update((row["id"], row) for row in connection.execute(query).mappings())
    return _still_there(connection, found, at, anyway)


def unplaced_spots(
    connection: Connection, unplaced: Sequence[Sighting], *, at: datetime | None, anyway: Collection[UUID] = ()
) -> list[Spot]:
    """The things without a place that cameras of some unplaced sightings have seen, by id; see `spots_around`."""
    found: dict[UUID, RowMapping] = {}
    for camera, kind in sorted({(sighting.camera, kind_of(sighting.class_name)) for sighting in unplaced}):
        mine = (spots.c.lat.is_(None), spots.c.camera == camera, spots.c.kind == kind)
        newest = spots.c.last_seen.desc().nulls_last()
        query = select(spots).where(*mine).order_by(newest, spots.c.id).limit(MOST_UNPLACED)
        found.update((row["id"], row) for row in connection.execute(query).mappings())
    return _still_there(connection, found, at, anyway)


def _still_there(
    connection: Connection, found: Mapping[UUID, RowMapping], at: datetime | None, anyway: Collection[UUID]
) -> list[Spot]:
    known = KnownCases(connection, found, at=at, anyway=anyway)
    return [
        spot_of(found[key])
        for key in sorted(found)
        if known.are_open(key) or is_expected(found[key]["kind"], found[key]["last_seen"], at)
    ]


def spot_of(row: RowMapping) -> Spot:
    """The spot in a row."""
    signatures = tuple(bytes.fromhex(one) for one in row["signatures"] or ())
    return Spot(row["id"], row["kind"], row["camera"], place_of(row), row["last_seen"], signatures)


def found_spots(connection: Connection, founders: Mapping[UUID, Sighting]) -> None:
    """Store new things under the sightings that are the first of them; one that is there already stays."""
    known = {
        row.id
        for part in chunks(founders)
        for row in connection.execute(select(spots.c.id).where(spots.c.id.in_(part)))
    }
    rows = [
        {"id": spot, "kind": kind_of(first.class_name), "camera": first.camera, **_place_of_sighting(first)}
        for spot, first in founders.items()
        if spot not in known
    ]
    if rows:
        connection.execute(insert(spots), rows)


def _place_of_sighting(sighting: Sighting) -> dict[str, Any]:
    return place_row(sighting.place if isinstance(sighting.place, Place) else None)


def refresh_spots(connection: Connection, touched: Collection[UUID], places: Mapping[UUID, Place]) -> set[UUID]:
    """Let things follow from what was seen of them; the ids of those whose place has changed.

    Args:
        connection: Writing.
        touched: Things that got or lost a sighting; one without any keeps what was known.
        places: Of these and of their neighbours.
    """
    wanted = sorted({*touched, *places})
    stored = {
        row["id"]: row
        for part in chunks(wanted)
        for row in connection.execute(select(spots).where(spots.c.id.in_(part))).mappings()
    }
    seen = _looks_of(connection, sorted(touched))
    moved: set[UUID] = set()
    for spot, row in stored.items():
        changed: dict[str, Any] = dict(seen.get(spot, {}))
        place = places.get(spot)
        if place is not None and (spot in touched or _is_moved(place_of(row), place)):
            changed |= place_row(place)
        changed = {name: value for name, value in changed.items() if row[name] != value}
        if changed:
            connection.execute(update(spots).where(spots.c.number == row["number"]).values(changed))
        if "lat" in changed or "lon" in changed or "error_m" in changed:
            moved.add(spot)
    return moved


def _looks_of(connection: Connection, touched: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """When each thing was seen last, and what it looked like then."""
    columns = (sightings.c.spot_id, sightings.c.seen_at, sightings.c.signature)
    newest = (sightings.c.seen_at.desc().nulls_last(), sightings.c.id)
    made: dict[UUID, dict[str, Any]] = {}
    for part in chunks(touched):
        query = select(*columns).where(sightings.c.spot_id.in_(part)).order_by(*newest)
        for row in connection.execute(query):
            own = made.setdefault(row.spot_id, {"last_seen": row.seen_at, "signatures": None})
            if row.signature is not None and len(own["signatures"] or ()) < _SIGNATURES:
                own["signatures"] = [*(own["signatures"] or ()), row.signature.hex()]
    return made


def withdraw_spots(connection: Connection, touched: Collection[UUID]) -> None:
    """Forget the things of which no sighting, no case and no word of a person is left."""
    seen = exists().where(sightings.c.spot_id == spots.c.id)
    raised = exists().where(cases.c.spot_id == spots.c.id)
    pinned = exists().where(pins.c.spot_id == spots.c.id)
    for part in chunks(touched):
        connection.execute(delete(spots).where(spots.c.id.in_(part), ~seen, ~raised, ~pinned))


def chunks(values: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The values in lists that a statement can hold, in order."""
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def _is_moved(before: Place | None, after: Place) -> bool:
    return before is None or distance_m(before.lat, before.lon, after.lat, after.lon) > _MOVED_M
