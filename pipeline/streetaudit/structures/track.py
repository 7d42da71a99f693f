"""One object through one clip."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection that a track took.

    Attributes:
        frame_index: 0-based frame of the clip.
        time_s: The frame's own time in the clip.
        xyxy: Pixels of the original frame (x1, y1, x2, y2).
        confidence: The detector's 0..1.
        class_id: Index into the taxonomy, as detected in this frame.
    """

    frame_index: int
    time_s: float
    xyxy: tuple[float, float, float, float]
    confidence: float
    class_id: int


@dataclass(frozen=True, slots=True)
class Track:
    """One object through one clip.

    Attributes:
        track_id: Its number in this clip, from 1, unique within one tracker.
        observations: In time order, at least one; frames in which it was only predicted are absent.
        beside: Ids of the tracks that were still followed when it ended and had been seen in one frame with it; None
            where nobody noted that. Of two tracks seen side by side, the one that ended first names the other.
    """

    track_id: int
    observations: tuple[Observation, ...]
    beside: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if not self.observations:
            raise ValueError("want at least one observation; got none")

    @property
    def class_id(self) -> int:
        """The class with the largest summed confidence over the observations."""
        votes: dict[int, float] = {}
        for seen in self.observations:
            votes[seen.class_id] = votes.get(seen.class_id, 0.0) + seen.confidence
        return max(votes, key=lambda class_id: (votes[class_id], -class_id))

    @property
    def confidence(self) -> float:
        """Mean confidence of the better half of the observations of the track's class."""
        class_id = self.class_id
        own = sorted((o.confidence for o in self.observations if o.class_id == class_id), reverse=True)
        best = own[: max(1, (len(own) + 1) // 2)]
        return sum(best) / len(best)

    @property
    def first_s(self) -> float:
        """Clip time of the first observation."""
        return self.observations[0].time_s

    @property
    def last_s(self) -> float:
        """Clip time of the last observation."""
        return self.observations[-1].time_s


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame kept as possible evidence of one track, still un-blurred and in memory only.

    Attributes:
        frame: The frame itself.
        detections: Everything seen in that frame (persons and vehicles must be blurred in it).
        observation: Where the track stood in it.
    """

    frame: Frame
    detections: Detections
    observation: Observation

    @property
    def image(self) -> NDArray[np.uint8]:
        """The frame's image."""
        return self.frame.image
