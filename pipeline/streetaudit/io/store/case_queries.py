"""The SQL behind lists of cases: conditions, keyset pages, counts."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, case, func, or_, select, tuple_

from streetaudit.io.store.spatial import begins_with, box_around, in_area, is_small, unindexed, within
from streetaudit.io.store.tables import case_counts, cases
from streetaudit.io.store.values import Area, CaseFilter
from streetaudit.io.store.words import are_rare, hold_words
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

#: What the beginning of an id looks like once its hyphens are gone: shorter would match half the town.
_ID_BEGINS = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
_ID_DIGITS = 32

Rows = list[RowMapping]
#: Where in the queue a page ended: rank of the state, queue_at, number.
Seat = tuple[int, datetime, int]

_RANK = case({state.value: rank for rank, state in enumerate(QUEUE)}, value=unindexed(cases.c.state), else_=len(QUEUE))


def in_queue_order(asked: CaseFilter) -> list[CaseState]:
    """The states asked for, in the order of the queue."""
    return [state for state in QUEUE if asked.states is None or state in asked.states]


def turns(connection: Connection, asked: CaseFilter, *, after: str | None = None) -> list[Select[Any]]:
    """Queries that give, one after the other, the cases asked for in the order of the queue.

    One index range a state; but where a small box or words to search for leave few, one query that sorts them.
    """
    seat = None if after is None else _seat(after)
    if is_selective(connection, asked):
        return [_sorted(asked, seat)]
    states = in_queue_order(asked)
    if seat is not None:
        states = [state for state in states if QUEUE.index(state) >= seat[0]]
    return [_of_state(asked, state, seat) for state in states]


def _of_state(asked: CaseFilter, state: CaseState, seat: Seat | None) -> Select[Any]:
    query = select(cases).where(cases.c.state == state, *conditions(asked, walking=True))
    if seat is not None and QUEUE[seat[0]] is state:
        query = query.where(tuple_(cases.c.queue_at, cases.c.number) > tuple_(*seat[1:]))
    return query.order_by(cases.c.queue_at, cases.c.number)


def _sorted(asked: CaseFilter, seat: Seat | None) -> Select[Any]:
    query = select(cases).where(*conditions(asked), *_of_states(asked, indexed=False))
    if seat is not None:
        query = query.where(tuple_(_RANK, cases.c.queue_at, cases.c.number) > tuple_(*seat))
    return query.order_by(_RANK, cases.c.queue_at, cases.c.number)


def page_by_queue(
    connection: Connection, asked: CaseFilter, *, after: str | None, limit: int
) -> tuple[Rows, str | None]:
    """Some rows in the order of the queue, and the cursor after them."""
    rows: Rows = []
    for query in turns(connection, asked, after=after):
        rows += connection.execute(query.limit(limit + 1 - len(rows))).mappings()
        if len(rows) > limit:
            return rows[:limit], _queue_cursor(rows[limit - 1])
    return rows, None


def page_by_id(connection: Connection, asked: CaseFilter, *, after: str | None, limit: int) -> tuple[Rows, str | None]:
    """Some rows in the order of their ids, and the cursor after them."""
    indexed = not is_selective(connection, asked)
    order = cases.c.id if indexed else unindexed(cases.c.id)
    query = (
        select(cases).where(*conditions(asked, walking=indexed), *_of_states(asked, indexed=indexed)).order_by(order)
    )
    if after is not None:
        query = query.where(order > _uuid(after))
    rows: Rows = list(connection.execute(query.limit(limit + 1)).mappings())
    return rows[:limit], str(rows[limit - 1]["id"]) if len(rows) > limit else None


def count(connection: Connection, asked: CaseFilter) -> int:
    """How many cases a filter asks for; from the counters where it names nothing but states."""
    if replace(asked, states=None) == CaseFilter():
        counted = counts(connection)
        return sum(counted[state] for state in in_queue_order(asked))
    indexed = not is_selective(connection, asked)
    query = select(func.count()).select_from(cases).where(*conditions(asked), *_of_states(asked, indexed=indexed))
    return connection.execute(query).scalar_one()


def counts(connection: Connection, area: Area | None = None) -> dict[CaseState, int]:
    """How many cases are in each state, all states named."""
    query = select(case_counts.c.state, case_counts.c.cases)
    if area is not None:
        query = select(cases.c.state, func.count().label("cases")).where(in_area(area)).group_by(cases.c.state)
    kept = {row.state: row.cases for row in connection.execute(query)}
    return {state: kept.get(state.value, 0) for state in QUEUE}


def conditions(asked: CaseFilter, *, walking: bool = False) -> Iterator[ColumnElement[bool]]:
    """What a filter asks for besides the state; `walking` along an index until there are enough rows."""
    if asked.problems is not None:
        yield cases.c.problem.in_(sorted(asked.problems))
    if asked.bbox is not None:
        yield within(asked.bbox)
    if asked.since is not None:
        yield cases.c.last_seen >= asked.since
    if asked.search and asked.search.strip():
        yield _matches(asked.search.strip(), walking=walking)
    if asked.area is not None:
        yield in_area(asked.area)
    if asked.until is not None:
        yield cases.c.last_seen < asked.until
    if asked.camera is not None:
        yield cases.c.camera == asked.camera
    if asked.cell:
        yield begins_with(cases.c.cell, asked.cell)
    if asked.confidence is not None:
        yield cases.c.confidence.between(*asked.confidence)
    if asked.near is not None:
        lat, lon, radius_m = asked.near
        yield within(box_around(lat, lon, radius_m=radius_m))


def is_selective(connection: Connection, asked: CaseFilter) -> bool:
    """True if looking at all that a box or some words leave is better than walking along the queue."""
    if asked.search and asked.search.strip() and are_rare(connection, asked.search.strip()):
        return True
    box = asked.bbox if asked.near is None else box_around(asked.near[0], asked.near[1], radius_m=asked.near[2])
    return box is not None and is_small(connection, box)


def _of_states(asked: CaseFilter, *, indexed: bool) -> Iterator[ColumnElement[bool]]:
    if asked.states is not None:
        yield (cases.c.state if indexed else unindexed(cases.c.state)).in_(sorted(asked.states))


def _matches(words: str, *, walking: bool) -> ColumnElement[bool]:
    found = hold_words(words, walking=walking)
    beginning = words.replace("-", "").lower()
    if not _ID_BEGINS.fullmatch(beginning):
        return found
    first, last = UUID(beginning.ljust(32, "0")), UUID(beginning.ljust(32, "f"))
    ids = cases.c.id.between(first, last)
    return ids if len(beginning) == _ID_DIGITS else or_(ids, found)


def _queue_cursor(row: RowMapping) -> str:
    seat = json.dumps([row["state"], row["queue_at"].isoformat(), row["number"]])
    return base64.urlsafe_b64encode(seat.encode()).decode()


def _seat(cursor: str) -> Seat:
    try:
        state, queue_at, number = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        when = datetime.fromisoformat(queue_at)
        if when.tzinfo is None:
            raise ValueError("no time zone")
        return QUEUE.index(CaseState(state)), when, int(number)
    except (ValueError, TypeError, binascii.Error) as error:
        raise ValueError(f"want a cursor that Page.next gave, got {cursor!r}") from error


def _uuid(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise ValueError(f"want a cursor that Page.next gave, got {cursor!r}") from error
