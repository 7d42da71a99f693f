"""What gateways say to the store: sightings that grow while their objects stand there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, delete, exists, insert, select, update

from streetaudit.io.store.footage_rows import run_row, sighting_row
from streetaudit.io.store.joining import Assign, Describe, Joining, PlaceCases
from streetaudit.io.store.live_tables import live_sightings
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import runs, sightings
from streetaudit.structures.identity import content_hash
from streetaudit.structures.live import LiveSighting, Received
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Sighting


class Live(StorePart):
    """Sightings of live cameras, one revision after the other."""

    def commit_live(
        self,
        gateway: str,
        seen: Sequence[LiveSighting],
        *,
        assign: Assign,
        describe: Describe,
        place_cases: PlaceCases,
    ) -> Received:
        """What the store made of a gateway's sightings, in one transaction: all of it is kept, or nothing.

        A revision that is stored already, or an older one, changes nothing; a newer one takes its place, in the same
        case. Nothing else that the camera saw is touched.

        Args:
            gateway: Which box says so.
            seen: At most one batch.
            assign: As for `commit_clip`.
            describe: As for `commit_clip`.
            place_cases: As for `commit_clip`.

        Raises:
            StoreError: If the store cannot be written.
        """
        with self._database.write() as connection:
            fresh = _newest(seen, _revisions(connection, [live.sighting.id for live in seen]))
            joining = Joining(connection, assign=assign, describe=describe, place_cases=place_cases)
            now = self._clock.now()
            for _, group in groupby(sorted(fresh.values(), key=_stream), key=_stream):
                _store([live.sighting for live in group], connection, joining, now)
            _note(connection, gateway, fresh.values(), now)
        accepted = {(id_, live.revision) for id_, live in fresh.items()}
        marked = [(str(one.sighting.id), (one.sighting.id, one.revision) in accepted) for one in seen]
        taken = dict.fromkeys(name for name, is_new in marked if is_new)
        return Received(tuple(taken), tuple(dict.fromkeys(name for name, _ in marked if name not in taken)))

    def of_others(self, gateway: str, ids: Collection[UUID]) -> set[UUID]:
        """Those of some sightings that are stored already and are not this gateway's: it may not change them."""
        mine = exists().where(live_sightings.c.id == sightings.c.id, live_sightings.c.gateway == gateway)
        noted = select(live_sightings.c.id).where(live_sightings.c.id.in_(ids), live_sightings.c.gateway != gateway)
        with self._database.read() as connection:
            stored = connection.execute(select(sightings.c.id).where(sightings.c.id.in_(ids), ~mine)).scalars()
            return {*stored, *connection.execute(noted).scalars()}


def _stream(live: LiveSighting) -> tuple[str, str, str]:
    sighting = live.sighting
    return sighting.clip_sha256, sighting.model_sha256, sighting.verdict.rule_version


def _revisions(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(live_sightings.c.id, live_sightings.c.revision).where(live_sightings.c.id.in_(ids))
    return {row.id: row.revision for row in connection.execute(query)}


def _newest(seen: Sequence[LiveSighting], known: dict[UUID, int]) -> dict[UUID, LiveSighting]:
    """The highest revision of each id, where it is higher than what is stored."""
    newest: dict[UUID, LiveSighting] = {}
    for live in sorted(seen, key=lambda one: one.revision):
        if live.revision > known.get(live.sighting.id, 0):
            newest[live.sighting.id] = live
    return newest


def _store(seen: Sequence[Sighting], connection: Connection, joining: Joining, now: datetime) -> None:
    """Sightings of one stream: changed where they are, the others new."""
    number = _run_number(connection, seen[0], now)
    ids = [sighting.id for sighting in seen]
    query = select(sightings.c.id, sightings.c.case_id, sightings.c.spot_id).where(sightings.c.id.in_(ids))
    stored = connection.execute(query).all()
    cases, spots = {row.id: row.case_id for row in stored}, {row.spot_id for row in stored} - {None}
    for sighting in seen:
        values = sighting_row(sighting)
        if sighting.id not in cases:
            connection.execute(insert(sightings).values({**values, "run": number}))
            continue
        if sighting.verdict.problem is None:
            values |= {"case_id": None, "raised_id": None, "spot_id": None}
        connection.execute(update(sightings).where(sightings.c.id == sighting.id).values(values))
    joining.join([s for s in seen if s.verdict.problem is not None and cases.get(s.id) is None])
    touched = {case for case in cases.values() if case is not None}
    joining.refresh(touched, spots)
    joining.withdraw(touched, spots)


def _run_number(connection: Connection, sighting: Sighting, now: datetime) -> int:
    """The run that stands for a stream's session, made with its first sighting."""
    run = _run(sighting)
    row = connection.execute(select(runs.c.number).where(runs.c.work_key == run.work_key)).one_or_none()
    if row is not None:
        return int(row.number)
    values = {**run_row(run), "is_current": True, "stored_at": now}
    key = connection.execute(insert(runs).values(values)).inserted_primary_key
    return int(key[0]) if key else 0


def _run(sighting: Sighting) -> ClipRun:
    model, rules = sighting.model_sha256, sighting.verdict.rule_version
    return ClipRun(
        work_key=content_hash("live", sighting.clip_sha256, model, rules),
        clip_sha256=sighting.clip_sha256,
        clip_name=sighting.clip_name,
        camera=sighting.camera,
        model_sha256=model,
        rule_version=rules,
        status="complete",
        reason="live",
        facts=None,
        record=None,
        trace_source="fixed",
    )


def _note(connection: Connection, gateway: str, fresh: Iterable[LiveSighting], now: datetime) -> None:
    rows = [
        {
            "id": live.sighting.id,
            "gateway": gateway,
            "revision": live.revision,
            "ongoing": live.ongoing,
            "clock": live.clock,
            "received_at": now,
        }
        for live in fresh
    ]
    if rows:
        connection.execute(delete(live_sightings).where(live_sightings.c.id.in_([row["id"] for row in rows])))
        connection.execute(insert(live_sightings), rows)
