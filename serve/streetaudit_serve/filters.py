"""The question "which cases?" as it stands in an address."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, HTTPException, Query

from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Box, CaseFilter, Page
from streetaudit.structures.case import CaseState
from streetaudit_serve.parts import Parts, PartsDep
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
    until: Annotated[datetime | None, Query(description="last seen before then")] = None,
    camera: Annotated[str | None, Query(max_length=200)] = None,
    cell: Annotated[str | None, Query(max_length=64, description="beginning of a cell's code")] = None,
    min_confidence: Annotated[float, Query(ge=0, le=1)] = 0.0,
    max_confidence: Annotated[float, Query(ge=0, le=1)] = 1.0,
) -> CaseFilter:
    """The filter that the query asks for."""
    return CaseFilter(
        states=frozenset(one for one in state) if state else None,
        problems=frozenset(problem) if problem else None,
        bbox=parse_bbox(bbox) if bbox else None,
        since=_aware(since),
        search=(q.strip() or None) if q else None,
        until=_aware(until),
        camera=camera or None,
        cell=cell or None,
        confidence=_confidence(min_confidence, max_confidence),
    )


def _confidence(least: float, most: float) -> tuple[float, float] | None:
    return None if (least, most) == (0.0, 1.0) else (least, most)


def night_of(parts: Parts, day: date) -> tuple[datetime, datetime]:
    """From noon to noon on the city's clock: the night that begins on a day is one, whatever midnight says.

    Raises:
        HTTPException: 422 if it is no day of our times.
    """
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise HTTPException(422, f"want a day in the years {_YEARS[0]} to {_YEARS[1]}")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(parts.config.city.timezone))
    return noon, noon + timedelta(days=1)


def form_filter(
    parts: PartsDep,
    state: Annotated[str, Query(max_length=16)] = "",
    problem: Annotated[str, Query(max_length=64)] = "",
    since: Annotated[str, Query(max_length=32)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    night: Annotated[str, Query(max_length=32)] = "",
    camera: Annotated[str, Query(max_length=200)] = "",
    cell: Annotated[str, Query(max_length=64)] = "",
    confidence: Annotated[str, Query(max_length=16)] = "",
    near: Annotated[str, Query(max_length=64)] = "",
) -> CaseFilter:
    """The filter of the list's form: empty fields ask for nothing, days are the city's."""
    try:
        states = frozenset({CaseState(state)}) if state else None
        day = date.fromisoformat(since) if since else None
        dark = date.fromisoformat(night) if night else None
        sure = _range(confidence) if confidence else None
        around = _around(near) if near else None
    except (ValueError, OverflowError) as error:
        raise HTTPException(422, "want a state of the list and a day like 2026-12-31") from error
    first, last = (None, None) if dark is None else night_of(parts, dark)
    zone = ZoneInfo(parts.config.city.timezone)
    return CaseFilter(
        states=states,
        problems=frozenset({problem}) if problem else None,
        since=_aware(datetime(day.year, day.month, day.day, tzinfo=zone)) if day else first,
        search=q.strip() or None,
        until=last,
        camera=camera.strip() or None,
        cell=cell.strip() or None,
        confidence=sure,
        near=around,
    )


def _range(written: str) -> tuple[float, float]:
    least, most = (float(part) for part in written.split("-"))
    if not 0.0 <= least <= most <= 1.0:
        raise ValueError(f"want 0 to 1, got {written!r}")
    return least, most


def _around(written: str) -> tuple[float, float, float]:
    lat, lon, radius_m = (float(part) for part in written.split(","))
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < radius_m <= 5000):
        raise ValueError(f"want lat,lon,metres; got {written!r}")
    return lat, lon, radius_m


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
