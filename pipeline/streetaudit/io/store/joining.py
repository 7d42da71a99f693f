"""Sightings into cases: join the ones that are the same things, or open new ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, exists, insert, or_, select, update

from streetaudit.io.store.case_rows import queue_at
from streetaudit.io.store.cases import case_row
from streetaudit.io.store.nearby import glimpses_of, seen_by
from streetaudit.io.store.pinning import decided_for
from streetaudit.io.store.regroup import root_id
from streetaudit.io.store.spots import (
    KnownCases,
    chunks,
    found_spots,
    refresh_spots,
    spots_around,
    unplaced_spots,
    withdraw_spots,
)
from streetaudit.io.store.summing import BLANK, follow_thing, sum_up
from streetaudit.io.store.tables import cases, reviews, sightings
from streetaudit.structures.case import LIVE_STATES, CaseState
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import case_id, spot_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Around

#: The thing that each of a clip's sightings shows, given what is known around them: the id of a spot that is known, or
#: `spot_id` of the sighting that is the first of a new one. Every sighting with a problem has one, others may.
Assign = Callable[[Sequence[Sighting], Around], Mapping[UUID, UUID]]
Describe = Callable[[Sighting], CityFacts]
#: The place of each thing from all placed sightings of some things that lie near each other.
PlaceCases = Callable[[Sequence[Glimpse]], Mapping[UUID, Place]]


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

    def join(self, fresh: Sequence[Sighting], *, anyway: Collection[UUID] = ()) -> None:
        """Tell the stored sightings of one clip apart into things, and give those with a problem their cases.

        Args:
            fresh: Of one clip.
            anyway: Cases that an older audit of the clip had given its sightings: they get them back, settled or not.
        """
        if not fresh:
            return
        around = self._around(fresh, anyway)
        chosen = self._assign(fresh, around)
        known = {spot.id for spot in around.spots}
        _check(chosen, fresh, known)
        firsts = {spot_id(sighting.id): sighting for sighting in fresh}
        found_spots(self._connection, {spot: firsts[spot] for spot in chosen.values() if spot not in known})
        raised = self._raised(chosen, fresh, anyway)
        root = {case: root_id(self._connection, case) for case in set(raised.values())}
        values = [
            {"seen": seen, "spot": spot, "raised": raised.get(seen), "case": root.get(raised.get(seen, seen))}
            for seen, spot in chosen.items()
        ]
        if values:
            self._connection.execute(_LINK, values)
        self.joined.update(dict.fromkeys(root[case] for case in raised.values() if case not in self.opened))
        self.refresh([*self.opened, *self.joined], set(chosen.values()))

    def refresh(self, touched: Iterable[UUID], among: Collection[UUID] = ()) -> None:
        """Let things and cases follow from their sightings; one without any keeps what was known.

        Args:
            touched: Cases that got or lost a sighting.
            among: Things that did.
        """
        moved = refresh_spots(self._connection, among, self._places(among))
        wanted = set(touched)
        for case in sorted(wanted | self._live_of(moved)):
            (sum_up if case in wanted else follow_thing)(self._connection, case)

    def withdraw(self, touched: Iterable[UUID], among: Collection[UUID] = ()) -> set[UUID]:
        """The cases that were removed, for they have neither a sighting nor a review left.

        Args:
            touched: Cases that lost a sighting.
            among: Things that did; those of which nothing is left are forgotten.
        """
        seen = exists().where(sightings.c.case_id == cases.c.id)
        reviewed = exists().where(or_(reviews.c.case_id == cases.c.id, reviews.c.other == cases.c.id))
        empty = select(cases.c.id).where(cases.c.id.in_(list(touched)), ~seen, ~reviewed)
        withdrawn = set(self._connection.execute(empty).scalars())
        self._connection.execute(delete(cases).where(cases.c.id.in_(withdrawn)))
        withdraw_spots(self._connection, among)
        return withdrawn

    def _around(self, fresh: Sequence[Sighting], anyway: Collection[UUID]) -> Around:
        at = _first_seen(fresh)
        placed = [sighting.place for sighting in fresh if isinstance(sighting.place, Place)]
        known = spots_around(self._connection, placed, at=at, anyway=anyway)
        unplaced = [s for s in fresh if not isinstance(s.place, Place) and s.verdict.problem is not None]
        known += unplaced_spots(self._connection, unplaced, at=at, anyway=anyway)
        decided, pinned = decided_for(self._connection, fresh)
        known += [spot for spot in pinned if spot.id not in {one.id for one in known}]
        same_clip = seen_by(self._connection, fresh[0].clip_sha256, {spot.id for spot in known})
        return Around(known, same_clip, decided)

    def _raised(
        self, chosen: Mapping[UUID, UUID], fresh: Sequence[Sighting], anyway: Collection[UUID]
    ) -> dict[UUID, UUID]:
        """The case that each sighting with a problem is of by itself: one of its thing's, or a new one."""
        known = KnownCases(self._connection, set(chosen.values()), at=_first_seen(fresh), anyway=anyway)
        raised: dict[UUID, UUID] = {}
        new: dict[tuple[UUID, str], UUID] = {}
        for sighting in fresh:
            if sighting.verdict.problem is None:
                continue
            key = chosen[sighting.id], sighting.verdict.problem
            case = known.of(*key) or new.get(key)
            if case is None:
                case = new[key] = case_id(sighting.id)
                self.open(case, sighting, key[0])
            raised[sighting.id] = case
        return raised

    def _places(self, touched: Collection[UUID]) -> dict[UUID, Place]:
        """The places of some things and of those around them, for what shifts one shifts its neighbours."""
        own = glimpses_of(self._connection, touched)
        places = [glimpse.place for glimpse in own]
        around = {spot.id for spot in spots_around(self._connection, places, at=None)}
        return dict(self._place_cases([*own, *glimpses_of(self._connection, around - set(touched))]))

    def _live_of(self, moved: Collection[UUID]) -> set[UUID]:
        live = sorted(LIVE_STATES)
        queries = (select(cases.c.id).where(cases.c.spot_id.in_(p), cases.c.state.in_(live)) for p in chunks(moved))
        return {case for query in queries for case in self._connection.execute(query).scalars()}

    def open(self, case: UUID, sighting: Sighting, spot: UUID) -> None:
        """Open the case of an id and of a thing, described by the sighting that opens it."""
        if case_row(self._connection, case) is not None:  # its sighting was taken out and comes back
            self._connection.execute(update(cases).where(cases.c.id == case).values(spot_id=spot))
            return
        facts = self._describe(sighting)
        row = {
            "id": case,
            "problem": sighting.verdict.problem,
            "state": CaseState.SHADOW.value if sighting.verdict.shadow else CaseState.CANDIDATE.value,
            "camera": sighting.camera,
            "spot_id": spot,
            "cell": facts.cell,
            "responsible": facts.responsible,
            "code": facts.code,
            "due_at": facts.due_at,
            "cell_at_border": facts.cell_at_border,
            "version": 0,  # the refresh that follows makes it 1
            **BLANK,
            "is_shadow": sighting.verdict.shadow,
            "queue_at": queue_at(facts.due_at, sighting.seen_at),
        }
        self._connection.execute(insert(cases).values(row))
        self.opened.append(case)


_LINK = (
    update(sightings)
    .where(sightings.c.id == bindparam("seen"))
    .values(spot_id=bindparam("spot"), raised_id=bindparam("raised"), case_id=bindparam("case"))
)


def _first_seen(fresh: Sequence[Sighting]) -> datetime | None:
    return min((sighting.seen_at for sighting in fresh if sighting.seen_at is not None), default=None)


def _check(chosen: Mapping[UUID, UUID], fresh: Sequence[Sighting], known: Collection[UUID]) -> None:
    new = {spot_id(sighting.id) for sighting in fresh}
    strange = {spot for spot in chosen.values() if spot not in known and spot not in new}
    asked = {sighting.id for sighting in fresh}
    left = {s.id for s in fresh if s.verdict.problem is not None} - set(chosen)
    if strange or left or not set(chosen) <= asked:
        raise ValueError(
            f"want assign to give each of {len(fresh)} sightings one of the {len(known)} nearby things or a new one, "
            f"got {len(chosen)}, unknown things {sorted(strange)}, and none for {sorted(left)}"
        )
