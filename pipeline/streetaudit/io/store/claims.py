"""Who looks at which case right now: leases by the server's time, so that nobody works on another's case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, exists, insert, select

from streetaudit.io.store.case_queries import conditions, in_queue_order, turns
from streetaudit.io.store.case_rows import case_of
from streetaudit.io.store.cases import case_row
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import cases, claims
from streetaudit.io.store.values import EVERY_CASE, CaseFilter
from streetaudit.structures.case import OPEN_STATES, Case


class Claims(StorePart):
    """Handing out cases, one person each."""

    def claim(
        self,
        reviewer: str,
        *,
        filter: CaseFilter = EVERY_CASE,  # noqa: A002 - the contract's name
        lease_s: float = 120,
        skip: Collection[UUID] = (),
    ) -> Case | None:
        """The next open case that nobody else holds, held by this reviewer for a while; None where there is none.

        The one that they hold already comes first, its lease renewed. States of the filter that are not open are
        ignored.
        """
        now = self._clock.now()
        asked = _only_open(self._seen(filter))
        with self._database.write() as connection:
            row = _own(connection, reviewer, asked, now=now, skip=skip)
            row = row or _next(connection, reviewer, asked, now=now, skip=skip)
            if row is None:
                return None
            _lease(connection, row["id"], reviewer, until=now + timedelta(seconds=lease_s))
        return case_of(row)

    def hold(self, case_id: UUID, reviewer: str, *, lease_s: float = 120) -> bool:
        """True if this reviewer now holds the case: their lease goes on, or nobody else held it."""
        now = self._clock.now()
        with self._database.write() as connection:
            lease = connection.execute(select(claims).where(claims.c.case_id == case_id)).mappings().one_or_none()
            if lease and lease["reviewer"] != reviewer and lease["lease_until"] > now:
                return False
            if case_row(connection, case_id, area=self._area) is None:
                return False
            _lease(connection, case_id, reviewer, until=now + timedelta(seconds=lease_s))
        return True

    def release(self, case_id: UUID, reviewer: str) -> None:
        """Give a case back; nothing happens where this reviewer does not hold it."""
        mine = delete(claims).where(claims.c.case_id == case_id, claims.c.reviewer == reviewer)
        with self._database.write() as connection:
            connection.execute(mine)

    def holder(self, case_id: UUID) -> str | None:
        """Who holds a case, None where nobody does."""
        held = select(claims.c.reviewer).where(claims.c.case_id == case_id, claims.c.lease_until > self._clock.now())
        with self._database.read() as connection:
            return connection.execute(held).scalar_one_or_none()


def _lease(connection: Connection, case_id: UUID, reviewer: str, *, until: datetime) -> None:
    connection.execute(delete(claims).where(claims.c.case_id == case_id))
    connection.execute(insert(claims).values(case_id=case_id, reviewer=reviewer, lease_until=until))


def _only_open(asked: CaseFilter) -> CaseFilter:
    states = OPEN_STATES if asked.states is None else OPEN_STATES & asked.states
    return replace(asked, states=states)


def _not_skipped(skip: Collection[UUID]) -> ColumnElement[bool]:
    return cases.c.id.not_in(list(skip))


def _own(
    connection: Connection, reviewer: str, asked: CaseFilter, *, now: datetime, skip: Collection[UUID]
) -> RowMapping | None:
    mine = select(cases).join(claims, claims.c.case_id == cases.c.id)
    mine = mine.where(claims.c.reviewer == reviewer, claims.c.lease_until > now, _not_skipped(skip))
    mine = mine.where(cases.c.state.in_(in_queue_order(asked)), *conditions(asked))
    return connection.execute(mine.order_by(claims.c.lease_until.desc(), cases.c.number).limit(1)).mappings().first()


def _next(
    connection: Connection, reviewer: str, asked: CaseFilter, *, now: datetime, skip: Collection[UUID]
) -> RowMapping | None:
    held = exists().where(claims.c.case_id == cases.c.id, claims.c.reviewer != reviewer, claims.c.lease_until > now)
    for turn in turns(connection, asked):
        query = turn.where(~held, _not_skipped(skip)).limit(1)
        row = connection.execute(query).mappings().first()
        if row is not None:
            return row
    return None
