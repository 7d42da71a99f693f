"""What a night report asks of the store: audits with what was seen in each, and how fast cases are decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy import and_, func, or_, select

from streetaudit.io.store.case_rows import case_of
from streetaudit.io.store.footage_rows import run_of
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import cases, reviews, runs, sightings
from streetaudit.io.store.work_tables import work_items
from streetaudit.structures.case import Case
from streetaudit.structures.night import AuditedClip, Seen

#: A pause between two decisions that is longer is no time spent on a case.
_LONGEST_DECISION_S = 300.0
_DECISIONS = 2000


class Nights(StorePart):
    """Clips and cases by the time at which they were filmed."""

    def audited_clips(self, start: datetime, end: datetime) -> list[AuditedClip]:
        """The clips that begin in a span of time, and those that failed then, in the order of time."""
        at = func.coalesce(runs.c.started_at, runs.c.stored_at)
        took = select(func.max(work_items.c.took_s)).where(work_items.c.work_key == runs.c.work_key)
        query = select(runs, took.scalar_subquery().label("took_s"))
        query = query.where(at >= start, at < end, or_(runs.c.is_current, runs.c.status == "failed")).order_by(at)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(runs.c.number)).mappings().all()
            seen = self._seen_in([row["number"] for row in rows])
        return [AuditedClip(run_of(row), row["took_s"] or 0.0, tuple(seen[row["number"]])) for row in rows]

    def cases_of_night(self, start: datetime, end: datetime) -> list[Case]:
        """Every case that was seen, or found gone, in a span of time."""
        seen = select(sightings.c.case_id).where(sightings.c.seen_at >= start, sightings.c.seen_at < end)
        gone = and_(cases.c.gone_at >= start, cases.c.gone_at < end)
        query = select(cases).where(or_(cases.c.id.in_(seen.where(sightings.c.case_id.is_not(None))), gone))
        with self._database.read() as connection:
            return [case_of(row) for row in connection.execute(query.order_by(cases.c.number)).mappings()]

    def decision_s(self) -> float | None:
        """How long a decision usually takes: the median time between two of one reviewer; None where nobody decided."""
        query = select(reviews.c.reviewer, reviews.c.at).order_by(reviews.c.number.desc()).limit(_DECISIONS)
        times: dict[str, list[datetime]] = defaultdict(list)
        with self._database.read() as connection:
            for row in connection.execute(query):
                times[row.reviewer].append(row.at)
        gaps = sorted(
            gap_s
            for of_one in times.values()
            for later, earlier in pairwise(of_one)
            if 0.0 < (gap_s := (later - earlier).total_seconds()) <= _LONGEST_DECISION_S
        )
        return gaps[len(gaps) // 2] if gaps else None

    def last_clip_at(self) -> datetime | None:
        """When the latest audited clip begins."""
        with self._database.read() as connection:
            newest = select(runs.c.started_at).where(runs.c.started_at.is_not(None), runs.c.is_current)
            return connection.execute(newest.order_by(runs.c.started_at.desc()).limit(1)).scalar()

    def _seen_in(self, numbers: Sequence[int]) -> dict[int, list[Seen]]:
        found: dict[int, list[Seen]] = defaultdict(list)
        placed, spread = func.count(sightings.c.lat), func.avg(sightings.c.error_m)
        columns = (func.count().label("things"), func.avg(sightings.c.confidence).label("confidence"))
        query = select(
            sightings.c.run, sightings.c.class_name, *columns, placed.label("placed"), spread.label("error_m")
        )
        with self._database.read() as connection:
            for start in range(0, len(numbers), 500):
                mine = query.where(sightings.c.run.in_(numbers[start : start + 500]))
                for row in connection.execute(mine.group_by(sightings.c.run, sightings.c.class_name)):
                    one = Seen(row.class_name, row.things, row.confidence, row.placed, row.error_m)
                    found[row.run].append(one)
        return found
