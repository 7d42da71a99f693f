"""Sightings into cases: join the one that is the same thing, or open a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update

from streetaudit.io.store.case_rows import case_of, place_of, place_row, queue_at
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.spatial import box_around, unindexed, within
from streetaudit.io.store.states import state_after
from streetaudit.io.store.tables import cases, reviews, sightings
from streetaudit.structures.case import LIVE_STATES, Case, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit.structures.identity import case_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.sighting import Sighting

Choose = Callable[[Sighting, Sequence[Case], Mapping[UUID, Sequence[Sighting]]], Case | None]
Describe = Callable[[Sighting], CityFacts]
MergePlaces = Callable[[Sequence[Place]], Place]

#: Farther apart, two sightings are never asked about: more than any error that still counts as a place.
NEARBY_M = 60.0
#: A camera without positions would otherwise ask about all that it ever saw, every time.
MOST_UNPLACED = 500


class Joining:
    """One clip's way into the cases, on a transaction that is going on.

    Attributes:
        opened: Cases opened, in order.
        joined: Cases that were there and got a sighting, in order, each once.
    """

    def __init__(
        self, connection: Connection, *, choose: Choose, describe: Describe, merge_places: MergePlaces
    ) -> None:
        self.opened: list[UUID] = []
        self.joined: dict[UUID, None] = {}
        self._connection = connection
        self._choose = choose
        self._describe = describe
        self._merge_places = merge_places

    def join(self, sighting: Sighting) -> None:
        """Give a stored sighting its case."""
        nearby = _nearby(self._connection, sighting)
        chosen = self._choose(sighting, nearby, _of_this_clip(self._connection, sighting, nearby))
        if chosen is None:
            case = self._open(sighting)
        elif any(case.id == chosen.id for case in nearby):
            case = chosen.id
        else:
            raise ValueError(f"want choose to name one of the {len(nearby)} nearby cases, got {chosen.id}")
        if case not in self.opened:
            self.joined[case] = None
        mine = update(sightings).where(sightings.c.id == sighting.id)
        self._connection.execute(mine.values(case_id=case))
        self.refresh([case])

    def refresh(self, touched: Iterable[UUID]) -> None:
        """Let cases follow from their sightings; one without any keeps what was known."""
        for case in sorted(touched):
            rows = _sightings_of(self._connection, case)
            stored = case_row(self._connection, case)
            if rows and stored is not None:
                self._write(stored, self._summary(rows, stored))

    def withdraw(self, touched: Iterable[UUID]) -> set[UUID]:
        """The cases that were removed, for they have neither a sighting nor a review left."""
        seen = exists().where(sightings.c.case_id == cases.c.id)
        reviewed = exists().where(reviews.c.case_id == cases.c.id)
        empty = select(cases.c.id).where(cases.c.id.in_(list(touched)), ~seen, ~reviewed)
        withdrawn = set(self._connection.execute(empty).scalars())
        self._connection.execute(delete(cases).where(cases.c.id.in_(withdrawn)))
        return withdrawn

    def _open(self, sighting: Sighting) -> UUID:
        case = case_id(sighting.id)
        if case_row(self._connection, case) is not None:  # its sighting was taken out and comes back
            return case
        facts = self._describe(sighting)
        row = {
            "id": case,
            "problem": sighting.verdict.problem,
            "state": CaseState.SHADOW.value if sighting.verdict.shadow else CaseState.CANDIDATE.value,
            "camera": sighting.camera,
            "cell": facts.cell,
            "responsible": facts.responsible,
            "code": facts.code,
            "due_at": facts.due_at,
            "version": 0,  # the refresh that follows makes it 1
            **_BLANK,
            "is_shadow": sighting.verdict.shadow,
            "queue_at": queue_at(facts.due_at, sighting.seen_at),
        }
        self._connection.execute(insert(cases).values(row))
        self.opened.append(case)
        return case

    def _summary(self, rows: Sequence[RowMapping], stored: RowMapping) -> dict[str, Any]:
        places = [place for row in rows if (place := place_of(row)) is not None]
        times = sorted(row["seen_at"] for row in rows if row["seen_at"] is not None)
        best = max(rows, key=lambda row: row["confidence"])
        shown = max(rows, key=lambda row: (row["evidence"] is not None, row["confidence"]))
        first = min(rows, key=lambda row: row["shadow"])  # the first, but a rule in force goes before one on trial
        return {
            **self._state(stored, is_shadow=first["shadow"]),
            **place_row(self._merge_places(places) if places else None),
            "confidence": best["confidence"],
            "first_seen": times[0] if times else None,
            "last_seen": times[-1] if times else None,
            "passes": len({row["clip_sha256"] for row in rows}),
            "sightings": len(rows),
            "rule": first["rule"],
            "rule_version": first["rule_version"],
            "evidence": None if shown["evidence"] is None else shown["evidence"]["frame"],
        }

    def _state(self, stored: RowMapping, *, is_shadow: bool) -> dict[str, Any]:
        if is_shadow == stored["is_shadow"]:  # only reviews move it, and they have
            return {}
        state = state_after(reviews_of(self._connection, stored["id"]), is_shadow=is_shadow)
        return {"state": state.value, "is_shadow": is_shadow}

    def _write(self, stored: RowMapping, summary: dict[str, Any]) -> None:
        row = {**summary, "queue_at": queue_at(stored["due_at"], summary["first_seen"])}
        if any(stored[name] != value for name, value in row.items()) or stored["version"] == 0:
            mine = update(cases).where(cases.c.number == stored["number"])
            self._connection.execute(mine.values({**row, "version": cases.c.version + 1}))


_BLANK = {"confidence": 0.0, "passes": 0, "sightings": 0, "rule": "", "rule_version": ""}


def _nearby(connection: Connection, sighting: Sighting) -> list[Case]:
    """The live cases of that problem that may be the same thing, nearest first."""
    place = sighting.place
    query = select(cases).where(
        cases.c.problem == sighting.verdict.problem, unindexed(cases.c.state).in_(sorted(LIVE_STATES))
    )
    if not isinstance(place, Place):
        unplaced = query.where(cases.c.lat.is_(None), cases.c.camera == sighting.camera)
        newest = unplaced.order_by(cases.c.last_seen.desc().nulls_last(), cases.c.id).limit(MOST_UNPLACED)
        return [case_of(row) for row in connection.execute(newest).mappings()]
    box = box_around(place.lat, place.lon, radius_m=NEARBY_M)
    found = [case_of(row) for row in connection.execute(query.where(within(box))).mappings()]
    return sorted(found, key=lambda case: (_apart_m(place, case), case.id))


def _apart_m(place: Place, case: Case) -> float:
    if case.place is None:
        return float("inf")
    return distance_m(place.lat, place.lon, case.place.lat, case.place.lon)


def _of_this_clip(
    connection: Connection, sighting: Sighting, nearby: Sequence[Case]
) -> Mapping[UUID, Sequence[Sighting]]:
    query = select(sightings).where(
        sightings.c.clip_sha256 == sighting.clip_sha256, sightings.c.case_id.in_([case.id for case in nearby])
    )
    by_case: dict[UUID, list[Sighting]] = defaultdict(list)
    for row in connection.execute(query.order_by(sightings.c.first_s, sightings.c.track_id)).mappings():
        by_case[row["case_id"]].append(sighting_of(row))
    return by_case


def _sightings_of(connection: Connection, case: UUID) -> Sequence[RowMapping]:
    """The sightings of a case, in an order that does not depend on when they came in."""
    order = (
        sightings.c.seen_at.asc().nulls_last(),
        sightings.c.clip_sha256,
        sightings.c.first_s,
        sightings.c.track_id,
        sightings.c.id,
    )
    query = select(sightings).where(sightings.c.case_id == case).order_by(*order)
    return connection.execute(query).mappings().all()
