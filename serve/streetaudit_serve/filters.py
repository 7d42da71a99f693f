"""The question "which cases?" as it stands in an address."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Query

from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Box, CaseFilter, Page
from streetaudit.structures.case import CaseState
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.wire import State

#: Times of footage; beyond them the arithmetic with time zones overflows.
_YEARS = (1970, 2999)
_BBOX = "want bbox=west,south,east,north in degrees"


def case_filter(
    state: Annotated[list[State] | None, Query(max_length=9)] = None,
    problem: Annotated[list[Annotated[str, Query(max_length=64)]] | None, Query(max_length=20)] = None,
    bbox: Annotated[str | None, Query(max_length=100, description="west,south,east,north in degrees")] = None,
    since: Annotated[datetime | None, Query(description="last seen then or later")] = None,
    q: Annotated[str | None, Query(max_length=100, description="part of id, cell, responsible, code, camera")] = None,
) -> CaseFilter:
    """The filter that the query asks for."""
    return CaseFilter(
        states=frozenset(CaseState(one) for one in state) if state else None,
        problems=frozenset(problem) if problem else None,
        bbox=parse_bbox(bbox) if bbox else None,
        since=_aware(since),
        search=(q.strip() or None) if q else None,
    )


def form_filter(
    parts: PartsDep,
    state: Annotated[str, Query(max_length=16)] = "",
    problem: Annotated[str, Query(max_length=64)] = "",
    since: Annotated[str, Query(max_length=32)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
) -> CaseFilter:
    """The filter of the list's form: empty fields ask for nothing, days are the city's."""
    try:
        states = frozenset({CaseState(state)}) if state else None
        day = date.fromisoformat(since) if since else None
    except ValueError as error:
        raise HTTPException(422, "want a state of the list and a day like 2026-12-31") from error
    zone = ZoneInfo(parts.config.city.timezone)
    return CaseFilter(
        states=states,
        problems=frozenset({problem}) if problem else None,
        since=_aware(datetime(day.year, day.month, day.day, tzinfo=zone)) if day else None,
        search=q.strip() or None,
    )


FormFilterDep = Annotated[CaseFilter, Depends(form_filter)]
FilterDep = Annotated[CaseFilter, Depends(case_filter)]


def parse_bbox(text: str) -> Box:
    """West, south, east, north.

    Raises:
        HTTPException: 422 if it is no box on the earth.

    >>> parse_bbox("118.0,36.7,118.1,36.9")
    (118.0, 36.7, 118.1, 36.9)
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise HTTPException(422, _BBOX) from error
    sound = all(math.isfinite(v) for v in (west, south, east, north)) and -90 <= south <= north <= 90
    if not (sound and abs(west) <= 180 and abs(east) <= 180):
        raise HTTPException(422, _BBOX)
    return west, south, east, north


def page_of(store: Store, wanted: CaseFilter, *, after: str | None, limit: int) -> Page:
    """One page of cases.

    Raises:
        HTTPException: 422 if the cursor is not one that an earlier page gave.
    """
    try:
        return store.cases(wanted, after=after, limit=limit)
    except (ValueError, OverflowError) as error:
        raise HTTPException(422, "want `after` as an earlier page's `next` gave it") from error


def _aware(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise HTTPException(422, f"want a time in the years {_YEARS[0]} to {_YEARS[1]}")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
