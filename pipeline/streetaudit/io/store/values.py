"""What goes into and comes out of the store besides cases and sightings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.run import ClipRun

Role = Literal["reviewer", "supervisor", "admin"]
Order = Literal["queue", "id"]

#: west, south, east, north in degrees WGS 84; west > east crosses the antimeridian (RFC 7946, section 5.2).
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; None leaves a question open, an empty set answers it with "none".

    Attributes:
        states: Of these states.
        problems: Of these names of the catalogue.
        bbox: Placed inside west, south, east, north (degrees, WGS 84).
        since: Last seen then or later, aware.
        search: Part of id, problem, cell, responsible, code or camera, case-insensitive.
    """

    states: frozenset[CaseState] | None = None
    problems: frozenset[str] | None = None
    bbox: Box | None = None
    since: datetime | None = None
    search: str | None = None


#: The filter that asks for nothing in particular.
EVERY_CASE = CaseFilter()


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases, and the cursor that asks for the ones after them (None at the end)."""

    cases: list[Case]
    next: str | None


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One audit of one clip as it is stored.

    Attributes:
        run: What the audit did.
        stored_at: Aware UTC.
        sightings: How many sightings of it are stored.
        is_current: False once another audit of the same clip took its place.
    """

    run: ClipRun
    stored_at: datetime
    sightings: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in."""

    name: str
    role: Role
    disabled: bool
    must_change_password: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: whose it is, and the token that unsafe requests must carry."""

    account: Account
    csrf: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the audit trail, chained to the one before by its hash."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    prev_hash: str
    hash: str
