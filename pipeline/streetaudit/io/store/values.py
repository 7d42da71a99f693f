"""What goes into and comes out of the store besides cases and sightings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.city import Polygon
from streetaudit.structures.run import ClipRun

Role = Literal["reviewer", "supervisor", "admin", "gateway", "read-only"]
Order = Literal["queue", "id"]

#: west, south, east, north in degrees WGS 84; west > east crosses the antimeridian (RFC 7946, section 5.2).
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """The part of the city that somebody may see: cases of these cells, and cases inside these polygons.

    Attributes:
        cells: Beginnings of unit-grid codes: "370303" is a county, "370303001" one of its streets.
        polygons: Lon, lat rings (WGS 84), outline first.
    """

    cells: tuple[str, ...] = ()
    polygons: tuple[Polygon, ...] = ()

    def __post_init__(self) -> None:
        if any(not cell for cell in self.cells):
            raise ValueError(f"want beginnings of codes that are not empty; got {self.cells}")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; None leaves a question open, an empty set answers it with "none".

    Attributes:
        states: Of these states.
        problems: Of these names of the catalogue.
        bbox: Placed inside west, south, east, north (degrees, WGS 84).
        since: Last seen then or later, aware.
        search: Part of id, problem, cell, responsible, code or camera, case-insensitive.
        area: In this part of the city; what cannot be told to lie there does not.
        until: Last seen before then, aware.
        camera: First seen by this camera.
        cell: In cells whose code begins so.
        confidence: From the first to the second, 0 to 1.
        near: Within so many metres of a place: lat, lon, radius.
    """

    states: frozenset[CaseState] | None = None
    problems: frozenset[str] | None = None
    bbox: Box | None = None
    since: datetime | None = None
    search: str | None = None
    area: Area | None = None
    until: datetime | None = None
    camera: str | None = None
    cell: str | None = None
    confidence: tuple[float, float] | None = None
    near: tuple[float, float, float] | None = None


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
    """A person who may sign in, or a machine that holds tokens.

    Attributes:
        name: Unique.
        role: What it may do.
        disabled: Shut out.
        must_change_password: Still has its one-time password.
        area: The part of the city that it may see, None for all of it.
        has_totp: Signs in with a code besides the password.
    """

    name: str
    role: Role
    disabled: bool
    must_change_password: bool
    area: Area | None = None
    has_totp: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A key for programs; its secret is shown once and only the hash is kept.

    Attributes:
        id: For people and the audit trail.
        account: Whose it is: the token can do no more than the account.
        name: What it is for.
        scopes: What it may do of that.
        created_at: Aware UTC.
        expires_at: Aware UTC.
        revoked_at: Aware UTC, None while it works.
        used_at: Aware UTC, to the minute; None if never.
    """

    id: UUID
    account: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose request it is that carries a token, and what the token may do."""

    account: Account
    token: UUID
    scopes: frozenset[str]


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
