"""What people say is one thing or two: kept for ever, obeyed by whatever is seen later, taken back by undo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update

from streetaudit.io.store.case_rows import case_of, place_of, place_row
from streetaudit.io.store.cases import case_row
from streetaudit.io.store.errors import NoSuchCaseError, VersionConflict
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.pinning import pin, unpin
from streetaudit.io.store.recording import record
from streetaudit.io.store.regroup import root_id
from streetaudit.io.store.spot_tables import spots
from streetaudit.io.store.summing import BLANK, sum_up
from streetaudit.io.store.tables import cases, reviews, sightings
from streetaudit.structures.case import Case, CaseState, Decision, Review
from streetaudit.structures.identity import case_id as case_id_of
from streetaudit.structures.identity import spot_id as spot_id_of
from streetaudit.structures.place import Place


class Sameness(StorePart):
    """Merging and splitting cases by hand."""

    def merge_cases(
        self, keep: UUID, others: Sequence[UUID], *, by: str, note: str = "", expected: Mapping[UUID, int] | None = None
    ) -> Case:
        """The case that is kept; the others are its duplicates, and what is seen of them from now on is its.

        Args:
            keep: Which case is kept.
            others: Those that show the same thing.
            by: Who says so.
            note: For the record.
            expected: Case id to the version on which the decision was made; None does not ask.

        Raises:
            NoSuchCaseError: If one of them is not stored.
            VersionConflict: If one of them has changed meanwhile; nothing is written.
            ValueError: If there are no others, or `keep` is one of them or a duplicate itself.
        """
        if not others or keep in others:
            raise ValueError(f"want cases other than {keep} to merge into it, got {list(map(str, others))}")
        with self._database.write() as connection:
            kept = self._mine(connection, keep)
            if kept["duplicate_of"] is not None:
                raise ValueError(f"want a case that is no duplicate to merge into, got one of {kept['duplicate_of']}")
            at = self._clock.now()
            for other in dict.fromkeys(others):
                stored = self._mine(connection, other)
                if expected is not None and expected.get(other, stored["version"]) != stored["version"]:
                    raise VersionConflict(case_of(stored))
                record(connection, Review(uuid4(), other, by, Decision.DUPLICATE, None, note, at, other=keep))
            return case_of(_wanted(connection, keep))

    def split_case(self, case_id: UUID, sighting_ids: Collection[UUID], *, by: str, note: str = "") -> Case:
        """The new case of the sightings that show another thing; later sightings of either stay apart.

        Raises:
            NoSuchCaseError: If the case is not stored.
            ValueError: If the sightings are not some of the case's, or are all of them.
        """
        with self._database.write() as connection:
            stored = self._mine(connection, case_id)
            own = _sightings_of(connection, case_id)
            wanted = frozenset(sighting_ids)
            if not wanted or not wanted < set(own):
                raise ValueError(f"want some of the {len(own)} sightings of case {case_id}, got {len(wanted)}")
            review = uuid4()
            case, spot = case_id_of(review), spot_id_of(review)
            _make(connection, stored, [own[one] for one in sorted(wanted)], case, spot)
            at = self._clock.now()
            record(connection, Review(review, case_id, by, Decision.SPLIT, None, note, at, other=case))
            seen = [(sighting_of(row), spot if key in wanted else row["spot_id"]) for key, row in own.items()]
            pin(connection, review, [(one, thing) for one, thing in seen if thing is not None])
            _move(connection, sorted(wanted), case, spot)
            for changed in (case_id, case):
                sum_up(connection, changed)
            return case_of(_wanted(connection, case))

    def _mine(self, connection: Connection, case: UUID) -> RowMapping:
        """The row of a case that this reviewer may see."""
        row = case_row(connection, case, area=self._area)
        if row is None:
            raise NoSuchCaseError(case)
        return row


def take_back_split(connection: Connection, review: Review) -> None:
    """Give what was split off back to the case that it was split from."""
    new, old = review.other, _wanted(connection, review.case_id)
    if new is None:
        raise ValueError(f"want a split with the case that was split off, got {review.id}")
    unpin(connection, review.id)
    mine = select(sightings.c.id).where(sightings.c.raised_id == new)
    _move(connection, list(connection.execute(mine).scalars()), review.case_id, old["spot_id"])
    if not connection.execute(select(exists().where(reviews.c.case_id == new))).scalar():
        spot = _wanted(connection, new)["spot_id"]
        connection.execute(delete(cases).where(cases.c.id == new))
        connection.execute(delete(spots).where(spots.c.id == spot))
    sum_up(connection, root_id(connection, review.case_id))


def _move(connection: Connection, moved: Sequence[UUID], case: UUID, spot: UUID | None) -> None:
    mine = update(sightings).where(sightings.c.id.in_(moved))
    root = root_id(connection, case)
    connection.execute(mine.values(case_id=root, raised_id=case, spot_id=spot))
    for thing in connection.execute(select(spots.c.id).where(spots.c.id == spot)).scalars().all():
        stand_where_surest(connection, thing)


def stand_where_surest(connection: Connection, spot: UUID) -> None:
    """Put a thing where its surest sighting does, until the next pass lays all of them on each other."""
    best = sightings.c.error_m.asc(), sightings.c.id
    query = select(sightings).where(sightings.c.spot_id == spot, sightings.c.lat.is_not(None)).order_by(*best).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is not None:
        connection.execute(update(spots).where(spots.c.id == spot).values(place_row(place_of(row))))


def _make(connection: Connection, like: RowMapping, rows: Sequence[RowMapping], case: UUID, spot: UUID) -> None:
    """A new case and a new thing for sightings that were another case's."""
    first = min(rows, key=lambda row: (row["first_s"], row["track_id"]))
    kind = connection.execute(select(spots.c.kind).where(spots.c.id == like["spot_id"])).scalar()
    seen = sighting_of(first)
    place = place_row(seen.place if isinstance(seen.place, Place) else None)
    thing = {"id": spot, "kind": kind or first["class_name"], "camera": first["camera"], **place}
    connection.execute(insert(spots).values(thing))
    copied = ("problem", "camera", "cell", "responsible", "code", "due_at", "queue_at", "is_shadow")
    state = CaseState.SHADOW if like["is_shadow"] else CaseState.CANDIDATE
    row = {**BLANK, **{name: like[name] for name in copied}, "id": case, "spot_id": spot, "state": state.value}
    connection.execute(insert(cases).values({**row, "version": 0}))


def _sightings_of(connection: Connection, case: UUID) -> dict[UUID, RowMapping]:
    query = select(sightings).where(sightings.c.case_id == case)
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _wanted(connection: Connection, case: UUID) -> RowMapping:
    row = case_row(connection, case)
    if row is None:
        raise NoSuchCaseError(case)
    return row
