"""The SQL behind lists of cases: conditions, keyset pages, counts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, String, cast, func, or_, select, tuple_

from streetaudit.io.store.spatial import within
from streetaudit.io.store.tables import case_counts, cases
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import CaseState

#: The queue: state by state in this order, within a state by queue_at. One index range each, whatever is asked for.
QUEUE = (
    CaseState.REOPENED,
    CaseState.CANDIDATE,
    CaseState.DEFERRED,
    CaseState.CONFIRMED,
    CaseState.FILED,
    CaseState.RESOLVED,
    CaseState.DUPLICATE,
    CaseState.DISMISSED,
    CaseState.SHADOW,
)

Rows = list[RowMapping]


def in_queue_order(asked: CaseFilter) -> list[CaseState]:
    """The states asked for, in the order of the queue."""
    return [state for state in QUEUE if asked.states is None or state in asked.states]


def select_state(asked: CaseFilter, state: CaseState) -> Select[Any]:
    """The cases of one state that a filter asks for, in the order of the queue."""
    query = select(cases).where(cases.c.state == state, *conditions(asked))
    return query.order_by(cases.c.queue_at, cases.c.number)


def page_by_queue(
    connection: Connection, asked: CaseFilter, *, after: str | None, limit: int
) -> tuple[Rows, str | None]:
    """Some rows in the order of the queue, and the cursor after them."""
    start, seat = (None, None) if after is None else _seat(after)
    states = in_queue_order(asked)
    if start is not None:
        states = [state for state in states if QUEUE.index(state) >= QUEUE.index(start)]
    rows: Rows = []
    for state in states:
        query = select_state(asked, state).limit(limit + 1 - len(rows))
        if state is start and seat is not None:
            query = query.where(tuple_(cases.c.queue_at, cases.c.number) > tuple_(*seat))
        rows += connection.execute(query).mappings()
        if len(rows) > limit:
            return rows[:limit], _queue_cursor(rows[limit - 1])
    return rows, None


def page_by_id(connection: Connection, asked: CaseFilter, *, after: str | None, limit: int) -> tuple[Rows, str | None]:
    """Some rows in the order of their ids, and the cursor after them."""
    query = select(cases).where(*conditions(asked), *_of_states(asked)).order_by(cases.c.id).limit(limit + 1)
    if after is not None:
        query = query.where(cases.c.id > _uuid(after))
    rows: Rows = list(connection.execute(query).mappings())
    return rows[:limit], str(rows[limit - 1]["id"]) if len(rows) > limit else None


def count(connection: Connection, asked: CaseFilter) -> int:
    """How many cases a filter asks for; from the counters where it names nothing but states."""
    if replace(asked, states=None) == CaseFilter():
        counted = counts(connection)
        return sum(counted[state] for state in in_queue_order(asked))
    query = select(func.count()).select_from(cases).where(*conditions(asked), *_of_states(asked))
    return connection.execute(query).scalar_one()


def counts(connection: Connection) -> dict[CaseState, int]:
    """How many cases are in each state, all states named."""
    kept = {row.state: row.cases for row in connection.execute(select(case_counts))}
    return {state: kept.get(state.value, 0) for state in QUEUE}


def conditions(asked: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """What a filter asks for besides the state."""
    if asked.problems is not None:
        yield cases.c.problem.in_(sorted(asked.problems))
    if asked.bbox is not None:
        yield within(asked.bbox)
    if asked.since is not None:
        yield cases.c.last_seen >= asked.since
    if asked.search and asked.search.strip():
        yield _matches(asked.search.strip())


def _of_states(asked: CaseFilter) -> Iterator[ColumnElement[bool]]:
    if asked.states is not None:
        yield cases.c.state.in_(sorted(asked.states))


def _matches(words: str) -> ColumnElement[bool]:
    try:
        return cases.c.id == UUID(words)
    except ValueError:
        pass  # no whole id: look for it as a part
    hexadecimal = func.replace(cast(cases.c.id, String), "-", "")
    texts = (cases.c.problem, cases.c.cell, cases.c.responsible, cases.c.code, cases.c.camera)
    part_of_id = hexadecimal.icontains(words.replace("-", ""), autoescape=True)
    return or_(part_of_id, *(text.icontains(words, autoescape=True) for text in texts))


def _queue_cursor(row: RowMapping) -> str:
    seat = json.dumps([row["state"], row["queue_at"].isoformat(), row["number"]])
    return base64.urlsafe_b64encode(seat.encode()).decode()


def _seat(cursor: str) -> tuple[CaseState, tuple[datetime, int]]:
    try:
        state, queue_at, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        when = datetime.fromisoformat(queue_at)
        if when.tzinfo is None:
            raise ValueError("no time zone")
        return CaseState(state), (when, int(number))
    except (ValueError, TypeError, binascii.Error) as error:
        raise ValueError(f"want a cursor that Page.next gave, got {cursor!r}") from error


def _uuid(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise ValueError(f"want a cursor that Page.next gave, got {cursor!r}") from error
