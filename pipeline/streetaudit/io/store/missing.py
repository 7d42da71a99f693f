"""Which ground a clip had in view, and which cases it should have seen there and did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, or_, select, update

from streetaudit.io.store.case_rows import place_of
from streetaudit.io.store.footage_rows import evidence_json
from streetaudit.io.store.ground_rows import ground_of, ground_row
from streetaudit.io.store.ground_tables import grounds, misses
from streetaudit.io.store.nearby import cases_around
from streetaudit.io.store.spatial import unindexed
from streetaudit.io.store.tables import cases, sightings
from streetaudit.structures.case import WATCHED_STATES, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit.structures.ground import Ground, sight_of
from streetaudit.structures.miss import Looked
from streetaudit.structures.place import Place
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Sighting

#: Something of its class that is no problem at that hour, so near to a case's place, is the case's thing: it is there.
_SAME_SPOT_M = 3.0
#: From farther away no case is looked for.
_LOOK_M = 45.0
#: Values in one list of a statement.
_CHUNK = 500
#: Looks so many apart find the same cases around.
_THIN = 8


class Looking(Protocol):
    """Says how well a clip looked at a place; see `streetaudit.casework.gone`."""

    def look_for(self, ground: Ground, place: Place) -> Looked | None:
        """None where it did not."""
        ...


def keep_ground(connection: Connection, run: ClipRun) -> None:
    """Let the clip's looks be those of this audit."""
    mine = grounds.c.clip_sha256 == run.clip_sha256
    stored = connection.execute(select(grounds).where(mine)).mappings().one_or_none()
    fresh = None if run.ground is None else ground_row(run, run.ground)
    if stored is None and fresh is not None:
        connection.execute(insert(grounds).values(fresh))
    elif stored is not None and fresh is None:
        connection.execute(delete(grounds).where(mine))
    elif stored is not None and fresh is not None and any(stored[name] != value for name, value in fresh.items()):
        connection.execute(update(grounds).where(mine).values(fresh))


def note_scales(connection: Connection, ground: Ground, fresh: Sequence[Sighting]) -> None:
    """Note how large a metre was where each sighting's thing stands when it was first seen."""
    for sighting in fresh:
        if isinstance(sighting.place, Place):
            scale = _scale_at(ground, sighting.place, sighting.first_s, sighting.last_s)
            mine = update(sightings).where(sightings.c.id == sighting.id)
            connection.execute(mine.values(scale_px_m=scale))


def note_misses(connection: Connection, run: ClipRun, looking: Looking) -> set[UUID]:
    """The cases whose misses by this clip are not what they were: they are now as the run's looks say."""
    stored = {row["case_id"]: row for row in _misses_of(connection, run.clip_sha256)}
    wanted = {row["case_id"]: row for row in _missed(connection, run, looking)}
    changed = {case for case, row in wanted.items() if case not in stored or _differ(stored[case], row)}
    gone = stored.keys() - wanted.keys()
    mine = misses.c.clip_sha256 == run.clip_sha256
    connection.execute(delete(misses).where(mine, misses.c.case_id.in_(gone | changed)))
    for case in sorted(changed):
        connection.execute(insert(misses).values(wanted[case]))
    return changed | gone


def note_later_misses(connection: Connection, row: RowMapping, looking: Looking) -> None:
    """Note which clips that were committed before missed a case that was first seen earlier than they."""
    place = place_of(row)
    if place is None or row["first_seen"] is None:
        return
    seen_by = select(sightings.c.clip_sha256).where(sightings.c.case_id == row["id"])
    missed_by = select(misses.c.clip_sha256).where(misses.c.case_id == row["id"])
    later = select(grounds).where(
        grounds.c.ended_at > row["first_seen"],
        and_(grounds.c.west <= place.lon, grounds.c.east >= place.lon),
        and_(grounds.c.south <= place.lat, grounds.c.north >= place.lat),
        grounds.c.clip_sha256.not_in(seen_by),
        grounds.c.clip_sha256.not_in(missed_by),
    )
    for other in connection.execute(later.order_by(grounds.c.started_at)).mappings().all():
        if _there_after_all(connection, [row], other["clip_sha256"]):
            continue
        miss = _miss(row, other, ground=ground_of(other), looking=looking)
        if miss is not None:
            connection.execute(insert(misses).values(miss))


def is_any_later(connection: Connection, at: datetime) -> bool:
    """True if looks of a later time are stored already: clips come in another order than they were filmed."""
    return connection.execute(select(grounds.c.number).where(grounds.c.started_at > at).limit(1)).first() is not None


