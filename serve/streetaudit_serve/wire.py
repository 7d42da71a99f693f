"""The shapes of the JSON API, version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

Reason = Literal[
    "not_there", "wrong_class", "permitted", "already_clean", "permanent_fixture", "evidence_unclear", "other"
]
State = Literal[
    "candidate", "confirmed", "dismissed", "deferred", "duplicate", "filed", "resolved", "reopened", "shadow"
]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class PlaceOut(_Wire):
    """A position in WGS 84 degrees and the radius in metres that holds the truth 95 % of the time."""

    lat: float
    lon: float
    error_m: float
    method: str


class CaseOut(_Wire):
    """One thing in the world."""

    id: UUID
    problem: str
    state: State
    place: PlaceOut | None
    confidence: float
    first_seen: datetime | None
    last_seen: datetime | None
    passes: int
    sightings: int
    cell: str | None
    responsible: str | None
    code: str | None
    rule: str
    rule_version: str
    due_at: datetime | None
    version: int
    evidence: str | None


class CasePage(_Wire):
    """A page of cases; `next` goes into `after` for the page that follows."""

    cases: list[CaseOut]
    next: str | None


class EvidenceOut(_Wire):
    """Keys of blurred pictures under /evidence/ and the box in pixels of the frame."""

    frame: str
    crop: str
    width_px: int
    height_px: int
    xyxy: tuple[float, float, float, float]
    time_s: float
    blurred: dict[str, int]
    others: list[EvidenceOut] = []


class ViewOut(_Wire):
    """One sighting of the case: a track of one clip."""

    sighting: UUID
    clip: str
    camera: str
    class_name: str
    confidence: float
    frames: int
    seen_at: datetime | None
    first_s: float
    last_s: float
    place: PlaceOut | None
    not_placed: str | None
    why: str
    zone: str | None
    evidence: EvidenceOut | None


class ReviewOut(_Wire):
    """A decision in the case's history."""

    id: UUID
    reviewer: str
    decision: Literal["confirm", "dismiss", "defer", "undo"]
    reason: str | None
    note: str
    at: datetime
    undoes: UUID | None


class CaseDetail(_Wire):
    """All that the review page shows of one case."""

    case: CaseOut
    views: list[ViewOut]
    history: list[ReviewOut]
    neighbours: list[CaseOut]
    holder: str | None


class DecisionIn(_Wire):
    """What a reviewer decides; a dismissal says why."""

    decision: Literal["confirm", "dismiss", "defer"]
    expected_version: Annotated[int, Field(ge=0, le=2**31)]
    reason: Reason | None = None
    note: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _reason_belongs_to_a_dismissal(self) -> Self:
        if (self.decision == "dismiss") != (self.reason is not None):
            raise ValueError("a dismissal needs a reason, other decisions have none")
        return self


class ClaimIn(_Wire):
    """Which case to lease next."""

    skip: Annotated[list[UUID], Field(max_length=500)] = []
    states: Annotated[list[State], Field(max_length=9)] = ["candidate", "reopened"]
    problems: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)] = []


class LeasesIn(_Wire):
    """Cases whose lease goes on."""

    cases: Annotated[list[UUID], Field(max_length=10)]


class LeasesOut(_Wire):
    """Which of them are still this reviewer's; the others went to somebody else."""

    held: list[UUID]


class Counts(_Wire):
    """How much waits and what this reviewer did today, in the city's time zone."""

    states: dict[str, int]
    waiting: int
    deferred: int
    decided_today: int


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class Conflict(Problem):
    """409: what the case looks like now."""

    current: CaseDetail
