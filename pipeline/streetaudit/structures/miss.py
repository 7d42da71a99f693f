"""Passes that looked for a thing in vain, and what they say of it together with those that saw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from streetaudit.structures.sighting import Evidence

#: Frames are counted by how many pixels a metre at the spot took, at least: cameras and distances then compare.
SCALES_PX_M = (10.0, 14.0, 20.0, 28.0, 40.0, 56.0, 80.0, 112.0)


@dataclass(frozen=True, slots=True)
class Looked:
    """How well one pass looked at one spot: only looks that were open, lit and sharp count.

    Attributes:
        time_s: Clip time of the nearest look.
        nearest_m: Its distance along the ground.
        seconds: Clip time that the spot was in view.
        frames: Number of frames in which a metre took at least so many pixels, for each of SCALES_PX_M.
    """

    time_s: float
    nearest_m: float
    seconds: float
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DoubtfulSpot:
    """Where a case's thing stood that may be gone.

    Attributes:
        case_id: Which case.
        problem: Name in the catalogue.
        lat, lon: WGS 84.
    """

    case_id: UUID
    problem: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A pass that had the spot of a case in view and did not see its thing.

    Attributes:
        case_id: Which case.
        clip_sha256: The pass.
        clip_name: For people.
        camera: Name of the camera.
        at: Aware UTC time of the nearest look.
        looked: How well it looked.
        evidence: The spot without the thing, None where no picture was kept.
    """

    case_id: UUID
    clip_sha256: str
    clip_name: str
    camera: str
    at: datetime
    looked: Looked
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Appearance:
    """A pass that saw the thing.

    Attributes:
        at: Aware UTC.
        frames: Number of frames in which it was detected.
        scale_px_m: Pixels that a metre there took when it was first detected, None where that is not known.
    """

    at: datetime
    frames: int
    scale_px_m: float | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What all passes over a spot say of the thing there.

    Attributes:
        gone_at: When the last look that was needed found it gone; None while it may be there.
        proof: The passes that did not see it since it was last seen (or until gone_at), and the chance that each
            would have seen it.
    """

    gone_at: datetime | None
    proof: tuple[tuple[Miss, float], ...] = ()

    @property
    def doubt(self) -> float:
        """The chance that it was there and all of them missed it."""
        doubt = 1.0
        for _, chance in self.proof:
            doubt *= 1.0 - chance
        return doubt
