"""Sightings into cases: join the ones that are the same things, or open new ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, bindparam, delete, exists, insert, select, update

from streetaudit.io.store.case_rows import place_row, queue_at
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.corrections import audited_case, beside_corrections
from streetaudit.io.store.nearby import glimpses_of, live_around, live_unplaced, seen_by
from streetaudit.io.store.states import state_after
from streetaudit.io.store.tables import cases, reviews, sightings
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.geo import distance_m
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import case_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.sighting import Sighting

#: The case of each of a clip's sightings, given the cases around and their sightings of this same clip: the id of one
#: of those cases, or `case_id` of the sighting that opens a new one.
Assign = Callable[[Sequence[Sighting], Sequence[Case], Mapping[UUID, Sequence[Sighting]]], Mapping[UUID, UUID]]
Describe = Callable[[Sighting], CityFacts]
#: The place of each case from all placed sightings of some cases that lie near each other.
PlaceCases = Callable[[Sequence[Glimpse]], Mapping[UUID, Place]]

#: A case that was not seen again moves with its neighbours when they move it by more than this.
_MOVED_M = 0.3


class Joining:
    """One clip's way into the cases, on a transaction that is going on.

    Attributes:
        opened: Cases opened, in order.
        joined: Cases that were there and got a sighting, in order, each once.
    """

    def __init__(self, connection: Connection, *, assign: Assign, describe: Describe, place_cases: PlaceCases) -> None:
        self.opened: list[UUID] = []
        self.joined: dict[UUID, None] = {}
        self._connection = connection
        self._assign = assign
        self._describe = describe
        self._place_cases = place_cases

    def join(self, fresh: Sequence[Sighting]) -> None:
        """Give the stored sightings of one clip, a problem each, their cases."""
        if not fresh:
            return
        at = min((s.seen_at for s in fresh if s.seen_at is not None), default=None)
        known = live_around(self._connection, (s.place for s in fresh if isinstance(s.place, Place)), at=at)
        known += live_unplaced(self._connection, [s for s in fresh if not isinstance(s.place, Place)])
        ids = {case.id for case in known}
        chosen = self._assign(fresh, known, seen_by(self._connection, fresh[0].clip_sha256, ids))
        _check(chosen, fresh, ids)
        founders = {case_id(sighting.id): sighting for sighting in fresh}
        for case in dict.fromkeys(chosen[sighting.id] for sighting in fresh):
            if case in ids:
                self.joined[case] = None
            else:
                self.open(case, founders[case])
        mine = update(sightings).where(sightings.c.id == bindparam("seen")).values(case_id=bindparam("case"))
        self._connection.execute(mine, [{"seen": s.id, "case": chosen[s.id]} for s in fresh])
        self.refresh([*self.opened, *self.joined])

    def refresh(self, touched: Iterable[UUID]) -> None:
        """Let cases follow from their sightings; one without any keeps what was known."""
        wanted = sorted(set(touched))
        places = self._places(wanted)
        for case in wanted:
            rows = _sightings_of(self._connection, case)
            stored = case_row(self._connection, case)
            if rows and stored is not None:
                measured = beside_corrections(stored, place_row(places.pop(case, None)))
                self._write(stored, {**self._summary(rows, stored), **measured})
        for case, place in sorted(places.items()):
            stored = case_row(self._connection, case)
            if stored is not None and case not in wanted and _is_moved(audited_case(stored).place, place):
                measured = beside_corrections(stored, place_row(place))
                self._write(stored, {**measured, "first_seen": stored["first_seen"]})

    def withdraw(self, touched: Iterable[UUID]) -> set[UUID]:
        """The cases that were removed, for they have neither a sighting nor a review left."""
        seen = exists().where(sightings.c.case_id == cases.c.id)
        reviewed = exists().where(reviews.c.case_id == cases.c.id)
        empty = select(cases.c.id).where(cases.c.id.in_(list(touched)), ~seen, ~reviewed)
        withdrawn = set(self._connection.execute(empty).scalars())
        self._connection.execute(delete(cases).where(cases.c.id.in_(withdrawn)))
        return withdrawn

    def _places(self, touched: Collection[UUID]) -> dict[UUID, Place]:
        """The places of some cases and of those around them, for what shifts one shifts its neighbours."""
        own = glimpses_of(self._connection, touched)
        around = {case.id for case in live_around(self._connection, (glimpse.place for glimpse in own))}
        return dict(self._place_cases([*own, *glimpses_of(self._connection, around - set(touched))]))

    def open(self, case: UUID, sighting: Sighting) -> None:
        """Open the case of an id, described by the sighting that opens it."""
        if case_row(self._connection, case) is not None:  # its sighting was taken out and comes back
            self.joined[case] = None
            return
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
            "cell_at_border": facts.cell_at_border,
            "version": 0,  # the refresh that follows makes it 1
            **_BLANK,
            "is_shadow": sighting.verdict.shadow,
            "queue_at": queue_at(facts.due_at, sighting.seen_at),
        }
        self._connection.execute(insert(cases).values(row))
        self.opened.append(case)

    def _summary(self, rows: Sequence[RowMapping], stored: RowMapping) -> dict[str, Any]:
        times = sorted(row[key] for row in rows for key in _TIMES if row[key] is not None)
        best = max(rows, key=lambda row: row["confidence"])
        shown = max(rows, key=lambda row: (row["evidence"] is not None, row["confidence"]))
        first = min(rows, key=lambda row: row["shadow"])  # the first, but a rule in force goes before one on trial
        return {
            **self._state(stored, is_shadow=first["shadow"]),
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


_TIMES = ("stands_from", "seen_at", "stands_to")
_BLANK = {"confidence": 0.0, "passes": 0, "sightings": 0, "rule": "", "rule_version": ""}


def _check(chosen: Mapping[UUID, UUID], fresh: Sequence[Sighting], known: Collection[UUID]) -> None:
    new = {case_id(sighting.id) for sighting in fresh}
    strange = {case for case in chosen.values() if case not in known and case not in new}
    if strange or set(chosen) != {sighting.id for sighting in fresh}:
        raise ValueError(
            f"want assign to give each of {len(fresh)} sightings one of the {len(known)} nearby cases or a new one, "
            f"got {len(chosen)} and unknown cases {sorted(strange)}"
        )


def _is_moved(before: Place | None, after: Place) -> bool:
    return before is None or distance_m(before.lat, before.lon, after.lat, after.lon) > _MOVED_M


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
