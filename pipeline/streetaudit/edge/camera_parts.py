"""What a camera's watch is handed: its parts, and the gateway it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from streetaudit.audit import Detector
from streetaudit.conclude import Concluder
from streetaudit.edge.time_line import TimeLine
from streetaudit.structures.live import LiveSighting
from streetaudit.structures.sighting import Evidence
from streetaudit.structures.track import View as TrackView
from streetaudit.track.fixed import FixedTracker

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CameraParts:
    """What is made once for one camera.

    Attributes:
        name: As in the configuration.
        gateway: Name of this box.
        detect: Looks at a frame, in turn with other cameras.
        tracker: Makes a fresh tracker for images of a size.
        concluder: Makes what turns tracks into sightings.
        model_sha256: Of the detector.
        rule_version: Of the rules with this camera's zones.
        dwell_s: How long a thing of a class must stand before a rule may fire; None where none ever does.
        keep: Keeps pictures.
        update_s: Pause before a thing that stays is told again.
        slow_s: Distance of looks while nothing moves.
        paced: True for live cameras; false looks at every frame, in the time of the file.
        started_at: For files that are not paced: aware UTC time of their first frame, None if unknown.
    """

    name: str
    gateway: str
    detect: Detector
    tracker: Callable[[Size], FixedTracker]
    concluder: Callable[[str, str, Size], Concluder]
    model_sha256: str
    rule_version: str
    dwell_s: Callable[[int], float | None]
    keep: Callable[[tuple[TrackView, ...]], Evidence | None]
    update_s: float
    slow_s: float
    paced: bool = True
    started_at: datetime | None = None


class Box(Protocol):
    """What the gateway does for each of its cameras."""

    line: TimeLine

    def tell(self, live: LiveSighting, state: tuple[str, str]) -> None:
        """Keep a report, and with it what a restart goes on with."""
        ...

    def save(self, name: str, body: str) -> None:
        """Keep what a restart goes on with."""
        ...

    def saved(self, name: str) -> dict[str, Any] | None:
        """What was kept."""
        ...

    def may_look(self) -> bool:
        """False while the disk is too full to keep what would be seen."""
        ...
