"""What a case says of its sightings and of the thing that it speaks of: it follows from them, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, update

from streetaudit.io.store.case_rows import place_of, place_row, queue_at
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.corrections import beside_corrections
from streetaudit.io.store.spot_tables import spots
from streetaudit.io.store.states import state_after
from streetaudit.io.store.tables import cases, sightings

#: A case without a sighting says so until it is summed for the first time.
BLANK = {"confidence": 0.0, "passes": 0, "sightings": 0, "rule": "", "rule_version": ""}
_TIMES = ("stands_from", "seen_at", "stands_to")


def sum_up(connection: Connection, case: UUID) -> None:
    """Let a case follow from its sightings and its thing; one without a sighting keeps what was known."""
    stored = case_row(connection, case)
    rows = _sightings_of(connection, case)
    if stored is not None and rows:
        _write(connection, stored, {**_summary(connection, rows, stored), **_place(connection, stored)})


def follow_thing(connection: Connection, case: UUID) -> None:
    """Let a case stand where its thing does; nothing else has changed."""
    stored = case_row(connection, case)
    if stored is not None:
        _write(connection, stored, {"first_seen": stored["first_seen"], **_place(connection, stored)})


def _place(connection: Connection, stored: RowMapping) -> dict[str, Any]:
    row = connection.execute(select(spots).where(spots.c.id == stored["spot_id"])).mappings().one_or_none()
    return beside_corrections(stored, place_row(None if row is None else place_of(row)))


def _summary(connection: Connection, rows: Sequence[RowMapping], stored: RowMapping) -> dict[str, Any]:
    times = sorted(row[key] for row in rows for key in _TIMES if row[key] is not None)
    best = max(rows, key=lambda row: row["confidence"])
    shown = max(rows, key=lambda row: (row["evidence"] is not None, row["confidence"]))
    first = min(rows, key=lambda row: row["shadow"])  # the first, but a rule in force goes before one on trial
    return {
        **_state(connection, stored, is_shadow=first["shadow"]),
        "confidence": best["confidence"],
        "first_seen": times[0] if times else None,
        "last_seen": times[-1] if times else None,
        "passes": len({row["clip_sha256"] for row in rows}),
        "sightings": len(rows),
        "rule": first["rule"],
        "rule_version": first["rule_version"],
        "evidence": None if shown["evidence"] is None else shown["evidence"]["frame"],
    }


def _state(connection: Connection, stored: RowMapping, *, is_shadow: bool) -> dict[str, Any]:
    if is_shadow == stored["is_shadow"]:  # only reviews move it, and they have
        return {}
    state = state_after(reviews_of(connection, stored["id"]), is_shadow=is_shadow)
    return {"state": state.value, "is_shadow": is_shadow}


def _write(connection: Connection, stored: RowMapping, summary: dict[str, Any]) -> None:
    row = {**summary, "queue_at": queue_at(stored["due_at"], summary["first_seen"])}
    if any(stored[name] != value for name, value in row.items()) or stored["version"] == 0:
        mine = update(cases).where(cases.c.number == stored["number"])
        connection.execute(mine.values({**row, "version": cases.c.version + 1}))


def _sightings_of(connection: Connection, case: UUID) -> Sequence[RowMapping]:
    """The sightings of a case, in an order that does not depend on when they came in."""
    order = (
        sightings.c.seen_at.asc().nulls_last(),
        sightings.c.clip_sha256,
        sightings.c.first_s,
        sightings.c.track_id,
        sightings.c.id,
    )
    query = select(*_SUMMED).where(sightings.c.case_id == case).order_by(*order)
    return connection.execute(query).mappings().all()


_SUMMED = tuple(
    sightings.c[name] for name in (*_TIMES, "confidence", "evidence", "shadow", "clip_sha256", "rule", "rule_version")
)
