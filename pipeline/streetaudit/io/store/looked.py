"""Reading what was looked at: the ground in view, the passes that missed a case, and what is known of a spot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from streetaudit.io.store.case_rows import case_of
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.ground_rows import ground_of
from streetaudit.io.store.ground_tables import grounds, misses
from streetaudit.io.store.nearby import cases_around
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.resolving import misses_of
from streetaudit.io.store.spatial import box_around, in_area, within
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import cases, runs, sightings
from streetaudit.structures.case import LASTING_REASONS, WATCHED_STATES, Case, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit.structures.ground import Ground
from streetaudit.structures.miss import DoubtfulSpot, Miss
from streetaudit.structures.sighting import Sighting

#: Cases whose spot a clip may look at lie so near to its way.
_NEAR_M = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class StoredGround:
    """What ground one stored clip had in view.

    Attributes:
        clip_sha256: Its identity.
        clip_name: For people.
        camera: Name of the camera.
        started_at: Aware UTC, None if unknown.
        look: Key of its stored detections, "" where none are kept.
        ground: Its looks.
    """

    clip_sha256: str
    clip_name: str
    camera: str
    started_at: datetime | None
    look: str
    ground: Ground


class LookedAt(StorePart):
    """What was looked at, and what it tells."""

    def grounds(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        spot: tuple[float, float] | None = None,
    ) -> Iterator[StoredGround]:
        """The looks of each clip that overlaps a time and may have a (lat, lon) spot in view, in order of time."""
        look = select(runs.c.look).where(runs.c.clip_sha256 == grounds.c.clip_sha256, runs.c.is_current)
        query = select(grounds, look.limit(1).scalar_subquery().label("look")).where(*_overlap(since, until))
        if spot is not None:
            lat, lon = spot
            query = query.where(grounds.c.south <= lat, grounds.c.north >= lat)
            query = query.where(grounds.c.west <= lon, grounds.c.east >= lon)
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(grounds.c.started_at, grounds.c.clip_sha256)).mappings():
                yield StoredGround(
                    row["clip_sha256"],
                    row["clip_name"],
                    row["camera"],
                    row["started_at"],
                    row["look"] or "",
                    ground_of(row),
                )

    def misses(self, case_id: UUID) -> list[Miss]:
        """The passes that had a case's spot in view and did not see it, oldest first."""
        with self._database.read() as connection:
            return [] if case_row(connection, case_id, area=self._area) is None else misses_of(connection, case_id)

    def spots_in_doubt(
        self, way: Sequence[tuple[float, float]], *, before: datetime, missed: int, most: int
    ) -> list[DoubtfulSpot]:
        """The spots of cases along a way that so many passes have missed since they were last seen, the latest first.

        Args:
            way: (lat, lon) points no more than some tens of metres apart.
            before: Cases first seen later are left out.
            missed: How many passes, at least.
            most: So many spots at most.
        """
        lately = select(func.count()).where(misses.c.case_id == cases.c.id, misses.c.at > cases.c.last_seen)
        where = and_(
            cases.c.state.in_(sorted(WATCHED_STATES)),
            cases.c.first_seen < before,
            lately.scalar_subquery() >= missed,
        )
        with self._database.read() as connection:
            found = cases_around(connection, way, where=where, radius_m=_NEAR_M)
        rows = sorted(found.values(), key=lambda row: (row["last_seen"], row["id"]), reverse=True)
        return [DoubtfulSpot(row["id"], row["problem"], row["lat"], row["lon"]) for row in rows[:most]]

    def cases_near(self, lat: float, lon: float, *, radius_m: float) -> list[Case]:
        """The cases within a distance of a spot, of every problem and state, nearest first."""
        with self._database.read() as connection:
            query = select(cases).where(within(box_around(lat, lon, radius_m=radius_m)))
            rows = connection.execute(query if self._area is None else query.where(in_area(self._area))).mappings()
            near = [(distance_m(lat, lon, row["lat"], row["lon"]), row["id"], case_of(row)) for row in rows.all()]
        return [case for apart_m, _, case in sorted(near, key=lambda one: one[:2]) if apart_m <= radius_m]

    def sightings_of_clips(self, clips: Sequence[str]) -> list[tuple[Sighting, UUID | None]]:
        """Everything that was seen in some clips, with the case that holds it."""
        query = select(sightings).where(sightings.c.clip_sha256.in_(clips))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(sightings.c.seen_at, sightings.c.id)).mappings()
            return [(sighting_of(row), row["case_id"]) for row in rows]

    def sightings_near(
        self, lat: float, lon: float, *, radius_m: float, since: datetime | None, until: datetime | None
    ) -> list[tuple[Sighting, UUID | None]]:
        """Everything that was placed within a distance of a spot in some time, with the case that holds it."""
        west, south, east, north = box_around(lat, lon, radius_m=radius_m)
        query = select(sightings).where(sightings.c.lat.between(south, north), sightings.c.lon.between(west, east))
        if since is not None:
            query = query.where(sightings.c.seen_at >= since)
        if until is not None:
            query = query.where(sightings.c.seen_at <= until)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(sightings.c.seen_at, sightings.c.id)).mappings()
            return [(sighting_of(row), row["case_id"]) for row in rows]

    def suppressed(self) -> dict[str, tuple[int, int]]:
        """Reason to (cases dismissed for good, passes that saw them again since and asked nobody)."""
        counts: dict[str, tuple[int, int]] = {}
        query = select(cases.c.id).where(cases.c.state == CaseState.DISMISSED.value)
        with self._database.read() as connection:
            for case in connection.execute(query.order_by(cases.c.id)).scalars().all():
                last = standing(reviews_of(connection, case))[-1]
                if last.reason not in LASTING_REASONS or last.reason is None:
                    continue
                again = select(func.count(sightings.c.clip_sha256.distinct())).join(
                    runs, runs.c.number == sightings.c.run
                )
                seen = connection.execute(again.where(sightings.c.case_id == case, runs.c.stored_at > last.at))
                held, passes = counts.get(last.reason, (0, 0))
                counts[last.reason] = held + 1, passes + seen.scalar_one()
        return counts


def _overlap(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """Where a clip's time is not known it may be any."""
    asked: list[ColumnElement[bool]] = []
    if since is not None:
        asked.append(or_(grounds.c.ended_at.is_(None), grounds.c.ended_at >= since))
    if until is not None:
        asked.append(or_(grounds.c.started_at.is_(None), grounds.c.started_at <= until))
    return asked
