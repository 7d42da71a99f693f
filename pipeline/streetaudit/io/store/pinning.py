"""What people said of which sighting is which thing, found again in whatever a later audit of the clip sees there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, insert, select

from streetaudit.io.store.spot_tables import pins, spots
from streetaudit.io.store.spots import spot_of
from streetaudit.structures.geo import distance_m
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Spot, kind_of

#: Another audit of a clip sees a thing for about the same time, and places it about as before.
_LEAST_OVERLAP, _MOST_APART_M = 0.3, 5.0


def pin(connection: Connection, review: UUID, seen: Iterable[tuple[Sighting, UUID]]) -> None:
    """Keep which thing each sighting is for ever, or until the review is taken back."""
    rows = [
        {
            "review": review,
            "spot_id": spot,
            "clip_sha256": one.clip_sha256,
            "kind": kind_of(one.class_name),
            "first_s": one.first_s,
            "last_s": one.last_s,
            "lat": one.place.lat if isinstance(one.place, Place) else None,
            "lon": one.place.lon if isinstance(one.place, Place) else None,
        }
        for one, spot in seen
    ]
    if rows:
        connection.execute(insert(pins), rows)


def unpin(connection: Connection, review: UUID) -> None:
    """Forget what a review that was taken back had said."""
    connection.execute(delete(pins).where(pins.c.review == review))


def decided_for(connection: Connection, fresh: Sequence[Sighting]) -> tuple[dict[UUID, UUID], list[Spot]]:
    """The thing that a person says each of a clip's sightings is, where one did, and these things.

    What people said last counts; a pin speaks of one sighting.
    """
    query = select(pins).where(pins.c.clip_sha256 == fresh[0].clip_sha256).order_by(pins.c.number.desc())
    decided: dict[UUID, UUID] = {}
    for row in connection.execute(query).mappings().all():
        likely = ((_overlap(one, row), one.id) for one in fresh if one.id not in decided and _may_be(one, row))
        best, found = max(likely, default=(0.0, None), key=lambda pair: (pair[0], str(pair[1])))
        if found is not None and best >= _LEAST_OVERLAP:
            decided[found] = row["spot_id"]
    known = select(spots).where(spots.c.id.in_(sorted(set(decided.values()))))
    return decided, [spot_of(row) for row in connection.execute(known).mappings()] if decided else []


def _may_be(one: Sighting, row: RowMapping) -> bool:
    if kind_of(one.class_name) != row["kind"] or isinstance(one.place, Place) != (row["lat"] is not None):
        return False
    if not isinstance(one.place, Place):
        return True
    return distance_m(one.place.lat, one.place.lon, row["lat"], row["lon"]) <= _MOST_APART_M


def _overlap(one: Sighting, row: RowMapping) -> float:
    """Of two stretches of time, 0 to 1."""
    both = min(one.last_s, row["last_s"]) - max(one.first_s, row["first_s"])
    whole = max(one.last_s, row["last_s"]) - min(one.first_s, row["first_s"])
    return 1.0 if whole == 0.0 else max(0.0, both / whole)
