"""What follows for a case from the passes that saw its thing and those that did not.

Its sightings and misses alone decide, so that clips may be committed in any order, and twice: the thing is resolved
once enough passes missed it, what was seen after that is another case, and a late clip that saw it after all takes the
resolution back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid5

from sqlalchemy import Connection, RowMapping, delete, select, update

from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.footage_rows import evidence_of, sighting_of
from streetaudit.io.store.ground_tables import misses
from streetaudit.io.store.joining import Joining
from streetaudit.io.store.missing import Looking, is_any_later, note_later_misses
from streetaudit.io.store.nearby import cases_around
from streetaudit.io.store.recording import record
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import cases, sightings
from streetaudit.structures.case import SYSTEM, WATCHED_STATES, CaseState, Decision, Review
from streetaudit.structures.geo import distance_m
from streetaudit.structures.identity import NAMESPACE, case_id
from streetaudit.structures.miss import Appearance, Fate, Looked, Miss

#: What comes back to a spot lies so near to what was there before.
_SAME_SPOT_M = 6.0
_TIMES = ("seen_at", "stands_to")


class Absence(Looking, Protocol):
    """The rule of when a thing is gone; see `streetaudit.casework.gone`."""

    def fate(self, seen: Sequence[Appearance], missed: Sequence[Miss], *, since: datetime | None) -> Fate:
        """What all passes over a spot say of the thing there."""
        ...


class Resolving:
    """Settles cases on a transaction that is going on.

    Attributes:
        gone: Cases resolved, in order.
    """

    def __init__(self, connection: Connection, *, joining: Joining, absence: Absence, now: datetime) -> None:
        self.gone: list[UUID] = []
        self._connection = connection
        self._joining = joining
        self._absence = absence
        self._now = now

    def settle(self, touched: Collection[UUID], *, clip_sha256: str, at: datetime | None) -> None:
        """Let cases follow from their sightings and misses after a clip was committed.

        Args:
            touched: Cases that got or lost a sighting or a miss.
            clip_sha256: The clip.
            at: When it began, None where its clock is unknown.
        """
        for case in self._joining.opened:
            self._link(case)
        if at is not None and is_any_later(self._connection, at):
            for case in sorted(touched):
                self._catch_up(case, clip_sha256)
        for case in sorted(touched):
            self._settle(case)

    def _catch_up(self, case: UUID, clip_sha256: str) -> None:
        """Misses of clips that were committed before this one, which now is the case's earliest."""
        row = case_row(self._connection, case)
        mine = select(sightings.c.clip_sha256).where(sightings.c.case_id == case)
        first = self._connection.execute(mine.order_by(sightings.c.seen_at).limit(1)).scalar()
        if row is not None and first == clip_sha256:
            note_later_misses(self._connection, row, self._absence)

    def _settle(self, case: UUID) -> None:
        row = case_row(self._connection, case)
        if row is None or row["state"] not in {*WATCHED_STATES, CaseState.RESOLVED}:
            return
        left = standing(reviews_of(self._connection, case))
        last = left[-1] if left else None
        if last is not None and last.decision is Decision.RESOLVE and last.reviewer != SYSTEM:
            return
        seen = _passes(self._connection, case)
        fate = self._absence.fate(
            [_appearance(rows) for rows in seen], misses_of(self._connection, case), since=_since(left)
        )
        if fate.gone_at is None:
            self._there(row, last)
            return
        later = [row for rows in seen if _appearance(rows).at > fate.gone_at for row in rows]
        if len(later) < sum(len(rows) for rows in seen):
            self._gone(row, last, fate, later)

    def _there(self, row: RowMapping, last: Review | None) -> None:
        if last is None or last.decision is not Decision.RESOLVE:
            return
        note = "seen after all, or not looked for well enough, as a clip tells that came in later"
        self._record(row["id"], Decision.UNDO, note, undoes=last.id)
        self._set(row["id"], gone_at=None)
        note_later_misses(self._connection, row, self._absence)

    def _gone(self, row: RowMapping, last: Review | None, fate: Fate, later: Sequence[RowMapping]) -> None:
        if later:
            self._split(row, later, fate)
        if last is None or last.decision is not Decision.RESOLVE:
            self._record(row["id"], Decision.RESOLVE, _proof(fate))
            self.gone.append(row["id"])
        self._set(row["id"], gone_at=fate.gone_at)
        # Nobody looks for what is gone: what later clips noted while it was not known to be is taken out again.
        late = (misses.c.case_id == row["id"], misses.c.at > fate.gone_at)
        self._connection.execute(delete(misses).where(*late))

    def _split(self, row: RowMapping, later: Sequence[RowMapping], fate: Fate) -> None:
        """What was seen after the thing was gone is a case of its own."""
        first = sighting_of(later[0])
        again = _free_id(self._connection, [one["id"] for one in later])
        self._joining.open(again, first, row["spot_id"])
        mine = [one["id"] for one in later]
        self._connection.execute(
            update(sightings).where(sightings.c.id.in_(mine)).values(case_id=again, raised_id=again)
        )
        since_then = (misses.c.case_id == row["id"], misses.c.at > fate.gone_at, misses.c.at > first.seen_at)
        self._connection.execute(update(misses).where(*since_then).values(case_id=again))
        self._joining.refresh([row["id"], again])
        self._set(again, recurs=row["id"])
        self._settle(again)

    def _link(self, case: UUID) -> None:
        """Remember what was gone from the spot of a new case."""
        row = case_row(self._connection, case)
        if row is None or row["lat"] is None or row["first_seen"] is None:
            return
        gone = (cases.c.gone_at < row["first_seen"]) & (cases.c.problem == row["problem"])
        around = cases_around(self._connection, [(row["lat"], row["lon"])], where=gone, radius_m=_SAME_SPOT_M)
        near = [(other["gone_at"], other["id"]) for other in around.values() if _is_same_spot(row, other)]
        if near:
            self._set(case, recurs=max(near)[1])

    def _record(self, case: UUID, decision: Decision, note: str, *, undoes: UUID | None = None) -> None:
        number = len(reviews_of(self._connection, case))
        name = uuid5(NAMESPACE, f"review:{case}:{number}")
        record(self._connection, Review(name, case, SYSTEM, decision, None, note, self._now, undoes))

    def _set(self, case: UUID, **values: object) -> None:
        self._connection.execute(update(cases).where(cases.c.id == case).values(**values))