def _missed(connection: Connection, run: ClipRun, looking: Looking) -> Iterator[dict[str, Any]]:
    ground = run.ground
    if ground is None or run.started_at is None or len(ground) == 0:
        return
    clip = ground_row(run, ground)
    spots = [ground.frame.to_degrees(*spot) for spot in ground.place_m[::_THIN].astype(np.float64).tolist()]
    around = cases_around(connection, spots, where=_may_be_missed(run.started_at), radius_m=_LOOK_M)
    mine = select(sightings.c.case_id).where(sightings.c.clip_sha256 == run.clip_sha256)
    seen, pictures = set(connection.execute(mine).scalars()), dict(run.vacant)
    seen |= _there_after_all(connection, [row for case, row in around.items() if case not in seen], run.clip_sha256)
    for case, row in sorted(around.items()):
        miss = None if case in seen else _miss(row, clip, ground=ground, looking=looking)
        if miss is not None:
            yield miss if case not in pictures else {**miss, "evidence": evidence_json(pictures[case])}


def _may_be_missed(at: datetime) -> ColumnElement[bool]:
    state = unindexed(cases.c.state)
    there = or_(cases.c.gone_at.is_(None), cases.c.gone_at >= at, state.not_in(_GONE_STATES))
    watched = state.in_([*sorted(WATCHED_STATES), CaseState.RESOLVED.value])
    return and_(watched, cases.c.first_seen < at, there)


#: States in which `gone_at` means something.
_GONE_STATES = (CaseState.RESOLVED.value, CaseState.SHADOW.value)


def _miss(
    case: RowMapping, clip: RowMapping | Mapping[str, Any], *, ground: Ground, looking: Looking
) -> dict[str, Any] | None:
    place = place_of(case)
    looked = None if place is None else looking.look_for(ground, place)
    if looked is None:
        return None
    return {
        "case_id": case["id"],
        "clip_sha256": clip["clip_sha256"],
        "clip_name": clip["clip_name"],
        "camera": clip["camera"],
        "at": clip["started_at"] + timedelta(seconds=looked.time_s),
        "time_s": looked.time_s,
        "nearest_m": looked.nearest_m,
        "seconds": looked.seconds,
        "frames": list(looked.frames),
    }


def _there_after_all(connection: Connection, unseen: Sequence[RowMapping], clip_sha256: str) -> set[UUID]:
    """Cases whose things a clip saw, though no case holds what it saw: at an hour at which they may be there.

    What was told to be the case's thing is it; anything else is that of the nearest case: the neighbour that is still
    there does not vouch for what is gone.
    """
    named = (sightings.c.lat, sightings.c.lon, sightings.c.error_m, sightings.c.class_name)
    free = select(*named, sightings.c.spot_id).where(
        sightings.c.clip_sha256 == clip_sha256, sightings.c.case_id.is_(None), sightings.c.lat.is_not(None)
    )
    seen = connection.execute(free.order_by(sightings.c.first_s, sightings.c.track_id)).all()
    classes = _classes_of(connection, [row["id"] for row in unseen]) if seen else {}
    told = {(one.spot_id, one.class_name) for one in seen}
    there = {row["id"] for row in unseen for name in classes.get(row["id"], ()) if (row["spot_id"], name) in told}
    pairs = []
    for number, one in enumerate(seen):
        if one.spot_id is not None:
            continue
        reach = max(_SAME_SPOT_M, min(one.error_m, 2.0 * _SAME_SPOT_M))
        for row in unseen:
            if row["lat"] is not None and one.class_name in classes.get(row["id"], ()):
                apart_m = distance_m(row["lat"], row["lon"], one.lat, one.lon)
                if apart_m <= reach:
                    pairs.append((apart_m, row["id"], number))
    used: set[int] = set()
    for _, case, number in sorted(pairs):
        if case not in there and number not in used:
            there.add(case)
            used.add(number)
    return there


def _classes_of(connection: Connection, wanted: Sequence[UUID]) -> dict[UUID, set[str]]:
    """What the detector called the things of some cases."""
    classes: dict[UUID, set[str]] = {}
    named = select(sightings.c.case_id, sightings.c.class_name).distinct()
    for start in range(0, len(wanted), _CHUNK):
        query = named.where(sightings.c.case_id.in_(wanted[start : start + _CHUNK]))
        for row in connection.execute(query):
            classes.setdefault(row.case_id, set()).add(row.class_name)
    return classes


def _scale_at(ground: Ground, place: Place, first_s: float, last_s: float) -> float | None:
    sight = sight_of(ground, place.lat, place.lon)
    times = ground.time_s[sight.rows]
    during = (times >= first_s - 1.0) & (times <= last_s + 1.0)
    if not during.any():
        return None
    return float(sight.scale_px_m[during][int(np.abs(times[during] - first_s).argmin())])


def _misses_of(connection: Connection, clip_sha256: str) -> Sequence[RowMapping]:
    return connection.execute(select(misses).where(misses.c.clip_sha256 == clip_sha256)).mappings().all()


def _differ(stored: RowMapping, fresh: Mapping[str, Any]) -> bool:
    return any(stored[name] != value for name, value in fresh.items())
