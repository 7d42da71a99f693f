"""The shapes of the JSON API, version 1."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from streetaudit.structures.case import DISMISS_REASONS, CaseState, Decision


def _known_reason(reason: str) -> str:
    if reason not in DISMISS_REASONS:
        raise ValueError(f"want one of {', '.join(DISMISS_REASONS)}")
    return reason


State = CaseState
Reason = Annotated[str, AfterValidator(_known_reason), Field(json_schema_extra={"enum": list(DISMISS_REASONS)})]
Degrees = Annotated[float, Field(allow_inf_nan=False)]


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
    duplicate_of: UUID | None = None
    recurs: UUID | None = None
    gone_at: datetime | None = None


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
    """One sighting of the case: a track of one clip; `missed` is a later pass that saw the spot without the thing."""

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
    missed: bool = False
    why: str
    zone: str | None
    evidence: EvidenceOut | None


class ReviewOut(_Wire):
    """A decision in the case's history."""

    id: UUID
    reviewer: str
    decision: Decision
    reason: str | None
    note: str
    at: datetime
    undoes: UUID | None
    other: UUID | None = None


class CaseDetail(_Wire):
    """All that the review page shows of one case; `second` asks for a second opinion, the first kept back."""

    case: CaseOut
    views: list[ViewOut]
    history: list[ReviewOut]
    neighbours: list[CaseOut]
    holder: str | None
    second: bool = False


class BoxIn(_Wire):
    """A box drawn by hand, xyxy in pixels of the evidence frame of a sighting."""

    sighting: UUID
    xyxy: tuple[Degrees, Degrees, Degrees, Degrees]

    @model_validator(mode="after")
    def _has_size(self) -> Self:
        x1, y1, x2, y2 = self.xyxy
        if not (0 <= x1 < x2 and 0 <= y1 < y2):
            raise ValueError("want a box with x1 < x2 and y1 < y2 inside the picture")
        return self


class PlaceIn(_Wire):
    """A place shown by hand; `error_m` is how sure the hand was."""

    lat: Annotated[Degrees, Field(ge=-90, le=90)]
    lon: Annotated[Degrees, Field(ge=-180, le=180)]
    error_m: Annotated[Degrees, Field(gt=0, le=1000)]


class DecisionIn(_Wire):
    """What a reviewer decides; a dismissal says why, a duplicate of which case.

    `problem`, `box` and `place` set right what the audit got wrong: with a confirmation, or (the box) with a
    dismissal as wrong_class.
    """

    decision: Literal["confirm", "dismiss", "defer", "duplicate"]
    expected_version: Annotated[int, Field(ge=0, le=2**31)]
    reason: Reason | None = None
    note: Annotated[str, Field(max_length=2000)] = ""
    duplicate_of: UUID | None = None
    problem: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    box: BoxIn | None = None
    place: PlaceIn | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if (self.decision == "dismiss") != (self.reason is not None):
            raise ValueError("a dismissal needs a reason, other decisions have none")
        if (self.decision == "duplicate") != (self.duplicate_of is not None):
            raise ValueError("a duplicate needs the case that it is one of, other decisions have none")
        if self.decision != "confirm" and (self.problem or self.place):
            raise ValueError("a problem or place is set right with a confirmation")
        if self.box and not (self.decision == "confirm" or self.reason == "wrong_class"):
            raise ValueError("a box is set right with a confirmation or a dismissal as wrong_class")
        return self


class OpinionIn(_Wire):
    """A second person's word."""

    decision: Literal["confirm", "dismiss"]
    reason: Reason | None = None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if (self.decision == "dismiss") != (self.reason is not None):
            raise ValueError("a dismissal needs a reason, a confirmation has none")
        return self


class SplitIn(_Wire):
    """Sightings that show another thing than the rest of their case."""

    sightings: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    note: Annotated[str, Field(max_length=2000)] = ""


class SeenCase(_Wire):
    """A case as it was shown."""

    id: UUID
    expected_version: Annotated[int, Field(ge=0, le=2**31)]


class BulkIn(_Wire):
    """One decision about several cases that were all shown."""

    cases: Annotated[list[SeenCase], Field(min_length=1, max_length=200)]
    decision: Literal["confirm", "dismiss", "defer"]
    reason: Reason | None = None
    note: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if (self.decision == "dismiss") != (self.reason is not None):
            raise ValueError("a dismissal needs a reason, other decisions have none")
        return self


class BulkOut(_Wire):
    """What became of each: `changed` were changed by somebody else, and are as they were."""

    decided: list[UUID]
    changed: list[UUID]


class ClaimIn(_Wire):
    """Which case to lease next."""

    skip: Annotated[list[UUID], Field(max_length=500)] = []
    states: Annotated[list[State], Field(max_length=9)] = [CaseState.CANDIDATE, CaseState.REOPENED]
    problems: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)] = []
    camera: Annotated[str, Field(max_length=200)] | None = None
    cell: Annotated[str, Field(max_length=64)] | None = None
    night: date | None = None
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    max_confidence: Annotated[float, Field(ge=0, le=1)] = 1.0


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
