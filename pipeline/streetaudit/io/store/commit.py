"""One clip's sightings into the store: what to keep, what to replace, what to take out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from streetaudit.io.store.footage_rows import run_row, sighting_row
from streetaudit.io.store.joining import Joining
from streetaudit.io.store.missing import keep_ground, note_misses, note_scales
from streetaudit.io.store.proving import disprove, prove
from streetaudit.io.store.resolving import Absence, Resolving
from streetaudit.io.store.tables import runs, sightings
from streetaudit.structures.run import ClipRun, Committed
from streetaudit.structures.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Plan:
    """What one audit changes in what is stored of its clip.

    Attributes:
        unchanged: Sightings that are stored already.
        fresh: Sightings to store, in canonical order.
        gone: Ids of stored sightings to take out: superseded, or stored again with other content.
        touched: Cases that lose a sighting.
        among: Things that do.
    """

    unchanged: int
    fresh: tuple[Sighting, ...]
    gone: tuple[UUID, ...]
    touched: frozenset[UUID]
    among: frozenset[UUID]


def commit(
    connection: Connection,
    run: ClipRun,
    seen: Sequence[Sighting],
    *,
    now: datetime,
    joining: Joining,
    absence: Absence | None = None,
) -> Committed:
    """What became of a clip's sightings; everything happens on the connection's transaction."""
    known = _runs_of(connection, run)
    same = next((row for row in known if row["work_key"] == run.work_key), None)
    is_settled = same is not None and same["status"] == "complete" and same["is_current"]
    if is_settled and run.status != "complete":  # a later mishap does not undo a whole audit
        return Committed(unchanged=len(seen))
    supersedes = _supersedes(run, known)
    plan = _plan(connection, run, seen, is_settled=is_settled, supersedes=supersedes)
    number = _store_run(connection, run, same, now=now, supersedes=supersedes)
    connection.execute(delete(sightings).where(sightings.c.id.in_(plan.gone)))
    rows = [{**sighting_row(sighting), "run": number} for sighting in plan.fresh]
    if rows:
        connection.execute(insert(sightings), rows)
    disprove(connection, plan.touched)
    joining.refresh(plan.touched, plan.among)
    joining.join(plan.fresh, anyway=plan.touched)
    prove(connection, joining, plan.fresh)
    withdrawn = joining.withdraw(plan.touched, plan.among)
    gone: Sequence[UUID] = ()
    if supersedes and not is_settled:
        touched = {*joining.opened, *joining.joined, *plan.touched}
        gone = _look_again(connection, run, plan, touched=touched, joining=joining, absence=absence, now=now)
    return Committed(tuple(joining.opened), tuple(joining.joined), plan.unchanged, len(withdrawn), tuple(gone))


def _look_again(
    connection: Connection,
    run: ClipRun,
    plan: Plan,
    *,
    touched: set[UUID],
    joining: Joining,
    absence: Absence | None,
    now: datetime,
) -> Sequence[UUID]:
    """The cases whose things are seen to be gone, now that this clip was looked at too."""
    keep_ground(connection, run)
    if run.ground is not None:
        note_scales(connection, run.ground, plan.fresh)
    if absence is None:
        return ()
    touched |= note_misses(connection, run, absence)
    resolving = Resolving(connection, joining=joining, absence=absence, now=now)
    resolving.settle(touched, clip_sha256=run.clip_sha256, at=run.started_at)
    return resolving.gone


def _runs_of(connection: Connection, run: ClipRun) -> Sequence[RowMapping]:
    of_clip = runs.c.work_key == run.work_key
    if run.clip_sha256:  # "" where not even the bytes could be read: then it is no clip's name
        of_clip |= runs.c.clip_sha256 == run.clip_sha256
    return connection.execute(select(runs).where(of_clip)).mappings().all()


def _supersedes(run: ClipRun, known: Sequence[RowMapping]) -> bool:
    """True if what this run did not see is to be taken out.

    Half an audit does not take the place of a whole one, and a failed one takes nobody's.
    """
    if not run.clip_sha256 or run.status == "failed":
        return False
    return run.status == "complete" or not any(row["status"] == "complete" and row["is_current"] for row in known)


def _plan(
    connection: Connection, run: ClipRun, seen: Sequence[Sighting], *, is_settled: bool, supersedes: bool
) -> Plan:
    query = select(sightings).where(sightings.c.clip_sha256 == run.clip_sha256)
    stored = {row["id"]: row for row in connection.execute(query).mappings()}
    new = {sighting.id: sighting for sighting in seen}
    kept = {key for key, s in new.items() if key in stored and (is_settled or _is_same(s, stored[key]))}
    gone = [key for key in stored if key not in kept and (supersedes or key in new)]
    fresh = sorted((s for key, s in new.items() if key not in kept), key=lambda s: (s.first_s, s.track_id, s.id))
    touched = frozenset(stored[key]["case_id"] for key in gone) - {None}
    among = frozenset(stored[key]["spot_id"] for key in gone) - {None}
    return Plan(len(kept), tuple(fresh), tuple(gone), touched, among)


def _is_same(sighting: Sighting, stored: RowMapping) -> bool:
    proven = _BY_PROOF if stored["proof"] else frozenset()
    return all(stored[name] == value for name, value in sighting_row(sighting).items() if name not in proven)


#: What another pass that proved a sighting has changed in it.
_BY_PROOF = frozenset({"problem", "why", "reason"})


def _store_run(
    connection: Connection, run: ClipRun, same: RowMapping | None, *, now: datetime, supersedes: bool
) -> int:
    if supersedes:
        others = (runs.c.clip_sha256 == run.clip_sha256, runs.c.work_key != run.work_key, runs.c.is_current)
        connection.execute(update(runs).where(*others).values(is_current=False))
    row: dict[str, Any] = {**run_row(run), "is_current": supersedes}
    if same is None:
        result = connection.execute(insert(runs).values({**row, "stored_at": now}))
        return int(result.inserted_primary_key[0]) if result.inserted_primary_key else 0
    if any(same[name] != value for name, value in row.items()):
        connection.execute(update(runs).where(runs.c.number == same["number"]).values({**row, "stored_at": now}))
    return int(same["number"])
