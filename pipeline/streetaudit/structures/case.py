"""One thing in the world, and what people decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from streetaudit.structures.correction import Correction
from streetaudit.structures.place import Place


class CaseState(StrEnum):
    """The state words of the contract; a case's state follows from its reviews."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    DEFERRED = "deferred"
    DUPLICATE = "duplicate"
    FILED = "filed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    SHADOW = "shadow"


#: Cases that wait for a person.
OPEN_STATES = frozenset({CaseState.CANDIDATE, CaseState.DEFERRED, CaseState.REOPENED})
#: Cases that a new sighting of the same thing still belongs to.
LIVE_STATES = OPEN_STATES | {CaseState.CONFIRMED, CaseState.FILED, CaseState.SHADOW, CaseState.DISMISSED}
#: Cases of which passes that do not see them tell something: their things may be gone.
WATCHED_STATES = LIVE_STATES - {CaseState.DISMISSED}
#: The reviewer's name of what follows from footage alone.
SYSTEM = "streetaudit"

#: Why a case is dismissed, in the order of their keys 1..7 on the review page.
DISMISS_REASONS: tuple[str, ...] = (
    "not_there",
    "wrong_class",
    "permitted",
    "already_clean",
    "permanent_fixture",
    "evidence_unclear",
    "other",
)

#: Dismissals that hold for whatever is seen at the spot again; after the others a new thing there is a new case.
LASTING_REASONS = frozenset({"not_there", "wrong_class", "permitted", "permanent_fixture"})


class Decision(StrEnum):
    """What a reviewer can do to a case; RESOLVE is also what SYSTEM does once a thing is seen to be gone."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    DEFER = "defer"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    DUPLICATE = "duplicate"
    SPLIT = "split"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Case:
    """One thing in the world, from one or more sightings.

    Attributes:
        id: UUIDv5 of its first sighting.
        problem: Name in the catalogue.
        state: Follows from its reviews.
        place: Merged place, None where no sighting could be placed.
        confidence: Best of its sightings.
        first_seen: Aware UTC, None where the footage's clock is unknown.
        last_seen: Aware UTC, None where the footage's clock is unknown.
        passes: Number of distinct clips that saw it.
        sightings: Number of sightings.
        cell: Unit-grid code.
        responsible: Party that has to act.
        code: The city's code in the configured scheme.
        rule: Rule that fired first.
        rule_version: Its version.
        due_at: Deadline, None where none is set.
        version: Grows with every change: the optimistic lock.
        evidence: Key of the best picture, None where there is none.
        cell_at_border: True if the place's error circle crosses the cell's border.
        gone_at: When the pass that settled it found the thing gone; means nothing unless the case is resolved.
        recurs: The case of what was at the same spot before, and is gone.
        duplicate_of: For state DUPLICATE: the case that a reviewer says it is the same as.
    """

    id: UUID
    problem: str
    state: CaseState
    place: Place | None
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
    evidence: str | None = None
    cell_at_border: bool = False
    gone_at: datetime | None = None
    recurs: UUID | None = None
    duplicate_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A person's decision about a case: appended, never erased.

    Attributes:
        id: UUIDv4.
        case_id: Which case.
        reviewer: Name of the account.
        decision: What was decided.
        reason: One of DISMISS_REASONS for a dismissal, else None.
        note: Free text.
        at: Aware UTC.
        undoes: For UNDO: the review that it takes back.
        correction: What the reviewer set right, None where nothing was.
        other: For DUPLICATE: the case that this one is the same as. For SPLIT: the case that was split off.
    """

    id: UUID
    case_id: UUID
    reviewer: str
    decision: Decision
    reason: str | None
    note: str
    at: datetime
    undoes: UUID | None = None
    correction: Correction | None = None
    other: UUID | None = None
