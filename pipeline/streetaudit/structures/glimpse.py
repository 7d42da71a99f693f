"""A placed sighting of a thing, as far as the geometry of many nights needs it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from streetaudit.structures.place import Place


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One placed sighting of one thing.

    Attributes:
        sighting_id: Which sighting.
        spot_id: The thing that it shows.
        clip_sha256: The pass: places of one pass share the error of its GPS.
        camera: Name of the camera.
        time_s: Clip time of the middle of the sighting.
        place: As seen, uncorrected.
    """

    sighting_id: UUID
    spot_id: UUID
    clip_sha256: str
    camera: str
    time_s: float
    place: Place