def misses_of(connection: Connection, case: UUID) -> list[Miss]:
    """The passes that missed a case, oldest first."""
    query = select(misses).where(misses.c.case_id == case).order_by(misses.c.at, misses.c.clip_sha256)
    return [miss_of(row) for row in connection.execute(query).mappings()]


def miss_of(row: RowMapping) -> Miss:
    """The miss in a row."""
    looked = Looked(row["time_s"], row["nearest_m"], row["seconds"], tuple(row["frames"]))
    evidence = evidence_of(row["evidence"])
    return Miss(
        row["case_id"], row["clip_sha256"], row["clip_name"], row["camera"], row["at"], looked, evidence=evidence
    )


def _passes(connection: Connection, case: UUID) -> list[list[RowMapping]]:
    """The sightings of a case by pass, in the order of time."""
    query = select(sightings).where(sightings.c.case_id == case, sightings.c.seen_at.is_not(None))
    by_clip: dict[str, list[RowMapping]] = defaultdict(list)
    ordered = query.order_by(sightings.c.seen_at, sightings.c.first_s, sightings.c.track_id, sightings.c.id)
    for row in connection.execute(ordered).mappings():
        by_clip[row["clip_sha256"]].append(row)
    return sorted(by_clip.values(), key=lambda rows: (_appearance(rows).at, rows[0]["clip_sha256"]))


def _appearance(rows: Sequence[RowMapping]) -> Appearance:
    times = [row[name] for row in rows for name in _TIMES if row[name] is not None]
    scales = [row["scale_px_m"] for row in rows if row["scale_px_m"] is not None]
    return Appearance(max(times), sum(row["frames"] for row in rows), min(scales, default=None))


def _since(left: Sequence[Review]) -> datetime | None:
    """When a person last said something of a case that had been resolved: it was there then."""
    resolved = False
    since: datetime | None = None
    for review in left:
        if review.decision is Decision.RESOLVE:
            resolved = True
        elif resolved:
            since = review.at
    return since


def _is_same_spot(new: RowMapping, old: RowMapping) -> bool:
    if old["state"] not in (CaseState.RESOLVED, CaseState.SHADOW):
        return False
    if new["spot_id"] is not None and new["spot_id"] == old["spot_id"]:
        return True
    reach = min(_SAME_SPOT_M, max(3.0, new["error_m"] + old["error_m"]))
    return bool(distance_m(new["lat"], new["lon"], old["lat"], old["lon"]) <= reach)


def _free_id(connection: Connection, founders: Iterable[UUID]) -> UUID:
    """The id of a case that one of its sightings names and no other case has."""
    named = [case_id(founder) for founder in founders]
    named.append(uuid5(NAMESPACE, f"again:{named[0]}"))
    return next(name for name in named if case_row(connection, name) is None)


def _proof(fate: Fate) -> str:
    passes = "; ".join(
        f"{miss.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC {miss.clip_name}, {miss.looked.nearest_m:.0f} m, {chance:.0%}"
        for miss, chance in fate.proof
    )
    return f"seen to be gone: {len(fate.proof)} passes would have seen it and did not: {passes}; doubt {fate.doubt:.0%}"
