"""What the nightly run and the gateway say to the store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from streetaudit.io.store.case_rows import case_of
from streetaudit.io.store.commit import commit
from streetaudit.io.store.errors import DoneElsewhereError
from streetaudit.io.store.footage_rows import run_of, sighting_of
from streetaudit.io.store.joining import Assign, Describe, Joining, PlaceCases
from streetaudit.io.store.ledger import finish
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.resolving import Absence
from streetaudit.io.store.tables import cases, runs, sightings
from streetaudit.io.store.values import StoredRun
from streetaudit.structures.case import Case
from streetaudit.structures.run import ClipRun, Committed
from streetaudit.structures.sighting import Sighting


class Footage(StorePart):
    """Clips that were audited, and what was seen in them."""

    def is_done(self, work_key: str) -> bool:
        """True if a complete audit with this key is stored, and no other took its place."""
        done = exists().where(runs.c.work_key == work_key, runs.c.status == "complete", runs.c.is_current)
        with self._database.read() as connection:
            return bool(connection.execute(select(done)).scalar())

    def commit_clip(
        self,
        run: ClipRun,
        sightings: Sequence[Sighting],
        *,
        assign: Assign,
        describe: Describe,
        place_cases: PlaceCases,
        item: int | None = None,
        absence: Absence | None = None,
    ) -> Committed:
        """What the store made of one clip's sightings, in one transaction: all of it is kept, or nothing.

        The same sightings again change nothing. Sightings of an older audit of the clip that this one did not see
        are taken out, unless this audit is partial and the older one complete, or this one failed.

        Args:
            run: The audit.
            sightings: Of this clip; those with a problem open or join cases.
            assign: The case of each sighting: one of the live cases around, or the new one that a sighting opens.
            describe: What the city says of a new case.
            place_cases: The places of some neighbouring cases, from all that was seen of them.
            item: Number of the clip in the night's ledger, which is then done in the same transaction.
            absence: When a thing that was looked for in vain is gone; None resolves nothing.

        Raises:
            DoneElsewhereError: If another process has committed this item.
            ValueError: If a sighting is of another clip, or two have one id.
            StoreError: If the store cannot be written.
        """
        _check(run, sightings)
        with self._database.write() as connection:
            if item is not None and not finish(connection, item):
                raise DoneElsewhereError("another process has committed this clip; there is nothing to do")
            joining = Joining(connection, assign=assign, describe=describe, place_cases=place_cases)
            now = self._clock.now()
            return commit(connection, run, sightings, now=now, joining=joining, absence=absence)

    def runs(self, limit: int = 100) -> list[StoredRun]:
        """The audits that are stored, newest first."""
        number = select(func.count()).where(sightings.c.run == runs.c.number).scalar_subquery().label("n_sightings")
        query = select(runs, number).order_by(runs.c.stored_at.desc(), runs.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings()
            return [StoredRun(run_of(row), row["stored_at"], row["n_sightings"], row["is_current"]) for row in rows]

    def current_runs(self, *, since: datetime | None = None, clips: Collection[str] = ()) -> list[ClipRun]:
        """The audits that the cases rest on, in the order in which they were first stored.

        Args:
            since: Only of clips that begin then or later; of clips whose time nobody knows, stored then or later.
            clips: Only of these names or hashes; empty for all.
        """
        query = select(runs).where(runs.c.is_current).order_by(runs.c.number)
        if since is not None:
            query = query.where(func.coalesce(runs.c.started_at, runs.c.stored_at) >= since)
        if clips:
            query = query.where(or_(runs.c.clip_name.in_(clips), runs.c.clip_sha256.in_(clips)))
        with self._database.read() as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]

    def seen_cases(self) -> dict[UUID, Case]:
        """Every case that something was seen of, by id."""
        seen = exists().where(sightings.c.case_id == cases.c.id)
        with self._database.read() as connection:
            rows = connection.execute(select(cases).where(seen).order_by(cases.c.number)).mappings()
            return {row["id"]: case_of(row) for row in rows}

    def copy_to(self, path: Path) -> None:
        """A copy of the whole store in a new file, to try something out on.

        Raises:
            StoreError: If it cannot be written.
        """
        self._database.copy_to(path)

    def clip_sightings(self, clip_sha256: str) -> list[Sighting]:
        """Everything that was seen in a clip, problem or not, in the order it appeared."""
        query = select(sightings).where(sightings.c.clip_sha256 == clip_sha256)
        order = (sightings.c.first_s, sightings.c.track_id, sightings.c.id)
        with self._database.read() as connection:
            return [sighting_of(row) for row in connection.execute(query.order_by(*order)).mappings()]


def _check(run: ClipRun, sightings: Sequence[Sighting]) -> None:
    strange = {sighting.clip_sha256 for sighting in sightings} - {run.clip_sha256}
    if strange:
        raise ValueError(f"want sightings of clip {run.clip_sha256!r} alone, got some of {sorted(strange)}")
    if len({sighting.id for sighting in sightings}) != len(sightings):
        raise ValueError(f"want every sighting once, got {len(sightings)} with ids that repeat")
