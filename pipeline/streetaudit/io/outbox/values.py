"""What an outbox tells of itself, and how a sighting gets its times of day later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from streetaudit.structures.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sighting that waits.

    Attributes:
        id: Of the sighting.
        revision: That waits; a later one may take its place meanwhile.
        body: Its document, JSON.
    """

    id: str
    revision: int
    body: str


@dataclass(frozen=True, slots=True)
class OutboxFacts:
    """How much waits.

    Attributes:
        sightings: Number.
        evidence: Number of pictures.
        evidence_bytes: Of them.
        oldest_s: Age of the oldest sighting, 0 where none waits.
        totals: Counters since the file was made: "produced", "delivered", "refused", "dropped: REASON"...
    """

    sightings: int
    evidence: int
    evidence_bytes: int
    oldest_s: float
    totals: Mapping[str, int]


def timed(sighting: Sighting, zero_at: datetime) -> Sighting:
    """A sighting with its times of day, from those of the line."""
    shown_s = sighting.evidence.time_s if sighting.evidence else sighting.last_s
    first, last, shown = (zero_at + timedelta(seconds=at_s) for at_s in (sighting.first_s, sighting.last_s, shown_s))
    stands = sighting.motion == "stationary"
    return replace(sighting, seen_at=shown, stands_from=first if stands else None, stands_to=last if stands else None)
