"""A sighting of a live camera: it grows while its object stands there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from streetaudit.structures.sighting import Sighting

#: How far a box's wall clock can be believed: set by NTP, set by a server's answer, or never set.
ClockQuality = Literal["synced", "server", "unsynced"]


@dataclass(frozen=True, slots=True)
class LiveSighting:
    """One object before a live camera, as far as it is known by now.

    Attributes:
        sighting: What is known; its id is the same in every revision.
        revision: From 1; a higher one takes the place of a lower one.
        ongoing: True while the object still stands there.
        clock: Of the gateway, when the object was seen.
    """

    sighting: Sighting
    revision: int
    ongoing: bool
    clock: ClockQuality

    def __post_init__(self) -> None:
        if self.revision < 1:
            raise ValueError(f"want a revision >= 1; got {self.revision}")


@dataclass(frozen=True, slots=True)
class Received:
    """What a store made of a gateway's sightings, by their ids as text.

    Attributes:
        accepted: Stored, in the order in which they came.
        duplicate: Known already in this revision or a later one.
    """

    accepted: tuple[str, ...]
    duplicate: tuple[str, ...]
