"""One object while it is being followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from typing import TypedDict

from streetaudit.structures.track import Observation, Track

#: A car that stands before a fixed camera all day must not fill the memory of an edge box: beyond this many
#: observations the older half is thinned out.
MOST_OBSERVATIONS = 4096


class LifeState(TypedDict):
    """A life as plain data."""

    track_id: int
    group: int
    seen: bool
    observations: list[list[float]]


@dataclass(slots=True)
class Life:
    """What the tracker remembers of one object; the filter's numbers lie elsewhere, as arrays.

    Attributes:
        group: Only detections of classes in this group may continue it.
        track_id: From 1 once it is confirmed, 0 while it is tentative.
        seen: Whether the last update found it.
        observations: In time order, at least one.
        most: Of them that are kept.
    """

    group: int
    track_id: int = 0
    seen: bool = True
    observations: list[Observation] = field(default_factory=list)
    most: int = MOST_OBSERVATIONS

    @property
    def confirmed(self) -> bool:
        """Whether it was seen often enough to be an object."""
        return self.track_id > 0

    @property
    def last_s(self) -> float:
        """Clip time at which it was seen last."""
        return self.observations[-1].time_s

    def observe(self, observation: Observation) -> None:
        """Add what was seen now."""
        self.observations.append(observation)
        self.seen = True
        thin(self.observations, self.most)

    def track(self, beside: frozenset[int] | None = None) -> Track:
        """The value that goes on to the next stage, with the ids of the tracks seen in one frame with it."""
        return Track(self.track_id, tuple(self.observations), beside)

    def state(self) -> LifeState:
        """Everything, as plain data."""
        rows = rows_of(self.observations)
        return {"track_id": self.track_id, "group": self.group, "seen": self.seen, "observations": rows}

    @staticmethod
    def from_state(state: LifeState, most: int = MOST_OBSERVATIONS) -> Life:
        """The life that gave this state."""
        return Life(state["group"], state["track_id"], state["seen"], observations_of(state["observations"]), most)


def thin(observations: list[Observation], most: int) -> None:
    """Take every second one out of the older half, where there are more than `most`."""
    if len(observations) > most:
        observations[: most // 2] = observations[: most // 2 : 2]


def rows_of(observations: Sequence[Observation]) -> list[list[float]]:
    """Observations as rows that JSON can hold: frame, time, four corners, confidence, class."""
    return [[*astuple(seen)[:2], *seen.xyxy, seen.confidence, seen.class_id] for seen in observations]


def observations_of(rows: Sequence[Sequence[float]]) -> list[Observation]:
    """The observations of `rows_of`."""
    return [Observation(int(r[0]), r[1], (r[2], r[3], r[4], r[5]), r[6], int(r[7])) for r in rows]
