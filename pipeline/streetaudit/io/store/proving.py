"""Dwell over passes: what one pass cannot prove, two that saw the same thing long enough apart can.

A vehicle's camera passes by and sees no time go by. Where a rule asks for it, a sighting waits without a case until
another pass within the night sees the same thing; both then raise one, whichever was audited first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update

from streetaudit.io.reason_json import reason_json, reason_of
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.joining import Joining
from streetaudit.io.store.regroup import root_id
from streetaudit.io.store.spots import KnownCases
from streetaudit.io.store.tables import sightings
from streetaudit.structures.city import Reason
from streetaudit.structures.identity import case_id
from streetaudit.structures.sighting import Sighting

#: Passes farther apart are of two nights: what stood there yesterday may have been away.
NIGHT = timedelta(hours=12)


def prove(connection: Connection, joining: Joining, fresh: Iterable[Sighting]) -> None:
    """Give the sightings that this clip's prove, or that prove this clip's, their case."""
    waiting = [sighting.id for sighting in fresh if sighting.verdict.unproven is not None]
    query = select(sightings.c.spot_id, sightings.c.unproven).where(sightings.c.id.in_(waiting)).distinct()
    things = [(row.spot_id, row.unproven) for row in connection.execute(query) if row.spot_id is not None]
    for spot, problem in sorted(things):
        rows = _seen_of(connection, spot, problem)
        proof = _proof(rows)
        unraised = [row for row in rows if row["id"] in proof and row["problem"] is None]
        if unraised:
            _raise(connection, joining, unraised, proof)


def disprove(connection: Connection, touched: Collection[UUID]) -> None:
    """Let sightings wait again whose proof was taken out with a clip's older audit."""
    for case in sorted(touched):
        query = select(sightings).where(sightings.c.case_id == case, sightings.c.seen_at.is_not(None))
        rows = connection.execute(query.order_by(sightings.c.seen_at, sightings.c.id)).mappings().all()
        if any(row["unproven"] is None for row in rows):
            continue
        proof = _proof(rows)
        for row in rows:
            if row["id"] not in proof:
                _change(connection, row, problem=None, raised_id=None, case_id=None, **_unsaid(row))


def _seen_of(connection: Connection, spot: UUID, problem: str) -> Sequence[RowMapping]:
    """What was seen of a thing, proven or not, in the order of time."""
    alike = (sightings.c.unproven == problem) | (sightings.c.problem == problem)
    query = select(sightings).where(sightings.c.spot_id == spot, alike, sightings.c.seen_at.is_not(None))
    return connection.execute(query.order_by(sightings.c.seen_at, sightings.c.id)).mappings().all()


def _proof(rows: Sequence[RowMapping]) -> dict[UUID, tuple[RowMapping, RowMapping]]:
    """Sighting id to the first and the last of those that prove together with it how long the thing stood."""
    proof: dict[UUID, tuple[RowMapping, RowMapping]] = {}
    for row in rows:
        if row["unproven"] is None:
            continue
        with_it = [other for other in rows if _proves(row, other)]
        if with_it:
            both = sorted([row, *with_it], key=lambda one: (one["seen_at"], one["id"]))
            proof[row["id"]] = both[0], both[-1]
    return proof


def _proves(row: RowMapping, other: RowMapping) -> bool:
    apart: timedelta = abs(row["seen_at"] - other["seen_at"])
    is_long = timedelta(seconds=row["needs_s"]) <= apart <= NIGHT
    return is_long and row["clip_sha256"] != other["clip_sha256"]


def _raise(
    connection: Connection,
    joining: Joining,
    unraised: Sequence[RowMapping],
    proof: dict[UUID, tuple[RowMapping, RowMapping]],
) -> None:
    first = unraised[0]
    problem, spot = first["unproven"], first["spot_id"]
    for row in unraised:
        _change(connection, row, problem=problem, **_said(row, *proof[row["id"]]))
    known = KnownCases(connection, {spot}, at=first["seen_at"])
    case = known.of(spot, problem)
    if case is None:
        case = case_id(first["id"])
        stored = connection.execute(select(sightings).where(sightings.c.id == first["id"])).mappings().one()
        joining.open(case, sighting_of(stored), spot)
    root = root_id(connection, case)
    mine = update(sightings).where(sightings.c.id.in_([row["id"] for row in unraised]))
    connection.execute(mine.values(raised_id=case, case_id=root))
    if root not in joining.opened:
        joining.joined[root] = None
    joining.refresh([root], [spot])


def _said(row: RowMapping, first: RowMapping, last: RowMapping) -> dict[str, object]:
    """The verdict that names both passes."""
    said = reason_of(row["reason"])
    words = {
        "first": _clock(first["seen_at"]),
        "first_clip": first["clip_name"],
        "last": _clock(last["seen_at"]),
        "last_clip": last["clip_name"],
        "apart_min": (last["seen_at"] - first["seen_at"]).total_seconds() / 60.0,
    }
    proof = (
        f"The same thing was seen at {words['first']} ({first['clip_name']}) "
        f"and at {words['last']} ({last['clip_name']}), {words['apart_min']:.0f} min apart."
    )
    reason = None if said is None else Reason("proven", (("said", said), *words.items()))
    return {"why": f"{row['why']} {proof}", "reason": reason_json(reason), "proof": proof}


def _unsaid(row: RowMapping) -> dict[str, object]:
    said = reason_of(row["reason"])
    waits = next((value for name, value in said.values if name == "said"), None) if said else None
    reason = reason_json(waits) if isinstance(waits, Reason) else row["reason"]
    return {"why": row["why"].removesuffix(f" {row['proof']}"), "reason": reason, "proof": ""}


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _change(connection: Connection, row: RowMapping, **values: object) -> None:
    connection.execute(update(sightings).where(sightings.c.id == row["id"]).values(**values))
