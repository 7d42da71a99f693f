"""What is put before the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from streetaudit.structures.place import NotPlaced, Place


@dataclass(frozen=True, slots=True)
class Seen:
    """One track with its place and time; the fields are those of `Rules.judge`."""

    class_name: str
    confidence: float
    frames: int
    place: Place | NotPlaced
    motion: str
    at: datetime | None
    dwell_s: float | None = None
    foot: tuple[float, float] | None = None
